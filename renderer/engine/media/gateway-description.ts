/*
 * The offer/answer exchange of a call behind the gateway: signalling hears the wire's plain descriptions, the browser WebRTC's, and the gateway
 * makes each of the other. The peer connection ends on this computer, so another phone behind the server needs no new one: the gateway moves the
 * wire's end by itself. It knows no sip.js and no port.
 *
 * A call that the browser encrypts itself is another matter (`dtls-description.ts`), though its signalling goes through the gateway: one whose first offer
 * names a DTLS fingerprint, or that is to be offered so. Which it is, is decided at the first description and stays so.
 */
import type { DescribeStep } from '../../../common/contract/gateway'
import type { Description, PeerDescription } from './description-handler'
import { DescriptionError, type DescriptionOptions, type MediaConnection } from './media'
import type { GatewayMedia } from './gateway-media'
import { DtlsDescription } from './dtls-description'
import { answersInDtls, mediaKindOf, type OfferedKind } from './media-kind'
import { soundAddress } from './sound-address'
import type { Transport } from './transport'

export class GatewayDescription implements Description {
  /** A prepared offer as signalling and as the browser knows it. */
  #prepared: { readonly plain: string; readonly web: string } | null = null
  /** The far end's offer that is to be answered, as it came. */
  #offered: string | null = null
  /** Whose offer waits for its answer. */
  #open: 'ours' | 'theirs' | null = null
  /** What was said for the open offer of ours, to be said again. */
  #said: string | null = null
  /** Where the gateway is reached, until it has the answer to its offer (see #withhold). */
  #withheld: string[] = []
  /** Whose steps they are where the browser encrypts; null: ours. Undefined: nothing was described yet. */
  #direct: DtlsDescription | null | undefined
  /** Ours on the wire, `address:port`, as the gateway named it last. */
  #own: string | null = null
  #closed = false
  #tail: Promise<unknown> = Promise.resolve()

