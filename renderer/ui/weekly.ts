/*
 * Weekly times in words and as fields have them: days as names or runs of names, minutes of a day as clock times. Pure.
 */
import type { WeeklyTime } from '../../common/weekly-times'
import { formatTime } from './numbers'

/** Monday first. */
export const weekDays: readonly (readonly [day: number, short: string, long: string])[] = [
  [1, 'Mon', 'Monday'],
  [2, 'Tue', 'Tuesday'],
  [3, 'Wed', 'Wednesday'],
  [4, 'Thu', 'Thursday'],
  [5, 'Fri', 'Friday'],
  [6, 'Sat', 'Saturday'],
  [0, 'Sun', 'Sunday'],
]

export const usualTime: WeeklyTime = { days: [1, 2, 3, 4, 5], from: 22 * 60, to: 7 * 60 }

/** `22:00`, as `<input type="time">` has it. */
export const clockTime = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** Minutes since midnight, or null for no time. */
export function minuteOf(time: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)/.exec(time) ?? []
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes)
}

/** `Mon–Fri, 22:00–07:00`, in the user's own way of writing times. */
export function sayTime({ days, from, to }: WeeklyTime): string {
  return `${sayDays(days)}, ${sayMinute(from)}–${sayMinute(to)}`
}

/** On a day whose clocks are not changed. */
const sayMinute = (minute: number): string => formatTime(new Date(2025, 0, 1, 0, minute).getTime())

function sayDays(days: readonly number[]): string {
  const on = weekDays.map(([day]) => days.includes(day))
  if (on.every(Boolean)) return 'Every day'
  if (!on.some(Boolean)) return 'No day'
  const runs: string[] = []
  for (let first = 0; first < weekDays.length; first++) {
    if (!on[first]) continue
    let last = first
    while (on[last + 1]) last += 1
    const [a, b] = [weekDays[first]?.[1], weekDays[last]?.[1]]
    runs.push(last - first > 1 ? `${a}–${b}` : last > first ? `${a}, ${b}` : `${a}`)
    first = last
  }
  return runs.join(', ')
}
