/*
 * Ends a call from our side: refusal, CANCEL or BYE, whichever fits what was said before. It always succeeds: the call is over for us
 * when it returns, and what is still owed to the far end is said in the background.
 */
import { Invitation, Inviter, SessionState } from 'sip.js'
import { done, type EndCause, type Result } from '../../../common/errors'
import type { LiveCall } from './live-call'

/** The `end` command. */
export function end(call: LiveCall): Result {
  hangUp(call, causeFor(call))
  return done
}

/** As `end`, for a reason that is not the user's. */
export function hangUp(call: LiveCall, cause: EndCause): void {
  if (call.stage === 'ended') return
  const { session } = call
  try {
    if (session instanceof Invitation) leaveIncoming(session)
    else if (session instanceof Inviter) leaveOutgoing(call, session)
  } catch (error) {
    call.surroundings.log.warn(`ending a call: ${String(error)}`)
  }
  call.finish({ cause })
}

function causeFor(call: LiveCall): EndCause {
  switch (call.stage) {
    case 'offered':
    case 'ringing':
      return 'declined'
    case 'dialing':
    case 'alerting':
      return 'cancelled'
    case 'answering':
    case 'connecting':
    case 'established':
    case 'ended':
      return 'hung-up'
  }
}

function leaveIncoming(invitation: Invitation): void {
  switch (invitation.state) {
    case SessionState.Initial:
    case SessionState.Establishing:
      void invitation.reject({ statusCode: 480 }).catch(() => {})
      return
    case SessionState.Established:
      // Without an ACK yet, sip.js waits for it before the BYE (RFC 3261 section 15).
      void invitation.bye().catch(() => {})
      return
    case SessionState.Terminating:
    case SessionState.Terminated:
      return
  }
}

function leaveOutgoing(call: LiveCall, inviter: Inviter): void {
  switch (inviter.state) {
    case SessionState.Initial:
      void inviter.cancel().catch(() => {})
      return
    case SessionState.Establishing:
      // Before a provisional answer a CANCEL is not allowed: `dial` sends it when one comes, or BYE after a 200.
      if (call.provisional) void inviter.cancel().catch(() => {})
      return
    case SessionState.Established:
      void inviter.bye().catch(() => {})
      return
    case SessionState.Terminating:
    case SessionState.Terminated:
      return
  }
}
