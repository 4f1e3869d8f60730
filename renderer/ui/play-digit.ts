/*
 * One digit into a call: played, and shown for as long as the call has the screen. Digits are never written anywhere else.
 */
import { canPlayDtmf, type Call } from '../../common/call'
import type { Desk } from './desk.svelte'
import type { Phone } from './phone.svelte'

const shownDigits = 16

/** `calls`: one, or the members of a conference; those that take no digits are left out. */
export function playDigit(phone: Phone, desk: Desk, calls: readonly Call[], digit: string): void {
  const hearers = calls.filter(canPlayDtmf)
  if (hearers.length === 0) return
  desk.digits = (desk.digits + digit).slice(-shownDigits)
  void desk.askAll(
    phone,
    hearers.map(({ id }) => ({ type: 'playDtmf', callId: id, digits: digit })),
  )
}
