/*
 * The proof that an account can be called: the registrar listed our Contact with a lifetime that still runs, and since then an answer came over the
 * same connection. It sends nothing itself; it is told what was seen and says what that proves, and from when on it proves nothing more.
 */
import type { Clock, Timer } from '../../../common/clock'
import type { Reach } from '../../../common/reach'

export interface ReachWatchOptions {
  readonly clock: Clock
  readonly onChange: (reach: Reach) => void
}

/** Nothing is known: not registered yet. */
export const unknownReach: Reach = { provenAt: null, nextAt: null, roundTripMs: null, doubt: null }

export class ReachWatch {
  readonly #options: ReachWatchOptions
  #reach = unknownReach
  /** Monotonic ms at which the binding runs out; null: there is none. */
  #boundUntil: number | null = null
  #expiry: Timer | null = null

  constructor(options: ReachWatchOptions) {
    this.#options = options
  }

  get reach(): Reach {
    return this.#reach
  }

  /** The registrar keeps our Contact for this long (RFC 3261 section 10.3), seconds. */
  bound(seconds: number): void {
    const { clock } = this.#options
    this.#boundUntil = clock.now() + seconds * 1000
    this.#setExpiry(seconds * 1000)
    if (this.#reach.doubt !== null) this.#say({ ...this.#reach, doubt: null })
  }

  /** An answer came over the connection. `nextInMs`: until the next question; null: none is asked. */
  alive(roundTripMs: number, nextInMs: number | null): void {
    const { clock } = this.#options
    if (this.#boundUntil === null || this.#boundUntil <= clock.now()) return
    const now = clock.date()
    this.#say({ provenAt: now, nextAt: nextInMs === null ? null : now + nextInMs, roundTripMs, doubt: null })
  }

  /** A question stayed open; another one is asked at once. */
  unanswered(): void {
    if (this.#boundUntil !== null) this.#say({ ...this.#reach, nextAt: this.#options.clock.date(), doubt: 'no-answer' })
  }

  /** The registrar answered with a list that we are not in. */
  missing(): void {
    this.#boundUntil = null
    this.#setExpiry(null)
    this.#say({ ...this.#reach, nextAt: null, doubt: 'contact-missing' })
  }

  /** The registration or its connection is gone: what was proven once is history. */
  lost(): void {
    this.#boundUntil = null
    this.#setExpiry(null)
    if (this.#reach.nextAt !== null) this.#say({ ...this.#reach, nextAt: null })
  }

  #setExpiry(ms: number | null): void {
    const { clock } = this.#options
    if (this.#expiry !== null) clock.clearTimeout(this.#expiry)
    this.#expiry =
      ms === null
        ? null
        : clock.setTimeout(() => {
            this.#boundUntil = null
            this.#say({ ...this.#reach, nextAt: null, doubt: 'expired' })
          }, ms)
  }

  #say(reach: Reach): void {
    this.#reach = reach
    this.#options.onChange(reach)
  }
}
