/*
 * The offer/answer exchange of one call (RFC 3264, JSEP RFC 8829): which description is due, in which direction, and what
 * the far end's means. It knows nothing of microphones and speakers, and of SIP only that offers and answers come in turns.
 *
 * Forks: one offer may be answered by several phones. All their answers belong to the same ICE credentials and certificate of ours, which a second peer
 * connection could not take over, so there is one peer connection and a later answer replaces the one before (pranswer, then answer): the browser
 * follows new ICE credentials and a new DTLS fingerprint. It cannot come back, though: the first phone will not repeat its DTLS handshake. So the
 * early media of a second fork is taken only when the first has fallen silent. A phone that lost and goes on sending can keep the one that answered from
 * connecting, or break the handshake (measured); only another peer connection, offered to the winner alone, is out of its reach: that is a `fresh` offer.
 * A far end with a port of its own for RTCP is heard only on a connection that was made for it, and the usual one is not: its answer is refused, and the next
 * connection for that server is one. (To offer such a one at once, in the same call, is of no use: Asterisk 22 then refuses all that comes to its ports.)
 * A re-INVITE that the browser refuses on the old connection (another leg behind the server after a transfer, with other media ids) gets a new peer
 * connection too, and in both cases the old one comes back if the new one is refused.
 */
import type { Clock } from '../../../common/clock'
import { guardDescription, withCandidates, type Guarded } from './description-guard'
import { answerDirection, directionOf, heldByAnswer, offerDirection, type Direction } from './direction'
import {
  DescriptionError,
  type DescriptionFailure,
  type DescriptionHandler,
  type DescriptionOptions,
  type MediaConnection,
} from './media'
import { Peer } from './peer'
import type { ReportPorts } from './report-ports'
import { sdpFacts } from './sdp-facts'
import type { Transport } from './transport'

export interface DescriptionNeeds {
  readonly clock: Clock
  readonly configuration: RTCConfiguration
  readonly reports: ReportPorts
  /** A transceiver to send and receive with; another one when the peer connection had to be made anew. */
  onTransceiver(transceiver: RTCRtpTransceiver): void
  onConnectionChange(connection: MediaConnection): void
}

/** How long early media may pause before it counts as gone, ms; longer than Opus pauses in silence (RFC 6716 DTX). */
const listenMs = 500

type Usable = Guarded & { ok: true }

/** What a call's media need of their descriptions. */
export type Description = Omit<PeerDescription, 'addCandidates' | 'useServers' | 'useCertificate' | 'renew'>

export class PeerDescription implements Omit<DescriptionHandler, 'sendDtmf'> {
  #peer: Peer | null = null
  /** The connection before the one that a pending re-INVITE needed. */
  #former: Peer | null = null
  #prepared: { readonly text: string; readonly offer: Usable } | null = null
  /** The far end's offer that waits for our answer; `answered`: the answer is made and must only be fetched. */
  #open: { readonly offer: Usable; answered: boolean; readonly heldBefore: boolean } | null = null
  #ourDirection: Direction = 'sendrecv'
  #held = false
  #remoteHeld = false
  #connection: MediaConnection = 'new'
  #closed = false
  /** Which fork's early media we hear, as forkOf() says it. */
  #earlyFork: string | null = null
  /** Steps of offer and answer never overlap, whatever the callers do. */
  #tail: Promise<unknown> = Promise.resolve()
  #iceServers: readonly RTCIceServer[] | null = null
  #certificate: RTCCertificate | null = null

  constructor(private readonly needs: DescriptionNeeds) {}

  /** Other servers than those it was made with, for the peer connections made from now on. */
  useServers(iceServers: readonly RTCIceServer[]): void {
    this.#iceServers = iceServers
  }

  /** The certificate of the peer connections made from now on; null: each has one of its own. */
  useCertificate(certificate: RTCCertificate | null): void {
    this.#certificate = certificate
  }

