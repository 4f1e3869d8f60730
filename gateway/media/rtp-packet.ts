/*
 * The few facts of an RTP packet that carrying it needs (RFC 3550 section 5.1). Pure; it never throws, whatever the bytes are.
 */

/** Where the payload begins, behind contributing sources and extension; null when this is no RTP packet. */
export function headerLength(packet: Uint8Array): number | null {
  const first = packet[0] ?? 0
  if (packet.length < 12 || first >> 6 !== 2) return null
  let length = 12 + 4 * (first & 0x0f)
  if (first & 0x10) {
    if (packet.length < length + 4) return null
    length += 4 + 4 * (((packet[length + 2] ?? 0) << 8) | (packet[length + 3] ?? 0))
  }
  return length <= packet.length ? length : null
}

export const payloadTypeOf = (packet: Uint8Array): number => (packet[1] ?? 0) & 0x7f

/** Changes the packet itself; the marker bit stays. */
export function setPayloadType(packet: Uint8Array, type: number): void {
  packet[1] = ((packet[1] ?? 0) & 0x80) | type
}

export const sequenceOf = (packet: Uint8Array): number => ((packet[2] ?? 0) << 8) | (packet[3] ?? 0)

export const ssrcOf = (packet: Uint8Array, offset = 8): number =>
  (((packet[offset] ?? 0) << 24) |
    ((packet[offset + 1] ?? 0) << 16) |
    ((packet[offset + 2] ?? 0) << 8) |
    (packet[offset + 3] ?? 0)) >>>
  0

/** RFC 5761 section 4: what would be RTP's payload types 64 to 95 with the marker bit are RTCP's packet types. */
export const isRtcp = (packet: Uint8Array): boolean => (packet[1] ?? 0) >= 192 && (packet[1] ?? 0) <= 223
