/*
 * Whether the far end gets our sound, as far as its RTCP reports say (RFC 3550 section 6.4). It only counts; what the numbers mean is judged by whoever
 * asked for them.
 */
import { reportedIn } from './rtcp'

export class FarReports {
  #reports = 0
  #progress = 0
  /** Each stream of a block, and the highest number it told last. */
  readonly #highest = new Map<number, number>()

  /** Reports there were. */
  get reports(): number {
    return this.#reports
  }

  /** Those that told of more than the ones before: something of ours arrived. */
  get progress(): number {
    return this.#progress
  }

  /** An authentic packet of the far end's. Whoever is between may have given our stream another name, so any block counts. */
  take(packet: Buffer): void {
    const blocks = reportedIn(packet)
    if (blocks === null) return
    this.#reports++
    let moved = false
    for (const { ssrc, highest } of blocks) {
      if (this.#highest.get(ssrc) === highest) continue
      if (this.#highest.size >= maxStreams) this.#highest.clear()
      this.#highest.set(ssrc, highest)
      moved = true
    }
    if (moved) this.#progress++
  }
}

/** Streams that are told apart; a far end that makes up names is one that tells of progress each time. */
const maxStreams = 32
