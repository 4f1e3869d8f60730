/*
 * Which kind of sound a description is of: plain, which the gateway makes WebRTC's for the browser; WebRTC's, which the browser speaks itself wherever
 * the description came from; or half of WebRTC's, the encryption without the search for a way, which the browser speaks when the gateway shows it one.
 * Pure; it judges no more than that.
 */
import type { PlainForm } from '../../../common/contract/gateway'
import { sdpFacts } from './sdp-facts'

/** `plain`: RTP, or SRTP with keys in the description (RFC 4568). `webrtc`: DTLS-SRTP over ICE (RFC 8827). `dtls`: without ICE (RFC 5763 alone). */
export type MediaKind = 'plain' | 'webrtc' | 'dtls'

/** What a call may be offered in: also plain in another form, for servers that refuse the usual one. */
export type OfferedKind = MediaKind | PlainForm

/** null: of none that is spoken here, DTLS-SRTP without a certificate's fingerprint. */
export function mediaKindOf(sdp: string): MediaKind | null {
  const { fingerprint } = sdpFacts(sdp)
  if (fingerprint && hasIce(sdp)) return 'webrtc'
  const protocol = /^m=audio (?!0[ /])\S+ (\S+)/m.exec(sdp)?.[1] ?? ''
  if (/^UDP\/TLS\//i.test(protocol)) return fingerprint ? 'dtls' : null
  return fingerprint && /^RTP\/SAVPF?$/i.test(protocol) && !/^a=crypto:/m.test(sdp) ? 'dtls' : 'plain'
}

/** What its author would take of us, as far as what it offers tells. */
export function wantedKindOf(offer: string): OfferedKind | null {
  const kind = mediaKindOf(offer)
  return kind === 'plain' && /^m=audio (?!0[ /])\S+ RTP\/S?AVPF /m.test(offer) ? 'feedback' : kind
}

/** Its author looks for a way by ICE. */
export const hasIce = (sdp: string): boolean => /^a=ice-ufrag:/m.test(sdp)

/**
 * Whether an answer to a plain offer will only be spoken in DTLS-SRTP: Asterisk's endpoints for WebRTC answer RTP/AVP with a fingerprint, and neither send
 * nor take anything that is plain (measured with Asterisk 22).
 */
export const answersInDtls = (sdp: string): boolean => sdpFacts(sdp).fingerprint && !/^a=crypto:/m.test(sdp)
