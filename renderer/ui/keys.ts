/*
 * What a key press does, given the phone and the desk: verbs go to the call they belong to, digits into the call on
 * screen. Plain keys act only while nobody types. Returns whether the key was used.
 */
import { canAnswer, canEnd, canHold, canMute, canPlayDtmf, canResume, isMuted, type Call } from '../../common/call'
import type { CallView } from '../../common/phone-state'
import type { Desk } from './desk.svelte'
import type { Phone } from './phone.svelte'
import { playDigit } from './play-digit'
import type { Verb } from './shortcuts'

export interface Scene {
  readonly phone: Phone
  readonly desk: Desk
  readonly calls: readonly CallView[]
  /** The call that has, or would have, the screen. */
  readonly front: Call | null
}

export function obey({ phone, desk, calls, front }: Scene, verb: Verb): boolean {
  const ringing = calls.find(({ call }) => canAnswer(call))?.call
  switch (verb) {
    case 'silence': {
      const loud = calls.find(({ call }) => canAnswer(call) && !phone.state?.silenced.includes(call.id))?.call
      if (!loud) return false
      void desk.ask(phone, { type: 'silence', callId: loud.id })
      return true
    }
    case 'answer':
    case 'decline':
      if (!ringing) return false
      void desk.ask(phone, { type: verb, callId: ringing.id })
      return true
    case 'end':
      if (!front || front.state === 'incoming' || !canEnd(front)) return false
      void desk.ask(phone, { type: 'end', callId: front.id })
      return true
    case 'mute':
      if (!front || !canMute(front)) return false
      void desk.ask(phone, { type: 'setMuted', callId: front.id, muted: !isMuted(front) })
      return true
    case 'hold':
      if (!front || !(canHold(front) || canResume(front))) return false
      void desk.ask(phone, { type: 'setHeld', callId: front.id, held: front.state !== 'held' })
      return true
    case 'keypad':
      if (front && !desk.away) desk.callKeypad = !desk.callKeypad
      else desk.keypad = !desk.keypad
      return true
    case 'phone':
    case 'recents':
    case 'settings':
      desk.formOpen = false
      desk.goTo(verb)
      return true
    case 'back':
      return goBack(desk, front)
  }
}

/** Digits of the physical keyboard, in a call on screen. */
export function playKey({ phone, desk, front }: Scene, key: string): boolean {
  if (!front || desk.away || !/^[0-9*#]$/.test(key) || !canPlayDtmf(front)) return false
  desk.callKeypad = true
  playDigit(phone, desk, front, key)
  return true
}

/** One step out of whatever is open. */
function goBack(desk: Desk, front: Call | null): boolean {
  if (desk.problem) desk.problem = null
  else if (front && !desk.away && desk.callKeypad) desk.callKeypad = false
  else if (front?.state === 'ended' && !desk.away) desk.close(front.id)
  else if (front && !desk.away) desk.goTo('phone')
  else if (desk.formOpen) desk.closeForm(false)
  else if (desk.tab !== 'phone') desk.goTo('phone')
  else return false
  return true
}
