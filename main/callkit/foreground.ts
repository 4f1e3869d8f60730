/*
 * Which call has, or is about to have, the user's ear: the one un-held call a phone may have at a time. A call that only
 * rings here has not, nor has one that is on its way out.
 */
import type { Call } from '../../common/call'

export function isForeground(call: Call): boolean {
  switch (call.state) {
    case 'dialing':
    case 'alerting':
    case 'connecting':
    case 'active':
      return true
    case 'incoming':
    case 'held':
    case 'ending':
    case 'ended':
      return false
  }
}
