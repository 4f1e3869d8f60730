/*
 * Packets as they are on the wire, for tests that send them by hand.
 */

export interface RtpFacts {
  readonly type: number
  readonly sequence: number
  readonly ssrc?: number
  readonly timestamp?: number
  readonly payload?: Buffer
}

export function rtp({ type, sequence, ssrc = 1001, timestamp, payload = Buffer.alloc(160, 0x55) }: RtpFacts): Buffer {
  const header = Buffer.alloc(12)
  header[0] = 0x80
  header[1] = type
  header.writeUInt16BE(sequence & 0xffff, 2)
  header.writeUInt32BE((timestamp ?? sequence * 160) >>> 0, 4)
  header.writeUInt32BE(ssrc, 8)
  return Buffer.concat([header, payload])
}

/** An empty receiver report. */
export function receiverReport(ssrc = 1001): Buffer {
  const packet = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0])
  packet.writeUInt32BE(ssrc, 4)
  return packet
}

/** A sender report with a block for each of these streams: the highest sequence number that came of it. */
export function senderReport(highest: Readonly<Record<number, number>> = {}, ssrc = 1001): Buffer {
  const blocks = Object.entries(highest).map(([of, number]) => {
    const block = Buffer.alloc(24)
    block.writeUInt32BE(Number(of))
    block.writeUInt32BE(number, 8)
    return block
  })
  const head = Buffer.alloc(28)
  head.set([0x80 + blocks.length, 200])
  head.writeUInt16BE(6 + 6 * blocks.length, 2)
  head.writeUInt32BE(ssrc, 4)
  return Buffer.concat([head, ...blocks])
}

export function goodbye(ssrc = 1001): Buffer {
  const packet = Buffer.from([0x81, 203, 0, 1, 0, 0, 0, 0])
  packet.writeUInt32BE(ssrc, 4)
  return packet
}

/** What a STUN server says to a question when it sees us at this address (RFC 8489 section 14.2). */
export function stunAnswer(question: Buffer, address: string, port: number): Buffer {
  const packet = Buffer.alloc(32)
  packet.writeUInt16BE(0x0101)
  packet.writeUInt16BE(12, 2)
  question.copy(packet, 4, 4, 20)
  packet.writeUInt16BE(0x0020, 20)
  packet.writeUInt16BE(8, 22)
  packet[25] = 1
  packet.writeUInt16BE(port ^ 0x2112, 26)
  address.split('.').forEach((byte, index) => (packet[28 + index] = Number(byte) ^ (packet[4 + index] ?? 0)))
  return packet
}
