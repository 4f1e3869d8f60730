/*
 * How long to wait before the next attempt: doubling, capped, and random between half and all of it, so that a thousand phones do not
 * come back in the same second (RFC 5626 section 4.5, with a shorter base because a person is waiting). It knows no timers.
 */

export interface BackoffOptions {
  /** First wait, ms. */
  readonly base?: number
  /** Longest wait, ms. */
  readonly cap?: number
  /** 0 ≤ x < 1. */
  readonly random?: () => number
}

export class Backoff {
  readonly #base: number
  readonly #cap: number
  readonly #random: () => number
  #attempt = 0

  constructor({ base = 1_000, cap = 60_000, random = Math.random }: BackoffOptions = {}) {
    this.#base = base
    this.#cap = cap
    this.#random = random
  }

  /** The next wait in ms. `atLeast`: what a server asked for (Retry-After), ms; believed up to ten times the cap. */
  next(atLeast = 0): number {
    const ceiling = Math.min(this.#base * 2 ** Math.min(this.#attempt, 30), this.#cap)
    this.#attempt += 1
    const wait = Math.round(ceiling * (0.5 + this.#random() / 2))
    return Math.max(wait, Math.min(atLeast, this.#cap * 10))
  }

  /** It worked: the next failure starts small again. */
  reset(): void {
    this.#attempt = 0
  }
}
