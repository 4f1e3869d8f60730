/*
 * The keys of SRTP (RFC 3711 section 4.3): what a master key and salt become for encryption, authentication and salting. Pure; key
 * derivation rate is always 0, as SDES has it unless told otherwise.
 */
import { createCipheriv } from 'node:crypto'

/** Bytes of the salt behind a master key of 16 or 32, as an `inline:` key holds them (RFC 4568 section 6.1, RFC 6188 section 6). */
const saltLength = 14

export interface SessionKeys {
  /** As long as the master key. */
  readonly encryption: Buffer
  readonly authentication: Buffer
  /** 16 bytes, the last two zero: the start of every counter block. */
  readonly salt: Buffer
}

/** Labels of section 4.3.1 and 4.3.2. */
const labels = { rtp: [0, 1, 2], rtcp: [3, 4, 5] } as const

/** `master`: key and salt, 30 or 46 bytes. */
export function sessionKeys(master: Uint8Array, kind: keyof typeof labels): SessionKeys {
  const [encryption, authentication, salt] = labels[kind]
  return {
    encryption: derive(master, encryption, master.length - saltLength),
    authentication: derive(master, authentication, 20),
    salt: Buffer.concat([derive(master, salt, saltLength), Buffer.alloc(2)]),
  }
}

/** `length` bytes of the AES-CM key stream for one label (section 4.3.3, RFC 6188 section 3). */
export function derive(master: Uint8Array, label: number, length: number): Buffer {
  const key = master.subarray(0, master.length - saltLength)
  const block = Buffer.alloc(16)
  block.set(master.subarray(key.length))
  block[7] = (block[7] ?? 0) ^ label
  return createCipheriv(key.length === 32 ? 'aes-256-ctr' : 'aes-128-ctr', key, block).update(Buffer.alloc(length))
}

/** Writes the key stream's first block for a packet into `block` (section 4.1.1): salt, SSRC and packet index laid over each other. */
export function counterBlock(salt: Buffer, ssrc: number, index: number, block: Buffer = Buffer.alloc(16)): Buffer {
  block.set(salt)
  block.writeUInt32BE((salt.readUInt32BE(4) ^ ssrc) >>> 0, 4)
  block.writeUInt32BE((salt.readUInt32BE(8) ^ Math.floor(index / 0x1_0000)) >>> 0, 8)
  block.writeUInt16BE(salt.readUInt16BE(12) ^ (index % 0x1_0000), 12)
  return block
}
