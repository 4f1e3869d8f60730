/*
 * Why a call ends when we end it: by the state the user ended it in, or by what kept an action from being performed.
 * Causes that come from the wire are the engine's to name.
 */
import type { Call } from '../../common/call'
import type { EndCause, RequestErrorCode } from '../../common/errors'

/** The cause when the local user ends this call now. */
export function causeOfEnd(call: Call): EndCause {
  switch (call.state) {
    case 'incoming':
      return 'declined'
    case 'dialing':
    case 'alerting':
      return 'cancelled'
    case 'connecting':
      return call.direction === 'outgoing' ? 'cancelled' : 'hung-up'
    case 'active':
    case 'held':
      return 'hung-up'
    case 'ending':
    case 'ended':
      return call.cause
  }
}

const failures: Partial<Record<RequestErrorCode, EndCause>> = {
  'microphone-denied': 'microphone-denied',
  'microphone-missing': 'microphone-missing',
  'microphone-busy': 'microphone-busy',
  'media-failed': 'media-failed',
  'engine-unavailable': 'engine-lost',
  'not-registered': 'unreachable',
  'unknown-account': 'unreachable',
  'timed-out': 'unreachable',
  'invalid-target': 'not-found',
}

/** The cause when a start or an answer failed with this code. */
export const causeOfFailure = (code: RequestErrorCode): EndCause => failures[code] ?? 'failed'
