/*
 * The sound system of the engine page, put together: one microphone, one speaker, the tones, and the sound of each call.
 * It knows no calls, accounts or messages; main decides what sounds, this makes it so.
 */
import type { Clock } from '../../../common/clock'
import type { Tone } from '../../../common/contract/engine'
import type { AudioChoice, Device } from '../../../common/device'
import type { Result } from '../../../common/errors'
import { done, refused } from '../../../common/errors'
import type { Log } from '../../../common/log'
import type { RingTone } from '../../../common/ring-tones'
import { PeerCallMedia } from './call-media'
import { Conferences } from './conferences'
import type { GatewayMedia } from './gateway-media'
import { matchDevice, type FoundDevice } from './device-match'
import { Devices } from './devices'
import { testEcho } from './echo-test'
import type { CallMedia, Level, MediaEngine, TestSound } from './media'
import { Meter } from './meter'
import { Microphone, type MicrophoneLease } from './microphone'
import type { ReportPorts } from './report-ports'
import { Speaker } from './speaker'
import { TestSignal } from './test-signal'
import { Tones } from './tones'

export interface MediaEngineNeeds {
  readonly clock: Clock
  readonly log: Log
  /** STUN and TURN servers for every call; none by default. */
  readonly iceServers?: readonly RTCIceServer[]
  /** Default: this page's. */
  readonly mediaDevices?: MediaDevices
  /** Makes the element a far end is heard through. Default: an audio element that is in no document. */
  readonly createAudio?: () => HTMLAudioElement
}

/** Until main says otherwise: the system's devices, with all processing. */
const defaultAudio: AudioChoice = {
  microphone: null,
  speaker: null,
  ring: null,
  ringVolume: 1,
  echoCancellation: true,
  noiseSuppression: true,
  autoGain: true,
}

/** For contexts that only compute. `sinkId` (Audio Output Devices API) is in Chromium since 110, not yet in TypeScript's library. */
const silent = { sinkId: { type: 'none' }, sampleRate: 48_000 } as AudioContextOptions

export class BrowserMediaEngine implements MediaEngine {
  readonly #microphone: Microphone
  readonly #speaker: Speaker
  readonly #tones: Tones
  readonly #devices: Devices
  readonly #meter: Meter
  readonly #conferences: Conferences<PeerCallMedia>
  readonly #calls = new Set<PeerCallMedia>()
  #audio = defaultAudio
  #metering: Promise<Result<MicrophoneLease>> | null = null

  constructor(private readonly needs: MediaEngineNeeds) {
    const { clock, log, mediaDevices = navigator.mediaDevices, createAudio = () => new Audio() } = needs
    this.#microphone = new Microphone(mediaDevices, log, this.#audio, () => this.#restart())
    this.#speaker = new Speaker(createAudio, log)
    this.#tones = new Tones(() => new AudioContext({ latencyHint: 'balanced' }), clock, log)
    this.#devices = new Devices(mediaDevices, log, (found) => this.#devicesChanged(found))
    const createSilentContext = (): AudioContext => new AudioContext(silent)
    this.#conferences = new Conferences({ clock, log, createContext: createSilentContext })
    this.#meter = new Meter(clock, createSilentContext, () =>
      Math.max(this.#tones.level(), ...[...this.#calls].map((call) => call.level())),
    )
  }

  createCallMedia(
    gateway?: GatewayMedia,
    iceServers: readonly RTCIceServer[] = [],
    reports: ReportPorts = { isSeparate: false },
  ): CallMedia {
    const call: PeerCallMedia = new PeerCallMedia({
      clock: this.needs.clock,
      // The gateway is on this computer: nobody need be asked for our address.
      configuration: { iceServers: gateway ? [] : [...(this.needs.iceServers ?? []), ...iceServers] },
      reports,
      gateway: gateway ?? null,
      microphone: this.#microphone,
      voice: this.#speaker.createVoice(),
      onSound: () => this.#conferences.changed(call),
      onClose: () => {
        this.#calls.delete(call)
        void this.#conferences.join(call, null)
      },
    })
    this.#calls.add(call)
    return call
  }

  createTestSound(
    gateway?: GatewayMedia,
    iceServers: readonly RTCIceServer[] = [],
    reports: ReportPorts = { isSeparate: false },
  ): TestSound {
    const { clock, createAudio = () => new Audio() } = this.needs
    const signal = new TestSignal({ clock, createContext: () => new AudioContext(silent), createAudio })
    const media = new PeerCallMedia({
      clock,
      configuration: { iceServers: gateway ? [] : [...(this.needs.iceServers ?? []), ...iceServers] },
      reports,
      gateway: gateway ?? null,
      microphone: signal,
      voice: signal,
      onSound: async () => {},
      onClose: () => {},
    })
    return { media, listen: (limitMs) => signal.listen(limitMs) }
  }

  async joinGroup(call: CallMedia, groupId: string | null): Promise<Result> {
    const known = [...this.#calls].find((one) => one === call)
    if (known !== undefined) return this.#conferences.join(known, groupId)
    return groupId === null ? done : refused('failed', 'the call is over')
  }

  onSpeaking(listener: (speaking: readonly CallMedia[]) => void): () => void {
    return this.#conferences.onSpeaking(listener)
  }

  setTone(tone: Tone | null, ring?: RingTone): void {
    this.#tones.play(tone, ring)
  }

  useAudio(audio: AudioChoice): Promise<Result> {
    this.#audio = audio
    void this.#devices.refresh().then(() => this.#route(this.#devices.found))
    return this.#microphone.useSettings(audio)
  }

  async setMeter(on: boolean): Promise<Result> {
    if (!on) {
      const metering = this.#metering
      this.#metering = null
      this.#meter.stop()
      const lease = await metering
      if (lease?.ok) lease.value.release()
      return done
    }
    if (this.#metering === null) {
      const metering = this.#microphone.acquire((track) => {
        if (this.#metering === metering) this.#meter.start(track)
      })
      this.#metering = metering
    }
    const metering = this.#metering
    const lease = await metering
    if (this.#metering !== metering) return done
    if (!lease.ok) {
      this.#metering = null
      return lease
    }
    this.#meter.start(lease.value.track)
    return done
  }

  testEcho(): Promise<Result> {
    const { clock } = this.needs
    return testEcho({ clock, microphone: this.#microphone, play: (sound) => this.#tones.playSound(sound) })
  }

  onDevices(listener: (devices: readonly Device[]) => void): () => void {
    return this.#devices.onDevices(listener)
  }

  onLevel(listener: (level: Level) => void): () => void {
    return this.#meter.onLevel(listener)
  }

  close(): void {
    for (const call of [...this.#calls]) call.close()
    this.#conferences.close()
    this.#metering = null
    this.#meter.close()
    this.#tones.close()
    this.#devices.close()
    this.#speaker.close()
    this.#microphone.close()
  }

  #devicesChanged(found: readonly FoundDevice[]): void {
    this.#route(found)
    void this.#microphone.devicesChanged().then((result) => {
      if (!result.ok) this.needs.log.warn(`the microphone cannot be changed: ${result.code}`)
    })
  }

  #route(found: readonly FoundDevice[]): void {
    const { speaker, ring, ringVolume } = this.#audio
    const speakerId = matchDevice(speaker, 'audiooutput', found)
    this.#speaker.useDevice(speakerId)
    this.#tones.useDevices({ speaker: speakerId, ring: matchDevice(ring, 'audiooutput', found), ringVolume })
  }

  /** The sound service died: what plays holds dead streams. */
  #restart(): void {
    this.#speaker.restart()
    this.#tones.restart()
    this.#conferences.restart()
  }
}
