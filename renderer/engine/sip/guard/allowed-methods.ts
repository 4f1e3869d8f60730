/*
 * Which requests this phone takes in a dialog, as its Allow headers say it: sip.js has a list of its own, which leaves out UPDATE
 * and PRACK, which the guard takes.
 */
import { findHeader, type WireMessage } from '../../../../common/wire-message'

export const allowedMethods = 'ACK,BYE,CANCEL,INFO,INVITE,MESSAGE,NOTIFY,OPTIONS,PRACK,REFER,UPDATE'

/** Puts the right list into a message of ours that has an Allow header. */
export function allowRightly(message: WireMessage): void {
  const allow = findHeader(message, 'allow')
  if (allow === undefined || allow.value === allowedMethods) return
  allow.value = allowedMethods
  message.changed = true
}
