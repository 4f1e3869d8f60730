/*
 * The sound of one call: its descriptions, its share of the microphone, its place in the speaker and its digits, kept in
 * step with what the call allows. It does not decide what is allowed.
 */
import type { Clock } from '../../../common/clock'
import { done, refused, type Result } from '../../../common/errors'
import { noMedia, type MediaQuality } from '../../../common/media'
import { PeerDescription, type Description } from './description-handler'
import { SoundJudge, type Finding } from './diagnose'
import { DtmfQueue } from './dtmf'
import { GatewayDescription } from './gateway-description'
import type { GatewayMedia } from './gateway-media'
import type { Party } from './conference'
import type { CallMedia, DescriptionOptions, MediaConnection } from './media'
import type { Microphone, MicrophoneLease } from './microphone'
import { QualityWatch } from './quality'
import type { ReportPorts } from './report-ports'
import type { PartySound } from './mixer'
import type { Voice } from './speaker'

export interface CallMediaNeeds {
  readonly clock: Clock
  readonly configuration: RTCConfiguration
  readonly reports: ReportPorts
  /** Carries the sound of this call; null: nothing is between the browser and the far end. */
  readonly gateway: GatewayMedia | null
  readonly microphone: Pick<Microphone, 'acquire'>
  readonly voice: Pick<Voice, 'isPlaying' | 'setTrack' | 'play' | 'close'>
  /** What it brings to a conference may be another thing now. Resolves when all there hear it so. */
  onSound(): Promise<unknown>
  onClose(): void
}

/**
 * A server drops what comes before it is through with its own side of DTLS and has learned where our packets come from, and a digit that is dropped is lost
 * (Asterisk 22: nine of ten sent at once after the connection). So digits wait this long, ms.
 */
const settlingMs = 400

export class PeerCallMedia implements CallMedia, Party {
  readonly connected: Promise<void>
  readonly #description: Description
  readonly #dtmf: DtmfQueue
  readonly #quality: QualityWatch
  readonly #judge = new SoundJudge()
  #finding: Finding | null = null
  readonly #listeners = new Set<(connection: MediaConnection) => void>()
  #transceiver: RTCRtpTransceiver | null = null
  #lease: MicrophoneLease | null = null
  #opening: Promise<Result> | null = null
  /** What the far end hears instead of the microphone alone. */
  #mix: MediaStreamTrack | null = null
  #audio = false
  #muted = false
  #held = false
  #closed = false
  /** There was a way for the sound once: without one since, nothing comes or leaves that should. */
  #wasConnected = false

