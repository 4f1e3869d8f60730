/*
 * What a session description says, as far as carrying its audio needs it (RFC 8866). Types only: neither the browser's nor the wire's form.
 */
import type { Codec } from './codec'
import type { CryptoLine } from './sdes'
import type { TransportFacts } from './web-leg'

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/** Where packets go. */
export interface Target {
  /** Numeric. */
  readonly address: string
  readonly port: number
}

/** The certificate of one end, and which of both calls the other (RFC 5763). */
export type DtlsFacts = Pick<TransportFacts, 'fingerprint' | 'setup'>

/** One `m=` line as far as it must be answered: kind, protocol and formats as they were. */
export interface MediaLine {
  readonly kind: string
  readonly port: number
  readonly protocol: string
  readonly formats: string
}

export interface AudioDescription {
  /** A connection address of 0.0.0.0 (RFC 2543's hold) is a direction here and no address. */
  readonly direction: Direction
  /** Port 0, and nothing else is described either: no sound for now, which is a way to hold too. */
  readonly isRefused: boolean
  /** In the order of preference; only what passes (see codec.ts). */
  readonly codecs: readonly Codec[]
  /** ms of sound a packet; null: nothing is said. */
  readonly ptime: number | null
  readonly maxptime: number | null
  /** Null: it can be sent nowhere. */
  readonly rtp: Target | null
  readonly rtcp: Target | null
  readonly rtcpMux: boolean
  /** `RTP/AVP` and its relatives. */
  readonly protocol: string
  readonly crypto: readonly CryptoLine[]
  /** ICE and DTLS; null when they are not (all) there. */
  readonly transport: TransportFacts | null
  /** DTLS, with ICE or without; null when it is not there. */
  readonly dtls: DtlsFacts | null
  /** RFC 5888; null: none. */
  readonly mid: string | null
}

export interface Sdp {
  readonly media: readonly MediaLine[]
  /** Which of `media` the audio is. */
  readonly place: number
  readonly audio: AudioDescription
  /** Further audio in use: an offer may have one line with keys and one without. */
  readonly others: readonly { readonly place: number; readonly audio: AudioDescription }[]
}
