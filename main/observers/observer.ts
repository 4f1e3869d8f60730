/*
 * An observer makes one thing in the world true of the phone: it rings, it shows a notification, it keeps the computer
 * awake. It is a function of the state, not of events, so no lost event can leave a phone ringing.
 */
import type { PhoneState } from '../../common/phone-state'

export interface Observer {
  /** Called after every change, in order. Must not throw and must not wait. */
  update(now: PhoneState, before: PhoneState): void
}
