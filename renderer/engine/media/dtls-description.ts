/*
 * The offer/answer exchange of a call whose sound the browser encrypts for the far end itself, where the gateway carries the signalling. A far end that
 * does ICE is spoken with straight from the browser; one that does not is reached through the gateway, which is an ICE agent to the browser and a
 * plain address to the far end, and passes on what neither it nor anybody else can read. It knows no sip.js and no port, and steps never overlap: whoever
 * calls sees to that.
 */
import type { DescribeStep, DtlsOffer } from '../../../common/contract/gateway'
import type { PeerDescription } from './description-handler'
import type { GatewayMedia } from './gateway-media'
import { DescriptionError, type DescriptionOptions } from './media'
import { hasIce } from './media-kind'
import { sdpFacts } from './sdp-facts'
import { soundAddress } from './sound-address'
import type { Transport } from './transport'

export class DtlsDescription {
  /** The far end does no ICE. null: it did not say yet. */
  #isPiped: boolean | null = null
  /** Whose offer waits for its answer. */
  #open: 'ours' | 'theirs' | null = null
  /** Their offer as signalling and as the browser knows it. */
  #prepared: { readonly wire: string; readonly web: string } | null = null
  /** Their last offer through the gateway, as it came. */
  #offered = ''
  /** The gateway has a part in it, until the far end turns out to need none. */
  #isAsked = false
  /** A far end that begins anew after each description is told of no other certificate by that. */
  #certificate: Promise<void> | null = null
  #own: string | null = null

  /** `offer`: what is offered while nothing is known of the far end. */
  constructor(
    private readonly inner: PeerDescription,
    private readonly gateway: GatewayMedia,
    private readonly offer: DtlsOffer,
  ) {}

  async prepare(remoteOffer: string | null): Promise<void> {
    if (remoteOffer !== null && hasIce(remoteOffer)) return this.inner.prepare(remoteOffer)
    await this.#certify()
    if (remoteOffer === null) return this.inner.prepare(null)
    const web = await this.#askOfOffer(remoteOffer)
    this.#isPiped = true
    this.#prepared = { wire: remoteOffer, web }
    await this.#orTakenBack(this.inner.prepare(web))
  }

  /** What else is sent to us by phones that lost a fork, the gateway keeps away: no other peer connection is needed for that. */
  async getDescription(options: DescriptionOptions): Promise<{ body: string; contentType: string }> {
    const isPiped = this.#isPiped === true
    if (this.#isPiped === null && this.#open === null) await this.#certify()
    const iceRestart = options.iceRestart === true || (isPiped && isLost(this.inner.connection))
    const { body, contentType } = await this.inner.getDescription(isPiped ? { iceRestart } : options)
    if (this.#open === 'theirs') {
      const answer = isPiped ? await this.#answer(body) : body
      this.#open = null
      return { body: answer, contentType }
    }
    this.#open = 'ours'
    if (this.#isPiped === false) return { body, contentType }
    if (isPiped || this.offer === 'alone') return { body: await this.#ask('localOffer', body, 'alone'), contentType }
    // Without the gateway it is offered to those who do ICE, as before.
    const both = await this.#ask('localOffer', body, 'with-ice').catch(() => body)
    return { body: both, contentType }
  }

  async setDescription(sdp: string): Promise<void> {
    const prepared = this.#prepared
    this.#prepared = null
    const isPiped = !hasIce(sdp)
    if (!sdpFacts(sdp).fingerprint) throw new DescriptionError('no-webrtc', 'no DTLS fingerprint in the description')
    if (this.#open === 'ours') {
      await this.inner.setDescription(isPiped ? await this.#ask('remoteAnswer', sdp) : sdp)
      this.#open = null
    } else {
      if (isPiped) await this.#certify()
      const web = !isPiped ? sdp : prepared?.wire === sdp ? prepared.web : await this.#askOfOffer(sdp)
      await this.#orTakenBack(this.inner.setDescription(web))
      this.#open = 'theirs'
    }
    this.#isPiped = isPiped
    if (!isPiped) this.#letGo()
  }

  async setEarlyDescription(sdp: string): Promise<void> {
    await this.inner.setEarlyDescription(hasIce(sdp) ? sdp : await this.#ask('remoteEarly', sdp))
  }

  /** The far end began another handshake: the browser does so in another peer connection. While an exchange is open it is lost, and offered again after it. */
  async renegotiate(offer: string): Promise<void> {
    if (this.#isPiped !== true || this.#open !== null) return
    await this.#ask('localAnswer', await this.inner.renew(offer))
  }

  async rollback(): Promise<void> {
    this.#open = null
    if (this.#isAsked) this.gateway.rollback()
    await this.inner.rollbackDescription()
  }

  /** The browser's word on the encryption, the gateway's on the packets. */
  async transport(): Promise<Transport> {
    const transport = await this.inner.transport()
    if (this.#isPiped !== true) return transport
    return { ...transport, counters: await this.gateway.count(), own: this.#own }
  }

  #askOfOffer(offer: string): Promise<string> {
    this.#offered = offer
    return this.#ask('remoteOffer', offer)
  }

  /** A gateway that was lost while it rang knows nothing of the offer: as in a call without encryption (see GatewayDescription), it is told once more. */
  async #answer(body: string): Promise<string> {
    try {
      return await this.#ask('localAnswer', body)
    } catch (error) {
      if (this.inner.connection === 'connected') throw error
      return this.#ask('localAnswer', await this.inner.renew(await this.#askOfOffer(this.#offered)))
    }
  }

  async #ask(step: DescribeStep, sdp: string, offer: DtlsOffer = 'alone'): Promise<string> {
    this.#isAsked = true
    const described = await this.gateway.describe(step, sdp, offer)
    if (described.sdp === null) {
      const error = described.error ?? 'media-failed'
      throw new DescriptionError(error, `the gateway could not take a ${step} in DTLS: ${error}`)
    }
    if (step === 'localOffer' || step === 'localAnswer') this.#own = soundAddress(described.sdp) ?? this.#own
    return described.sdp
  }

  /** Once, for all peer connections of the call. */
  #certify(): Promise<void> {
    this.#certificate ??= RTCPeerConnection.generateCertificate({
      name: 'ECDSA',
      namedCurve: 'P-256',
    } as AlgorithmIdentifier).then(
      (certificate) => this.inner.useCertificate(certificate),
      // Each has its own then, and a far end that begins anew is not heard any more.
      () => {},
    )
    return this.#certificate
  }

  #letGo(): void {
    this.inner.useCertificate(null)
    if (this.#isAsked) this.gateway.release()
    this.#isAsked = false
  }

  /** An offer that the browser refuses is not on the gateway's table either. */
  async #orTakenBack(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      if (this.#isAsked) this.gateway.rollback()
      throw error
    }
  }
}

const isLost = (connection: PeerDescription['connection']): boolean =>
  connection === 'disconnected' || connection === 'failed'
