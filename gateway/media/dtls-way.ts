/*
 * One far end of a call whose sound is encrypted from end to end: whom it speaks with by the descriptions, and whether a packet is its. It sends
 * nothing and can decrypt nothing.
 */
import { helloIn } from './dtls-hello'
import type { IceCredentials } from './ice-check'
import { Latch, same } from './latch'
import { isRtcp, ssrcOf } from './rtp-packet'
import type { Target } from './sdp-model'

/** Where a description says that its author is. */
export interface FarPlace {
  readonly rtp: Target | null
  readonly rtcp: Target | null
  readonly rtcpMux: boolean
}

/** What came before the browser did, of a handshake that the far end began: so many packets at most. */
const mostWaiting = 8

/** RFC 7983 section 7. */
export const isDtls = (packet: Buffer): boolean =>
  packet.length >= 13 && (packet[0] ?? 0) >= 20 && (packet[0] ?? 0) <= 63
export const isSrtp = (packet: Buffer): boolean =>
  packet.length >= 12 && (packet[0] ?? 0) >= 128 && (packet[0] ?? 0) <= 191

export class DtlsWay {
  readonly #rtp = new Latch()
  readonly #rtcp = new Latch()
  #rtcpMux = false
  #waiting: Buffer[] = []
  /** Of the handshake that holds, if the far end began it. */
  #hello: string | null = null
  #isHeard = false

  /** `credentials`: by which the browser asks for it. `fingerprint`: of its certificate. `browser`: the browser's ICE name; null: not known yet. */
  constructor(
    readonly credentials: IceCredentials,
    readonly fingerprint: string,
    public browser: string | null,
  ) {}

  get latched(): Target | null {
    return this.#rtp.latched
  }

  get signalled(): Target | null {
    return this.#rtp.signalled
  }

  /** Its sound has come. */
  get isHeard(): boolean {
    return this.#isHeard
  }

  /** Where it is, as far as is known. */
  get place(): FarPlace {
    return { rtp: this.#rtp.target, rtcp: this.#rtcp.target, rtcpMux: this.#rtcpMux }
  }

  /** A description was agreed that says this. */
  moveTo({ rtp, rtcp, rtcpMux }: FarPlace, at: number): void {
    this.#rtp.signal(rtp, at)
    this.#rtcp.signal(rtcp, at)
    this.#rtcpMux = rtcpMux
  }

  /** It is, or was, at this address. */
  isAt(from: Target): boolean {
    return [this.#rtp, this.#rtcp].some(({ latched, signalled }) => same(from, latched) || same(from, signalled))
  }

  /** Where the browser's packet goes; null: nowhere. Without rtcp-mux reports are not for the port of the sound (RFC 5761 section 5.1.3). */
  targetOf(packet: Buffer): { readonly socket: 'rtp' | 'rtcp'; readonly target: Target } | null {
    const isReport = isSrtp(packet) && isRtcp(packet)
    if (!isReport && !isSrtp(packet) && !isDtls(packet)) return null
    const socket = isReport && !this.#rtcpMux ? 'rtcp' : 'rtp'
    const { target } = socket === 'rtp' ? this.#rtp : this.#rtcp
    return target === null ? null : { socket, target }
  }

  /**
   * Whether the browser is to have it. Who sent it cannot be proved here, so the claims of plain sound count; a handshake goes on with whom it was
   * begun. On the port for reports there is no handshake: the browser has one for both, and its keys are those of the sound.
   */
  takes(packet: Buffer, from: Target, socket: 'rtp' | 'rtcp', at: number): boolean {
    if (socket === 'rtcp') {
      if (this.#rtcpMux || !isSrtp(packet) || !isRtcp(packet)) return false
      return this.#rtcp.take({ from, ssrc: ssrcOf(packet, 4), authenticated: false, at })
    }
    if (isSrtp(packet) && isRtcp(packet)) return same(from, this.#rtp.target)
    const ssrc = isSrtp(packet) ? ssrcOf(packet) : NaN
    if (!this.#rtp.take({ from, ssrc, authenticated: false, at })) return false
    if (isSrtp(packet)) this.#isHeard = true
    return true
  }

  /** The browser comes by these credentials with the handshake it had by others, as after an ICE restart. */
  goOn(): void {
    this.#isHeard = true
  }

  /** Whether it begins another handshake than the one that holds, which the browser would not hear of. */
  beginsAnew(packet: Buffer): boolean {
    const hello = helloIn(packet)
    if (hello === null || hello === this.#hello) return false
    if (this.#hello !== null || this.#isHeard) return true
    this.#hello = hello
    return false
  }

  /** For when the browser comes. */
  keep(packet: Buffer): void {
    if (!isDtls(packet) || this.#waiting.length >= mostWaiting) return
    this.#waiting.push(packet)
    this.#hello = helloIn(packet) ?? this.#hello
  }

  /** What was kept, once. */
  takeKept(): readonly Buffer[] {
    return this.#waiting.splice(0)
  }
}
