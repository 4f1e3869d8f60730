/*
 * What is remembered of each stream under one key, by SSRC. Of too many the one that was quiet for longest is forgotten; nearly every packet is of the
 * same stream as the one before, which costs nothing to find.
 */

const maxStreams = 32

export class StreamMemory<T extends object> {
  readonly #streams = new Map<number, T>()
  #ssrc = -1
  #last: T | null = null

  constructor(private readonly make: () => T) {}

  /** What is known of this stream, or what there is to know of a new one, which is not kept by being asked for. */
  of(ssrc: number): T {
    return (ssrc === this.#ssrc ? this.#last : this.#streams.get(ssrc)) ?? this.make()
  }

  /** A packet of this stream was good. */
  keep(ssrc: number, stream: T): void {
    if (ssrc === this.#ssrc && stream === this.#last) return
    this.#ssrc = ssrc
    this.#last = stream
    this.#streams.delete(ssrc)
    this.#streams.set(ssrc, stream)
    if (this.#streams.size <= maxStreams) return
    const [first] = this.#streams.keys()
    if (first !== undefined) this.#streams.delete(first)
  }
}
