/*
 * A clock that a test moves by hand. Timers run in the order of their due time while `advance` passes them; nothing moves
 * by itself. It must not know what runs on it.
 */
import type { Clock, Timer } from '../../common/clock'

interface Pending {
  readonly id: number
  readonly at: number
  readonly task: () => void
}

export class ManualClock implements Clock {
  #now = 0
  #nextId = 1
  readonly #pending = new Map<number, Pending>()
  #started: number

  /** `date`: the wall-clock time at which this clock starts, ms since the epoch. */
  constructor(date = Date.UTC(2030, 0, 1)) {
    this.#started = date
  }

  now(): number {
    return this.#now
  }

  date(): number {
    return this.#started + this.#now
  }

  setTimeout(task: () => void, ms: number): Timer {
    const id = this.#nextId++
    this.#pending.set(id, { id, at: this.#now + Math.max(0, ms), task })
    return id as unknown as Timer
  }

  clearTimeout(timer: Timer): void {
    this.#pending.delete(timer as unknown as number)
  }

  /** Timers that still wait. A component that was disposed leaves none. */
  get pending(): number {
    return this.#pending.size
  }

  /** The computer sleeps: only the clock on the wall goes on. */
  sleep(ms: number): void {
    this.#started += ms
  }

  /** Moves time by `ms` and runs what falls due, in order; timers set on the way run too when they fall due in time. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) this.#run(next)
    this.#now = end
  }

  /** As `advance`, but lets promises settle before, between and after the timers. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#run(next)
      await settle()
    }
    this.#now = end
    await settle()
  }

  #run(next: Pending): void {
    this.#pending.delete(next.id)
    this.#now = Math.max(this.#now, next.at)
    next.task()
  }

  #next(end: number): Pending | undefined {
    let first: Pending | undefined
    for (const entry of this.#pending.values()) {
      if (entry.at > end) continue
      if (first === undefined || entry.at < first.at || (entry.at === first.at && entry.id < first.id)) first = entry
    }
    return first
  }
}

/** Lets every promise reaction that is already due run, however long the chain. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
