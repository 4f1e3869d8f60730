/*
 * The one open microphone of the page. Whoever needs it holds a lease and gets an own track of it; with the last lease it
 * closes, so the system's microphone light is lit exactly while someone uses it. It knows no calls.
 */
import type { AudioChoice, DeviceChoice } from '../../../common/device'
import { done, refused, type Result } from '../../../common/errors'
import type { Log } from '../../../common/log'
import { deviceKey, matchDevice } from './device-match'

export type MicrophoneDevices = Pick<MediaDevices, 'getUserMedia' | 'enumerateDevices'>

export interface MicrophoneLease {
  /** The track to use now. */
  readonly track: MediaStreamTrack
  /** Stops the track and gives the microphone back. Idempotent. */
  release(): void
}

type Settings = Pick<AudioChoice, 'microphone' | 'echoCancellation' | 'noiseSuppression' | 'autoGain'>

interface Source {
  readonly track: MediaStreamTrack
  /** What was opened, as deviceKey() says it. */
  readonly key: string | null
}

export class Microphone {
  #settings: Settings
  #source: Source | null = null
  readonly #leases = new Set<Lease>()
  /** Opening, switching and closing happen one after the other. */
  #tail: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(
    private readonly devices: MicrophoneDevices,
    private readonly log: Log,
    settings: Settings,
    /** The device died under us; other sound may have died with it. */
    private readonly onLost: () => void = () => {},
  ) {
    this.#settings = settings
  }

  get isOpen(): boolean {
    return this.#source !== null
  }

  /**
   * Opens the microphone, or joins those who have it open. `onTrack` is called with each later track that replaces the lease's (another device), `enabled`
   * as before; the old track sounds until its promise is settled. Fails with `microphone-denied`, `microphone-missing` or `microphone-busy`.
   */
  acquire(onTrack: (track: MediaStreamTrack) => Promise<void> | void): Promise<Result<MicrophoneLease>> {
    return this.#serially(async () => {
      if (this.#closed) return refused('microphone-missing')
      if (this.#source === null || this.#source.track.readyState === 'ended') {
        const opened = await this.#open()
        if (!opened.ok) return opened
        await this.#replace(opened.value)
      }
      const source = this.#source
      if (source === null || this.#closed) return refused('microphone-missing')
      const lease = new Lease(source.track.clone(), onTrack, (gone) => {
        this.#leases.delete(gone)
        void this.#serially(async () => this.#closeIfIdle())
      })
      this.#leases.add(lease)
      return { ok: true, value: lease }
    })
  }

  /** Uses this device and processing from now on; leases get new tracks. When it cannot be opened, the old source stays. */
  useSettings(settings: Settings): Promise<Result> {
    return this.#serially(async () => {
      const same = JSON.stringify(processing(settings)) === JSON.stringify(processing(this.#settings))
      this.#settings = settings
      return this.#reconcile(!same)
    })
  }

  /** The list of devices changed: moves to the device that the choice means now, if it is another one. */
  devicesChanged(): Promise<Result> {
    return this.#serially(() => this.#reconcile(false))
  }

  close(): void {
    this.#closed = true
    for (const lease of [...this.#leases]) lease.release()
    this.#source?.track.stop()
    this.#source = null
  }

  async #reconcile(force: boolean): Promise<Result> {
    if (this.#source === null || this.#closed) return done
    const key = deviceKey(this.#settings.microphone, 'audioinput', await this.#list())
    const alive = this.#source.track.readyState === 'live'
    if (!force && alive && (key === this.#source.key || key === null)) return done
    const opened = await this.#open()
    if (!opened.ok) return opened
    await this.#replace(opened.value)
    this.#closeIfIdle()
    return done
  }

  async #open(): Promise<Result<Source>> {
    const found = await this.#list()
    const choice: DeviceChoice | null = this.#settings.microphone
    const id = matchDevice(choice, 'audioinput', found)
    const key = deviceKey(choice, 'audioinput', found)
    const first = await this.#getTrack(id)
    // A device that vanished between the list and the opening: the default serves.
    const track = !first.ok && first.code !== 'microphone-denied' && id !== null ? await this.#getTrack(null) : first
    return track.ok ? { ok: true, value: { track: track.value, key } } : track
  }

  async #getTrack(id: string | null): Promise<Result<MediaStreamTrack>> {
    try {
      const audio = { ...processing(this.#settings), ...(id === null ? {} : { deviceId: { exact: id } }) }
      const stream = await this.devices.getUserMedia({ audio, video: false })
      const track = stream.getAudioTracks()[0]
      return track === undefined ? refused('microphone-missing') : { ok: true, value: track }
    } catch (error) {
      return refused(codeOf(error))
    }
  }

  async #replace(source: Source): Promise<void> {
    const old = this.#source
    if (this.#closed) return source.track.stop()
    this.#source = source
    source.track.addEventListener('ended', () => {
      if (this.#source !== source || this.#closed) return
      this.log.warn('the microphone went away')
      this.onLost()
      void this.#serially(async () => {
        const result = await this.#reconcile(false)
        if (!result.ok) this.log.warn(`no other microphone: ${result.code}`)
      })
    })
    await Promise.all([...this.#leases].map((lease) => lease.replace(source.track.clone())))
    old?.track.stop()
  }

  #closeIfIdle(): void {
    if (this.#leases.size > 0) return
    this.#source?.track.stop()
    this.#source = null
  }

  async #list(): Promise<MediaDeviceInfo[]> {
    return this.devices.enumerateDevices().catch(() => [])
  }

  #serially<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(task)
    this.#tail = run.catch(() => {})
    return run
  }
}

class Lease implements MicrophoneLease {
  #released = false

  constructor(
    public track: MediaStreamTrack,
    private readonly onTrack: (track: MediaStreamTrack) => Promise<void> | void,
    private readonly onRelease: (lease: Lease) => void,
  ) {}

  async replace(track: MediaStreamTrack): Promise<void> {
    if (this.#released) return track.stop()
    const old = this.track
    track.enabled = old.enabled
    this.track = track
    await this.onTrack(track)
    old.stop()
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    this.track.stop()
    this.onRelease(this)
  }
}

const processing = (settings: Settings): MediaTrackConstraints => ({
  echoCancellation: settings.echoCancellation,
  noiseSuppression: settings.noiseSuppression,
  autoGainControl: settings.autoGain,
  // Telephone codecs are mono; a stereo headset input would only cost bits.
  channelCount: 1,
})

/** getUserMedia's errors (Media Capture and Streams, section 10.3) as ours. */
function codeOf(error: unknown): 'microphone-denied' | 'microphone-missing' | 'microphone-busy' {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'microphone-denied'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'microphone-missing'
    default:
      return 'microphone-busy'
  }
}
