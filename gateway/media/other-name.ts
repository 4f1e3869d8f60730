/*
 * A far end that calls the agreed speech by another number than was agreed with it. It happens where a server brings two phones together and leaves:
 * each goes on with the numbers it had agreed with the server. What such a phone sends by, it also listens to. Pure.
 */
import { headerLength, payloadTypeOf } from './rtp-packet'

/** So many packets in a row are no mistake. */
const enough = 5
/** An event of RFC 4733 is as long, what only keeps a way open (RFC 6263) is shorter, and speech is longer. */
const eventLength = 4

export class OtherName {
  #type: number | null = null
  #count = 0

  /** What the far end calls the speech; null: as agreed. */
  get current(): number | null {
    return this.#count >= enough ? this.#type : null
  }

  /** The browser's number for a packet whose own was never agreed; null: it is not speech, as far as one can tell. */
  of(packet: Uint8Array, speech: number | null): number | null {
    const header = headerLength(packet)
    if (speech === null || header === null || payloadTypeOf(packet) < 96) return null
    return packet.length - header <= eventLength ? null : speech
  }

  /** A packet with this number came from the far end. */
  heard(type: number): void {
    this.#count = type === this.#type ? this.#count + 1 : 1
    this.#type = type
  }

  /** It calls it as agreed, after all. */
  forget(): void {
    this.#type = null
    this.#count = 0
  }
}
