/*
 * What a key press does, given the phone and the desk: verbs go to the call they belong to, digits into the call on
 * screen. Plain keys act only while nobody types. Returns whether the key was used.
 */
import {
  canDeflect,
  canHold,
  canPlayDtmf,
  canResume,
  canTransfer,
  canTransferTo,
  consultationWith,
  groupOf,
  type Call,
} from '../../common/call'
import type { CallView } from '../../common/phone-state'
import { moves, ringingOf, type Standing } from './call-moves'
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

export const standingOf = ({ phone, calls, front }: Pick<Scene, 'phone' | 'calls' | 'front'>): Standing => ({
  calls: calls.map(({ call }) => call),
  front,
  accounts: phone.state?.accounts ?? [],
  silenced: phone.state?.silenced ?? [],
})

export function obey(scene: Scene, verb: Verb): boolean {
  const { phone, desk, front } = scene
  switch (verb) {
    case 'answer':
    case 'endAndAnswer':
    case 'decline':
    case 'voicemail':
    case 'silence':
    case 'mute':
    case 'hold':
    case 'end':
    case 'swap':
    case 'merge':
    case 'park': {
      const commands = moves(verb, standingOf(scene))
      if (commands.length > 0) void desk.askAll(phone, commands)
      return commands.length > 0
    }
    case 'deflect': {
      const ringing = ringingOf(standingOf(scene))
      if (!ringing || !canDeflect(ringing)) return false
      desk.send(ringing, 'deflect')
      return true
    }
    case 'transfer':
      return transfer(scene)
    case 'add':
      if (!front || !canAdd(front)) return false
      desk.goTo('phone')
      return true
    case 'keypad':
      if (front && !desk.away) desk.callKeypad = !desk.callKeypad
      else desk.keypad = !desk.keypad
      return true
    case 'shortcuts':
      desk.keysShown = !desk.keysShown
      return true
    case 'phone':
    case 'recents':
    case 'contacts':
    case 'messages':
    case 'settings':
      desk.formOpen = false
      desk.goTo(verb)
      return true
    case 'back':
      return goBack(desk, front)
  }
}

/** Somebody to hold while another one is called. */
export const canAdd = (call: Call): boolean => canHold(call) || canResume(call)

/** Opens the choice of whom to; in a call that was made to ask, completes what was begun. */
function transfer({ phone, desk, calls, front }: Scene): boolean {
  const all = calls.map(({ call }) => call)
  const { from, to } = (front && consultationWith(front, all)) ?? {}
  if (from && to && canTransferTo(from, to)) {
    void desk.ask(phone, { type: 'transferToCall', callId: from.id, toCallId: to.id })
    return true
  }
  if (!front || !canTransfer(front)) return false
  desk.send(front, 'transfer')
  return true
}

/** Digits of the physical keyboard, in a call on screen. */
export function playKey({ phone, desk, calls, front }: Scene, key: string): boolean {
  if (!front || desk.away || desk.sending || desk.keysShown || !/^[0-9*#]$/.test(key)) return false
  const hearers = groupOf(
    front,
    calls.map(({ call }) => call),
  )
  // In a conference they are for all; without its keypad in sight that would be a surprise.
  if (!hearers.some(canPlayDtmf) || (hearers.length > 1 && !desk.callKeypad)) return false
  desk.callKeypad = true
  playDigit(phone, desk, hearers, key)
  return true
}

/** One step out of whatever is open. */
function goBack(desk: Desk, front: Call | null): boolean {
  if (desk.problem) desk.problem = null
  else if (front && !desk.away && desk.sending) desk.sending = null
  else if (front && !desk.away && desk.callKeypad) desk.callKeypad = false
  else if (front?.state === 'ended' && !desk.away) desk.close(front.id)
  else if (front && !desk.away) desk.goTo('phone')
  else if (desk.formOpen) desk.closeForm(false)
  else if (desk.stepBack()) return true
  else if (desk.tab !== 'phone') desk.goTo('phone')
  else return false
  return true
}
