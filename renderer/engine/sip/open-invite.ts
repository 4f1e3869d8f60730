/*
 * What must be seen to while an INVITE of ours is open, because sip.js does not: one that was lost without a word, and one that was cancelled and never
 * goes away.
 */
import { SessionState, type Inviter } from 'sip.js'
import { hangUp } from './end'
import type { LiveCall } from './live-call'

/** How long a cancelled INVITE may take to go away before it is forgotten (RFC 3261 section 9.1), ms. */
const cancelLimit = 35_000
const checkEvery = 5_000

/** What sip.js keeps to itself: the INVITE's transaction. */
interface InviteInside {
  readonly outgoingInviteRequest?: { readonly transaction: { readonly state: string }; dispose(): void }
}

/**
 * A 2xx without Contact or To tag is dropped by sip.js: its transaction ends, the session waits for ever. A call whose INVITE is gone
 * while nobody answered it is over.
 */
export function watchForSilence(call: LiveCall, inviter: Inviter): void {
  call.later(() => {
    const transaction = (inviter as unknown as InviteInside).outgoingInviteRequest?.transaction
    if (call.session !== inviter) return
    if (inviter.state === SessionState.Establishing && transaction?.state === 'Terminated') {
      return hangUp(call, 'server-error')
    }
    if (call.stage === 'dialing' || call.stage === 'alerting') watchForSilence(call, inviter)
  }, checkEvery)
}

/** Gives up an INVITE that is being cancelled. */
export function forgetLater(call: LiveCall, inviter: Inviter): void {
  call.surroundings.clock.setTimeout(() => {
    if (inviter.state === SessionState.Terminated) return
    ;(inviter as unknown as InviteInside).outgoingInviteRequest?.dispose()
    void inviter.dispose().catch(() => {})
  }, cancelLimit)
}
