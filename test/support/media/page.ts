/*
 * What runs in the page of a media test: our media engine beside far ends of the browser's own, reachable as `lab`.
 */
import { systemClock } from '../../../common/clock'
import type { AudioChoice } from '../../../common/device'
import type { RingTone } from '../../../common/ring-tones'
import { BrowserMediaEngine } from '../../../renderer/engine/media/media-engine'
import { Limiter } from '../../../renderer/engine/media/limiter'
import type { CallMedia } from '../../../renderer/engine/media/media'
import { gatewayOf } from './gateway'
import { FarEnd, listenTo, newEars, type FarEndOptions, type Heard } from './far-end'

/** The processing would take a steady tone for noise. */
const plainAudio: AudioChoice = {
  microphone: null,
  speaker: null,
  ring: null,
  ringVolume: 1,
  echoCancellation: false,
  noiseSuppression: false,
  autoGain: false,
}

/** What the microphone says in tests of conferences, and what their far ends do: none is a multiple of another. */
const microphoneTone = 440
const farTones = [1000, 1540, 2300, 2900, 3500]

const warnings: string[] = []
const elements: HTMLAudioElement[] = []
const contexts: AudioContext[] = []
const analysers: AnalyserNode[] = []
const connections: RTCPeerConnection[] = []
const farEnds: FarEnd[] = []
const engines: BrowserMediaEngine[] = []

// Counts what the engine makes, so that a test can see what it leaves behind.
const { RTCPeerConnection: NativeConnection, AudioContext: NativeContext } = window
window.RTCPeerConnection = class extends NativeConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration)
    connections.push(this)
  }
}
window.AudioContext = class extends NativeContext {
  constructor(options?: AudioContextOptions) {
    super(options)
    contexts.push(this)
  }
  override createAnalyser(): AnalyserNode {
    const analyser = super.createAnalyser()
    analysers.push(analyser)
    return analyser
  }
}

