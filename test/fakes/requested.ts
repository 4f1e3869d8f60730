/*
 * What a verb of the phone answers when it was accepted and went well.
 */
import { done } from '../../common/errors'
import type { Requested } from '../../main/callkit/verbs'

export function requested(): Requested
export function requested<T>(value: T): Requested<T>
export function requested(value?: unknown): Requested<unknown> {
  return { ok: true, value, completed: Promise.resolve(done) }
}
