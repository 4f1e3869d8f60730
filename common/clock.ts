/*
 * Time as a parameter. Deadlines and durations run on `now()`, which never jumps; `date()` is for people and logs only.
 * Nothing here knows which process it runs in; tests pass a clock they move by hand.
 */

/** Opaque handle of a pending timer. */
export type Timer = ReturnType<typeof setTimeout>

/** Time, as whoever needs it is given it. */
export interface Clock {
  /** Monotonic time in ms since an arbitrary start. */
  now(): number
  /** Wall-clock time in ms since the epoch; may jump. */
  date(): number
  /** Runs `task` once after `ms` milliseconds. */
  setTimeout(task: () => void, ms: number): Timer
  /** Stops a timer that has not run; of one that has, or of nothing, it is without effect. */
  clearTimeout(timer: Timer): void
}

/** The clock of this process. Looks its timers up at each call, so test frameworks that replace them are obeyed. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  setTimeout: (task, ms) => setTimeout(task, ms),
  clearTimeout: (timer) => clearTimeout(timer),
}
