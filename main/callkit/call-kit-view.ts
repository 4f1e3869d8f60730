/*
 * A call as CallKit sees it: four booleans, and one of five reasons for its end. What they leave out is in the call itself.
 */
import { connectedAt, type Call } from '../../common/call'
import type { EndCause } from '../../common/errors'

/** CXCallEndedReason; null when the local user ended the call, which needs no reason. */
export type EndedReason = 'failed' | 'remoteEnded' | 'unanswered' | 'answeredElsewhere' | 'declinedElsewhere'

/** The reason CallKit would give for this cause. */
export function endedReason(cause: EndCause): EndedReason | null {
  switch (cause) {
    case 'hung-up':
    case 'cancelled':
    case 'declined':
    case 'transferred':
    case 'deflected':
    case 'forwarded':
      return null
    case 'remote-hung-up':
    case 'remote-cancelled':
    case 'remote-transferred':
    case 'busy':
    case 'rejected':
      return 'remoteEnded'
    case 'unanswered':
      return 'unanswered'
    case 'answered-elsewhere':
      return 'answeredElsewhere'
    case 'declined-elsewhere':
      return 'declinedElsewhere'
    default:
      return 'failed'
  }
}

/** CallKit's four booleans (CXCall). */
export const callKitView = (
  call: Call,
): { isOutgoing: boolean; hasConnected: boolean; isOnHold: boolean; hasEnded: boolean } => ({
  isOutgoing: call.direction === 'outgoing',
  hasConnected: connectedAt(call) !== null,
  isOnHold: call.state === 'held',
  hasEnded: call.state === 'ended',
})
