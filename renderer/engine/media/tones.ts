/*
 * The sounds the phone makes by itself, on the right device: rings on the ring device, the rest where the call is heard.
 * Level-triggered: it plays what it was last told, through device changes and deaths of the sound system.
 */
import type { Clock, Timer } from '../../../common/clock'
import type { Tone } from '../../../common/contract/engine'
import type { Log } from '../../../common/log'
import { ringTones, type RingTone } from '../../../common/ring-tones'
import { SoundOutput } from './sound-output'
import { renderScore, toneScore } from './tone-score'

/** How often a playing tone is looked after, ms. */
const watchMs = 1_000

export interface ToneDevices {
  /** Sink ids; null is the system's default. */
  readonly speaker: string | null
  readonly ring: string | null
  /** 0 to 1, for `ring` and `test`. */
  readonly ringVolume: number
}

export class Tones {
  readonly #outputs: { readonly speaker: SoundOutput; readonly ring: SoundOutput }
  readonly #samples = new Map<string, ReturnType<typeof renderScore>>()
  #tone: Tone | null = null
  #ring: RingTone = ringTones[0]
  #ringVolume = 1
  #startedAt = 0
  #watch: Timer | null = null

  constructor(
    createContext: () => AudioContext,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#outputs = { speaker: new SoundOutput(createContext, log), ring: new SoundOutput(createContext, log) }
  }

  /** Plays this until told otherwise; `test` ends by itself. The same tone again changes nothing. `ring`: which, for `ring` and `test`. */
  play(tone: Tone | null, ring: RingTone = ringTones[0]): void {
    if (tone === this.#tone && (ring === this.#ring || !rings(tone))) return
    this.#silence()
    this.#tone = tone
    this.#ring = ring
    if (tone === null) return
    this.#startedAt = this.clock.now()
    this.#start(tone)
    this.#look(tone)
  }

  useDevices({ speaker, ring, ringVolume }: ToneDevices): void {
    this.#outputs.speaker.useSink(speaker)
    this.#outputs.ring.useSink(ring)
    if (ringVolume === this.#ringVolume) return
    this.#ringVolume = ringVolume
    if (this.#tone !== null) this.#outputFor(this.#tone).setVolume(this.#volumeOf(this.#tone))
  }

  /** Plays recorded sound once, where calls are heard; resolves after its end, or when a tone takes its place. */
  playSound(samples: AudioBuffer): Promise<void> {
    return this.#outputs.speaker.playOnce(samples)
  }

  /** The sound system died and came back. */
  restart(): void {
    this.#outputs.speaker.discard()
    this.#outputs.ring.discard()
    if (this.#tone !== null) this.#start(this.#tone)
  }

  /** Loudness of what is played now, root mean square, 0 to 1. */
  level(): number {
    return Math.max(this.#outputs.speaker.level(), this.#outputs.ring.level())
  }

  close(): void {
    this.#silence()
    this.#tone = null
    this.#outputs.speaker.discard()
    this.#outputs.ring.discard()
  }

  #start(tone: Tone): void {
    const ring = this.#ring
    const score = toneScore(tone, ring)
    const swell = Math.max(0, score.swell - (this.clock.now() - this.#startedAt) / 1000)
    this.#outputFor(tone)
      .play((sampleRate) => this.#rendered(tone, ring, sampleRate), {
        loop: score.loop,
        volume: this.#volumeOf(tone),
        swell,
        onEnd: () => {
          if (this.#tone === tone && this.#ring === ring) this.play(null)
        },
      })
      .catch(() => this.log.error(`the tone ${tone} cannot be played`))
  }

  /** Rendering a bell takes the page some 17 ms, just when a call wants to be prepared: once is enough. */
  #rendered(tone: Tone, ring: RingTone, sampleRate: number): ReturnType<typeof renderScore> {
    const key = `${tone} ${rings(tone) ? ring : ''} ${sampleRate}`
    const known = this.#samples.get(key) ?? renderScore(toneScore(tone, ring), sampleRate)
    this.#samples.set(key, known)
    return known
  }

  /** A sound service that died leaves a context that stands still: a new one takes over. */
  #look(tone: Tone): void {
    this.#watch = this.clock.setTimeout(() => {
      const output = this.#outputFor(tone)
      if (!output.isMoving()) {
        this.log.warn('the sound output stands still; opening it again')
        output.discard()
        this.#start(tone)
      }
      this.#look(tone)
    }, watchMs)
  }

  #silence(): void {
    if (this.#watch !== null) this.clock.clearTimeout(this.#watch)
    this.#watch = null
    if (this.#tone !== null) this.#outputFor(this.#tone).stop()
  }

  #outputFor(tone: Tone): SoundOutput {
    return rings(tone) ? this.#outputs.ring : this.#outputs.speaker
  }

  #volumeOf(tone: Tone): number {
    return rings(tone) ? this.#ringVolume : 1
  }
}

const rings = (tone: Tone | null): boolean => tone === 'ring' || tone === 'test'
