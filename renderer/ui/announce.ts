/*
 * What a screen reader is told when the calls change, as a function of two snapshots. Says each change once, in the
 * words of the screen; silent about what has not changed. Pure.
 */
import { isMuted, type Call } from '../../common/call'
import type { CallView } from '../../common/phone-state'
import { referrer, showHandle, showReferred, showWho } from './numbers'
import { sayMeant } from './server-words'
import { explainTrouble } from './trouble-words'
import { sayDigitsWaiting, sayReferral, sayTransfer } from './task-words'
import { sayState } from './words'

/** One sentence for all that happened, or null. */
export function announce(before: readonly CallView[], now: readonly CallView[]): string | null {
  const said = now.flatMap((view) => {
    const { call } = view
    const old = before.find((other) => other.call.id === call.id)
    const was = old?.call
    const lines = [grouped(was, call), change(was, view), letIn(old, view), ...questions(was, call), sound(old, view)]
    return lines.filter((line) => line !== null)
  })
  // All members of a conference are muted or held as one, and told of as one.
  return said.length > 0 ? [...new Set(said)].join(' ') : null
}

function change(was: Call | undefined, { call, diverted }: CallView): string | null {
  const who = showWho(call)
  if (was && was.state === call.state && sayState(was) === sayState(call)) {
    if (isMuted(was) === isMuted(call)) return null
    return isMuted(call) ? 'Microphone muted.' : 'Microphone on.'
  }
  if (call.state === 'incoming') {
    const meant = sayMeant(diverted)
    const caller = meant ? `${who}, for ${meant.whom}, ${meant.why.replace(':', ',')}` : who
    return call.waiting ? `Call waiting: ${caller}.` : `Incoming call: ${caller}.`
  }
  if (call.state === 'dialing') return `Calling ${who}.`
  if (call.state === 'active' && was?.state === 'held' && !call.remoteHeld) return `Call with ${who} resumed.`
  if (call.state === 'active' && was?.state !== 'active') return `Connected to ${who}.`
  if (call.state === 'ending') return null
  return `${who}: ${sayState(call).replace('…', '')}.`
}

/** Nobody is let in unheard. */
const letIn = (was: CallView | undefined, { call, autoAnswered }: CallView): string | null =>
  autoAnswered && call.state !== 'ended' && !was?.autoAnswered ? `Answered by itself: ${showWho(call)}.` : null

/** What is wrong with the sound, once as long as it is that. */
function sound(was: CallView | undefined, { call, diagnosis }: CallView): string | null {
  if (diagnosis === null || call.state !== 'active' || was?.diagnosis?.trouble === diagnosis.trouble) return null
  const { title, remedy } = explainTrouble(diagnosis.trouble)
  return `${title} ${remedy}`
}

function grouped(was: Call | undefined, call: Call): string | null {
  if (!was || was.groupId === call.groupId || call.state === 'ended') return null
  const who = showWho(call)
  return call.groupId === null ? `${who} left the conference.` : `${who} is in the conference.`
}

/** A transfer on its way or taken back, and what the call asks of its user. */
function questions(was: Call | undefined, call: Call): (string | null)[] {
  if (call.state !== 'active' && call.state !== 'held') return []
  const old = was?.state === 'active' || was?.state === 'held' ? was : null
  const who = showWho(call)
  const lines: (string | null)[] = []
  if (call.transfer && call.transfer.progress !== old?.transfer?.progress)
    lines.push(`${who}: ${sayTransfer(call.transfer.progress, showHandle(call.transfer.to))}.`)
  else if (!call.transfer && old?.transfer) lines.push(`The transfer did not go through. ${who} is still here.`)
  if (call.referral && !old?.referral)
    lines.push(sayReferral(referrer(call.referral, call), showReferred(call.referral)))
  if (call.digitsWaiting > 0 && call.digitsWaiting !== old?.digitsWaiting)
    lines.push(sayDigitsWaiting(call.digitsWaiting))
  return lines
}
