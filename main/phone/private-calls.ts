/*
 * Calls that leave no trace: which of those that are up the user wants to have had with nobody knowing. It keeps them only
 * while they are up; what that means is each listener's business.
 */
import { isLive, type Call, type CallId } from '../../common/call'
import { done, refused, type Result } from '../../common/errors'
import type { Registry } from '../callkit/registry'

export class PrivateCalls {
  private readonly ids = new Set<CallId>()
  private readonly listeners = new Set<(callId: CallId) => void>()

  constructor(private readonly registry: () => Pick<Registry, 'find'>) {}

  has(callId: CallId): boolean {
    return this.ids.has(callId)
  }

  /** Of these, the ones anybody may know of. */
  others(calls: readonly Call[]): readonly Call[] {
    return this.ids.size === 0 ? calls : calls.filter(({ id }) => !this.ids.has(id))
  }

  /** Before the call begins, so that nobody sees it otherwise. */
  begin(callId: CallId): void {
    this.ids.add(callId)
  }

  /** A call that did not begin after all. */
  forget(callId: CallId): void {
    this.ids.delete(callId)
  }

  /** `unknown-call` when it is not up. */
  set(callId: CallId, isPrivate: boolean): Result {
    const call = this.registry().find(callId)
    if (!call || !isLive(call)) return refused('unknown-call')
    if (isPrivate === this.ids.has(callId)) return done
    if (isPrivate) this.ids.add(callId)
    else this.ids.delete(callId)
    for (const listener of this.listeners) listener(callId)
    return done
  }

  /** Told after each change of a call that is up. */
  onChange(listener: (callId: CallId) => void): void {
    this.listeners.add(listener)
  }

  /** Drops what is no longer shown anywhere. */
  update(now: readonly Call[], before: readonly Call[]): void {
    for (const { id } of before) if (this.ids.has(id) && !now.some((call) => call.id === id)) this.ids.delete(id)
  }
}