  get connection(): MediaConnection {
    return this.#connection
  }

  get remoteHeld(): boolean {
    return this.#remoteHeld
  }

  /** The far end's description says that it sends nothing, and we do not hold it. */
  get remoteListensOnly(): boolean {
    const sdp = this.#peer?.remoteSdp
    return !this.#held && typeof sdp === 'string' && sdpFacts(sdp).listensOnly
  }

  get telephoneEvents(): boolean {
    const both = [this.#peer?.localSdp, this.#peer?.remoteSdp]
    return both.every((sdp) => typeof sdp === 'string' && sdpFacts(sdp).telephoneEvents)
  }

  setHeld(held: boolean): void {
    this.#held = held
  }

  hasDescription(contentType: string): boolean {
    return /^\s*application\/sdp\s*(;|$)/i.test(contentType)
  }

  prepare(remoteOffer: string | null): Promise<void> {
    return this.#step('preparing', async () => {
      if (this.#peer !== null) return
      if (remoteOffer === null) return this.#makeOffer(this.#ensurePeer(), false)
      const offer = this.#guard(remoteOffer)
      const peer = this.#ensurePeer(offer)
      await peer.receive(offer.sdp, offer.mid)
      this.#announce(peer)
      await this.#makeAnswer(peer, offer)
      this.#prepared = { text: remoteOffer, offer }
    })
  }

