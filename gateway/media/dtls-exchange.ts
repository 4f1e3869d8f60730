/*
 * What the descriptions of a call agree whose sound is encrypted between the browser and a far end that does no ICE (RFC 3264, RFC 5763): certificates,
 * roles, codecs and their numbers pass as they are, for nobody in between could change them in the packets. Pure but for the random numbers it is
 * given; a step that fails changes nothing.
 */
import { allowed } from './addresses'
import { common, isSpeech, withFittingEvents, type Codec } from './codec'
import { DtlsWay, type FarPlace } from './dtls-way'
import type { IceCredentials } from './ice-check'
import type { OwnAddress } from './own-address'
import type { DescribeError } from './relay-session'
import type { AudioDescription, DtlsFacts, MediaLine, Sdp } from './sdp-model'
import { withPlainWay } from './with-plain-way'
import { Origin, plainBody, webSdp } from './write-sdp'

type Refused = { readonly ok: false; readonly error: DescribeError }
const refused = { ok: false, error: 'not-acceptable' } as const

/** A far end is agreed on: it may be spoken with by `way`, `place` being where it is. */
export interface AgreedWay {
  readonly way: DtlsWay
  readonly place: FarPlace
}

/** A description of the wire, understood. */
export interface TakenWay extends AgreedWay {
  readonly ok: true
  /** For the browser, with the one candidate it has to it. */
  write(candidate: string): string
  commit(): void
}

type Open =
  | { readonly by: 'browser'; readonly ufrag: string; readonly codecs: readonly Codec[]; readonly protocol: string }
  | {
      readonly by: 'wire'
      readonly audio: AudioDescription
      readonly codecs: readonly Codec[]
      readonly agreed: AgreedWay
    }

/** What is offered where nothing is agreed: what Asterisk, and telephones, take that know no feedback (RFC 5764). */
const usualProtocol = 'UDP/TLS/RTP/SAVP'
/** The browser's own. */
const feedbackProtocol = 'UDP/TLS/RTP/SAVPF'

export class DtlsExchange {
  readonly #origin: Origin
  #media: readonly MediaLine[] = []
  #place = 0
  #mid = '0'
  #protocol = usualProtocol
  #webVersion = 0
  #open: Open | null = null
  /** What holds of the far end: its sound, and its part in the handshake, which stays (RFC 8842 section 5.5). */
  #agreed: { readonly sound: AudioDescription; readonly role: 'active' | 'passive' } | null = null
  #isTalking = false

  constructor(private readonly random: (bytes: number) => Buffer) {
    this.#origin = new Origin(random(4).readUInt32BE())
  }

  get isTalking(): boolean {
    return this.#isTalking
  }

  get isOpen(): boolean {
    return this.#open !== null
  }

  /** The far end waits to be called. */
  get isCalled(): boolean {
    return this.#agreed?.role === 'passive'
  }

  rollback(): void {
    this.#open = null
  }

