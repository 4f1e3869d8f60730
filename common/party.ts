/*
 * Calls as a person counts them: a conference is one. Shared by all that shows calls in few words. Pure.
 */
import { canHold, canResume, isLive, type Call } from './call'

/** A call by itself, or the members of a conference. */
export type Party = readonly [Call, ...Call[]]

/** Of the live calls, in the order they began. */
export function partiesOf(calls: readonly Call[]): readonly Party[] {
  const parties = new Map<string, [Call, ...Call[]]>()
  for (const call of calls.filter(isLive)) {
    const key = call.groupId === null ? `call ${call.id}` : `group ${call.groupId}`
    const known = parties.get(key)
    if (known) known.push(call)
    else parties.set(key, [call])
  }
  return [...parties.values()]
}

/** What is up can be held, and it is plain which one is to be resumed in its place: with more on hold it were a guess. */
export function canSwap(parties: readonly Party[]): boolean {
  const up = parties.filter((party) => party.some(hasEar))
  const waiting = parties.filter((party) => party.every(canResume))
  return up.length === 1 && up[0]?.some(canHold) === true && waiting.length === 1
}

/** The one the user hears, or is about to hear; on hold, ringing here or on its way out it is not. */
export const hasEar = (call: Call): boolean =>
  call.state === 'dialing' || call.state === 'alerting' || call.state === 'connecting' || call.state === 'active'

/** The user speaks in it, or is about to, or has it on hold. One that only rings here is not up, nor one on its way out. */
export const isUp = (call: Call): boolean => hasEar(call) || call.state === 'held'
