/*
 * One after the other, with a pause between: for what a server would take for a flood when it came all at once. It does not know what is done.
 */
import type { Clock } from '../../../common/clock'

export class Turns {
  readonly #clock: Clock
  readonly #pauseMs: number
  readonly #waiting = new Set<() => void>()
  #pausing = false

  constructor(clock: Clock, pauseMs: number) {
    this.#clock = clock
    this.#pauseMs = pauseMs
  }

  /** Runs the task at once or when it is its turn. Gives what takes it out of the row. */
  take(task: () => void): () => void {
    const turn = (): void => task()
    this.#waiting.add(turn)
    this.#next()
    return () => void this.#waiting.delete(turn)
  }

  #next(): void {
    const [turn] = this.#waiting
    if (this.#pausing || turn === undefined) return
    this.#waiting.delete(turn)
    this.#pausing = true
    this.#clock.setTimeout(() => {
      this.#pausing = false
      this.#next()
    }, this.#pauseMs)
    turn()
  }
}
