/*
 * Stands before sip.js's handling of a re-INVITE. sip.js lets one in while an offer of ours is being made but not yet sent, and takes it
 * then for our answer; and it has no place for what our 200 must say about the session's interval. It decides nothing about the offer.
 */
import type { Core, Session } from 'sip.js'
import { insideOf } from './session-inside'

export interface ReinviteGateWays {
  /** Another offer of theirs is being answered, in an UPDATE. */
  isAnswering(): boolean
  /** Lines for the 200 to this request. Called once, when it is sent. */
  linesFor(request: Core.IncomingRequestMessage): readonly string[]
  random(): number
}

/** To be called once for each session. */
export function gateReinvites(session: Session, ways: ReinviteGateWays): void {
  const inside = insideOf(session)
  const ordinary = inside.onInviteRequest.bind(session)
  inside.onInviteRequest = (request) => {
    // RFC 3261 section 14.2: ours is on its way, or as good as; theirs must come again.
    if (inside.pendingReinvite) return void request.reject({ statusCode: 491 })
    if (ways.isAnswering()) {
      return void request.reject({ statusCode: 500, extraHeaders: [retryAfter(ways.random)] })
    }
    sayMore(request, () => ways.linesFor(request.message))
    ordinary(request)
  }
}

/** What is accepted in this request also says these lines. */
export function sayMore(request: Core.IncomingInviteRequest, lines: () => readonly string[]): void {
  const accept = request.accept.bind(request)
  request.accept = (options) =>
    accept({ statusCode: 200, ...options, extraHeaders: [...(options?.extraHeaders ?? []), ...lines()] })
}

/** 0 to 10 s (RFC 3261 section 14.2, RFC 3311 section 5.2). */
export const retryAfter = (random: () => number): string => `Retry-After: ${Math.floor(random() * 11)}`
