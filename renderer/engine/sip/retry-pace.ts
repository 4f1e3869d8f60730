/*
 * How long to wait before the next attempt: quickly for the first minutes, while somebody may be waiting, then for as long as it takes; and like a
 * machine where nobody waits, because there is another way. It does not know what is attempted.
 */
import type { Clock } from '../../../common/clock'
import { Backoff } from './backoff'

/** How long attempts follow each other quickly, ms. */
const eagerFor = 180_000

export class RetryPace {
  readonly #clock: Clock
  readonly #eager: Backoff
  readonly #patient: Backoff
  readonly #calm: Backoff
  #troubleSince: number | null = null

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#eager = new Backoff({ base: 1_000, cap: 3_000, random })
    this.#patient = new Backoff({ base: 4_000, cap: 60_000, random })
    // RFC 5626 section 4.5, where not all flows failed: 90 to 180 s, then twice as long each time.
    this.#calm = new Backoff({ base: 180_000, cap: 1_800_000, random })
  }

  /** ms, not less than `atLeast`. `isCalm`: nobody waits for it; then the first attempt is soon all the same. */
  next(atLeast: number, isCalm: boolean): number {
    const now = this.#clock.now()
    const isFirst = this.#troubleSince === null
    this.#troubleSince ??= now
    if (isCalm && !isFirst) return this.#calm.next(atLeast)
    return (now - this.#troubleSince < eagerFor ? this.#eager : this.#patient).next(atLeast)
  }

  /** All is well again, or the user wants it now. */
  reset(): void {
    this.#troubleSince = null
    this.#eager.reset()
    this.#patient.reset()
    this.#calm.reset()
  }
}