  /**
   * `withIce`: the browser's own text, which whoever does ICE can answer to it alone, and whoever does not finds us in. Else without a word of ICE.
   */
  localOffer({ audio }: Sdp, text: string, own: OwnAddress, withIce: boolean): { ok: true; sdp: string } | Refused {
    const { transport } = audio
    const codecs = withFittingEvents(audio.codecs)
    if (transport === null || !codecs.some(isSpeech)) return refused
    this.#mid = audio.mid ?? this.#mid
    const protocol = withIce ? feedbackProtocol : this.#protocol
    this.#open = { by: 'browser', ufrag: transport.ufrag, codecs, protocol }
    if (withIce) return { ok: true, sdp: withPlainWay(text, own) }
    return { ok: true, sdp: this.#plainText(audio, codecs, { ...transport, setup: 'actpass' }, own, protocol, true) }
  }

  takeAnswer({ audio, media }: Sdp, own: OwnAddress, known: readonly (DtlsWay | null)[]): TakenWay | Refused {
    const open = this.#open
    if (open?.by !== 'browser' || media.length <= this.#place || audio.dtls === null) return refused
    const codecs = common(audio.codecs, open.codecs)
    if (!codecs.some(isSpeech)) return refused
    // Who says nothing of roles waits to be called (RFC 4145 section 4.1).
    const setup = audio.dtls.setup === 'active' ? 'active' : 'passive'
    const way = this.#wayTo(audio.dtls, open.ufrag, known)
    return {
      ok: true,
      way,
      place: placeOf(audio, own),
      write: (candidate) => this.#webText({ ...audio, codecs }, { ...audio.dtls!, setup }, way.credentials, candidate),
      commit: () => {
        this.#protocol = open.protocol
        this.#isTalking = audio.direction === 'sendrecv'
        this.#agreed = { sound: { ...audio, codecs }, role: setup }
      },
    }
  }

  /** The answer is the last word on our offer. */
  settle(): void {
    this.#open = null
  }

  takeOffer({ audio, media, place }: Sdp, own: OwnAddress, known: readonly (DtlsWay | null)[]): TakenWay | Refused {
    const codecs = withFittingEvents(audio.codecs)
    const { dtls } = audio
    if (dtls === null || !codecs.some(isSpeech)) return refused
    const way = this.#wayTo(dtls, null, known)
    const agreed = { way, place: placeOf(audio, own) }
    // Left to us, it calls: servers that begin anew after each description then say so, where the one who is called waits in silence.
    const role = dtls.setup === 'actpass' ? (known.includes(way) && this.#agreed?.role) || 'active' : dtls.setup
    return {
      ok: true,
      ...agreed,
      write: (candidate) => this.#webText({ ...audio, codecs }, { ...dtls, setup: role }, way.credentials, candidate),
      commit: () => {
        this.#open = { by: 'wire', audio, codecs, agreed }
        this.#media = media
        this.#place = place
      },
    }
  }

  localAnswer({ audio }: Sdp, own: OwnAddress): ({ ok: true; sdp: string; commit(): void } & AgreedWay) | Refused {
    const open = this.#open
    const { transport } = audio
    if (open?.by !== 'wire' || transport === null || transport.setup === 'actpass') return refused
    const codecs = common(audio.codecs, open.codecs)
    if (!codecs.some(isSpeech)) return refused
    const { protocol, rtcpMux } = open.audio
    return {
      ok: true,
      sdp: this.#plainText(audio, codecs, transport, own, protocol, rtcpMux),
      ...open.agreed,
      commit: () => {
        this.#mid = audio.mid ?? this.#mid
        open.agreed.way.browser ??= transport.ufrag
        this.#protocol = protocol
        this.#isTalking = audio.direction === 'sendrecv'
        const role = transport.setup === 'active' ? 'passive' : 'active'
        this.#agreed = { sound: { ...open.audio, codecs }, role }
        this.#open = null
      },
    }
  }

  /** The far end of this way begins another handshake: the way that takes its place, and what to offer the browser. Null where nothing is agreed. */
  begunAnew({ fingerprint }: DtlsWay, candidate: string): { readonly way: DtlsWay; readonly offer: string } | null {
    if (this.#agreed === null) return null
    const way = this.#newWay(fingerprint, null)
    const { sound, role } = this.#agreed
    return { way, offer: this.#webText(sound, { fingerprint, setup: role }, way.credentials, candidate) }
  }

  /**
   * The way there is, as long as both ends of it are the same; else another: new credentials tell the browser to begin anew, and by them it says when
   * it has. `ufrag`: the browser's in its offer; null: it goes on with what it has.
   */
  #wayTo({ fingerprint }: DtlsFacts, ufrag: string | null, known: readonly (DtlsWay | null)[]): DtlsWay {
    const same = known.find(
      (way) => way?.fingerprint === fingerprint && (ufrag === null || way.browser === null || way.browser === ufrag),
    )
    return same ?? this.#newWay(fingerprint, ufrag)
  }

  #newWay(fingerprint: string, browser: string | null): DtlsWay {
    const text = (bytes: number): string => this.random(bytes).toString('hex')
    return new DtlsWay({ ufrag: text(4), pwd: text(16) }, fingerprint, browser)
  }

  #plainText(
    { direction, ptime, maxptime }: AudioDescription,
    codecs: readonly Codec[],
    { fingerprint, setup }: DtlsFacts,
    { rtp, rtcp }: OwnAddress,
    protocol: string,
    rtcpMux: boolean,
  ): string {
    const more = [`a=fingerprint:${fingerprint}`, `a=setup:${setup}`]
    const body = plainBody({
      ...{ direction, ptime, maxptime, codecs, protocol, crypto: [], rtcpMux, rtp, rtcp },
      ...{ media: this.#media, place: this.#place, more },
    })
    return this.#origin.describe(rtp.address, body)
  }

  #webText(sound: AudioDescription, dtls: DtlsFacts, ice: IceCredentials, candidate: string): string {
    const { direction, codecs, ptime, maxptime } = sound
    const transport = { ...ice, ...dtls, candidates: [candidate] }
    const text = webSdp({ direction, codecs, ptime, maxptime, transport, mid: this.#mid }, ++this.#webVersion)
    return text.replace('t=0 0\r\n', 't=0 0\r\na=ice-lite\r\n')
  }
}

const placeOf = ({ rtp, rtcp, rtcpMux }: AudioDescription, { local }: OwnAddress): FarPlace => ({
  rtp: allowed(rtp, local),
  rtcp: allowed(rtcp, local),
  rtcpMux,
})
