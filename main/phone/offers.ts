/*
 * What callers' servers said of calls that ring or were answered, besides who calls: whom it was meant for, and whether it asks to be answered by
 * itself, or insists on it. It keeps that as long as the call is known, and decides nothing.
 */
import type { Call, CallId } from '../../common/call'
import type { CallView } from '../../common/phone-state'
import type { Offered } from '../engine/offered'

export class Offers {
  private readonly known = new Map<CallId, Offered>()

  /** Before it is decided whether the call may ring. */
  take(offered: Offered): void {
    if (offered.diverted.length > 0 || offered.answerAfter !== null) this.known.set(offered.callId, offered)
  }

  divertedOf(callId: CallId): CallView['diverted'] {
    return this.known.get(callId)?.diverted ?? []
  }

  insists(callId: CallId): boolean {
    return this.known.get(callId)?.insists ?? false
  }

  answerAfter(callId: CallId): number | null {
    return this.known.get(callId)?.answerAfter ?? null
  }

  /** Told of the calls at every change. */
  update(now: readonly Call[], before: readonly Call[]): void {
    for (const { id } of before) if (!now.some((call) => call.id === id)) this.known.delete(id)
  }
}
