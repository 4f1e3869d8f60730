/*
 * The keys of SRTP (RFC 3711 section 4.3): what a master key and salt become for encryption, authentication and salting. Pure; key
 * derivation rate is always 0, as SDES has it unless told otherwise.
 */
import { createCipheriv } from 'node:crypto'

/** Master key (16 bytes) and salt (14 bytes), as an `inline:` key holds them (RFC 4568 section 6.1). */
export const masterLength = 30

export interface SessionKeys {
  readonly encryption: Buffer
  readonly authentication: Buffer
  /** 16 bytes, the last two zero: the start of every counter block. */
  readonly salt: Buffer
}

/** Labels of section 4.3.1 and 4.3.2. */
const labels = { rtp: [0, 1, 2], rtcp: [3, 4, 5] } as const

export function sessionKeys(master: Uint8Array, kind: keyof typeof labels): SessionKeys {
  const [encryption, authentication, salt] = labels[kind]
  return {
    encryption: derive(master, encryption, 16),
    authentication: derive(master, authentication, 20),
    salt: Buffer.concat([derive(master, salt, 14), Buffer.alloc(2)]),
  }
}

/** `length` bytes of the AES-CM key stream for one label (section 4.3.3). */
export function derive(master: Uint8Array, label: number, length: number): Buffer {
  const block = Buffer.alloc(16)
  block.set(master.subarray(16, masterLength))
  block[7] = (block[7] ?? 0) ^ label
  return createCipheriv('aes-128-ctr', master.subarray(0, 16), block).update(Buffer.alloc(length))
}

/** The key stream's first block for a packet (section 4.1.1): salt, SSRC and packet index laid over each other. */
export function counterBlock(salt: Buffer, ssrc: number, index: number): Buffer {
  const block = Buffer.from(salt)
  block.writeUInt32BE((block.readUInt32BE(4) ^ ssrc) >>> 0, 4)
  const high = Math.floor(index / 0x1_0000)
  block.writeUInt32BE((block.readUInt32BE(8) ^ high) >>> 0, 8)
  block.writeUInt16BE(block.readUInt16BE(12) ^ (index % 0x1_0000), 12)
  return block
}
