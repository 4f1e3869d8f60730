/*
 * AES in counter mode for many small packets under one key (RFC 3711 section 4.1.1): one cipher is kept open and makes the key stream block by
 * block from counters, because setting up a cipher for each packet costs more than its work. It knows counters and bytes, no packets.
 */
import { createCipheriv } from 'node:crypto'

const blockLength = 16

export class PacketCipher {
  readonly #cipher: ReturnType<typeof createCipheriv>
  /** The counters of one packet, a block each; grows to the largest packet there was. */
  #counters = Buffer.alloc(0)

  /** `key`: 16 or 32 bytes. */
  constructor(key: Uint8Array) {
    // Encrypting counters by themselves is what counter mode is; nothing of a packet ever goes through this.
    this.#cipher = createCipheriv(key.length === 32 ? 'aes-256-ecb' : 'aes-128-ecb', key, null).setAutoPadding(false)
  }

  /** Encrypts or decrypts `bytes` from `start` to `end` where they are. `first`: the counter block of the packet, 16 bytes, the last two zero. */
  apply(bytes: Uint8Array, start: number, end: number, first: Uint8Array): void {
    if (end <= start) return
    const needed = blockLength * Math.ceil((end - start) / blockLength)
    if (this.#counters.length < needed) this.#counters = Buffer.alloc(needed)
    const counters = this.#counters
    for (let at = 0; at < needed; at += blockLength) {
      counters.set(first, at)
      const counter = at / blockLength
      counters[at + 14] = counter >> 8
      counters[at + 15] = counter & 0xff
    }
    const stream = this.#cipher.update(counters.subarray(0, needed))
    for (let at = start, from = 0; at < end; at++, from++) bytes[at] = (bytes[at] ?? 0) ^ (stream[from] ?? 0)
  }
}
