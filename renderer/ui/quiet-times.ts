/*
 * For how long the phone can be quiet. Times are wall-clock ms, mornings are local. Pure.
 */

/** Minutes, from a meeting to half an afternoon. */
export const quietMinutes = [30, 60, 120] as const

const morningHour = 8

/** The next eight o'clock in the morning, and whether that is still today. */
export function nextMorning(now: number): { readonly at: number; readonly isToday: boolean } {
  const morning = new Date(now)
  morning.setHours(morningHour, 0, 0, 0)
  const isToday = morning.getTime() > now
  // By the calendar, so that the night the clocks change is as long as it is.
  if (!isToday) morning.setDate(morning.getDate() + 1)
  return { at: morning.getTime(), isToday }
}

/** Whole minutes, at least one. */
export const minutesUntil = (now: number, at: number): number => Math.max(1, Math.round((at - now) / 60_000))
