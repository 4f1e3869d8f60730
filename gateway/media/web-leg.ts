/*
 * The seam to whatever speaks ICE, DTLS and SRTP with the browser: a transport for packets and nothing else. Types only; it knows no codecs
 * and no calls, so that the library behind it can be exchanged.
 */

/** What a description says of a WebRTC transport (RFC 8839, RFC 8842). */
export interface TransportFacts {
  readonly ufrag: string
  readonly pwd: string
  /** `sha-256 AB:CD:…` */
  readonly fingerprint: string
  readonly setup: 'active' | 'passive' | 'actpass'
  /** Without `a=`. The browser's are names that only it can resolve; they are not needed, it calls first. */
  readonly candidates: readonly string[]
}

export type WebLegState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed'

/** One browser's connection. Bound to 127.0.0.1; only packets of the pair that ICE chose get through. */
export interface WebLeg {
  /** Where its packets go, as a numeric address; null: nowhere yet. */
  readonly browserAt: string | null
  /** The browser offers this; resolves with what to answer, null when it cannot be. */
  answerTransport(offered: TransportFacts): Promise<TransportFacts | null>
  /** What to offer the browser; null when nothing can be offered. */
  offerTransport(): Promise<TransportFacts | null>
  /** The browser's answer to that; false when it cannot be used. */
  acceptAnswer(answered: TransportFacts): boolean
  /** Dropped while not connected. The bytes are not kept. */
  sendRtp(packet: Uint8Array): void
  sendRtcp(packet: Uint8Array): void
  close(): void
}

export interface WebLegEvents {
  onRtp(packet: Buffer): void
  onRtcp(packet: Buffer): void
  onState(state: WebLegState): void
}

/** Null when the native part cannot be loaded or refuses to work. */
export type CreateWebLeg = (events: WebLegEvents) => Promise<WebLeg | null>
