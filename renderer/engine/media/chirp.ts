/*
 * The sounds of a test of a line: short sweeps within what every telephone codec carries, and how they are found again in what comes back.
 * Sweeps, because steady tones are taken for noise on the way, and because a sweep is at one place in time only. Pure arithmetic.
 */

/** Two that are not taken for one another, sent in turns. */
export type ChirpKind = 'up' | 'down'

/** Hz; within the 300 to 3,400 of a telephone. */
const [low, high] = [450, 2_600]
export const chirpSeconds = 0.12
/** Of a full-scale sine. */
const peak = 0.35
/** Hz at which they are looked for: enough for the band, little to compute. */
const searchRate = 8_000
/** Normalised correlation from which it counts as found; speech and noise stay below 0.2. */
const alike = 0.4

/** Root mean square of a chirp, dBFS. */
export const chirpLevel = 20 * Math.log10(peak / Math.SQRT2)

/** Mono samples between -1 and 1, without a click at either end. */
export function renderChirp(kind: ChirpKind, rate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(chirpSeconds * rate))
  const [from, to] = kind === 'up' ? [low, high] : [high, low]
  for (let index = 0; index < samples.length; index++) {
    const time = index / rate
    const phase = 2 * Math.PI * (from * time + ((to - from) * time * time) / (2 * chirpSeconds))
    const edge = Math.min(1, time / 0.008, (chirpSeconds - time) / 0.008)
    samples[index] = peak * Math.max(0, edge) * Math.sin(phase)
  }
  return samples
}

export interface FoundChirp {
  /** Seconds from the beginning of the samples to its first. */
  readonly at: number
  /** Root mean square while it lasts, dBFS. */
  readonly level: number
}

/** Where the chirp is in these samples, whichever way up a codec has turned it; null: nowhere, or only in part. */
export function findChirp(kind: ChirpKind, samples: Float32Array, rate: number): FoundChirp | null {
  const heard = decimate(samples, rate)
  const wanted = renderChirp(kind, searchRate)
  const wantedPower = power(wanted, 0, wanted.length)
  let heardPower = power(heard, 0, wanted.length)
  let best = 0
  let at = -1
  for (let shift = 0; shift + wanted.length <= heard.length; shift++) {
    if (heardPower > 1e-6) {
      let product = 0
      for (let index = 0; index < wanted.length; index++) {
        product += (wanted[index] ?? 0) * (heard[shift + index] ?? 0)
      }
      const likeness = Math.abs(product) / Math.sqrt(heardPower * wantedPower)
      if (likeness > best) [best, at] = [likeness, shift]
    }
    heardPower += (heard[shift + wanted.length] ?? 0) ** 2 - (heard[shift] ?? 0) ** 2
  }
  if (best < alike) return null
  const square = power(heard, at, wanted.length) / wanted.length
  return { at: at / searchRate, level: Math.max(-100, 10 * Math.log10(square)) }
}

/** The mean of each few samples: crude, and good enough below half of the search rate. */
function decimate(samples: Float32Array, rate: number): Float32Array {
  const factor = rate / searchRate
  const result = new Float32Array(Math.floor(samples.length / factor))
  for (let index = 0; index < result.length; index++) {
    const [from, to] = [Math.round(index * factor), Math.round((index + 1) * factor)]
    let sum = 0
    for (let place = from; place < to; place++) sum += samples[place] ?? 0
    result[index] = sum / (to - from)
  }
  return result
}

function power(samples: Float32Array, from: number, length: number): number {
  let sum = 0
  for (let index = from; index < from + length; index++) sum += (samples[index] ?? 0) ** 2
  return sum
}
