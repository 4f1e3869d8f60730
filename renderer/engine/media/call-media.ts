/*
 * The sound of one call: its descriptions, its share of the microphone, its place in the speaker and its digits, kept in
 * step with what the call allows. It does not decide what is allowed.
 */
import type { Clock } from '../../../common/clock'
import { done, refused, type Result } from '../../../common/errors'
import { noMedia, type MediaQuality } from '../../../common/media'
import { PeerDescription } from './description-handler'
import { DtmfQueue } from './dtmf'
import type { CallMedia, DescriptionOptions, MediaConnection } from './media'
import type { Microphone, MicrophoneLease } from './microphone'
import { QualityWatch } from './quality'
import type { Voice } from './speaker'

export interface CallMediaNeeds {
  readonly clock: Clock
  readonly configuration: RTCConfiguration
  readonly microphone: Microphone
  readonly voice: Voice
  onClose(): void
}

/**
 * A server drops what comes before it is through with its own side of DTLS and has learned where our packets come from, and a digit that is dropped is lost
 * (Asterisk 22: nine of ten sent at once after the connection). So digits wait this long, ms.
 */
const settlingMs = 400

export class PeerCallMedia implements CallMedia {
  readonly connected: Promise<void>
  readonly #description: PeerDescription
  readonly #dtmf: DtmfQueue
  readonly #quality: QualityWatch
  readonly #listeners = new Set<(connection: MediaConnection) => void>()
  #transceiver: RTCRtpTransceiver | null = null
  #lease: MicrophoneLease | null = null
  #opening: Promise<Result> | null = null
  #audio = false
  #muted = false
  #held = false
  #closed = false

  constructor(private readonly needs: CallMediaNeeds) {
    this.#dtmf = new DtmfQueue(needs.clock)
    this.#quality = new QualityWatch(needs.clock)
    let connect = (): void => {}
    this.connected = new Promise((resolve) => (connect = resolve))
    this.#description = new PeerDescription({
      clock: needs.clock,
      configuration: needs.configuration,
      onTransceiver: (transceiver) => this.#use(transceiver),
      onConnectionChange: (connection) => {
        if (connection === 'connected') {
          this.#dtmf.holdOff(settlingMs)
          connect()
        }
        for (const listener of [...this.#listeners]) listener(connection)
      },
    })
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

  prepare(remoteOffer: string | null): Promise<void> {
    return this.#description.prepare(remoteOffer)
  }

  getDescription(options?: DescriptionOptions): Promise<{ body: string; contentType: string }> {
    return this.#description.getDescription(options)
  }

  async setDescription(sdp: string): Promise<void> {
    const before = this.remoteHeld
    await this.#description.setDescription(sdp)
    // What did not come while they held us is no loss.
    if (this.remoteHeld !== before) this.#quality.restart()
  }

  setEarlyDescription(sdp: string): Promise<void> {
    return this.#description.setEarlyDescription(sdp)
  }

  hasDescription(contentType: string): boolean {
    return this.#description.hasDescription(contentType)
  }

  rollbackDescription(): Promise<void> {
    return this.#description.rollbackDescription()
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
    if (held !== this.#held) this.#quality.restart()
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
    return report === null || this.#closed ? noMedia : this.#quality.read(report)
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

  async #open(): Promise<Result> {
    const lease = await this.needs.microphone.acquire((track) => this.#send(track))
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
    await this.#send(lease.value.track)
    return done
  }

  #use(transceiver: RTCRtpTransceiver): void {
    if (this.#closed || transceiver === this.#transceiver) return
    this.#transceiver = transceiver
    this.#dtmf.use(transceiver.sender.dtmf)
    this.needs.voice.setTrack(transceiver.receiver.track)
    if (this.#lease !== null) void this.#send(this.#lease.track)
  }

  async #send(track: MediaStreamTrack): Promise<void> {
    // Refused only by a stopped transceiver, whose call is at its end.
    await this.#transceiver?.sender.replaceTrack(track).catch(() => {})
  }

  #apply(): void {
    if (this.#closed) return
    const on = this.#audio && !this.#held
    if (this.#lease !== null) this.#lease.track.enabled = on && !this.#muted
    this.needs.voice.play(on)
  }
}
