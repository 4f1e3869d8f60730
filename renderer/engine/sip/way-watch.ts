/*
 * After a call was told a new way to us its sound is to come by it. Where it does not the way is told once more, and more than once: the computer may have
 * had its new address before WebRTC knew of it. It does not know how a way is told.
 */

export interface WayWatchNeeds {
  /** Monotonic, ms. */
  now(): number
  /** Sound is due: neither side holds the other. */
  expectsSound(): boolean
  tellAgain(): void
}

/** Silence before the way is told once more, the first time and after, ms. Chromium waits up to two seconds before it believes that an address is new. */
const patience = [2_500, 5_000, 10_000]

export class WayWatch {
  #since: number | null = null
  #told = 0
  #packets = -1

  constructor(private readonly needs: WayWatchNeeds) {}

  /** The far end has taken the new way. */
  told(): void {
    this.#since = this.needs.now()
    this.#told = 0
    // What came by the old way is no news.
    this.#packets = -1
  }

  /** To be called about once a second with the number of packets that have come in this call. */
  measured(packets: number): void {
    const isHeard = packets > this.#packets && this.#packets >= 0
    this.#packets = packets
    if (this.#since === null) return
    const wait = patience[this.#told]
    if (isHeard || wait === undefined || !this.needs.expectsSound()) {
      this.#since = null
      return
    }
    const now = this.needs.now()
    if (now - this.#since < wait) return
    this.#since = now
    this.#told += 1
    this.needs.tellAgain()
  }
}
