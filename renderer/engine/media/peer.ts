/*
 * One RTCPeerConnection with its single audio transceiver: made, listened to and closed in one place, so that none leaks
 * (a page has no more than 500). It knows the browser's steps of offer and answer, not when a call wants which.
 */
import type { Clock } from '../../../common/clock'
import { chooseCodecs } from './codecs'
import type { Direction } from './direction'
import { gatherCandidates } from './gathering'
import { DescriptionError, type MediaConnection } from './media'
import { createPeerConnection } from './peer-connection'
import { sdpFacts } from './sdp-facts'

export class Peer {
  readonly #connection: RTCPeerConnection
  readonly #hasServers: boolean
  /** It can be heard by a far end that has a port of its own for RTCP. */
  readonly takesPortForReports: boolean
  readonly #stopListening: () => void
  #transceiver: RTCRtpTransceiver | null = null
  #gathering: Promise<void> = Promise.resolve()
  /** Names the DTLS association (RFC 8842) once ICE was begun anew; null before. */
  #association: string | null = null
  #closed = false

  constructor(
    configuration: RTCConfiguration,
    portForReports: boolean,
    private readonly clock: Clock,
    onConnectionChange: (peer: Peer) => void,
  ) {
    this.#hasServers = (configuration.iceServers ?? []).length > 0
    this.takesPortForReports = portForReports
    // Not `max-bundle`: it refuses every description without a BUNDLE group, and for a single audio line many servers name none.
    this.#connection = createPeerConnection({
      ...configuration,
      bundlePolicy: 'balanced',
      // Each further port costs candidates, and one that is not used in the end keeps early media from being heard.
      rtcpMuxPolicy: portForReports ? ('negotiate' as RTCRtcpMuxPolicy) : 'require',
    })
    const listener = (): void => onConnectionChange(this)
    this.#connection.addEventListener('connectionstatechange', listener)
    this.#stopListening = () => this.#connection.removeEventListener('connectionstatechange', listener)
  }

  get state(): MediaConnection {
    return this.#closed ? 'closed' : this.#connection.connectionState
  }

  get signalingState(): RTCSignalingState {
    return this.#connection.signalingState
  }

  /** Null until the first description of either side is applied. */
  get transceiver(): RTCRtpTransceiver | null {
    return this.#transceiver
  }

  /** After ICE was begun anew it says that DTLS was not: the browser does not say so, and an rtpengine takes that for a new handshake. */
  get localSdp(): string | null {
    const sdp = this.#connection.localDescription?.sdp ?? null
    if (sdp === null || this.#association === null) return sdp
    return sdp.replace(/^a=fingerprint:.*\r\n/m, `$&a=tls-id:${this.#association}\r\n`)
  }

  get remoteSdp(): string | null {
    return this.#connection.remoteDescription?.sdp ?? null
  }

  /** Makes and applies an offer. The transceiver sends and receives from the start, with or without a track. */
  async offer(direction: Direction, iceRestart: boolean): Promise<void> {
    this.#transceiver ??= this.#connection.addTransceiver('audio', { direction })
    this.#transceiver.direction = direction
    this.#prefer(this.#transceiver, null)
    if (iceRestart && this.remoteSdp !== null) this.#association ??= crypto.randomUUID().replaceAll('-', '')
    await this.#connection.setLocalDescription(await this.#connection.createOffer({ iceRestart }))
    this.#gathering = gatherCandidates(this.#connection, this.#hasServers, this.clock)
  }

  /** Applies the far end's offer. A transceiver made for an offer of our own cannot serve it; the browser makes its own. */
  async receive(sdp: string, mid: string | null): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'offer', sdp })
    const all = this.#connection.getTransceivers()
    this.#transceiver =
      all.find((one) => mid !== null && one.mid === mid) ??
      all.find((one) => one.currentDirection !== 'stopped') ??
      null
  }

  /** Makes and applies the answer to the offer received. `offer`: its audio section, whose codec order is kept. Rejects when there is no common codec. */
  async answer(direction: Direction, offer: string): Promise<void> {
    if (this.#transceiver === null) throw new Error('no audio to answer')
    this.#transceiver.direction = direction
    this.#prefer(this.#transceiver, offer)
    const answer = await this.#connection.createAnswer()
    // Without a common codec the browser refuses the line; applying that would end the sound there was before.
    if (!sdpFacts(answer.sdp ?? '').audio) throw new DescriptionError('not-acceptable', 'no common codec')
    await this.#connection.setLocalDescription(answer)
    this.#gathering = gatherCandidates(this.#connection, this.#hasServers, this.clock)
  }

  /** Applies the far end's answer to our offer, for good or (`pranswer`) until another comes. */
  async accept(type: 'answer' | 'pranswer', sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type, sdp })
  }

  /** Adds candidates of the far end; one that the browser cannot use is passed over, as ICE would. */
  async addCandidates(candidates: readonly string[], mid: string | null): Promise<void> {
    const place = mid === null ? { sdpMLineIndex: 0 } : { sdpMid: mid }
    await Promise.all(
      candidates.map((candidate) => this.#connection.addIceCandidate({ candidate, ...place }).catch(() => {})),
    )
  }

  /** When the local description is complete enough to be sent; counted from when it was made. */
  gathered(): Promise<void> {
    return this.#gathering
  }

  /** Takes the open offer back, whoever made it. None open: does nothing. */
  async rollback(): Promise<void> {
    const state = this.#connection.signalingState
    if (state === 'have-local-offer') await this.#connection.setLocalDescription({ type: 'rollback' })
    if (state === 'have-remote-offer') await this.#connection.setRemoteDescription({ type: 'rollback' })
  }

  stats(): Promise<RTCStatsReport> {
    return this.#connection.getStats()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopListening()
    this.#connection.close()
  }

  #prefer(transceiver: RTCRtpTransceiver, offer: string | null): void {
    const available = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? []
    transceiver.setCodecPreferences(chooseCodecs(available, offer))
  }
}
