/*
 * SRTP and SRTCP with AES in counter mode and HMAC-SHA1 (RFC 3711, RFC 4568 section 6.2, RFC 6188) on Node's crypto: one direction of one
 * master key, any number of streams. Nothing is believed of a packet before its authentication: not its roll-over counter, not its source. It
 * knows no sockets and no descriptions.
 */
import { timingSafeEqual } from 'node:crypto'
import { PacketCipher } from './packet-cipher'
import { PacketTag } from './packet-tag'
import { ReplayWindow } from './replay-window'
import { headerLength, sequenceOf, ssrcOf } from './rtp-packet'
import { counterBlock, sessionKeys } from './srtp-keys'
import { StreamMemory } from './stream-memory'

/** Encoded names of RFC 4568 section 6.2 and RFC 6188 section 6. */
export const srtpSuites = [
  'AES_CM_128_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
  'AES_256_CM_HMAC_SHA1_80',
  'AES_256_CM_HMAC_SHA1_32',
] as const
export type SrtpSuite = (typeof srtpSuites)[number]

/** Bytes of key and salt. */
export const masterLength = (suite: SrtpSuite): number => (suite.startsWith('AES_256') ? 46 : 30)

/** Bytes. Control packets have the long tag with all suites (RFC 4568 section 6.2.2, RFC 6188 section 6). */
const tagLength = (suite: SrtpSuite): number => (suite.endsWith('_80') ? 10 : 4)
const rtcpTagLength = 10
const rtcpHeader = 8

const encrypted = 0x8000_0000

/** Wraps a stream may have behind it when its first packet comes: the beginning was lost (section 3.3.1), or somebody hands over a call of three hours. */
const wrapsTried = 8

/** What makes and reads packets of one kind under one master key. */
class Transform {
  readonly #cipher: PacketCipher
  readonly #tag: PacketTag
  readonly #salt: Buffer
  readonly #block = Buffer.alloc(16)

  constructor(master: Uint8Array, kind: 'rtp' | 'rtcp') {
    const { encryption, authentication, salt } = sessionKeys(master, kind)
    this.#cipher = new PacketCipher(encryption)
    this.#tag = new PacketTag(authentication)
    this.#salt = salt
  }

  /** Encrypts or decrypts from `start` to `end`, in place. */
  crypt(bytes: Buffer, start: number, end: number, ssrc: number, index: number): void {
    this.#cipher.apply(bytes, start, end, counterBlock(this.#salt, ssrc, index, this.#block))
  }

  /** Writes so much of the tag of all before it at `end`. */
  sign(bytes: Buffer, end: number, rollOver: number | null, length: number): void {
    this.#tag.of(bytes, end, rollOver).copy(bytes, end, 0, length)
  }

  /** Whether what stands from `at` on is the tag of all before `end`. */
  isSigned(bytes: Uint8Array, end: number, at: number, rollOver: number | null): boolean {
    const tag = this.#tag.of(bytes, end, rollOver)
    return timingSafeEqual(tag.subarray(0, bytes.length - at), bytes.subarray(at))
  }
}

/** Makes packets that only who has the key can read. */
export class SrtpSender {
  readonly #rtp: Transform
  readonly #rtcp: Transform
  readonly #tagLength: number
  /** The highest index sent. */
  readonly #streams = new StreamMemory(() => ({ newest: -1 }))
  readonly #rtcpStreams = new StreamMemory(() => ({ newest: -1 }))

  /** `master`: key and salt, as long as the suite wants them. */
  constructor(master: Uint8Array, suite: SrtpSuite) {
    this.#rtp = new Transform(master, 'rtp')
    this.#rtcp = new Transform(master, 'rtcp')
    this.#tagLength = tagLength(suite)
  }

