/*
 * What one call's descriptions agree (RFC 3264): from offers and answers of both sides to what is sent where, and to the text for the other
 * side. Pure but for the random numbers it is given; it opens nothing and sends nothing. A step that fails changes nothing.
 */
import type { PlainForm } from '../../common/contract/gateway'
import { allowed } from './addresses'
import { common, fixedCodecs, isSpeech, numberedAs, withFittingEvents, type Codec } from './codec'
import { withoutPort, type OwnAddress } from './own-address'
import { dynamicSpeech, eventTypes, mapIn, mapOut, PayloadTypes, usualOnTheWire } from './payload-types'
import type { WireAgreement } from './plain-leg'
import type { DescribeError, MediaAccount } from './relay-session'
import type { AudioDescription, MediaLine, Sdp } from './sdp-model'
import { OwnKeys } from './sdes'
import {
  acceptCrypto,
  answerCrypto,
  offerCrypto,
  type CryptoOffer,
  type CryptoPair,
  type CryptoVerdict,
} from './srtp-policy'
import { SrtpContexts } from './srtp-contexts'
import type { TransportFacts } from './web-leg'
import { Origin, plainBody, webSdp } from './write-sdp'

type Refused<E extends DescribeError = DescribeError> = { readonly ok: false; readonly error: E }
const refused = <E extends DescribeError>(error: E): Refused<E> => ({ ok: false, error })

/** A description of the wire, understood: what the browser is told of it, once its transport is known. */
export interface Taken {
  readonly ok: true
  /** The browser's text, with our end of its transport. */
  readonly write: (transport: TransportFacts) => string
  /** It holds from now on. */
  readonly commit: () => void
}

interface LocalOffer extends CryptoOffer {
  readonly by: 'browser'
  /** What is offered in the wire's numbers, and in the browser's. */
  readonly codecs: readonly Codec[]
  readonly web: readonly Codec[]
  readonly transport: TransportFacts
}

interface RemoteOffer {
  readonly by: 'wire'
  /** Ours in the wire's numbers, and in the browser's. */
  readonly theirs: readonly Codec[]
  readonly web: readonly Codec[]
  readonly audio: AudioDescription
}

/** How the sound goes on the wire. */
interface Agreed extends WireAgreement {
  readonly protocol: string
  readonly pair: CryptoPair
  readonly isTalking: boolean
  /** The far end's sound as the browser was told of it. */
  readonly web: Omit<Parameters<typeof webSdp>[0], 'transport' | 'mid'>
}

export class Exchange {
  readonly #webTypes = new PayloadTypes(new Map(), true)
  readonly #wireTypes = new PayloadTypes(usualOnTheWire)
  readonly #keys: OwnKeys
  readonly #contexts = new SrtpContexts()
  readonly #origin: Origin
  #media: readonly MediaLine[] = []
  #place = 0
  #mid = '0'
  #webVersion = 0
  #open: LocalOffer | RemoteOffer | null = null
  #final: Agreed | null = null
  /** From a provisional answer. */
  #early: Agreed | null = null
  #lastPlain: string | null = null

  constructor(random: (bytes: number) => Buffer) {
    this.#webTypes.learn(fixedCodecs())
    this.#keys = new OwnKeys(random)
    this.#origin = new Origin(random(4).readUInt32BE())
  }

  /** What holds now. */
  get agreed(): Agreed | null {
    return this.#early ?? this.#final
  }

  /** Sound is meant to flow both ways. */
  get isTalking(): boolean {
    return this.agreed?.isTalking ?? false
  }

  /** Our last description for the wire. */
  get lastPlain(): string | null {
    return this.#lastPlain
  }

  /** What the browser was told, as an offer on another transport; null while something else is open, or nothing is agreed. */
  get webAgain(): ((transport: TransportFacts) => string) | null {
    const agreed = this.#final
    return agreed === null || this.#open !== null ? null : (transport) => this.#webText(agreed.web, transport)
  }

  rollback(): void {
    this.#open = null
    this.#early = null
  }

