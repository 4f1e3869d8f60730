/*
 * Which packets of one stream were seen already (RFC 3711 section 3.3.2): the 128 before the newest are remembered, older ones count as
 * seen. Pure; it is told only of packets whose authentication succeeded.
 */

const size = 128
const mask = (1n << BigInt(size)) - 1n

export class ReplayWindow {
  #newest = -1
  /** Bit n: the packet n before the newest was seen. */
  #seen = 0n

  /** The highest index added; -1 before the first. */
  get newest(): number {
    return this.#newest
  }

  has(index: number): boolean {
    const age = this.#newest - index
    return age >= 0 && (age >= size || ((this.#seen >> BigInt(age)) & 1n) === 1n)
  }

  add(index: number): void {
    const ahead = index - this.#newest
    if (ahead > 0) {
      this.#seen = ahead >= size ? 1n : ((this.#seen << BigInt(ahead)) | 1n) & mask
      this.#newest = index
    } else if (-ahead < size) this.#seen |= 1n << BigInt(-ahead)
  }
}
