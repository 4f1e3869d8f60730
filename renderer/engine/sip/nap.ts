/*
 * Whether the computer slept: monotonic time stands still then, wall-clock time does not. It knows nothing of who wants to know.
 */
import type { Clock } from '../../../common/clock'

/** More than this between the clocks is sleep, not adjustment, ms. */
const longNap = 20_000

export class NapWatch {
  readonly #clock: Clock
  /** Wall-clock minus monotonic time at the last sign of life, ms. */
  #skew: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#skew = clock.date() - clock.now()
  }

  /** For long, since the last `awake`. */
  get slept(): boolean {
    return this.#clock.date() - this.#clock.now() - this.#skew > longNap
  }

  awake(): void {
    this.#skew = this.#clock.date() - this.#clock.now()
  }
}