  /** `form`: of the first; what was agreed before stays as it is. */
  localOffer(
    audio: AudioDescription,
    account: MediaAccount,
    own: OwnAddress,
    form: PlainForm | null = null,
  ): { ok: true; sdp: string } | Refused {
    if (!audio.codecs.some(isSpeech) || audio.transport === null) return refused('not-acceptable')
    this.rollback()
    this.#webTypes.learn(audio.codecs)
    const codecs = this.#wireTypes.apply(withFittingEvents(audio.codecs))
    const crypto = offerCrypto(account, this.#keys, this.#final, form)
    this.#open = { by: 'browser', codecs, web: audio.codecs, transport: audio.transport, ...crypto }
    this.#mid = audio.mid ?? this.#mid
    return { ok: true, sdp: this.#plainText(audio, codecs, crypto, own, false) }
  }

  takeAnswer(
    { audio, media }: Sdp,
    account: MediaAccount,
    own: OwnAddress,
    isEarly: boolean,
  ): (Taken & { transport: TransportFacts }) | Refused {
    const open = this.#open
    if (open?.by !== 'browser' || media.length <= this.#place) return refused('not-acceptable')
    const before = audio.isRefused ? this.#final : null
    const chosen = before === null ? withFittingEvents(common(audio.codecs, open.codecs)) : open.codecs
    if (!chosen.some(isSpeech) || (audio.isRefused && before === null)) return refused('not-acceptable')
    const verdict = before === null ? acceptCrypto(account, open, audio) : { ok: true as const, pair: before.pair }
    if (!verdict.ok) return verdict
    const codecs = numberedAs(chosen, open.web)
    const web = { ...audio, codecs }
    const agreed: Agreed = {
      ...this.#wire(audio, account, own, verdict.pair),
      toWire: mapOut(codecs, chosen),
      toWeb: mapIn(common(open.codecs, chosen), chosen, codecs),
      speech: dynamicSpeech(codecs),
      events: eventTypes(codecs),
      protocol: open.protocol,
      web,
    }
    return {
      ok: true,
      transport: open.transport,
      write: (transport) => this.#webText(web, transport),
      commit: () => {
        if (isEarly) return void (this.#early = agreed)
        this.#final = agreed
        this.rollback()
      },
    }
  }

  /** The first audio that can be agreed on; the others are refused. */
  takeOffer({ media, others, ...first }: Sdp, account: MediaAccount): Taken | Refused {
    const taken = this.#takeAudio(first.audio, media, first.place, account)
    if (taken.ok) return taken
    for (const { audio, place } of others) {
      const other = this.#takeAudio(audio, media, place, account)
      if (other.ok) return other
    }
    return taken
  }

  #takeAudio(
    audio: AudioDescription,
    media: readonly MediaLine[],
    place: number,
    account: MediaAccount,
  ): Taken | Refused {
    const theirs = withFittingEvents(audio.codecs)
    if (!theirs.some(isSpeech)) return refused('not-acceptable')
    const verdict = this.#cryptoFor(audio, account)
    if (!verdict.ok) return verdict
    this.#webTypes.learn(theirs)
    const web = this.#webTypes.apply(theirs)
    return {
      ok: true,
      write: (transport) => this.#webText({ ...audio, codecs: web }, transport),
      commit: () => {
        this.rollback()
        this.#open = { by: 'wire', theirs, web, audio }
        this.#media = media
        this.#place = place
      },
    }
  }

  localAnswer(
    audio: AudioDescription,
    account: MediaAccount,
    own: OwnAddress,
  ): { ok: true; sdp: string; commit: () => void } | Refused {
    const open = this.#open
    if (open?.by !== 'wire') return refused('not-acceptable')
    const web = common(audio.codecs, open.web)
    const verdict = this.#cryptoFor(open.audio, account)
    if (!verdict.ok) return verdict
    // The numbers are the offerer's, the parameters ours.
    const codecs = numberedAs(web, open.theirs)
    if (!codecs.some(isSpeech)) return refused('not-acceptable')
    const { pair } = verdict
    const { protocol, rtcpMux } = open.audio
    const crypto = { protocol, crypto: pair === null ? [] : [pair.ours] }
    const agreed: Agreed = {
      ...this.#wire(open.audio, account, own, pair),
      toWire: mapOut(web, codecs),
      toWeb: mapIn(codecs, [], web),
      speech: dynamicSpeech(web),
      events: eventTypes(web),
      protocol,
      isTalking: audio.direction === 'sendrecv',
      web: { ...open.audio, codecs: web },
    }
    return {
      ok: true,
      sdp: this.#plainText(audio, codecs, crypto, open.audio.isRefused ? withoutPort(own) : own, rtcpMux),
      commit: () => {
        this.#mid = audio.mid ?? this.#mid
        this.#wireTypes.learn(codecs)
        this.#final = agreed
        this.rollback()
      },
    }
  }

  /** What is refused for now keeps the keys it had; of a call that has not begun nothing is left then. */
  #cryptoFor(offer: AudioDescription, account: MediaAccount): CryptoVerdict {
    if (!offer.isRefused) return answerCrypto(account, this.#keys, offer)
    return this.#final === null ? refused('not-acceptable') : { ok: true, pair: this.#final.pair }
  }

  #wire(
    audio: AudioDescription,
    account: MediaAccount,
    own: OwnAddress,
    pair: CryptoPair,
  ): Omit<Agreed, 'toWire' | 'toWeb' | 'speech' | 'events' | 'protocol' | 'web'> {
    return {
      rtp: allowed(audio.rtp, own.local),
      rtcp: allowed(audio.rtcp, own.local),
      rtcpMux: audio.rtcpMux,
      ...this.#contexts.of(pair),
      pair,
      isSecret: account.secure,
      isTalking: audio.direction === 'sendrecv',
    }
  }

  #plainText(
    audio: AudioDescription,
    codecs: readonly Codec[],
    { protocol, crypto }: CryptoOffer,
    own: OwnAddress,
    rtcpMux: boolean,
  ): string {
    const { direction, ptime, maxptime } = audio
    const body = plainBody({
      ...{ direction, ptime, maxptime, codecs, protocol, crypto, rtcpMux },
      ...{ rtp: own.rtp, rtcp: own.rtcp, media: this.#media, place: this.#place },
    })
    this.#lastPlain = this.#origin.describe(own.rtp.address, body)
    return this.#lastPlain
  }

  #webText(sound: Agreed['web'], transport: TransportFacts): string {
    const { direction, codecs, ptime, maxptime } = sound
    return webSdp({ direction, codecs, ptime, maxptime, transport, mid: this.#mid }, ++this.#webVersion)
  }
}
