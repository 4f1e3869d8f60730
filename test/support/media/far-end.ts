/*
 * The other phone of a media test, made of the browser's own parts and nothing of ours: it says one pure tone and tells
 * which tone it hears, how loud.
 */

/** What was heard: the strongest frequency in Hz, to the nearest 20 (the ear's bins are 6 Hz wide), and the loudness in dBFS, -100 for silence. */
export interface Heard {
  readonly hertz: number
  readonly loudness: number
}

/** The browser's own, before the page counts what our side makes. */
const { AudioContext: Context, RTCPeerConnection: Connection } = window

let shared: AudioContext | undefined
const context = (): AudioContext => (shared ??= new Context({ sampleRate: 48_000 }))

/** What listened before died with the sound service. */
export function newEars(): void {
  shared = undefined
}

/** Listens to a track for a sixth of a second. */
export async function listenTo(track: MediaStreamTrack): Promise<Heard> {
  const { samples, bins } = await record(track)
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
  const peak = bins.reduce((best, value, bin) => (value > (bins[best] ?? -Infinity) ? bin : best), 0)
  return {
    hertz: Math.round((peak * binWidth()) / 20) * 20,
    loudness: energy > 1e-10 ? 10 * Math.log10(energy) : -100,
  }
}

/** How strongly each of these frequencies is in a track, dBFS in the analyser's measure (a full-scale sine is -14); not below -150. */
async function levelsOf(track: MediaStreamTrack, hertz: readonly number[]): Promise<number[]> {
  const { bins } = await record(track)
  return hertz.map((one) => {
    const near = Math.round(one / binWidth())
    return Math.max(-150, ...bins.subarray(near - 2, near + 3))
  })
}

const size = 8192
const binWidth = (): number => context().sampleRate / size

async function record(track: MediaStreamTrack): Promise<Record<'samples' | 'bins', Float32Array>> {
  const stream = new MediaStream([track])
  // A remote track that feeds only WebAudio stays silent in Chromium; a muted element makes it flow.
  const element = new Audio()
  element.muted = true
  element.srcObject = stream
  await element.play()
  const source = context().createMediaStreamSource(stream)
  const analyser = context().createAnalyser()
  analyser.fftSize = size
  analyser.smoothingTimeConstant = 0
  source.connect(analyser)
  await new Promise((resolve) => setTimeout(resolve, 260))
  const samples = new Float32Array(analyser.fftSize)
  const bins = new Float32Array(analyser.frequencyBinCount)
  analyser.getFloatTimeDomainData(samples)
  analyser.getFloatFrequencyData(bins)
  source.disconnect()
  element.srcObject = null
  return { samples, bins }
}

export interface FarEndOptions {
  /** The tone it says, Hz. */
  readonly tone: number
  /** Only these codecs, by name in upper case; all when absent. */
  readonly codecs?: readonly string[]
}

/** Of five at once none is cut off. */
const volume = 0.18

export class FarEnd {
  readonly connection = new Connection({ bundlePolicy: 'max-bundle' })
  readonly #voice: MediaStreamTrack
  readonly #gain: GainNode
  readonly #codecs: readonly string[] | undefined

  constructor({ tone, codecs }: FarEndOptions) {
    const oscillator = context().createOscillator()
    oscillator.frequency.value = tone
    this.#gain = context().createGain()
    this.#gain.gain.value = volume
    const destination = context().createMediaStreamDestination()
    oscillator.connect(this.#gain).connect(destination)
    oscillator.start()
    void context().resume()
    this.#voice = destination.stream.getAudioTracks()[0] as MediaStreamTrack
    this.#codecs = codecs
  }

  /** Says its tone, or nothing. */
  say(on: boolean): void {
    this.#gain.gain.value = on ? volume : 0
  }

  /** Its offer, with candidates. `direction` holds us or takes us back. */
  async offer(direction: RTCRtpTransceiverDirection = 'sendrecv', video = false): Promise<string> {
    if (!this.#transceiver) this.connection.addTransceiver(this.#voice, { direction })
    if (video) this.connection.addTransceiver('video')
    this.#prefer(direction)
    await this.connection.setLocalDescription(await this.connection.createOffer())
    return this.#described()
  }

  /** Its answer to our offer. */
  async answer(offer: string, direction: RTCRtpTransceiverDirection = 'sendrecv'): Promise<string> {
    await this.connection.setRemoteDescription({ type: 'offer', sdp: offer })
    await this.#transceiver?.sender.replaceTrack(this.#voice)
    this.#prefer(direction)
    await this.connection.setLocalDescription(await this.connection.createAnswer())
    return this.#described()
  }

  async accept(answer: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'answer', sdp: answer })
  }

  /** What arrives from us. */
  hears(): Promise<Heard> {
    const track = this.#transceiver?.receiver.track
    if (!track) throw new Error('nothing to hear')
    return listenTo(track)
  }

  /** How strongly each of these frequencies arrives from us (see levelsOf). */
  levelsOf(...hertz: number[]): Promise<number[]> {
    const track = this.#transceiver?.receiver.track
    if (!track) throw new Error('nothing to hear')
    return levelsOf(track, hertz)
  }

  async packetsReceived(): Promise<number> {
    let count = 0
    ;(await this.connection.getStats()).forEach((row: { type: string; packetsReceived?: number }) => {
      if (row.type === 'inbound-rtp') count += row.packetsReceived ?? 0
    })
    return count
  }

  close(): void {
    this.connection.close()
    this.#voice.stop()
  }

  get #transceiver(): RTCRtpTransceiver | undefined {
    return this.connection.getTransceivers().find((one) => one.receiver.track.kind === 'audio')
  }

  #prefer(direction: RTCRtpTransceiverDirection): void {
    const transceiver = this.#transceiver
    if (!transceiver) return
    transceiver.direction = direction
    if (!this.#codecs) return
    const all = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? []
    transceiver.setCodecPreferences(
      all.filter((codec) => this.#codecs?.includes(codec.mimeType.slice('audio/'.length).toUpperCase())),
    )
  }

  async #described(): Promise<string> {
    const { connection } = this
    if (connection.iceGatheringState !== 'complete' || !connection.localDescription?.sdp.includes('a=candidate'))
      await new Promise<void>((resolve) => {
        const look = (): void => void (connection.iceGatheringState === 'complete' && resolve())
        connection.addEventListener('icegatheringstatechange', look)
        setTimeout(resolve, 500)
      })
    return connection.localDescription?.sdp ?? ''
  }
}