  getDescription(options: DescriptionOptions = {}): Promise<{ body: string; contentType: string }> {
    return this.#step('describing', async () => {
      let peer = this.#ensurePeer()
      if (this.#open !== null) {
        if (!this.#open.answered) await this.#makeAnswer(peer, this.#open.offer)
        this.#open = null
        this.#forgetFormer()
      } else if (this.#prepared === null && peer.signalingState === 'stable') {
        if (options.fresh === true && peer.remoteSdp !== null) peer = await this.#offerAnew(peer)
        else await this.#makeOffer(peer, await this.#isToRestart(options))
      }
      await peer.gathered()
      return { body: peer.localSdp ?? '', contentType: 'application/sdp' }
    })
  }

  setDescription(sdp: string): Promise<void> {
    return this.#step('applying', async () => {
      const prepared = this.#prepared
      this.#prepared = null
      if (prepared?.text === sdp && this.#peer !== null) {
        this.#open = { offer: prepared.offer, answered: true, heldBefore: this.#remoteHeld }
        this.#remoteHeld = sdpFacts(prepared.offer.sdp).holds
        return this.#peer.addCandidates(prepared.offer.candidates, prepared.offer.mid)
      }
      const remote = this.#guard(sdp)
      const state = this.#peer?.signalingState
      if (state === 'have-local-offer' || state === 'have-remote-pranswer') {
        await this.#accept('answer', remote)
        return this.#forgetFormer()
      }
      await this.#receive(remote)
    })
  }

  /** Another fork's early media replaces the first one's only when that has fallen silent (see above). */
  async setEarlyDescription(sdp: string): Promise<void> {
    const guarded = guardDescription(sdp)
    const other = guarded.ok && this.#earlyFork !== null && forkOf(guarded.sdp) !== this.#earlyFork
    if (other && (await this.#isReceiving())) return
    return this.#step('applying', async () => {
      // The answer came while we listened.
      if (other && this.#peer?.signalingState === 'stable') return
      const remote = this.#guard(sdp)
      await this.#accept('pranswer', remote)
      this.#earlyFork = forkOf(remote.sdp)
    })
  }

  /**
   * Another peer connection takes the place of the one there is, to this offer, without a word of signalling's; resolves with its answer. Who holds stays as
   * it was. Rejects, and changes nothing, while an exchange is open.
   */
  renew(offer: string): Promise<string> {
    return this.#step('renewing', async () => {
      const before = this.#peer
      const remote = this.#guard(offer)
      if (before?.signalingState !== 'stable' || this.#open !== null || this.#former !== null)
        throw new DescriptionError('media-failed', 'an exchange is open')
      const peer = this.#makePeer(remote)
      try {
        await peer.receive(withCandidates(remote), remote.mid)
        await this.#makeAnswer(peer, remote)
        await peer.gathered()
      } catch (error) {
        peer.close()
        throw error
      }
      this.#peer = peer
      this.#announce(peer)
      before.close()
      this.#report(peer)
      return peer.localSdp ?? ''
    })
  }

  /** Candidates of the far end's that its description left out, each without `a=`. */
  addCandidates(candidates: readonly string[]): Promise<void> {
    return this.#step('adding candidates', async () => this.#peer?.addCandidates(candidates, null))
  }

  rollbackDescription(): Promise<void> {
    return this.#step('rolling back', async () => {
      if (this.#open !== null) this.#remoteHeld = this.#open.heldBefore
      this.#open = null
      if (this.#former !== null) {
        this.#peer?.close()
        this.#peer = this.#former
        this.#former = null
        this.#announce(this.#peer)
        this.#report(this.#peer)
      } else await this.#peer?.rollback()
    })
  }

  /** The statistics of the peer connection, null without one. */
  async stats(): Promise<RTCStatsReport | null> {
    return this.#closed || this.#peer === null ? null : this.#peer.stats()
  }

  /** WebRTC's sound is never without encryption; null until there is any. */
  async transport(): Promise<Transport> {
    return { encryption: this.#connection === 'connected' ? 'dtls' : null, counters: null, own: null }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#connection = 'closed'
    this.#peer?.close()
    this.#former?.close()
  }

  async #isToRestart({ iceRestart = false, unlessHeard = false }: DescriptionOptions): Promise<boolean> {
    if (!iceRestart || !unlessHeard) return iceRestart
    const isHeard = await this.#isReceiving()
    if (this.#closed) throw new DescriptionError('media-failed', 'closed')
    return !isHeard
  }

  /** Whether packets arrive now. */
  async #isReceiving(): Promise<boolean> {
    const received = async (): Promise<number> => {
      let count = 0
      ;(await this.stats().catch(() => null))?.forEach((row: { type: string; packetsReceived?: number }) => {
        if (row.type === 'inbound-rtp') count += row.packetsReceived ?? 0
      })
      return count
    }
    const before = await received()
    await new Promise<void>((resolve) => this.needs.clock.setTimeout(resolve, listenMs))
    return (await received()) > before
  }

  async #makeOffer(peer: Peer, iceRestart: boolean): Promise<void> {
    this.#ourDirection = offerDirection(this.#held, this.#remoteHeld)
    const fresh = peer.transceiver === null
    await peer.offer(this.#ourDirection, iceRestart)
    if (fresh) this.#announce(peer)
  }

  async #makeAnswer(peer: Peer, offer: Usable): Promise<void> {
    this.#ourDirection = answerDirection(this.#held, directionOf(offer.audio))
    await peer.answer(this.#ourDirection, offer.audio)
  }

  async #accept(type: 'answer' | 'pranswer', remote: Usable): Promise<void> {
    const peer = this.#peer
    if (peer === null) throw new DescriptionError('media-failed', 'an answer without an offer')
    this.#learn(remote)
    if (!sdpFacts(remote.sdp).muxed && !peer.takesPortForReports)
      throw new DescriptionError('not-acceptable', 'a port for RTCP')
    await peer.accept(type, withCandidates(remote))
    this.#remoteHeld = heldByAnswer(sdpFacts(remote.sdp).holds, this.#ourDirection, this.#remoteHeld)
  }

  /** What came in on the old connection, from phones that lost a fork, finds no way into this one. */
  async #offerAnew(before: Peer): Promise<Peer> {
    const peer = this.#makePeer(null)
    try {
      await this.#makeOffer(peer, false)
      if (this.#closed) throw new DescriptionError('media-failed', 'closed')
    } catch (error) {
      peer.close()
      this.#announce(before)
      throw error
    }
    this.#former = before
    this.#peer = peer
    this.#report(peer)
    return peer
  }

  #forgetFormer(): void {
    this.#former?.close()
    this.#former = null
  }

  async #receive(offer: Usable): Promise<void> {
    const before = this.#peer
    try {
      const peer = this.#ensurePeer(offer)
      await peer.receive(withCandidates(offer), offer.mid)
      if (before === null) this.#announce(peer)
    } catch (error) {
      if (before === null || this.#closed) throw error
      await this.#receiveAnew(offer, before)
    }
    this.#open = { offer, answered: false, heldBefore: this.#remoteHeld }
    this.#remoteHeld = sdpFacts(offer.sdp).holds
  }

  async #receiveAnew(offer: Usable, before: Peer): Promise<void> {
    const peer = this.#makePeer(offer)
    try {
      await peer.receive(withCandidates(offer), offer.mid)
      if (this.#closed) throw new DescriptionError('media-failed', 'closed')
    } catch (error) {
      peer.close()
      throw error
    }
    this.#former = before
    this.#peer = peer
    this.#announce(peer)
  }

  #ensurePeer(offer: Usable | null = null): Peer {
    this.#peer ??= this.#makePeer(offer)
    return this.#peer
  }

  /** To take this offer of the far end's, or null: to make one of our own. */
  #makePeer(offer: Usable | null): Peer {
    const { configuration, clock } = this.needs
    if (offer !== null) this.#learn(offer)
    const iceServers = [...(this.#iceServers ?? configuration.iceServers ?? [])]
    const certificates = this.#certificate === null ? {} : { certificates: [this.#certificate] }
    const onChange = (peer: Peer): void => this.#report(peer)
    return new Peer({ ...configuration, ...certificates, iceServers }, this.needs.reports.isSeparate, clock, onChange)
  }

  #learn(remote: Usable): void {
    this.needs.reports.isSeparate = !sdpFacts(remote.sdp).muxed
  }

  #announce(peer: Peer): void {
    if (peer.transceiver !== null && !this.#closed) this.needs.onTransceiver(peer.transceiver)
  }

  #report(peer: Peer): void {
    if (this.#closed || peer !== this.#peer || peer.state === this.#connection) return
    this.#connection = peer.state
    this.needs.onConnectionChange(peer.state)
  }

  #guard(sdp: string): Usable {
    const guarded = guardDescription(sdp)
    if (!guarded.ok) throw new DescriptionError(guarded.code, guarded.why)
    return guarded
  }

  /** Runs one step after those before it. The browser's messages may quote SDP, so only an error's name gets out. */
  #step<T>(what: string, task: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(async () => {
      if (this.#closed) throw new DescriptionError('media-failed', 'the media are closed')
      try {
        const value = await task()
        if (this.#closed) throw new DescriptionError('media-failed', 'the media were closed meanwhile')
        return value
      } catch (error) {
        if (error instanceof DescriptionError) throw error
        const code: DescriptionFailure = this.#closed ? 'media-failed' : codeOf(error)
        throw new DescriptionError(code, `${what} failed: ${error instanceof Error ? error.name : 'unknown'}`)
      }
    })
    this.#tail = run.catch(() => {})
    return run
  }
}

/** Each phone behind a fork has its own ICE credentials. */
const forkOf = (sdp: string): string => /^a=ice-ufrag:(.*)$/m.exec(sdp)?.[1] ?? ''

/** The browser refuses SDP with these; anything else is its own trouble (no more peer connections, closed). */
const codeOf = (error: unknown): DescriptionFailure =>
  error instanceof DOMException &&
  ['OperationError', 'InvalidAccessError', 'SyntaxError', 'InvalidModificationError'].includes(error.name)
    ? 'not-acceptable'
    : 'media-failed'
