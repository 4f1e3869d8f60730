/*
 * What the phone hears: the audio that arrives in its engine page, as frequencies. Put into the page from outside; the
 * phone does not know that it is listened to.
 */
import type { Page } from '../../support/page'
import type { Phone } from '../../support/phone'
import { until } from '../../support/until'

/** Collects the page's peer connections from now on. */
const collect = `
  globalThis.__connections ??= []
  if (!globalThis.__listening) {
    globalThis.__listening = true
    const Original = RTCPeerConnection
    globalThis.RTCPeerConnection = class extends Original {
      constructor(...args) { super(...args); globalThis.__connections.push(this) }
    }
  }
`

/**
 * Level at one frequency, dBFS, of what arrives on the open connection where it is loudest: the loudest moment of about 700 ms, which is more
 * than one beat of the microphone's tone. Null when there is no connection.
 */
const listen = (hz: number): string => `(async () => {
  const tracks = __connections
    .filter((one) => one.connectionState === 'connected')
    .flatMap((one) => one.getReceivers().map(({ track }) => track).filter(({ kind }) => kind === 'audio'))
  if (tracks.length === 0) return null
  const context = new AudioContext()
  await context.resume()
  const analysers = tracks.map((track) => {
    const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 })
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
    return analyser
  })
  // Digital silence is minus infinity, which JSON does not know.
  let heard = { level: -200, peakHz: 0 }
  const bins = new Float32Array(analysers[0].frequencyBinCount)
  const width = context.sampleRate / analysers[0].fftSize
  const near = Math.round(${hz} / width)
  for (let i = 0; i < 8; i++) {
    await new Promise((resolve) => setTimeout(resolve, 90))
    for (const analyser of analysers) {
      analyser.getFloatFrequencyData(bins)
      const level = Math.max(-200, ...bins.subarray(near - 2, near + 3))
      let peak = 1
      for (let i = 2; i < bins.length; i++) if (bins[i] > bins[peak]) peak = i
      if (level > heard.level) heard = { level, peakHz: peak * width }
    }
  }
  await context.close()
  return heard
})()`

export interface Heard {
  /** dBFS at the frequency asked for. */
  readonly level: number
  /** The loudest frequency. */
  readonly peakHz: number
}

export class Ear {
  private constructor(private readonly page: Page) {}

  /** Before the call whose sound is to be heard. */
  static async on(phone: Phone): Promise<Ear> {
    const page = await phone.page('engine')
    await page.evaluate(collect)
    return new Ear(page)
  }

  hear(hz: number): Promise<Heard | null> {
    return this.page.evaluate<Heard | null>(listen(hz))
  }

  /** Waits until `hz` is the loudest thing that arrives, and well audible. */
  async hears(hz: number, ms = 8_000): Promise<Heard> {
    let last: Heard | null = null
    return until(
      async () => {
        last = await this.hear(hz)
        return last !== null && last.level > -50 && Math.abs(last.peakHz - hz) < 20 ? last : null
      },
      { what: `${hz} Hz to be heard`, ms },
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)} (heard ${JSON.stringify(last)}; ${await this.#ways()})`)
    })
  }

  /** Waits until nothing of `hz` arrives any more. */
  async hearsNothing(hz: number, ms = 8_000): Promise<void> {
    await until(
      async () => {
        const heard = await this.hear(hz)
        return heard === null || heard.level < -75
      },
      { what: `${hz} Hz to be gone`, ms },
    )
  }

  /** The UDP ports its connections use on this computer. */
  ports(): Promise<readonly number[]> {
    return this.page.evaluate<number[]>(`(async () => {
      const ports = new Set()
      for (const one of __connections.filter(({ connectionState }) => connectionState === 'connected')) {
        const rows = [...(await one.getStats()).values()]
        const pairId = rows.find(({ type }) => type === 'transport')?.selectedCandidatePairId
        const pair = rows.find(({ id }) => id === pairId)
        ports.add(rows.find(({ id }) => id === pair?.localCandidateId)?.port)
      }
      return [...ports].filter(Boolean)
    })()`)
  }

  /** Its connections as a failure tells of them: their states, and the candidates either side named last. */
  #ways(): Promise<string> {
    return this.page.evaluate<string>(`JSON.stringify(__connections.map((one) => ({
      states: [one.connectionState, one.iceConnectionState, one.iceGatheringState, one.signalingState],
      own: one.localDescription?.sdp.match(/^(a=candidate|a=ice-ufrag|a=rtcp-mux).*/gm),
      theirs: one.remoteDescription?.sdp.match(/^(a=candidate|a=ice-ufrag|a=rtcp-mux).*/gm),
    })))`)
  }

  close(): void {
    this.page.close()
  }
}
