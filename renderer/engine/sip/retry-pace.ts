/*
 * How long to wait before the next attempt: quickly for the first minutes, while somebody may be waiting, then for as long as it takes. It
 * does not know what is attempted.
 */
import type { Clock } from '../../../common/clock'
import { Backoff } from './backoff'

/** How long attempts follow each other quickly, ms. */
const eagerFor = 180_000

export class RetryPace {
  readonly #clock: Clock
  readonly #eager: Backoff
  readonly #patient: Backoff
  #troubleSince: number | null = null

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#eager = new Backoff({ base: 1_000, cap: 3_000, random })
    this.#patient = new Backoff({ base: 4_000, cap: 60_000, random })
  }

  /** ms, not less than `atLeast`. */
  next(atLeast: number): number {
    const now = this.#clock.now()
    this.#troubleSince ??= now
    return (now - this.#troubleSince < eagerFor ? this.#eager : this.#patient).next(atLeast)
  }

  /** All is well again, or the user wants it now. */
  reset(): void {
    this.#troubleSince = null
    this.#eager.reset()
    this.#patient.reset()
  }
}
