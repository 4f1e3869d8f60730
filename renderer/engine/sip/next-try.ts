/*
 * When an account is tried again after what kind of failure, and the timer of it. What is tried then is its owner's business.
 */
import type { Clock, Timer } from '../../../common/clock'
import type { RegistrationFailure } from '../../../common/errors'
import { retryClass } from './registration-failure'
import { RetryPace } from './retry-pace'

/** How often a refusal that only the server's owner can lift is tried again, ms. */
const rareRetry = 300_000

export class NextTry {
  readonly #pace: RetryPace
  #timer: Timer | null = null

  constructor(
    private readonly clock: Clock,
    random: () => number,
    private readonly task: () => void,
  ) {
    this.#pace = new RetryPace(clock, random)
  }

  /** Plans it; the wall-clock ms of it, null: only the user can help. `retryAfterMs`: what the server asked for. `isCalm`: nobody waits for it. */
  after(reason: RegistrationFailure, retryAfterMs: number | null, isCalm = false): number | null {
    this.cancel()
    const kind = retryClass(reason)
    if (kind === 'never') return null
    const wait = kind === 'rarely' ? Math.max(rareRetry, retryAfterMs ?? 0) : this.#pace.next(retryAfterMs ?? 0, isCalm)
    this.in(wait)
    return this.clock.date() + wait
  }

  in(ms: number): void {
    this.cancel()
    this.#timer = this.clock.setTimeout(() => {
      this.#timer = null
      this.task()
    }, ms)
  }

  cancel(): void {
    if (this.#timer !== null) this.clock.clearTimeout(this.#timer)
    this.#timer = null
  }

  /** All is well again, or the user wants it now: the next failure waits as short as the first. */
  reset(): void {
    this.#pace.reset()
  }
}
