/*
 * Keeps one session alive as RFC 4028 has it, or finds that it is dead: when we are the refresher a refresh is sent at half the interval,
 * and when none has come or gone through shortly before its end, the session is over. It does not know how a refresh is sent.
 */
import {
  knowsTimers,
  leastInterval,
  readInterval,
  readLeast,
  settleInterval,
  usualInterval,
  type ReadHeader,
} from './session-interval'

export interface SessionTimerNeeds {
  /** Runs the task after so many ms unless the call ends before. Returns the way to cancel. */
  later(task: () => void, ms: number): () => void
  /** Sends a refresh whose answer, if good, comes back through `accepted`. Resolves when it was answered or given up. */
  refresh(): Promise<unknown>
  /** Nobody refreshed the session in time. */
  expire(): void
}

/** After a refresh that did not go through, the next follows after half of the time that is left, but not sooner, ms. */
const retryAtLeast = 5_000

export class SessionTimer {
  readonly #needs: SessionTimerNeeds
  #seconds: number | null = null
  #weRefresh = false
  /** The longest interval that somebody on the way has called too short, s. */
  #least = leastInterval
  #stops: (() => void)[] = []
  /** Counts the intervals, so that a refresh that outlives its own does nothing. */
  #interval = 0

  constructor(needs: SessionTimerNeeds) {
    this.#needs = needs
  }

  /** Seconds between refreshes at most; null while there is no limit. */
  get seconds(): number | null {
    return this.#seconds
  }

  get weRefresh(): boolean {
    return this.#seconds !== null && this.#weRefresh
  }

  /** The lines of a request of ours that may begin or refresh the session (section 7.1 and 7.4). `Supported` is sip.js's. */
  offer(): string[] {
    const seconds = Math.max(this.#seconds ?? usualInterval, this.#least)
    const refresher = this.#seconds === null ? '' : `;refresher=${this.#weRefresh ? 'uac' : 'uas'}`
    return [`Session-Expires: ${seconds}${refresher}`, `Min-SE: ${this.#least}`]
  }

  /** Our request was answered with a 2xx (section 7.2). One that names no interval means that the session has no end. */
  accepted(header: ReadHeader): void {
    const settled = readInterval(header)
    if (settled === null) this.stop()
    else this.#begin(settled.seconds, settled.refresher !== 'uas')
  }

  /** A request of theirs gets a 2xx: the lines it needs (section 9). */
  answer(header: ReadHeader): string[] {
    const settled = settleInterval(header)
    if (settled === null) {
      this.stop()
      return []
    }
    this.#least = Math.max(this.#least, readLeast(header))
    this.#begin(settled.seconds, settled.refresher === 'uas')
    const lines = [`Session-Expires: ${settled.seconds};refresher=${settled.refresher}`]
    return knowsTimers(header) ? [...lines, 'Require: timer'] : lines
  }

  /** A request of ours got 422: false when asking for longer is no use (section 7.3). */
  tooBrief(header: ReadHeader): boolean {
    const least = readLeast(header)
    if (least <= Math.max(this.#seconds ?? usualInterval, this.#least)) return false
    this.#least = least
    return true
  }

  stop(): void {
    this.#interval += 1
    this.#seconds = null
    this.#cancel()
  }

  #begin(seconds: number, weRefresh: boolean): void {
    this.#interval += 1
    this.#cancel()
    this.#seconds = seconds
    this.#weRefresh = weRefresh
    const interval = seconds * 1_000
    // Section 10: who does not refresh says BYE this long before the end, which both sides then hear of in time.
    const end = interval - Math.min(32_000, interval / 3)
    this.#stops.push(this.#needs.later(() => this.#needs.expire(), end))
    if (weRefresh) this.#refreshIn(interval / 2, end)
  }

  #refreshIn(ms: number, left: number): void {
    const interval = this.#interval
    const stop = this.#needs.later(() => {
      void this.#needs.refresh().then(() => {
        // What went through began a new interval.
        if (interval !== this.#interval) return
        this.#refreshIn(Math.max((left - ms) / 2, retryAtLeast), left - ms)
      })
    }, ms)
    this.#stops.push(stop)
  }

  #cancel(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }
}
