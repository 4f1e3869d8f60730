/*
 * Past calls as lists for the eye: each person once for the dialer, matches of what is typed, days for the full list. Pure.
 */
import type { HistoryEntry } from '../../common/phone-state'
import { formatDay } from './numbers'

/** The newest call with each person; anonymous callers are left out, they cannot be called. */
export function people(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const seen = new Set<string>()
  return history.filter(({ handle }) => {
    if (handle.value === '' || seen.has(handle.value)) return false
    seen.add(handle.value)
    return true
  })
}

/** Whether name or number contain the typed text; spaces and dashes in numbers do not matter. */
export function matches(entry: HistoryEntry, typed: string): boolean {
  const text = typed.trim().toLocaleLowerCase()
  if (text === '') return true
  const digits = text.replace(/[\s()/.-]/g, '')
  const value = entry.handle.value.toLocaleLowerCase()
  return (entry.name ?? '').toLocaleLowerCase().includes(text) || (digits !== '' && value.includes(digits))
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
