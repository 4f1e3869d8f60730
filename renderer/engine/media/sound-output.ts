/*
 * One AudioContext on one output device: plays one thing at a time, and sleeps when it plays nothing so that an idle phone
 * costs no CPU. It does not know what it plays.
 */
import type { Log } from '../../../common/log'
import { loudness } from './loudness'

interface Playing {
  readonly source: AudioBufferSourceNode
  readonly gain: GainNode
  readonly end: () => void
}

/** AudioContext.setSinkId (Audio Output Devices API), in Chromium since 110, not yet in TypeScript's library. */
interface SinkTarget {
  setSinkId(id: string): Promise<void>
}

export interface PlayOptions {
  readonly loop: boolean
  /** 0 to 1. */
  readonly volume: number
  /** Seconds in which it grows from a quarter to full; 0: full at once. */
  readonly swell: number
  /** It came to its end by itself. */
  readonly onEnd: () => void
}

export class SoundOutput {
  #context: AudioContext | null = null
  #analyser: AnalyserNode | null = null
  #playing: Playing | null = null
  #sink = ''
  #seenTime = -1
  /** Rises with each play and stop, so that a start that waits for its context can see that it is too late. */
  #turn = 0

  constructor(
    private readonly createContext: () => AudioContext,
    private readonly log: Log,
  ) {}

  /** Plays one round of mono samples, in a loop or once. Rejects when there is no sound system at all. */
  async play(render: (sampleRate: number) => Float32Array<ArrayBuffer>, options: PlayOptions): Promise<void> {
    const turn = this.#begin()
    const context = await this.#awake()
    if (turn !== this.#turn) return
    const samples = render(context.sampleRate)
    const buffer = context.createBuffer(1, samples.length, context.sampleRate)
    buffer.copyToChannel(samples, 0)
    this.#start(context, buffer, options)
  }

  /** Plays a buffer once at full volume; resolves when it ended or was stopped. */
  async playOnce(buffer: AudioBuffer): Promise<void> {
    const turn = this.#begin()
    const context = await this.#awake()
    if (turn !== this.#turn) return
    await new Promise<void>((resolve) => {
      this.#start(context, buffer, { loop: false, volume: 1, swell: 0, onEnd: () => this.stop() }, resolve)
    })
  }

  setVolume(volume: number): void {
    const { gain } = this.#playing ?? {}
    if (gain === undefined || this.#context === null) return
    gain.gain.cancelScheduledValues(this.#context.currentTime)
    gain.gain.setValueAtTime(volume, this.#context.currentTime)
  }

  /** Silence at once; the context goes to sleep. */
  stop(): void {
    this.#begin()
    this.#context?.suspend().catch(() => {})
  }

  useSink(id: string | null): void {
    if ((id ?? '') === this.#sink) return
    this.#sink = id ?? ''
    if (this.#context !== null) this.#moveToSink(this.#context)
  }

  /** Whether time goes on in it since the last look; true while it plays nothing. */
  isMoving(): boolean {
    if (this.#playing === null || this.#context === null) return true
    const time = this.#context.currentTime
    const moving = this.#context.state === 'running' && time > this.#seenTime
    this.#seenTime = time
    return moving
  }

  /** Root mean square of the last 40 ms, 0 to 1. */
  level(): number {
    return this.#playing === null || this.#analyser === null ? 0 : loudness(this.#analyser)
  }

  /** Lets go of the context; the next sound makes a new one. */
  discard(): void {
    this.#begin()
    this.#context?.close().catch(() => {})
    this.#context = null
    this.#analyser = null
  }

  #begin(): number {
    this.#turn++
    const playing = this.#playing
    this.#playing = null
    if (playing !== null) {
      playing.source.onended = null
      playing.source.stop()
      playing.gain.disconnect()
      playing.end()
    }
    return this.#turn
  }

  #start(context: AudioContext, buffer: AudioBuffer, options: PlayOptions, end: () => void = () => {}): void {
    const source = context.createBufferSource()
    source.buffer = buffer
    source.loop = options.loop
    const gain = context.createGain()
    const now = context.currentTime
    gain.gain.setValueAtTime(options.swell > 0 ? options.volume / 4 : options.volume, now)
    if (options.swell > 0) gain.gain.linearRampToValueAtTime(options.volume, now + options.swell)
    source.connect(gain).connect(this.#analyser ?? context.destination)
    source.onended = options.onEnd
    source.start()
    this.#seenTime = -1
    this.#playing = { source, gain, end }
  }

  async #awake(): Promise<AudioContext> {
    if (this.#context?.state === 'closed') this.#context = null
    if (this.#context === null) {
      this.#context = this.createContext()
      this.#analyser = this.#context.createAnalyser()
      this.#analyser.fftSize = 2048
      this.#analyser.connect(this.#context.destination)
      if (this.#sink !== '') this.#moveToSink(this.#context)
    }
    const context = this.#context
    // Not awaited: a context without a device never starts, and the watch over it must still find something playing.
    if (context.state !== 'running') context.resume().catch(() => {})
    return context
  }

  #moveToSink(context: AudioContext & Partial<SinkTarget>): void {
    if (context.setSinkId === undefined) return
    context.setSinkId(this.#sink).catch(() => {
      this.log.warn('the chosen output cannot be used; the default serves')
      context.setSinkId?.('').catch(() => {})
    })
  }
}
