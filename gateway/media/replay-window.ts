/*
 * Which packets of one stream were seen already (RFC 3711 section 3.3.2): the 128 before the newest are remembered, older ones count as
 * seen. Pure; it is told only of packets whose authentication succeeded.
 */

const size = 128

export class ReplayWindow {
  #newest = -1
  /** Where the remainder of an index by the size leads: which of those was seen last. */
  readonly #seen = new Float64Array(size).fill(-1)

  /** The highest index added; -1 before the first. */
  get newest(): number {
    return this.#newest
  }

  has(index: number): boolean {
    const age = this.#newest - index
    return age >= 0 && (age >= size || this.#seen[index % size] === index)
  }

  add(index: number): void {
    if (this.#newest - index >= size) return
    this.#seen[index % size] = index
    if (index > this.#newest) this.#newest = index
  }
}
