/*
 * Lets only so many unanswered INVITEs in, all together and from one caller, so that a flood cannot ring a thousand times. What is
 * too much is answered 486 before sip.js spends memory on it. It does not know calls, only transactions.
 */
import type { Clock } from '../../../../common/clock'

const MAX_PENDING = 16
/** More than anybody dials by hand, and than a caller's system retries. */
const PER_CALLER = 24
const CALLER_WINDOW = 10_000
/** RFC 3261 timer C: nobody waits longer for a final answer. */
const FORGET_AFTER = 180_000
const MAX_CALLERS = 256

export class InviteGate {
  readonly #clock: Clock
  readonly #pending = new Map<string, number>()
  readonly #callers = new Map<string, number[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `branch`: of the INVITE. `caller`: what tells callers apart, e.g. the From URI. A retransmission is always let in. */
  admits(branch: string, caller: string): boolean {
    const now = this.#clock.now()
    if (this.#pending.has(branch)) return true
    for (const [known, at] of this.#pending) if (at < now - FORGET_AFTER) this.#pending.delete(known)
    const recent = (this.#callers.get(caller) ?? []).filter((at) => at > now - CALLER_WINDOW)
    if (this.#pending.size >= MAX_PENDING || recent.length >= PER_CALLER) return false
    recent.push(now)
    this.#callers.delete(caller)
    this.#callers.set(caller, recent)
    const oldest = this.#callers.size > MAX_CALLERS ? this.#callers.keys().next().value : undefined
    if (oldest !== undefined) this.#callers.delete(oldest)
    this.#pending.set(branch, now)
    return true
  }

  /** A final answer to the INVITE was sent. */
  answered(branch: string): void {
    this.#pending.delete(branch)
  }
}
