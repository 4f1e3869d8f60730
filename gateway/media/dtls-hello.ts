/*
 * How it is seen from outside that an end begins a handshake (RFC 6347 section 4.2, RFC 5246 section 7.4.1.2): its first message is not encrypted.
 * Pure; it never throws, whatever the bytes are.
 */

const handshake = 22
const clientHello = 1
/** Behind the headers of record and message and the version. */
const randomAt = 27
const randomLength = 32

/** The random number of a ClientHello, by which its repetitions are known; null: the packet is none. */
export function helloIn(packet: Buffer): string | null {
  const isFirst = packet[0] === handshake && packet.length >= randomAt + randomLength && packet.readUInt16BE(3) === 0
  return isFirst && packet[13] === clientHello ? packet.toString('hex', randomAt, randomAt + randomLength) : null
}
