/*
 * Makes sure every BYE is answered. sip.js drops a BYE that comes while our answer is still being applied, and answers none when the
 * application throws; the far end then believes in a call that is over. What is still open after a moment is answered 200 here.
 */
import type { Clock, Timer } from '../../../../common/clock'

/** Long enough for whoever answers a BYE in a promise, shorter than the first retransmission (T1, RFC 3261 section 17). */
const GRACE = 250
const MAX_REMEMBERED = 64

export class ByeWatch {
  readonly #clock: Clock
  readonly #open = new Map<string, Timer>()
  readonly #done = new Set<string>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `settle` runs once if no final answer for this branch was sent within 250 ms. */
  watch(branch: string, settle: () => void): void {
    if (this.#open.has(branch) || this.#done.has(branch)) return
    const timer = this.#clock.setTimeout(() => {
      this.#open.delete(branch)
      this.#done.add(branch)
      const oldest = this.#done.size > MAX_REMEMBERED ? this.#done.values().next().value : undefined
      if (oldest !== undefined) this.#done.delete(oldest)
      settle()
    }, GRACE)
    this.#open.set(branch, timer)
  }

  /** A final answer to a BYE is about to be sent. False when it comes too late: ours was sent already. */
  answering(branch: string): boolean {
    const timer = this.#open.get(branch)
    if (timer !== undefined) this.#clock.clearTimeout(timer)
    this.#open.delete(branch)
    return !this.#done.has(branch)
  }

  /** The connection is gone, and with it every open transaction. */
  clear(): void {
    for (const timer of this.#open.values()) this.#clock.clearTimeout(timer)
    this.#open.clear()
  }
}
