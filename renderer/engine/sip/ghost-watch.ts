/*
 * Finds calls whose far end is gone without a word: when no sound has come for a while, the far end is asked whether it is still there.
 * Silence alone ends nothing, for a far end may have nothing to say. It does not know how the asking is done.
 */

export interface GhostWatchNeeds {
  /** Monotonic, ms. */
  now(): number
  /** Sound is due: neither side holds the other. */
  expectsSound(): boolean
  /** Sound stopped that was there: the way to the server may be gone with it. */
  doubt(): void
  /** Asks, and ends the call if nobody is there. Resolves when that is settled. Never rejects. */
  probe(): Promise<void>
}

/** Silence before the way to the server is looked at, ms: more than one bad moment of a Wi-Fi. */
const doubtAfter = 1_900
/** Silence before the first question, ms; far longer than any codec's pause. */
const firstPatience = 20_000
/** Between questions to a far end that is there and silent, ms. */
const laterPatience = 60_000
/** Between questions while one side holds, so that a ghost on hold is found too, ms. */
const holdPatience = 180_000

export class GhostWatch {
  readonly #needs: GhostWatchNeeds
  #packets = -1
  #expected = true
  #quietSince: number
  #patience = firstPatience
  #probing = false
  #doubted = true

  constructor(needs: GhostWatchNeeds) {
    this.#needs = needs
    this.#quietSince = needs.now()
  }

  /** To be called about once a second with the number of packets that have come in this call. */
  measured(packets: number): void {
    const now = this.#needs.now()
    const expected = this.#needs.expectsSound()
    if (packets !== this.#packets || expected !== this.#expected) {
      // There must have been some, for this call may have none.
      this.#doubted = packets <= 0 || packets === this.#packets
      this.#packets = packets
      this.#expected = expected
      this.#quietSince = now
      this.#patience = firstPatience
      return
    }
    if (expected && !this.#doubted && now - this.#quietSince >= doubtAfter) {
      this.#doubted = true
      this.#needs.doubt()
    }
    const patience = expected ? this.#patience : holdPatience
    if (this.#probing || now - this.#quietSince < patience) return
    void this.#probe()
  }

  async #probe(): Promise<void> {
    this.#probing = true
    await this.#needs.probe()
    this.#probing = false
    this.#quietSince = this.#needs.now()
    this.#patience = laterPatience
  }
}
