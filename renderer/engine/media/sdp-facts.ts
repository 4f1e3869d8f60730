/*
 * The few facts that signalling reads out of an SDP text (RFC 8866) without understanding the rest. Pure.
 * It negotiates nothing and never throws, whatever the text is.
 */

export interface SdpFacts {
  /** There is an audio line with a port other than 0. */
  readonly audio: boolean
  /** A DTLS fingerprint for the audio line (RFC 8122), at session or media level. Without it a browser makes no sound path. */
  readonly fingerprint: boolean
  /** The audio line maps a payload type to `telephone-event` (RFC 4733). */
  readonly telephoneEvents: boolean
  /** Who wrote it holds the other side: audio sendonly or inactive, or connection address 0.0.0.0 (RFC 3264 section 8.4). */
  readonly holds: boolean
}

/** Reads the session part and the first audio section. */
export function sdpFacts(sdp: string): SdpFacts {
  const [session = '', ...media] = sdp.split(/^(?=m=)/m)
  const section = media.find((part) => part.startsWith('m=audio'))
  const has = (pattern: RegExp): boolean => section !== undefined && (pattern.test(section) || pattern.test(session))
  const direction = directionIn(section) ?? directionIn(session) ?? 'sendrecv'
  const address = addressIn(section) ?? addressIn(session)
  return {
    audio: section !== undefined && !/^m=audio 0[ /]/.test(section),
    fingerprint: has(/^a=fingerprint:/m),
    telephoneEvents: section !== undefined && /^a=rtpmap:\d+ telephone-event\//im.test(section),
    holds: section !== undefined && (direction === 'sendonly' || direction === 'inactive' || address === '0.0.0.0'),
  }
}

const directionIn = (part: string | undefined): string | undefined =>
  part?.match(/^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m)?.[1]

const addressIn = (part: string | undefined): string | undefined => part?.match(/^c=IN IP4 ([\d.]+)/m)?.[1]
