/*
 * Requests that the account's limits hold back: sent now, a moment later, or answered in the server's place so that sip.js settles. It
 * knows the limits, but not what is limited.
 */
import type { Clock } from '../../../../common/clock'
import { replyTo } from './reply'
import type { RequestLimiter } from './request-limiter'
import type { WireMessage } from '../../../../common/wire-message'

/** The reason phrase of an answer that no server gave. */
export const heldBack = 'Held Back'

export interface HeldBackWays {
  readonly clock: Clock
  /** False when it could not be sent. */
  send(): boolean
  /** As if the server had said it. */
  deliver(reply: string): void
  /** Still the same connection as when this began. */
  isCurrent(): boolean
  note(note: string): void
}

/** Rejects only when the request could have gone now and did not. */
export function sendWithin(limiter: RequestLimiter, message: WireMessage, ways: HeldBackWays): Promise<void> {
  const admission = limiter.admit()
  if (admission.type === 'send' && admission.wait === 0)
    return ways.send() ? Promise.resolve() : Promise.reject(new Error('Send failed.'))
  const seconds = Math.ceil(admission.wait / 1_000)
  ways.note(`${admission.type === 'send' ? 'delayed' : 'refused'} a request, wait ${seconds} s`)
  const refusal = replyTo(message, 503, [`Retry-After: ${seconds}`], { reason: heldBack })
  ways.clock.setTimeout(
    () => {
      if (!ways.isCurrent()) return
      if (admission.type === 'send') ways.send()
      else if (refusal) ways.deliver(refusal)
    },
    admission.type === 'send' ? admission.wait : 0,
  )
  return Promise.resolve()
}
