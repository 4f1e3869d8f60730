/*
 * The sound system of an engine in Node: descriptions without sound. It keeps the seam's promises (directions follow hold, facts
 * follow the SDP, closing ends everything) and lets a test connect, break or refuse what a browser would.
 */
import type { Finding } from '../../../renderer/engine/media/diagnose'
import type { Tone } from '../../../common/contract/engine'
import { done, refused, type RequestErrorCode, type Result } from '../../../common/errors'
import { noMedia, type MediaQuality } from '../../../common/media'
import {
  DescriptionError,
  type CallMedia,
  type DescriptionOptions,
  type EchoHeard,
  type MediaConnection,
  type MediaEngine,
  type TestSound,
} from '../../../renderer/engine/media/media'
import type { GatewayMedia } from '../../../renderer/engine/media/gateway-media'
import { answersInDtls } from '../../../renderer/engine/media/media-kind'
import { sdpFacts } from '../../../renderer/engine/media/sdp-facts'

export interface SdpParts {
  readonly direction?: string
  readonly fingerprint?: boolean
  readonly telephoneEvents?: boolean
  readonly ice?: number
}

export const makeSdp = ({
  direction = 'sendrecv',
  fingerprint = true,
  telephoneEvents = true,
  ice = 1,
}: SdpParts = {}): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio 9 UDP/TLS/RTP/SAVPF 111${telephoneEvents ? ' 126' : ''}`,
    'a=rtpmap:111 opus/48000/2',
    ...(telephoneEvents ? ['a=rtpmap:126 telephone-event/8000'] : []),
    ...(fingerprint ? ['a=fingerprint:sha-256 AA:BB'] : []),
    `a=ice-ufrag:u${ice}`,
    `a=${direction}`,
    '',
  ].join('\r\n')

export class FakeCallMedia implements CallMedia {
  finding: Finding | null = null
  readonly connected: Promise<void>
  connection: MediaConnection = 'new'
  telephoneEvents = false
  remoteHeld = false
  held = false
  muted = false
  audio = false
  closed = false
  microphone = false
  prepared: string | null | undefined
  earlyDescription: string | null = null
  digits = ''
  ice = 1
  /** Peer connections made anew. */
  renewals = 0
  /** Sound comes from the far end. */
  flowing = true
  #packets = 0
  #localOffer = false
  #remoteOffer = false
  #resolveConnected: () => void = () => {}
  readonly #listeners = new Set<(connection: MediaConnection) => void>()

  constructor(
    private readonly engine: FakeMediaEngine,
    private readonly gateway?: GatewayMedia,
  ) {
    this.connected = new Promise((resolve) => {
      this.#resolveConnected = resolve
    })
  }

  async prepare(remoteOffer: string | null): Promise<void> {
    this.prepared = remoteOffer
    await this.engine.gate()
  }

  async openMicrophone(): Promise<Result> {
    await this.engine.microphoneGate()
    if (this.engine.microphoneFault !== null) return refused(this.engine.microphoneFault)
    this.microphone = true
    return done
  }

  setHeld(held: boolean): void {
    this.held = held
  }
  setMuted(muted: boolean): void {
    this.muted = muted
  }
  setAudio(on: boolean): void {
    this.audio = on
  }

  async getDescription(options: DescriptionOptions = {}): Promise<{ body: string; contentType: string }> {
    await this.engine.gate()
    this.#needOpen()
    if ((options.iceRestart === true || options.fresh === true) && !this.#remoteOffer) this.ice += 1
    if (options.fresh === true) this.renewals += 1
    if (this.#remoteOffer) this.#remoteOffer = false
    else this.#localOffer = true
    const direction = this.held
      ? this.remoteHeld
        ? 'inactive'
        : 'sendonly'
      : this.remoteHeld
        ? 'recvonly'
        : 'sendrecv'
    return { body: makeSdp({ direction, ice: this.ice }), contentType: 'application/sdp' }
  }

  async setDescription(sdp: string): Promise<void> {
    await this.engine.gate()
    this.#needOpen()
    const facts = sdpFacts(sdp)
    if (!facts.audio) throw new DescriptionError('not-acceptable', 'no audio')
    const isPlain = this.gateway !== undefined && !['webrtc', 'dtls'].includes(this.gateway.offers) && this.#localOffer
    if (isPlain && answersInDtls(sdp)) throw new DescriptionError('not-acceptable', 'DTLS')
    if (!isPlain && !facts.fingerprint) throw new DescriptionError('no-webrtc', 'no fingerprint')
    if (this.#localOffer) this.#localOffer = false
    else this.#remoteOffer = true
    this.telephoneEvents = facts.telephoneEvents
    this.remoteHeld = facts.holds
    if (this.engine.connects) queueMicrotask(() => this.connect())
  }

  async setEarlyDescription(sdp: string): Promise<void> {
    this.earlyDescription = sdp
  }

  hasDescription(contentType: string): boolean {
    return /^application\/sdp\b/i.test(contentType)
  }

  async rollbackDescription(): Promise<void> {
    this.#localOffer = false
    this.#remoteOffer = false
  }

  sendDtmf(digits: string): boolean {
    if (this.telephoneEvents) this.digits += digits
    return this.telephoneEvents
  }

  onConnectionChange(listener: (connection: MediaConnection) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  stats(): Promise<MediaQuality> {
    if (this.flowing) this.#packets += 50
    return Promise.resolve(this.closed ? noMedia : { ...noMedia, codec: 'opus', packetsReceived: this.#packets })
  }

  close(): void {
    this.closed = true
    this.#listeners.clear()
  }

  /** ICE and DTLS are there. */
  connect(): void {
    this.become('connected')
    this.#resolveConnected()
  }

  become(connection: MediaConnection): void {
    if (this.closed || connection === this.connection) return
    this.connection = connection
    for (const listener of this.#listeners) listener(connection)
  }

  #needOpen(): void {
    if (this.closed) throw new DescriptionError('media-failed', 'closed')
  }
}

export class FakeMediaEngine implements MediaEngine {
  readonly calls: FakeCallMedia[] = []
  /** The conferences asked for, by their calls. */
  readonly groups = new Map<CallMedia, string>()
  readonly #speakingListeners = new Set<(speaking: readonly CallMedia[]) => void>()
  /** Sound connects as soon as the descriptions are exchanged. */
  connects = true
  microphoneFault: RequestErrorCode | null = null
  /** Awaited before each description; a test replaces it. */
  gate: () => Promise<void> = () => Promise.resolve()
  microphoneGate: () => Promise<void> = () => Promise.resolve()
  tone: Tone | null = null
  closed = false

  /** What each call was made with. */
  readonly gateways: (GatewayMedia | undefined)[] = []
  readonly iceServers: (readonly RTCIceServer[])[] = []

  createCallMedia(gateway?: GatewayMedia, iceServers: readonly RTCIceServer[] = []): FakeCallMedia {
    this.gateways.push(gateway)
    this.iceServers.push(iceServers)
    const media = new FakeCallMedia(this, gateway)
    this.calls.push(media)
    return media
  }

  /** What the far end gives back to a test; a test of the test replaces it. */
  echo: (limitMs: number) => Promise<EchoHeard> = () =>
    Promise.resolve({ sent: 4, returned: 4, delayMs: 120, sentLevel: -12, level: -13, anything: -12 })

  createTestSound(gateway?: GatewayMedia, iceServers?: readonly RTCIceServer[]): TestSound {
    return { media: this.createCallMedia(gateway, iceServers), listen: (limitMs) => this.echo(limitMs) }
  }

  get last(): FakeCallMedia {
    const media = this.calls.at(-1)
    if (media === undefined) throw new Error('no call has media yet')
    return media
  }

  joinGroup(call: CallMedia, groupId: string | null): Promise<Result> {
    if (groupId === null) this.groups.delete(call)
    else this.groups.set(call, groupId)
    return Promise.resolve(done)
  }
  onSpeaking(listener: (speaking: readonly CallMedia[]) => void): () => void {
    this.#speakingListeners.add(listener)
    return () => this.#speakingListeners.delete(listener)
  }
  /** These far ends speak now. */
  speak(...calls: CallMedia[]): void {
    for (const listener of this.#speakingListeners) listener(calls)
  }
  setTone(tone: Tone | null): void {
    this.tone = tone
  }
  useAudio(): Promise<Result> {
    return Promise.resolve(done)
  }
  setMeter(): Promise<Result> {
    return Promise.resolve(done)
  }
  testEcho(): Promise<Result> {
    return Promise.resolve(done)
  }
  onDevices(): () => void {
    return () => {}
  }
  onLevel(): () => void {
    return () => {}
  }
  close(): void {
    this.closed = true
  }
}
