/*
 * One digit into a call: played, and shown for as long as the call has the screen. Digits are never written anywhere else.
 */
import { canPlayDtmf, type Call } from '../../common/call'
import type { Desk } from './desk.svelte'
import type { Phone } from './phone.svelte'

const shownDigits = 16

export function playDigit(phone: Phone, desk: Desk, call: Call, digit: string): void {
  if (!canPlayDtmf(call)) return
  desk.digits = (desk.digits + digit).slice(-shownDigits)
  void desk.ask(phone, { type: 'playDtmf', callId: call.id, digits: digit })
}