  constructor(private readonly needs: CallMediaNeeds) {
    this.#dtmf = new DtmfQueue(needs.clock)
    this.#quality = new QualityWatch(needs.clock)
    let connect = (): void => {}
    this.connected = new Promise((resolve) => (connect = resolve))
    const description = new PeerDescription({
      clock: needs.clock,
      configuration: needs.configuration,
      reports: needs.reports,
      onTransceiver: (transceiver) => this.#use(transceiver),
      onConnectionChange: (connection) => {
        if (connection === 'connected') {
          this.#wasConnected = true
          this.#dtmf.holdOff(settlingMs)
          connect()
        }
        for (const listener of [...this.#listeners]) listener(connection)
      },
    })
    this.#description = needs.gateway === null ? description : new GatewayDescription(description, needs.gateway)
  }

  get connection(): MediaConnection {
    return this.#description.connection
  }

  get telephoneEvents(): boolean {
    return !this.#closed && this.#description.telephoneEvents
  }

  get remoteHeld(): boolean {
    return this.#description.remoteHeld
  }

  /** What it brings to a conference; null while its sound is off, and while the far end holds us: its music is not for the others. */
  get sound(): PartySound | null {
    if (this.#closed || !this.#isOn || this.remoteHeld || this.#transceiver === null || this.#lease === null)
      return null
    return { microphone: this.#lease.track, farEnd: this.#transceiver.receiver.track }
  }

  /** Sends this instead of the microphone; null: the microphone itself. Nothing is renegotiated. */
  async sendMix(mix: MediaStreamTrack | null): Promise<void> {
    if (mix === this.#mix) return
    this.#mix = mix
    await this.#send()
  }

  prepare(remoteOffer: string | null): Promise<void> {
    return this.#description.prepare(remoteOffer)
  }

  getDescription(options?: DescriptionOptions): Promise<{ body: string; contentType: string }> {
    return this.#description.getDescription(options)
  }

  async setDescription(sdp: string): Promise<void> {
    const before = this.remoteHeld
    await this.#description.setDescription(sdp)
    if (this.remoteHeld === before) return
    // What did not come while they held us is no loss.
    this.#restart()
    void this.needs.onSound()
  }

  setEarlyDescription(sdp: string): Promise<void> {
    return this.#description.setEarlyDescription(sdp)
  }

  hasDescription(contentType: string): boolean {
    return this.#description.hasDescription(contentType)
  }

  async rollbackDescription(): Promise<void> {
    await this.#description.rollbackDescription()
    void this.needs.onSound()
  }

  sendDtmf(digits: string): boolean {
    return !this.#closed && this.telephoneEvents && this.#dtmf.add(digits)
  }

  openMicrophone(): Promise<Result> {
    if (this.#closed) return Promise.resolve(refused('failed'))
    this.#opening ??= this.#open()
    return this.#opening
  }

  setHeld(held: boolean): void {
    if (held !== this.#held) this.#restart()
    this.#held = held
    this.#description.setHeld(held)
    this.#apply()
  }

  setMuted(muted: boolean): void {
    this.#muted = muted
    this.#apply()
  }

  setAudio(on: boolean): void {
    this.#audio = on
    this.#apply()
  }

  onConnectionChange(listener: (connection: MediaConnection) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async stats(): Promise<MediaQuality> {
    const report = await this.#description.stats().catch(() => null)
    if (report === null || this.#closed) return noMedia
    const { encryption, counters, own } = await this.#description.transport()
    if (this.#closed) return noMedia
    const flows = this.#isOn && this.#wasConnected
    const listensOnly = this.#description.remoteListensOnly
    this.#finding = this.#judge.take({
      at: this.needs.clock.now(),
      sends: flows && !this.remoteHeld,
      hears: flows && !this.remoteHeld && !listensOnly,
      listensOnly,
      muted: this.#muted || this.#mix !== null,
      stats: report,
      gateway: counters,
      own,
    })
    const quality = this.#quality.read(report)
    return quality === noMedia ? noMedia : { ...quality, encryption }
  }

  get finding(): Finding | null {
    return this.#finding
  }

  /** Loudness of the far end while it is heard, 0 to 1 (RFC 6465's scale, made linear). */
  level(): number {
    if (!this.needs.voice.isPlaying) return 0
    return this.#transceiver?.receiver.getSynchronizationSources()[0]?.audioLevel ?? 0
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#listeners.clear()
    this.#dtmf.stop()
    this.needs.voice.close()
    this.#description.close()
    this.#lease?.release()
    this.#lease = null
    this.needs.onClose()
  }

  #restart(): void {
    this.#quality.restart()
    this.#judge.restart()
    this.#finding = null
  }

  async #open(): Promise<Result> {
    const lease = await this.needs.microphone.acquire(async () => {
      await this.#send()
      await this.needs.onSound()
    })
    if (!lease.ok) {
      // The user may allow the microphone and try again.
      this.#opening = null
      return lease
    }
    if (this.#closed) {
      lease.value.release()
      return refused('failed')
    }
    this.#lease = lease.value
    this.#apply()
    await this.#send()
    return done
  }

  #use(transceiver: RTCRtpTransceiver): void {
    if (this.#closed || transceiver === this.#transceiver) return
    this.#transceiver = transceiver
    this.#dtmf.use(transceiver.sender.dtmf)
    this.needs.voice.setTrack(transceiver.receiver.track)
    void this.#send()
    void this.needs.onSound()
  }

  get #isOn(): boolean {
    return this.#audio && !this.#held
  }

  async #send(): Promise<void> {
    const sender = this.#transceiver?.sender
    const track = this.#mix ?? this.#lease?.track
    if (this.#closed || sender === undefined || track === undefined) return
    // Refused only by a stopped transceiver, whose call is at its end.
    await sender.replaceTrack(track).catch(() => {})
  }

  #apply(): void {
    if (this.#closed) return
    if (this.#lease !== null) this.#lease.track.enabled = this.#isOn && !this.#muted
    this.needs.voice.play(this.#isOn)
    void this.needs.onSound()
  }
}
