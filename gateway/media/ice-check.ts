/*
 * ICE's questions as the one who only answers them reads and answers them (RFC 8445 appendix A, RFC 8489): binding requests with a name and a
 * signature in them. Pure; it never throws, whatever the bytes are.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { crc32 } from 'node:zlib'
import type { Target } from './sdp-model'
import { isStun } from './stun'

export interface IceCredentials {
  readonly ufrag: string
  readonly pwd: string
}

/** A whole binding request; nothing in it is believed before `isSigned` says so. */
export interface IceCheck {
  /** Whose credentials it names, ours first: `ours:theirs`. */
  readonly username: string
  /** USE-CANDIDATE: this pair is to be used. */
  readonly nominates: boolean
  /** Where the signature begins. */
  readonly integrityAt: number
}

const bindingRequest = 0x0001
const bindingSuccess = 0x0101
const username = 0x0006
const messageIntegrity = 0x0008
const xorMappedAddress = 0x0020
const useCandidate = 0x0025
const fingerprint = 0x8028
const fingerprintMask = 0x5354_554e
const headerLength = 20
const signatureLength = 20

/** Null when it is none, is not signed, or its FINGERPRINT is not its own. */
export function readCheck(packet: Buffer): IceCheck | null {
  if (!isStun(packet) || packet.readUInt16BE() !== bindingRequest) return null
  if (packet.readUInt16BE(2) !== packet.length - headerLength || packet.length % 4 !== 0) return null
  let name = ''
  let nominates = false
  let integrityAt: number | null = null
  for (let at = headerLength; at + 4 <= packet.length;) {
    const type = packet.readUInt16BE(at)
    const length = packet.readUInt16BE(at + 2)
    const next = at + 4 + Math.ceil(length / 4) * 4
    if (next > packet.length) return null
    if (type === fingerprint) {
      if (length !== 4 || next !== packet.length || packet.readUInt32BE(at + 4) !== fingerprintOf(packet, at))
        return null
    } else if (integrityAt === null) {
      // What comes behind the signature is nobody's word (RFC 8489 section 14.5).
      if (type === username) name = packet.toString('utf8', at + 4, at + 4 + Math.min(length, 512))
      if (type === useCandidate) nominates = true
      if (type === messageIntegrity && length === signatureLength) integrityAt = at
    }
    at = next
  }
  return integrityAt === null || name === '' ? null : { username: name, nominates, integrityAt }
}

/** Whether who wrote it knows the password. */
export function isSigned(packet: Buffer, { integrityAt }: IceCheck, pwd: string): boolean {
  const signature = packet.subarray(integrityAt + 4, integrityAt + 4 + signatureLength)
  return timingSafeEqual(signature, signatureOf(packet, integrityAt, pwd))
}

/** The answer to a request that is signed, to the one it came from. */
export function answerCheck(request: Buffer, from: Target, pwd: string): Buffer {
  const address = xorAddress(from, request.subarray(4, headerLength))
  const signedAt = headerLength + 4 + address.length
  const packet = Buffer.alloc(signedAt + 4 + signatureLength + 8)
  packet.writeUInt16BE(bindingSuccess)
  packet.writeUInt16BE(packet.length - headerLength, 2)
  request.copy(packet, 4, 4, headerLength)
  packet.writeUInt16BE(xorMappedAddress, headerLength)
  packet.writeUInt16BE(address.length, headerLength + 2)
  address.copy(packet, headerLength + 4)
  packet.writeUInt16BE(messageIntegrity, signedAt)
  packet.writeUInt16BE(signatureLength, signedAt + 2)
  signatureOf(packet, signedAt, pwd).copy(packet, signedAt + 4)
  const printAt = packet.length - 8
  packet.writeUInt16BE(fingerprint, printAt)
  packet.writeUInt16BE(4, printAt + 2)
  packet.writeUInt32BE(fingerprintOf(packet, printAt), printAt + 4)
  return packet
}

/** Of all before it, with a length that ends behind it (RFC 8489 section 14.5). */
function signatureOf(packet: Buffer, at: number, pwd: string): Buffer {
  const signed = Buffer.from(packet.subarray(0, at))
  signed.writeUInt16BE(at + 4 + signatureLength - headerLength, 2)
  return createHmac('sha1', pwd).update(signed).digest()
}

/** RFC 8489 section 14.7. */
const fingerprintOf = (packet: Buffer, at: number): number => (crc32(packet.subarray(0, at)) ^ fingerprintMask) >>> 0

/** RFC 8489 section 14.2; `mask`: cookie and transaction. */
function xorAddress({ address, port }: Target, mask: Buffer): Buffer {
  const bytes = isIPv6(address) ? groupsOf(address) : address.split('.').map(Number)
  const value = Buffer.alloc(4 + bytes.length)
  value[1] = bytes.length === 16 ? 2 : 1
  value.writeUInt16BE((port ^ mask.readUInt16BE(0)) & 0xffff, 2)
  bytes.forEach((byte, index) => (value[4 + index] = byte ^ (mask[index] ?? 0)))
  return value
}

function groupsOf(address: string): number[] {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const groups = (text: string | undefined): number[] =>
    text ? text.split(':').map((group) => parseInt(group, 16)) : []
  const [first, last] = [groups(head), groups(tail)]
  const zeros = Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0)
  return [...first, ...zeros, ...last].slice(0, 8).flatMap((group) => [group >> 8, group & 0xff])
}
