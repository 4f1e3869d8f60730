/*
 * What comes of a wish, in the words of the contract: done, refused with a code, or answered. Pure.
 */
import type { UiAnswer } from '../../common/contract/ui-answer'
import type { UiCommand } from '../../common/contract/ui'
import type { RequestErrorCode, Result } from '../../common/errors'
import type { WishOutcome } from '../windows/phone-api'

/** Fulfils the wishes of these types. It never rejects but for a bug. */
export type Perform<T extends UiCommand['type']> = (command: Extract<UiCommand, { type: T }>) => Promise<WishOutcome>

/** Done, and nothing more to say. */
export const fulfilled: WishOutcome = { callId: null, error: null, answer: null }

/** Done, and this is what was asked for. */
export const answered = (answer: UiAnswer): WishOutcome => ({ ...fulfilled, answer })

/** Not done. */
export const failure = (code: RequestErrorCode, detail?: string): WishOutcome => ({
  ...fulfilled,
  error: { code, detail: detail ?? null, registration: null, certificate: null },
})

/** A result without its value. */
export const outcome = (result: Result<unknown>): WishOutcome =>
  result.ok ? fulfilled : failure(result.code, result.detail)

/** A result with its value as the answer, or its refusal. */
export const answerOf = <T>(result: Result<T>, answer: (value: T) => UiAnswer): WishOutcome =>
  result.ok ? answered(answer(result.value)) : failure(result.code, result.detail)
