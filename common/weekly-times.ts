/*
 * Times of the week by the wall clock where the computer is, when the next of them begins or ends, and how long those that are on last. Pure.
 */

/** `days`: 0 Sunday to 6, on which it begins. Minutes since midnight; `to` not after `from`: it ends on the day after. */
export interface WeeklyTime {
  readonly days: readonly number[]
  readonly from: number
  readonly to: number
}

/** `at`: wall-clock ms. */
export function isWithin(time: WeeklyTime, at: number): boolean {
  const moment = new Date(at)
  const minute = moment.getHours() * 60 + moment.getMinutes()
  const today = moment.getDay()
  if (time.from < time.to) return time.days.includes(today) && minute >= time.from && minute < time.to
  const yesterday = (today + 6) % 7
  return (time.days.includes(today) && minute >= time.from) || (time.days.includes(yesterday) && minute < time.to)
}

/** Wall-clock ms at which the last of those that are on at `at` ends; null when none is. */
export function endOf(times: readonly WeeklyTime[], at: number): number | null {
  const moment = new Date(at)
  const minute = moment.getHours() * 60 + moment.getMinutes()
  const ends = times
    .filter((time) => isWithin(time, at))
    .map((time) => {
      const began = time.days.includes(moment.getDay()) && minute >= time.from
      return minuteOf(moment, began && time.to <= time.from ? 1 : 0, time.to)
    })
  return ends.length === 0 ? null : Math.max(...ends)
}

/** Made of the day's own parts, so that a day with a changed clock has its edges where its people see them. */
const minuteOf = (day: Date, later: number, minute: number): number =>
  new Date(day.getFullYear(), day.getMonth(), day.getDate() + later, 0, minute).getTime()

/** Wall-clock ms of the next moment at which one of them may begin or end; null when there are none. */
export function nextEdge(times: readonly WeeklyTime[], at: number): number | null {
  const edges = times
    .flatMap(({ from, to }) => [from, to])
    .flatMap((minute) => [0, 1].map((later) => minuteOf(new Date(at), later, minute)))
  const later = edges.filter((edge) => edge > at)
  return later.length === 0 ? null : Math.min(...later)
}
