/*
 * SRTP and SRTCP with AES_CM_128_HMAC_SHA1_80 and _32 (RFC 3711, RFC 4568 section 6.2) on Node's crypto: one direction of one master key,
 * any number of streams. Nothing is believed of a packet before its authentication: not its roll-over counter, not its source. It knows no
 * sockets and no descriptions.
 */
import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { ReplayWindow } from './replay-window'
import { headerLength, sequenceOf, ssrcOf } from './rtp-packet'
import { counterBlock, sessionKeys, type SessionKeys } from './srtp-keys'

/** Encoded names of RFC 4568 section 6.2. */
export const srtpSuites = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32'] as const
export type SrtpSuite = (typeof srtpSuites)[number]

/** Bytes. Control packets have the long tag with both suites (RFC 4568 section 6.2.2). */
const tagLengths = { AES_CM_128_HMAC_SHA1_80: 10, AES_CM_128_HMAC_SHA1_32: 4 } as const
const rtcpTagLength = 10

/** Streams remembered for one key; the one that was quiet for longest goes first. */
const maxStreams = 32
const encrypted = 0x8000_0000

/** Makes packets that only who has the key can read. */
export class SrtpSender {
  readonly #rtp: SessionKeys
  readonly #rtcp: SessionKeys
  readonly #tagLength: number
  /** The highest index sent, by SSRC. */
  readonly #indexes = new Map<number, number>()
  readonly #rtcpIndexes = new Map<number, number>()

  /** `master`: key and salt, 30 bytes. */
  constructor(master: Uint8Array, suite: SrtpSuite) {
    this.#rtp = sessionKeys(master, 'rtp')
    this.#rtcp = sessionKeys(master, 'rtcp')
    this.#tagLength = tagLengths[suite]
  }

  /** Null for what is no RTP packet. */
  protectRtp(packet: Uint8Array): Buffer | null {
    const header = headerLength(packet)
    if (header === null) return null
    const ssrc = ssrcOf(packet)
    const newest = this.#indexes.get(ssrc) ?? -1
    const index = indexOf(sequenceOf(packet), newest)
    if (index < 0) return null
    remember(this.#indexes, ssrc, Math.max(index, newest))
    const output = Buffer.concat([packet.subarray(0, header), crypt(this.#rtp, packet.subarray(header), ssrc, index)])
    return Buffer.concat([output, tagOf(this.#rtp, output, Math.floor(index / 0x1_0000)).subarray(0, this.#tagLength)])
  }

  /** Null for what is no RTCP packet. */
  protectRtcp(packet: Uint8Array): Buffer | null {
    if (packet.length < 8 || (packet[0] ?? 0) >> 6 !== 2) return null
    const ssrc = ssrcOf(packet, 4)
    const index = ((this.#rtcpIndexes.get(ssrc) ?? -1) + 1) % encrypted
    remember(this.#rtcpIndexes, ssrc, index)
    const trailer = Buffer.alloc(4)
    trailer.writeUInt32BE((encrypted | index) >>> 0)
    const output = Buffer.concat([packet.subarray(0, 8), crypt(this.#rtcp, packet.subarray(8), ssrc, index), trailer])
    return Buffer.concat([output, tagOf(this.#rtcp, output).subarray(0, rtcpTagLength)])
  }
}

/** Reads packets of who has the key, each once. */
export class SrtpReceiver {
  readonly #rtp: SessionKeys
  readonly #rtcp: SessionKeys
  readonly #tagLength: number
  readonly #windows = new Map<number, ReplayWindow>()
  readonly #rtcpWindows = new Map<number, ReplayWindow>()

  /** `master`: key and salt, 30 bytes. */
  constructor(master: Uint8Array, suite: SrtpSuite) {
    this.#rtp = sessionKeys(master, 'rtp')
    this.#rtcp = sessionKeys(master, 'rtcp')
    this.#tagLength = tagLengths[suite]
  }

  /** Null when it is not authentic, was seen before, or is too old to know. */
  unprotectRtp(packet: Uint8Array): Buffer | null {
    const end = packet.length - this.#tagLength
    const signed = packet.subarray(0, Math.max(0, end))
    const header = headerLength(signed)
    if (header === null) return null
    const ssrc = ssrcOf(packet)
    const window = this.#windows.get(ssrc) ?? new ReplayWindow()
    const index = indexOf(sequenceOf(packet), window.newest)
    if (index < 0 || window.has(index)) return null
    const tag = tagOf(this.#rtp, signed, Math.floor(index / 0x1_0000)).subarray(0, this.#tagLength)
    if (!timingSafeEqual(tag, packet.subarray(end))) return null
    window.add(index)
    remember(this.#windows, ssrc, window)
    return Buffer.concat([signed.subarray(0, header), crypt(this.#rtp, signed.subarray(header), ssrc, index)])
  }

  /** Null when it is not authentic or was seen before. */
  unprotectRtcp(packet: Uint8Array): Buffer | null {
    const end = packet.length - rtcpTagLength
    if (end < 12 || (packet[0] ?? 0) >> 6 !== 2) return null
    const signed = packet.subarray(0, end)
    const trailer = Buffer.from(signed.subarray(end - 4)).readUInt32BE()
    const index = (trailer & ~encrypted) >>> 0
    const ssrc = ssrcOf(packet, 4)
    const window = this.#rtcpWindows.get(ssrc) ?? new ReplayWindow()
    if (window.has(index)) return null
    if (!timingSafeEqual(tagOf(this.#rtcp, signed).subarray(0, rtcpTagLength), packet.subarray(end))) return null
    window.add(index)
    remember(this.#rtcpWindows, ssrc, window)
    const body = signed.subarray(8, end - 4)
    const isEncrypted = trailer >= encrypted
    return Buffer.concat([signed.subarray(0, 8), isEncrypted ? crypt(this.#rtcp, body, ssrc, index) : body])
  }
}

/**
 * The 48-bit packet index that a sequence number most likely means, next to the newest one known (RFC 3711 section 3.3.1 and appendix A).
 * `newest` -1: the stream begins. Negative: from before the stream's beginning.
 */
export function indexOf(sequence: number, newest: number): number {
  if (newest < 0) return sequence
  const rollOver = Math.floor(newest / 0x1_0000)
  const last = newest % 0x1_0000
  if (last < 0x8000 && sequence - last > 0x8000) return (rollOver - 1) * 0x1_0000 + sequence
  if (last >= 0x8000 && last - 0x8000 > sequence) return (rollOver + 1) * 0x1_0000 + sequence
  return rollOver * 0x1_0000 + sequence
}

const crypt = (keys: SessionKeys, bytes: Uint8Array, ssrc: number, index: number): Buffer =>
  createCipheriv('aes-128-ctr', keys.encryption, counterBlock(keys.salt, ssrc, index)).update(bytes)

/** 20 bytes. With a roll-over counter that counter is signed too, though it does not travel (section 4.2). */
function tagOf(keys: SessionKeys, signed: Uint8Array, rollOver?: number): Buffer {
  const hmac = createHmac('sha1', keys.authentication).update(signed)
  if (rollOver !== undefined) {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(rollOver >>> 0)
    hmac.update(bytes)
  }
  return hmac.digest()
}

/** Puts the entry last and lets the first go when there are too many. */
function remember<T>(streams: Map<number, T>, ssrc: number, value: T): void {
  streams.delete(ssrc)
  streams.set(ssrc, value)
  if (streams.size <= maxStreams) return
  const [first] = streams.keys()
  if (first !== undefined) streams.delete(first)
}
