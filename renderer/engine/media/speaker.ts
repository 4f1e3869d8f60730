/*
 * Where the far ends are heard: one audio element per call on the chosen output, playing only while it may. It knows
 * tracks, not calls; who may be heard is decided elsewhere.
 */
import type { Log } from '../../../common/log'

export class Speaker {
  readonly #voices = new Set<Voice>()
  #sink = ''

  constructor(
    private readonly createElement: () => HTMLAudioElement,
    private readonly log: Log,
  ) {}

  /** A new place to hear one far end, silent until `play(true)`. */
  createVoice(): Voice {
    const voice = new Voice(this.createElement(), this.#sink, this.log, () => this.#voices.delete(voice))
    this.#voices.add(voice)
    return voice
  }

  /** Moves everything that is heard to this output; null is the system's default. */
  useDevice(id: string | null): void {
    this.#sink = id ?? ''
    for (const voice of this.#voices) voice.useSink(this.#sink)
  }

  /** Begins every sound anew, after the sound system died and came back. */
  restart(): void {
    for (const voice of this.#voices) voice.restart()
  }

  close(): void {
    for (const voice of [...this.#voices]) voice.close()
  }
}

/** One far end in the speaker. */
export class Voice {
  #track: MediaStreamTrack | null = null
  #playing = false
  #closed = false

  constructor(
    private readonly element: HTMLAudioElement,
    private sink: string,
    private readonly log: Log,
    private readonly onClose: () => void,
  ) {}

  get isPlaying(): boolean {
    return this.#playing && this.#track !== null
  }

  setTrack(track: MediaStreamTrack): void {
    if (track === this.#track) return
    this.#track = track
    this.#apply()
  }

  /** Lets the track be heard, or silences it at once and lets go of the output. */
  play(on: boolean): void {
    if (on === this.#playing) return
    this.#playing = on
    this.#apply()
  }

  useSink(id: string): void {
    this.sink = id
    if (this.isPlaying) this.#moveToSink()
  }

  restart(): void {
    this.element.srcObject = null
    this.#apply()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#playing = false
    this.#apply()
    this.onClose()
  }

  #apply(): void {
    if (!this.#playing || this.#track === null) {
      // Without a source the element holds no output stream: nothing is heard and nothing is computed.
      this.element.pause()
      this.element.srcObject = null
      return
    }
    this.#moveToSink()
    this.element.srcObject = new MediaStream([this.#track])
    this.element.play().catch((error: unknown) => {
      // A pause that overtakes the start ends it with AbortError; that is no fault.
      if (!(error instanceof DOMException && error.name === 'AbortError')) this.log.error('the speaker does not start')
    })
  }

  #moveToSink(): void {
    if (this.element.sinkId === this.sink) return
    this.element.setSinkId(this.sink).catch(() => {
      this.log.warn('the chosen speaker cannot be used; the default serves')
      if (this.element.sinkId !== '') this.element.setSinkId('').catch(() => {})
    })
  }
}
