/*
 * RTCP on its way through the gateway (RFC 3550 section 6): reports pass as they are, because neither SSRCs nor sequence numbers nor times
 * are changed. Pure; it never throws, whatever the bytes are.
 */

const senderReport = 200
const receiverReport = 201
const bye = 203

/** One receiver's word on one stream: which it is, and the highest sequence number that came of it, with its cycles. */
export interface ReportBlock {
  readonly ssrc: number
  readonly highest: number
}

/**
 * The compound packet without its BYEs: a server says BYE when it holds or transfers and goes on with the same SSRC, and a browser then takes what
 * follows for nobody's. Null when nothing is left or when it is no RTCP.
 */
export function withoutBye(packet: Buffer): Buffer | null {
  const kept: Buffer[] = []
  let dropped = false
  for (let at = 0; at < packet.length;) {
    if (packet.length - at < 4 || (packet[at] ?? 0) >> 6 !== 2) return null
    const end = at + 4 * (packet.readUInt16BE(at + 2) + 1)
    if (end > packet.length) return null
    if (packet[at + 1] === bye) dropped = true
    else kept.push(packet.subarray(at, end))
    at = end
  }
  if (!dropped) return packet.length >= 8 ? packet : null
  return kept.length === 0 ? null : Buffer.concat(kept)
}

/** What a compound packet reports of what its sender received (RFC 3550 section 6.4); null: it holds no report. */
export function reportedIn(packet: Buffer): readonly ReportBlock[] | null {
  let blocks: ReportBlock[] | null = null
  for (let at = 0; at + 8 <= packet.length;) {
    const end = at + 4 * (packet.readUInt16BE(at + 2) + 1)
    const type = packet[at + 1]
    if (end > packet.length) break
    if (type === senderReport || type === receiverReport) {
      blocks ??= []
      const first = at + (type === senderReport ? 28 : 8)
      for (let block = first, n = (packet[at] ?? 0) & 0x1f; n > 0 && block + 24 <= end; block += 24, n--)
        blocks.push({ ssrc: packet.readUInt32BE(block), highest: packet.readUInt32BE(block + 8) })
    }
    at = end
  }
  return blocks
}