  /** `inner`: of the browser; it is closed with this. */
  constructor(
    private readonly inner: PeerDescription,
    private readonly gateway: GatewayMedia,
  ) {
    gateway.onRenegotiate((offer) => void this.#renegotiate(offer))
  }

  get connection(): MediaConnection {
    return this.inner.connection
  }

  get remoteHeld(): boolean {
    return this.inner.remoteHeld
  }

  get remoteListensOnly(): boolean {
    return this.inner.remoteListensOnly
  }

  get telephoneEvents(): boolean {
    return this.inner.telephoneEvents
  }

  setHeld(held: boolean): void {
    this.inner.setHeld(held)
  }

  hasDescription(contentType: string): boolean {
    return this.inner.hasDescription(contentType)
  }

  prepare(remoteOffer: string | null): Promise<void> {
    return this.#step(async () => {
      const direct = this.#decide(remoteOffer === null ? this.gateway.offers : mediaKindOf(remoteOffer))
      if (direct !== null) return direct.prepare(remoteOffer)
      if (remoteOffer === null) return this.inner.prepare(null)
      const web = await this.#askOfOffer(remoteOffer)
      this.#prepared = { plain: remoteOffer, web }
      await this.#orTakenBack(this.inner.prepare(web))
    })
  }

  /**
   * What an ordinary call makes of `fresh` is the gateway's business here, and so is which address its descriptions name. The browser begins anew when the
   * gateway itself was lost, and another is there, and when no sound came. Another network is between the gateway and the server: where it takes the
   * browser's way to the gateway along, the gateway offers another (see #renegotiate).
   */
  getDescription(options: DescriptionOptions = {}): Promise<{ body: string; contentType: string }> {
    return this.#step(async () => {
      const direct = this.#decide(this.gateway.offers)
      if (direct !== null) return direct.getDescription(options)
      const isLost = this.connection === 'disconnected' || this.connection === 'failed'
      const iceRestart = isLost || (options.iceRestart === true && options.unlessHeard !== true)
      const { body, contentType } = await this.inner.getDescription({ iceRestart })
      if (this.#open === 'theirs') {
        const answer = await this.#ask('localAnswer', body).catch((error: unknown) => this.#answerAnew(error))
        this.#open = null
        await this.inner.addCandidates(this.#withheld)
        return { body: answer, contentType }
      }
      if (this.#open !== 'ours' || this.#said === null) this.#said = await this.#ask('localOffer', body)
      this.#open = 'ours'
      return { body: this.#said, contentType }
    })
  }

  setDescription(sdp: string): Promise<void> {
    return this.#step(async () => {
      const prepared = this.#prepared
      this.#prepared = null
      const direct = this.#decide(mediaKindOf(sdp))
      if (direct !== null) return direct.setDescription(sdp)
      if (prepared?.plain === sdp) {
        this.#open = 'theirs'
        return this.inner.setDescription(prepared.web)
      }
      if (this.#open === 'ours') {
        refuseDtls(sdp)
        await this.inner.setDescription(await this.#ask('remoteAnswer', sdp))
        this.#open = null
        this.#said = null
        return
      }
      const web = await this.#askOfOffer(sdp)
      await this.#orTakenBack(this.inner.setDescription(web))
      this.#open = 'theirs'
    })
  }

  /** Each fork's is taken: the gateway tells their packets apart, the browser only hears of another codec. */
  setEarlyDescription(sdp: string): Promise<void> {
    return this.#step(async () => {
      if (this.#direct) return this.#direct.setEarlyDescription(sdp)
      if (this.#open !== 'ours') throw new DescriptionError('media-failed', 'an early answer without an offer')
      refuseDtls(sdp)
      await this.inner.setEarlyDescription(await this.#ask('remoteEarly', sdp))
    })
  }

  rollbackDescription(): Promise<void> {
    return this.#step(async () => {
      if (this.#direct) return this.#direct.rollback()
      this.gateway.rollback()
      this.#open = null
      this.#said = null
      await this.inner.rollbackDescription()
    })
  }

  stats(): Promise<RTCStatsReport | null> {
    return this.inner.stats()
  }

  /** The wire's; what is between the browser and the gateway leaves this computer never. */
  async transport(): Promise<Transport> {
    if (this.#direct) return this.#direct.transport()
    const counters = this.#closed ? null : await this.gateway.count()
    const isUsed = counters !== null && counters.sent + counters.received > 0
    return { encryption: isUsed ? counters.encryption : null, counters, own: this.#own }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.inner.close()
    this.gateway.release()
  }

  /** Whether the browser speaks for itself; `kind` counts at the first description only. */
  #decide(kind: OfferedKind | null): DtlsDescription | null {
    if (this.#direct === undefined) {
      const isWebRtc = kind === 'webrtc'
      const isDirect = isWebRtc || kind === 'dtls'
      this.#direct = isDirect ? new DtlsDescription(this.inner, this.gateway, isWebRtc ? 'with-ice' : 'alone') : null
      // Where there is no ICE nobody need be asked for our address.
      if (isWebRtc) this.inner.useServers(this.gateway.iceServers)
    }
    return this.#direct
  }

  async #ask(step: DescribeStep, sdp: string): Promise<string> {
    const described = await this.gateway.describe(step, sdp)
    if (described.sdp !== null && (step === 'localOffer' || step === 'localAnswer'))
      this.#own = soundAddress(described.sdp)
    if (described.sdp !== null) return described.sdp
    const error = described.error ?? 'media-failed'
    throw new DescriptionError(error, `the gateway could not take a ${step}: ${error}`)
  }

  /** As the browser is to have it. */
  async #askOfOffer(offer: string): Promise<string> {
    this.#offered = offer
    return this.#withhold(await this.#ask('remoteOffer', offer))
  }

  /**
   * The gateway was lost while it rang, and knows nothing of the offer now: it is told once more, and the browser what it makes of it. Sound there is already
   * is not given up for that.
   */
  async #answerAnew(error: unknown): Promise<string> {
    if (this.connection === 'connected') throw error
    const web = await this.#askOfOffer(this.#offered ?? '')
    return this.#ask('localAnswer', await this.inner.renew(web))
  }

  /**
   * An offer of the gateway's without its addresses: were the browser to call before the gateway knows the answer, the handshake could outrun it there
   * and fail (a race of libdatachannel 0.24's, seen on a busy machine).
   */
  #withhold(offer: string): string {
    this.#withheld = [...offer.matchAll(/^a=(candidate:.*?)\s*$/gm)].map(([, candidate = '']) => candidate)
    return offer.replace(/^a=candidate:.*\r?\n/gm, '')
  }

  /** An offer that the browser refuses is not on the gateway's table either. */
  async #orTakenBack(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.gateway.rollback()
      throw error
    }
  }

  /**
   * Between two exchanges of signalling's only; within one the gateway's offer is lost, and made again. The browser takes it with another peer connection: the
   * one there is would stay with its address, though that is gone, until nothing has come for seconds (measured with Chromium 130: 3 to 6 s of silence).
   */
  async #renegotiate(offer: string): Promise<void> {
    await this.#step(async () => {
      if (this.#direct) return this.#direct.renegotiate(offer)
      if (this.#open !== null) return
      await this.#ask('localAnswer', await this.inner.renew(this.#withhold(offer)))
      await this.inner.addCandidates(this.#withheld)
    }).catch(() => {})
  }

  /** Runs one step after those before it. */
  #step<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(() => {
      if (this.#closed) throw new DescriptionError('media-failed', 'the media are closed')
      return task()
    })
    this.#tail = run.catch(() => {})
    return run
  }
}

function refuseDtls(answer: string): void {
  if (answersInDtls(answer)) throw new DescriptionError('not-acceptable', 'a plain offer was answered in DTLS-SRTP')
}
