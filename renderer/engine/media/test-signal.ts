/*
 * What a call that tests a line has instead of a microphone and a speaker: a source of chirps, and an ear that looks for them in what comes
 * back. Nobody hears it, and no device is opened. It knows no calls.
 */
import type { Clock } from '../../../common/clock'
import type { Result } from '../../../common/errors'
import { chirpSeconds, findChirp, renderChirp, type ChirpKind } from './chirp'
import { EchoCount } from './echo-count'
import { decibels, loudness } from './loudness'
import type { EchoHeard } from './media'
import type { MicrophoneLease } from './microphone'

export interface TestSignalNeeds {
  readonly clock: Clock
  /** A context that plays nowhere. */
  readonly createContext: () => AudioContext
  readonly createAudio: () => HTMLAudioElement
}

/** Between the beginnings of two chirps, s; one of a kind comes every second time. */
const spacing = 0.75
/** What is listened to at once is 0.68 s at 48 kHz; looked at more often than that, nothing is missed. */
const windowSize = 32_768
const everyMs = 300
/** So many that came back tell enough. */
const enough = 4

export class TestSignal {
  /** Silent towards everybody; see `listen`. */
  readonly isPlaying = false
  readonly #needs: TestSignalNeeds
  readonly #context: AudioContext
  readonly #output: MediaStreamAudioDestinationNode
  readonly #ear: AnalyserNode
  /** Chromium decodes a remote stream only while an element plays it. */
  readonly #pump: HTMLAudioElement
  #source: MediaStreamAudioSourceNode | null = null
  #closed = false
  #stopListening = (): void => {}

  constructor(needs: TestSignalNeeds) {
    this.#needs = needs
    this.#context = needs.createContext()
    this.#output = this.#context.createMediaStreamDestination()
    this.#ear = this.#context.createAnalyser()
    this.#ear.fftSize = windowSize
    this.#pump = needs.createAudio()
    this.#pump.muted = true
  }

  /** In the place of a microphone. */
  async acquire(): Promise<Result<MicrophoneLease>> {
    const [track] = this.#output.stream.getAudioTracks()
    if (track === undefined || this.#closed) return { ok: false, code: 'media-failed' }
    await this.#context.resume()
    return { ok: true, value: { track, release: () => track.stop() } }
  }

  /** In the place of a speaker. */
  setTrack(track: MediaStreamTrack): void {
    if (this.#closed) return
    const stream = new MediaStream([track])
    this.#source?.disconnect()
    this.#source = this.#context.createMediaStreamSource(stream)
    this.#source.connect(this.#ear)
    this.#pump.srcObject = stream
    this.#pump.play().catch(() => {})
  }

  play(): void {}

  /** Sends chirps and listens until enough of them came back, `limitMs` are over or it is closed. */
  async listen(limitMs: number): Promise<EchoHeard> {
    const { clock } = this.#needs
    const count = new EchoCount()
    const chirps = this.#schedule(count, limitMs)
    const until = clock.now() + limitMs
    let closed = false
    const stopped = new Promise<void>((resolve) => {
      this.#stopListening = () => {
        closed = true
        resolve()
      }
    })
    while (!closed && count.returned < enough && clock.now() < until) {
      await Promise.race([stopped, new Promise<void>((resolve) => clock.setTimeout(resolve, everyMs))])
      if (!closed) this.#look(count)
    }
    for (const chirp of chirps) chirp.stop()
    return count.result(this.#context.currentTime)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopListening()
    this.#pump.pause()
    this.#pump.srcObject = null
    if (this.#context.state !== 'closed') void this.#context.close()
  }

  #schedule(count: EchoCount, limitMs: number): AudioBufferSourceNode[] {
    const { sampleRate, currentTime } = this.#context
    const buffers = (['up', 'down'] as const).map((kind) => {
      const samples = renderChirp(kind, sampleRate)
      const buffer = this.#context.createBuffer(1, samples.length, sampleRate)
      buffer.copyToChannel(samples, 0)
      return { kind, buffer }
    })
    const total = Math.max(1, Math.floor(limitMs / 1000 / spacing))
    return Array.from({ length: total }, (_, index) => {
      const { kind, buffer } = buffers[index % 2] as { kind: ChirpKind; buffer: AudioBuffer }
      const at = currentTime + 0.1 + index * spacing
      const source = this.#context.createBufferSource()
      source.buffer = buffer
      source.connect(this.#output)
      source.start(at)
      count.sent(kind, at)
      return source
    })
  }

  #look(count: EchoCount): void {
    const { sampleRate, currentTime } = this.#context
    const samples = new Float32Array(windowSize)
    this.#ear.getFloatTimeDomainData(samples)
    const begin = currentTime - windowSize / sampleRate
    count.loudness(decibels(loudness(this.#ear)))
    for (const kind of ['up', 'down'] as const) {
      const found = findChirp(kind, samples, sampleRate)
      // One that is cut off at the end is looked at again, whole.
      if (found !== null && found.at + chirpSeconds < windowSize / sampleRate - 0.01)
        count.heard(kind, begin + found.at, found.level)
    }
  }
}
