/*
 * RTCP on its way through the gateway (RFC 3550 section 6): reports pass as they are, because neither SSRCs nor sequence numbers nor times
 * are changed. Pure; it never throws, whatever the bytes are.
 */

const bye = 203

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