  /** Null for what is no RTP packet. */
  protectRtp(packet: Uint8Array): Buffer | null {
    const header = headerLength(packet)
    if (header === null) return null
    const ssrc = ssrcOf(packet)
    const stream = this.#streams.of(ssrc)
    const index = indexOf(sequenceOf(packet), stream.newest)
    if (index < 0) return null
    if (index > stream.newest) stream.newest = index
    this.#streams.keep(ssrc, stream)
    const end = packet.length
    const output = Buffer.allocUnsafe(end + this.#tagLength)
    output.set(packet)
    this.#rtp.crypt(output, header, end, ssrc, index)
    this.#rtp.sign(output, end, Math.floor(index / 0x1_0000), this.#tagLength)
    return output
  }

  /** Null for what is no RTCP packet. */
  protectRtcp(packet: Uint8Array): Buffer | null {
    if (packet.length < rtcpHeader || (packet[0] ?? 0) >> 6 !== 2) return null
    const ssrc = ssrcOf(packet, 4)
    const stream = this.#rtcpStreams.of(ssrc)
    stream.newest = (stream.newest + 1) % encrypted
    this.#rtcpStreams.keep(ssrc, stream)
    const end = packet.length
    const output = Buffer.allocUnsafe(end + 4 + rtcpTagLength)
    output.set(packet)
    this.#rtcp.crypt(output, rtcpHeader, end, ssrc, stream.newest)
    output.writeUInt32BE((encrypted | stream.newest) >>> 0, end)
    this.#rtcp.sign(output, end + 4, null, rtcpTagLength)
    return output
  }
}

/** Reads packets of who has the key, each once. */
export class SrtpReceiver {
  readonly #rtp: Transform
  readonly #rtcp: Transform
  readonly #tagLength: number
  readonly #mki: number
  readonly #windows = new StreamMemory(() => new ReplayWindow())
  readonly #rtcpWindows = new StreamMemory(() => new ReplayWindow())

  /** `master`: key and salt, as long as the suite wants them. `mki`: bytes before each tag that name the key (RFC 3711 section 3.1). */
  constructor(master: Uint8Array, suite: SrtpSuite, mki = 0) {
    this.#mki = mki
    this.#rtp = new Transform(master, 'rtp')
    this.#rtcp = new Transform(master, 'rtcp')
    this.#tagLength = tagLength(suite)
  }

  /** Null when it is not authentic, was seen before, or is too old to know. */
  unprotectRtp(packet: Uint8Array): Buffer | null {
    const end = packet.length - this.#tagLength - this.#mki
    const header = headerLength(packet)
    if (header === null || header > end) return null
    const ssrc = ssrcOf(packet)
    const window = this.#windows.of(ssrc)
    const index = this.#authentic(packet, end, indexOf(sequenceOf(packet), window.newest), window)
    if (index === null) return null
    window.add(index)
    this.#windows.keep(ssrc, window)
    const output = copied(packet, end)
    this.#rtp.crypt(output, header, end, ssrc, index)
    return output
  }

  /** The packet's index, null when there is none that it is signed with. Who joins late cannot know how often a stream's numbers wrapped before. */
  #authentic(packet: Uint8Array, end: number, index: number, window: ReplayWindow): number | null {
    if (index < 0 || window.has(index)) return null
    const wraps = window.newest < 0 ? wrapsTried : 0
    const first = Math.floor(index / 0x1_0000)
    for (let rollOver = first; rollOver <= first + wraps; rollOver++)
      if (this.#rtp.isSigned(packet, end, end + this.#mki, rollOver)) return index + (rollOver - first) * 0x1_0000
    return null
  }

  /** Null when it is not authentic or was seen before. */
  unprotectRtcp(packet: Uint8Array): Buffer | null {
    const signed = packet.length - rtcpTagLength - this.#mki
    const end = signed - 4
    if (end < rtcpHeader || (packet[0] ?? 0) >> 6 !== 2) return null
    const trailer = ssrcOf(packet, end)
    const index = (trailer & ~encrypted) >>> 0
    const ssrc = ssrcOf(packet, 4)
    const window = this.#rtcpWindows.of(ssrc)
    if (window.has(index) || !this.#rtcp.isSigned(packet, signed, signed + this.#mki, null)) return null
    window.add(index)
    this.#rtcpWindows.keep(ssrc, window)
    const output = copied(packet, end)
    if (trailer >= encrypted) this.#rtcp.crypt(output, rtcpHeader, end, ssrc, index)
    return output
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

function copied(packet: Uint8Array, end: number): Buffer {
  const output = Buffer.allocUnsafe(end)
  output.set(packet.subarray(0, end))
  return output
}