export const lab = {
  warnings,
  elements,
  contexts,
  connections,
  plainAudio,
  newEars,

  async engine(audio: Partial<AudioChoice> = {}): Promise<BrowserMediaEngine> {
    const note = (message: string): void => void warnings.push(message)
    const engine = new BrowserMediaEngine({
      clock: systemClock,
      log: { debug: () => {}, info: () => {}, warn: note, error: note },
      createAudio: () => {
        const element = new Audio()
        elements.push(element)
        return element
      },
    })
    engines.push(engine)
    await engine.useAudio({ ...plainAudio, ...audio })
    return engine
  },

  farEnd(options: FarEndOptions = { tone: 1000 }): FarEnd {
    const end = new FarEnd(options)
    farEnds.push(end)
    return end
  },

  /** A call of ours to `end`, connected and audible. */
  async callTo(engine: BrowserMediaEngine, end: FarEnd): Promise<CallMedia> {
    const call = engine.createCallMedia()
    const opened = await call.openMicrophone()
    if (!opened.ok) throw new Error(opened.code)
    const { body } = await call.getDescription()
    await call.setDescription(await end.answer(body))
    await call.connected
    call.setAudio(true)
    return call
  },

  /** A call of ours behind the test's gateway, with its microphone open and its sound on. */
  async plainCall(engine: BrowserMediaEngine, session: string): Promise<CallMedia> {
    const call = engine.createCallMedia(gatewayOf(session))
    const opened = await call.openMicrophone()
    if (!opened.ok) throw new Error(opened.code)
    call.setAudio(true)
    return call
  },

  /** What our speaker plays of the last call made; silence when its element plays nothing. */
  async played(element = elements.at(-1)): Promise<Heard> {
    const stream = element?.srcObject
    const track = stream instanceof MediaStream ? stream.getAudioTracks()[0] : undefined
    if (!element || element.paused || element.muted || !track) return { hertz: 0, loudness: -100 }
    return listenTo(track)
  },

  /** The loudest pitch of what plays by itself, Hz, again and again for so long. */
  async pitchesOf(engine: BrowserMediaEngine, ring: RingTone, ms: number): Promise<number[]> {
    engine.setTone('ring', ring)
    const heard: number[] = []
    for (const end = performance.now() + ms; performance.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      const analyser = analysers.at(-1)
      if (!analyser) continue
      const bins = new Float32Array(analyser.frequencyBinCount)
      analyser.getFloatFrequencyData(bins)
      const peak = bins.reduce((best, value, bin) => (value > (bins[best] ?? -Infinity) ? bin : best), 0)
      if ((bins[peak] ?? -Infinity) > -60) heard.push((peak * analyser.context.sampleRate) / analyser.fftSize)
    }
    engine.setTone(null)
    return heard
  },

  /** Calls of one engine to far ends that each say a tone of their own; in one conference unless told otherwise. */
  async calls(
    count: number,
    conference: string | null = 'one',
  ): Promise<{ engine: BrowserMediaEngine; ends: FarEnd[]; calls: CallMedia[] }> {
    const engine = await lab.engine()
    const ends = farTones.slice(0, count).map((tone) => lab.farEnd({ tone }))
    const calls = []
    for (const end of ends) calls.push(await lab.callTo(engine, end))
    for (const call of calls) await engine.joinGroup(call, conference)
    return { engine, ends, calls }
  },

  /**
   * Which tones, the microphone's among them, each far end hears: asked until it is twice in a row as expected, or time is up. Not once: things may
   * still be changing. A single packet that is late on a busy machine is heard as a little of everything.
   */
  async tones(ends: readonly FarEnd[], expected: readonly (readonly number[])[], ms = 8000): Promise<number[][]> {
    let inRow = 0
    return lab.until(
      () => Promise.all(ends.map((end) => tonesAt(end))),
      (heard) => {
        inRow = JSON.stringify(heard) === JSON.stringify(expected) ? inRow + 1 : 0
        return inRow === 2
      },
      ms,
    )
  },

  /** The highest sample that comes out of a conference's limiter for tones of this strength (1: full scale), once it has settled and before. */
  async limited(strength: number, tones: readonly number[]): Promise<{ settled: number; ever: number }> {
    const context = new OfflineAudioContext({ length: 48_000, sampleRate: 48_000 })
    const limiter = new Limiter(context)
    limiter.connect(context.destination)
    for (const frequency of tones) {
      const gain = new GainNode(context, { gain: strength })
      const oscillator = new OscillatorNode(context, { frequency })
      oscillator.connect(gain).connect(limiter.input)
      oscillator.start()
    }
    const samples = (await context.startRendering()).getChannelData(0)
    const highest = (part: Float32Array): number => part.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
    return { settled: highest(samples.subarray(24_000)), ever: highest(samples) }
  },

  /** Asks until `look` says yes; gives its last answer. */
  async until<T>(look: () => Promise<T> | T, yes: (value: T) => boolean, ms = 5000): Promise<T> {
    const end = performance.now() + ms
    for (;;) {
      const value = await look()
      if (yes(value) || performance.now() > end) return value
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  },

  clear(): void {
    for (const engine of engines.splice(0)) engine.close()
    for (const end of farEnds.splice(0)) end.close()
    for (const list of [warnings, elements, connections, contexts]) list.length = 0
  },
}

/** Those of the tones that are clearly there; one that is neither there nor gone counts below zero. */
async function tonesAt(end: FarEnd): Promise<number[]> {
  const asked = [microphoneTone, ...farTones]
  const levels = await end.levelsOf(...asked)
  return asked.flatMap((tone, index) => {
    const level = levels[index] ?? -150
    return level > -45 ? [tone] : level > -70 ? [-tone] : []
  })
}

export const loud = ({ loudness }: Heard): boolean => loudness > -40
export const silent = ({ loudness }: Heard): boolean => loudness < -80

/** Whether there is sound at the far end and in our speaker, once both are as expected or time is up. */
export async function both(
  end: FarEnd,
  expected: (heard: Heard) => boolean,
): Promise<Record<'there' | 'here', boolean>> {
  const there = await lab.until(() => end.hears(), expected)
  const here = await lab.until(() => lab.played(), expected)
  return { there: loud(there), here: loud(here) }
}

Object.assign(window, { lab, loud, silent, both })
