/*
 * What a screen reader is told when the calls change, as a function of two snapshots. Says each change once, in the
 * words of the screen; silent about what has not changed. Pure.
 */
import { isMuted, type Call } from '../../common/call'
import type { CallView } from '../../common/phone-state'
import { showWho } from './numbers'
import { sayState } from './words'

/** One sentence for all that happened, or null. */
export function announce(before: readonly CallView[], now: readonly CallView[]): string | null {
  const said = now.flatMap(({ call }) => {
    const was = before.find((other) => other.call.id === call.id)?.call
    const sentence = change(was, call)
    return sentence === null ? [] : [sentence]
  })
  return said.length > 0 ? said.join(' ') : null
}

function change(was: Call | undefined, call: Call): string | null {
  const who = showWho(call)
  if (was && was.state === call.state && sayState(was) === sayState(call)) {
    if (isMuted(was) === isMuted(call)) return null
    return isMuted(call) ? 'Microphone muted.' : 'Microphone on.'
  }
  if (call.state === 'incoming') return call.waiting ? `Call waiting: ${who}.` : `Incoming call: ${who}.`
  if (call.state === 'dialing') return `Calling ${who}.`
  if (call.state === 'active' && was?.state === 'held' && !call.remoteHeld) return `Call with ${who} resumed.`
  if (call.state === 'active' && was?.state !== 'active') return `Connected to ${who}.`
  if (call.state === 'ending') return null
  return `${who}: ${sayState(call).replace('…', '')}.`
}
