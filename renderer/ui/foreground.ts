/*
 * Which call fills the screen and which wait beside it. A call that has the screen keeps it until it is gone, so that a
 * button never acts on another call than the one a moment ago; only somebody who is spoken to takes it over. Pure.
 */
import type { Call, CallId, CallState } from '../../common/call'
import { hasEar } from '../../common/party'
import type { CallView } from '../../common/phone-state'

const rank: Record<CallState, number> = {
  active: 0,
  connecting: 1,
  dialing: 2,
  alerting: 2,
  held: 3,
  incoming: 4,
  ending: 5,
  ended: 6,
}

/** `kept`: the call that had the screen, or that the user chose; null when none did. */
export function foreground(calls: readonly CallView[], kept: CallId | null): CallView | null {
  const same = calls.find(({ call }) => call.id === kept)
  if (same) return same
  return [...calls].sort((a, b) => rank[a.call.state] - rank[b.call.state])[0] ?? null
}

/** The call in front after a change: `chosen` was it before. */
export function successor(
  calls: readonly CallView[],
  before: readonly CallView[],
  chosen: CallId | null,
): CallId | null {
  const was = (call: Call): Call | undefined => before.find((other) => other.call.id === call.id)?.call
  const taken = calls.find(({ call }) => hasEar(call) && (was(call)?.state ?? 'incoming') === 'incoming')
  if (taken) return taken.call.id
  const kept = calls.find(({ call }) => call.id === chosen)?.call
  if (!kept) return foreground(calls, null)?.call.id ?? null
  const others = calls.filter(({ call }) => call.id !== kept.id)
  const isOver = kept.state === 'ended' || kept.state === 'ending'
  // Somebody was only heard ringing: the conversation has the screen again.
  if (isOver && was(kept)?.state === 'incoming') {
    const live = others.filter(({ call }) => call.state !== 'ended' && call.state !== 'ending')
    return foreground(live, null)?.call.id ?? kept.id
  }
  // One of a conference has gone, the conference has not.
  const group = was(kept)?.groupId ?? null
  if (isOver && group !== null) {
    const stayed = others.find(({ call }) => was(call)?.groupId === group && (hasEar(call) || call.state === 'held'))
    return stayed?.call.id ?? kept.id
  }
  // Whoever is spoken to now, after a swap or a word in private.
  const spoken = others.find(({ call }) => call.state === 'active')
  const changed = was(kept)?.state === 'active' || (spoken && was(spoken.call)?.state === 'held')
  return kept.state === 'held' && spoken && changed ? spoken.call.id : kept.id
}
