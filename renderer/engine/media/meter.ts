/*
 * How loud microphone and speaker are, ten times a second while someone looks. It is handed what to measure and keeps
 * nothing open by itself once it is off.
 */
import type { Clock, Timer } from '../../../common/clock'
import { decibels, loudness } from './loudness'
import type { Level } from './media'

const everyMs = 100

export class Meter {
  readonly #listeners = new Set<(level: Level) => void>()
  #microphone: { readonly context: AudioContext; readonly analyser: AnalyserNode } | null = null
  #source: MediaStreamAudioSourceNode | null = null
  #timer: Timer | null = null

  constructor(
    private readonly clock: Clock,
    /** Makes a context that plays nowhere. */
    private readonly createContext: () => AudioContext,
    /** Loudness of all that is played now, root mean square, 0 to 1. */
    private readonly speakerLevel: () => number,
  ) {}

  /** Returns the way to stop. */
  onLevel(listener: (level: Level) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Begins to measure, or measures this track instead. */
  start(track: MediaStreamTrack): void {
    if (this.#microphone === null) {
      const context = this.createContext()
      const analyser = context.createAnalyser()
      analyser.fftSize = 4096
      this.#microphone = { context, analyser }
      context.resume().catch(() => {})
    }
    this.#source?.disconnect()
    this.#source = this.#microphone.context.createMediaStreamSource(new MediaStream([track]))
    this.#source.connect(this.#microphone.analyser)
    if (this.#timer === null) this.#tick()
  }

  stop(): void {
    if (this.#timer !== null) this.clock.clearTimeout(this.#timer)
    this.#timer = null
    this.#source?.disconnect()
    this.#source = null
    this.#microphone?.context.close().catch(() => {})
    this.#microphone = null
  }

  close(): void {
    this.#listeners.clear()
    this.stop()
  }

  #tick(): void {
    this.#timer = this.clock.setTimeout(() => {
      const level: Level = {
        microphone: this.#microphone === null ? -100 : decibels(loudness(this.#microphone.analyser)),
        speaker: decibels(this.speakerLevel()),
      }
      this.#tick()
      for (const listener of [...this.#listeners]) listener(level)
    }, everyMs)
  }
}
