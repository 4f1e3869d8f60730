/*
 * How good a call sounds, as numbers. Measured by the engine about once a second, shown by the window and `status`.
 */

/** What protects the sound on the wire: DTLS-SRTP, SRTP with keys that only the server could read on their way (SDES over TLS), or nothing. */
export const encryptions = ['dtls', 'sdes', 'none'] as const
export type Encryption = (typeof encryptions)[number]

export interface MediaQuality {
  /** Codec name as in SDP, e.g. `opus`, `PCMU`; null before media flows. */
  readonly codec: string | null
  readonly packetsSent: number
  readonly packetsReceived: number
  readonly packetsLost: number
  /** RFC 3550 interarrival jitter, ms. */
  readonly jitterMs: number | null
  readonly roundTripMs: number | null
  /** Loss over the last few seconds, 0 to 1. */
  readonly lossRatio: number | null
  /** Estimated mean opinion score, 1 to 4.5 (E-model, ITU-T G.107, simplified); null before media flows. */
  readonly mos: number | null
  /** Null before media flows. */
  readonly encryption: Encryption | null
}

export const noMedia: MediaQuality = {
  codec: null,
  packetsSent: 0,
  packetsReceived: 0,
  packetsLost: 0,
  jitterMs: null,
  roundTripMs: null,
  lossRatio: null,
  mos: null,
  encryption: null,
}
