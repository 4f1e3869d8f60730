/*
 * HMAC-SHA1 of many small packets under one key (RFC 2104, RFC 3711 section 4.2.1), as the two hashes it consists of: an HMAC object for each
 * packet costs twice as much. It knows bytes, no packets.
 */
import { hash } from 'node:crypto'

const blockLength = 64
const hashLength = 20

export class PacketTag {
  /** The key's inner block, and room for what is signed; grows to the largest packet there was. */
  #inner = Buffer.alloc(blockLength + 1_500, 0x36)
  /** The key's outer block, and room for the inner hash. */
  readonly #outer = Buffer.alloc(blockLength + hashLength, 0x5c)

  /** `key`: at most 64 bytes. */
  constructor(key: Uint8Array) {
    key.forEach((byte, at) => {
      this.#inner[at] = byte ^ 0x36
      this.#outer[at] = byte ^ 0x5c
    })
  }

  /** 20 bytes, of `bytes` up to `end` and then of the number, which is signed as 32 bits though it does not travel; null: none is. */
  of(bytes: Uint8Array, end: number, rollOver: number | null): Buffer {
    const length = blockLength + end + (rollOver === null ? 0 : 4)
    if (this.#inner.length < length) this.#inner = Buffer.concat([this.#inner], length)
    const inner = this.#inner
    inner.set(end === bytes.length ? bytes : bytes.subarray(0, end), blockLength)
    if (rollOver !== null) inner.writeUInt32BE(rollOver >>> 0, blockLength + end)
    this.#outer.set(hash('sha1', inner.subarray(0, length), 'buffer'), blockLength)
    return hash('sha1', this.#outer, 'buffer')
  }
}
