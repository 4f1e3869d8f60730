/*
 * Keeps a mix from being cut off where several loud voices add up: what is not too loud goes through as it is. It looks a few
 * milliseconds ahead, so that no peak slips by. It knows samples only, not whose they are.
 */

/** Peaks beyond this are brought down, dBFS. */
const thresholdDb = -4
/** By so much that ten voices at full scale stay below it. */
const ratio = 20
const attackSeconds = 0
const releaseSeconds = 0.15
/** A compressor makes everything louder by 0.6 of what it takes from a full-scale sample (Web Audio API section 1.19.5); this takes it back. */
const makeUpDb = 0.6 * -(thresholdDb - thresholdDb / ratio)

export class Limiter {
  readonly input: DynamicsCompressorNode
  readonly #output: GainNode

  constructor(context: BaseAudioContext) {
    this.input = new DynamicsCompressorNode(context, {
      threshold: thresholdDb,
      knee: 0,
      ratio,
      attack: attackSeconds,
      release: releaseSeconds,
      channelCount: 1,
      channelCountMode: 'explicit',
    })
    this.#output = new GainNode(context, { gain: 10 ** (-makeUpDb / 20) })
    this.input.connect(this.#output)
  }

  connect(destination: AudioNode): void {
    this.#output.connect(destination)
  }

  end(): void {
    this.input.disconnect()
    this.#output.disconnect()
  }
}
