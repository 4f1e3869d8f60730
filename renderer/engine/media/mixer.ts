/*
 * The sound graph of one conference: each party gets the microphone and the far ends of all others in one track, and never its own.
 * It knows tracks, not calls; who is in it, and when, is decided elsewhere.
 */
import type { Clock, Timer } from '../../../common/clock'
import { Limiter } from './limiter'
import { loudness } from './loudness'

/** What a party brings along. */
export interface PartySound {
  /** The microphone as this party may hear it; null: not at all. */
  readonly microphone: MediaStreamTrack | null
  /** Its own voice, for the others. Flows only while an element plays the track, too (Chromium). */
  readonly farEnd: MediaStreamTrack
}

/** Seconds in which a voice comes and goes: short enough to lose no syllable, long enough not to click. */
const rampSeconds = 0.02
/** How long after it began to go a voice is taken out, ms; the graph may lag by some of its blocks. */
const goneAfterMs = 100
/** Two thirds of what passes between two looks, four times a second: no word is overlooked. */
const windowSamples = 8_192

/** One track on its way into the graph. */
class Input {
  readonly #source: MediaStreamAudioSourceNode

  constructor(
    context: AudioContext,
    readonly track: MediaStreamTrack,
    private readonly into: AudioNode,
  ) {
    this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) })
    this.#source.connect(into)
  }

  end(): void {
    this.#source.disconnect(this.into)
  }
}

/** One party's place at the desk. */
class Strip {
  /** What its far end hears. */
  readonly bus: MediaStreamAudioDestinationNode
  /** Its voice on the way to the others. */
  readonly voice: GainNode
  /** The others' voices on the way to it. */
  readonly others: GainNode
  readonly meter: AnalyserNode
  /** Before the bus: several loud voices at once add up to more than it carries. */
  readonly #limiter: Limiter
  readonly #heard = new Set<Strip>()
  #microphone: Input | null = null
  #farEnd: Input | null = null

  constructor(private readonly context: AudioContext) {
    // Telephony is mono: a second channel would only cost bits.
    this.bus = new MediaStreamAudioDestinationNode(context, { channelCount: 1, channelCountMode: 'explicit' })
    this.voice = new GainNode(context, { gain: 0 })
    this.others = new GainNode(context, { gain: 0 })
    this.meter = new AnalyserNode(context, { fftSize: windowSamples, channelCount: 1, channelCountMode: 'explicit' })
    this.meter.connect(this.voice)
    this.#limiter = new Limiter(context)
    this.#limiter.connect(this.bus)
    this.others.connect(this.#limiter.input)
  }

  get mix(): MediaStreamTrack {
    const [track] = this.bus.stream.getAudioTracks()
    if (track === undefined) throw new Error('a destination without a track')
    return track
  }

  use({ microphone, farEnd }: PartySound): void {
    if ((this.#microphone?.track ?? null) !== microphone) {
      this.#microphone?.end()
      this.#microphone = microphone === null ? null : new Input(this.context, microphone, this.#limiter.input)
    }
    if (this.#farEnd?.track !== farEnd) {
      this.#farEnd?.end()
      this.#farEnd = new Input(this.context, farEnd, this.meter)
    }
  }

  hear(other: Strip): void {
    this.#heard.add(other)
    other.voice.connect(this.others)
  }

  lose(other: Strip): void {
    if (this.#heard.delete(other)) other.voice.disconnect(this.others)
  }

  fade(to: 0 | 1): void {
    const now = this.context.currentTime
    for (const { gain } of [this.voice, this.others]) {
      gain.cancelScheduledValues(now)
      gain.setValueAtTime(gain.value, now)
      gain.linearRampToValueAtTime(to, now + rampSeconds)
    }
  }

  end(): void {
    this.#microphone?.end()
    this.#farEnd?.end()
    for (const node of [this.meter, this.voice, this.others]) node.disconnect()
    this.#limiter.end()
    this.mix.stop()
  }
}

export class Mixer<Party extends object> {
  readonly #strips = new Map<Party, Strip>()
  readonly #leaving = new Map<Strip, Timer>()
  #seenTime = -1
  #closed = false
  #finishStart: (running: boolean) => void = () => {}

  constructor(
    /** Made for this mixer, which closes it. One that plays nowhere will do. */
    private readonly context: AudioContext,
    private readonly clock: Clock,
  ) {}

  /** Whether its sound system runs within `ms`; it does not when it is closed first. */
  starts(ms: number): Promise<boolean> {
    if (this.context.state === 'running') return Promise.resolve(true)
    return new Promise((resolve) => {
      const limit = this.clock.setTimeout(() => resolve(false), ms)
      this.#finishStart = (running) => {
        this.clock.clearTimeout(limit)
        resolve(running)
      }
      this.context.resume().then(
        () => this.#finishStart(!this.#closed),
        () => this.#finishStart(false),
      )
    })
  }

  /** Takes a party in, or what it brings instead of what it brought; gives the track that its far end is to hear, the same each time. */
  put(party: Party, sound: PartySound): MediaStreamTrack {
    const known = this.#strips.get(party)
    if (known !== undefined) {
      known.use(sound)
      return known.mix
    }
    const strip = new Strip(this.context)
    strip.use(sound)
    for (const other of this.#strips.values()) {
      strip.hear(other)
      other.hear(strip)
    }
    this.#strips.set(party, strip)
    strip.fade(1)
    return strip.mix
  }

  /** It hears the others no longer, nor they it. Its track goes silent, then ends. */
  remove(party: Party): void {
    const strip = this.#strips.get(party)
    if (strip === undefined) return
    this.#strips.delete(party)
    strip.fade(0)
    const timer = this.clock.setTimeout(() => {
      this.#leaving.delete(strip)
      for (const other of [...this.#strips.values(), ...this.#leaving.keys()]) {
        other.lose(strip)
        strip.lose(other)
      }
      strip.end()
    }, goneAfterMs)
    this.#leaving.set(strip, timer)
  }

  /** Loudness of each far end just now, root mean square, 0 to 1. */
  levels(): Map<Party, number> {
    return new Map([...this.#strips].map(([party, { meter }]) => [party, loudness(meter)]))
  }

  /** Whether time went on in it since the last look. */
  isMoving(): boolean {
    const time = this.context.currentTime
    const moving = this.context.state === 'running' && time > this.#seenTime
    this.#seenTime = time
    return moving
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#finishStart(false)
    for (const [strip, timer] of this.#leaving) {
      this.clock.clearTimeout(timer)
      strip.end()
    }
    this.#leaving.clear()
    for (const strip of this.#strips.values()) strip.end()
    this.#strips.clear()
    this.context.close().catch(() => {})
  }
}
