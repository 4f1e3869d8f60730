/*
 * Which call fills the screen and which wait in strips. A call that has the screen keeps it until it is gone, so that
 * a button never acts on another call than the one a moment ago. Pure.
 */
import type { CallId, CallState } from '../../common/call'
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
