/*
 * The few facts that signalling reads out of an SDP text (RFC 8866) without understanding the rest. Pure.
 * It negotiates nothing and never throws, whatever the text is.
 */

export interface SdpFacts {
  /** There is an audio line with a port other than 0. */
  readonly audio: boolean
  /** The audio line names a codec for speech that browsers know. */
  readonly knownCodec: boolean
  /** A DTLS fingerprint for the audio line (RFC 8122), at session or media level. Without it a browser makes no sound path. */
  readonly fingerprint: boolean
  /** Who wrote it takes RTCP on the port of RTP (RFC 5761 section 5.1.1). */
  readonly muxed: boolean
  /** The audio line maps a payload type to `telephone-event` (RFC 4733). */
  readonly telephoneEvents: boolean
  /** Who wrote it holds the other side: audio sendonly or inactive, or connection address 0.0.0.0 (RFC 3264 section 8.4). */
  readonly holds: boolean
  /** Who wrote it sends nothing and hears: audio recvonly. */
  readonly listensOnly: boolean
}

/** Reads the session part and the first audio section that is not refused, preferably one with a codec that is known. */
export function sdpFacts(sdp: string): SdpFacts {
  const [session = '', ...media] = sdp.split(/^(?=m=)/m)
  const sections = media.filter((part) => part.startsWith('m=audio'))
  const open = sections.filter((part) => !isRefused(part))
  const section = open.find(namesKnownCodec) ?? open[0] ?? sections[0]
  const has = (pattern: RegExp): boolean => section !== undefined && (pattern.test(section) || pattern.test(session))
  const direction = directionIn(section) ?? directionIn(session) ?? 'sendrecv'
  const address = addressIn(section) ?? addressIn(session)
  // Port 9 with 0.0.0.0 says "see the candidates", not "hold" (RFC 8840 section 4.1.1).
  const nowhere = address === '0.0.0.0' && !/^m=audio 9 /.test(section ?? '')
  return {
    audio: section !== undefined && !isRefused(section),
    knownCodec: section !== undefined && namesKnownCodec(section),
    fingerprint: has(/^a=fingerprint:/m),
    muxed: section !== undefined && /^a=rtcp-mux\s*$/m.test(section),
    telephoneEvents: section !== undefined && /^a=rtpmap: *\d+ +telephone-event\//im.test(section),
    holds: section !== undefined && (direction === 'sendonly' || direction === 'inactive' || nowhere),
    listensOnly: section !== undefined && direction === 'recvonly',
  }
}

const isRefused = (section: string): boolean => /^m=audio +0[ /]/.test(section)

/** Those without a name by their number (RFC 3551). */
const numbered: Readonly<Record<string, string>> = { 0: 'PCMU/8000', 8: 'PCMA/8000', 9: 'G722/8000' }

function namesKnownCodec(section: string): boolean {
  const names = new Map([...section.matchAll(/^a=rtpmap: *(\d+) +(\S+)/gm)].map(([, type, name]) => [type, name]))
  const types = (/^m=audio +\S+ +\S+ +(.*)$/m.exec(section)?.[1] ?? '').trim().split(/ +/)
  return types.some((type) => /^(opus\/48000|G722\/8000|PCM[UA]\/8000)/i.test(names.get(type) ?? numbered[type] ?? ''))
}

const directionIn = (part: string | undefined): string | undefined =>
  part?.match(/^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m)?.[1]

const addressIn = (part: string | undefined): string | undefined => part?.match(/^c=IN IP4 ([\d.]+)/m)?.[1]
