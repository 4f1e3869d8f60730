/*
 * Past calls for the eye: each person once for the dialer, days for the full list, how each of them went in a word. Pure.
 */
import type { HistoryEntry } from '../../common/phone-state'
import { isBlocked } from './directory-words'
import { formatDay, sayDuration } from './numbers'
import { explainEnd } from './words'

/** The newest call with each person; anonymous callers are left out, they cannot be called. */
export function people(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const seen = new Set<string>()
  return history.filter(({ handle }) => {
    if (handle.value === '' || seen.has(handle.value)) return false
    seen.add(handle.value)
    return true
  })
}

/** Newest first, under the name of their day. */
export function byDay(
  history: readonly HistoryEntry[],
  now: number,
): readonly { readonly day: string; readonly entries: readonly HistoryEntry[] }[] {
  const days: { day: string; entries: HistoryEntry[] }[] = []
  for (const entry of history) {
    const day = formatDay(entry.startedAt, now)
    const last = days.at(-1)
    if (last?.day === day) last.entries.push(entry)
    else days.push({ day, entries: [entry] })
  }
  return days
}

/** `Missed`, `Blocked`, `3 min 20 s`, or what became of it. */
export function sayResult(entry: HistoryEntry): string {
  if (isBlocked(entry.screening)) return 'Blocked'
  if (entry.screening !== null && entry.connectedAt === null) return 'Do not disturb'
  if (entry.missed) return 'Missed'
  if (entry.connectedAt !== null) return sayDuration(entry.endedAt - entry.connectedAt)
  return explainEnd(entry.cause, entry.direction, false, entry.sipStatus).title
}
