/* What the phone's own sounds are like, listened to sample by sample. */
import { describe, expect, it } from 'vitest'
import type { Tone } from '../../../common/contract/engine'
import { ringTones, type RingTone } from '../../../common/ring-tones'
import { renderScore, toneScore } from '../../../renderer/engine/media/tone-score'

const rate = 8000
const tones: Tone[] = ['ring', 'waiting', 'ringback', 'busy', 'test']
const loudestIn = (samples: Float32Array, from: number, to: number): number =>
  samples.slice(from * rate, to * rate).reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)

describe('a tone', () => {
  it.each<[Tone, RingTone?]>([
    ...tones.map((tone): [Tone] => [tone]),
    ...ringTones.map((ring): [Tone, RingTone] => ['ring', ring]),
  ])('%s %s neither clips nor clicks, and its loop closes in silence', (tone, ring) => {
    const samples = renderScore(toneScore(tone, ring), rate)
    let step = 0
    for (let index = 1; index < samples.length; index++)
      step = Math.max(step, Math.abs((samples[index] ?? 0) - (samples[index - 1] ?? 0)))
    expect(loudestIn(samples, 0, 60)).toBeGreaterThan(0.02)
    expect(loudestIn(samples, 0, 60)).toBeLessThan(0.9)
    // The steepest a sine of this loudness may be at 2637 Hz; an edge without a slope would be far above.
    expect(step).toBeLessThan(0.6)
    expect(Math.abs(samples[0] ?? 1)).toBeLessThan(0.001)
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.001)
  })

  it('of ringing is heard for one second in five', () => {
    const samples = renderScore(toneScore('ringback'), rate)
    expect(samples.length / rate).toBe(5)
    expect(loudestIn(samples, 0.1, 0.9)).toBeGreaterThan(0.1)
    expect(loudestIn(samples, 1, 5)).toBe(0)
  })

  it('of call waiting is two soft beeps, softer than the ring', () => {
    const waiting = renderScore(toneScore('waiting'), rate)
    expect(loudestIn(waiting, 0.16, 0.22)).toBe(0)
    expect(loudestIn(waiting, 0.26, 0.36)).toBeGreaterThan(0.05)
    expect(loudestIn(waiting, 0.5, 6)).toBe(0)
    expect(loudestIn(waiting, 0, 6)).toBeLessThan(loudestIn(renderScore(toneScore('ring'), rate), 0, 3) / 2)
  })

  it('to try the ring ends by itself; a ring swells and goes on', () => {
    expect(toneScore('test').loop).toBe(false)
    expect(toneScore('ring')).toMatchObject({ loop: true, swell: 8 })
  })
})

describe('the ring tones', () => {
  const samplesOf = (ring: RingTone): Float32Array => renderScore(toneScore('ring', ring), 48_000)

  it('are equally loud to an ear', () => {
    const loud = ringTones.map((ring) => loudestMoment(samplesOf(ring)))
    expect(Math.max(...loud) - Math.min(...loud)).toBeLessThan(1)
  })

  it('leave a rest of a second at least, to answer into', () => {
    for (const ring of ringTones) {
      const samples = samplesOf(ring)
      expect([ring, Math.max(...samples.subarray(-48_000).map(Math.abs)) < 0.01]).toEqual([ring, true])
    }
  })

  it('are told apart: no two have their sound in the same pitches at the same times', () => {
    const pictures = ringTones.map((ring) => pictureOf(samplesOf(ring)))
    for (const [n, one] of pictures.entries())
      for (const other of pictures.slice(n + 1)) expect(likeness(one, other)).toBeLessThan(0.6)
  })

  it('sound the same to try as when they ring', () => {
    for (const ring of ringTones)
      expect(renderScore(toneScore('test', ring), rate)).toEqual(renderScore(toneScore('ring', ring), rate))
  })
})

/** The loudest 400 ms in LKFS, weighted as an ear hears (ITU-R BS.1770-4, its filters at 48 kHz). */
function loudestMoment(samples: Float32Array): number {
  const shelf = biquad(
    samples,
    [1.53512485958697, -2.69169618940638, 1.19839281085285],
    [-1.69065929318241, 0.73248077421585],
  )
  const heard = biquad(shelf, [1, -2, 1], [-1.99004745483398, 0.99007225036621])
  const [length, step] = [19_200, 4_800]
  let most = 0
  for (let at = 0; at + length <= heard.length; at += step) {
    const power = heard.subarray(at, at + length).reduce((sum, sample) => sum + sample * sample, 0) / length
    most = Math.max(most, power)
  }
  return -0.691 + 10 * Math.log10(most)
}

function biquad(
  samples: Float32Array,
  b: readonly [number, number, number],
  a: readonly [number, number],
): Float32Array {
  const out = new Float32Array(samples.length)
  let [x1, x2, y1, y2] = [0, 0, 0, 0]
  for (const [n, x] of samples.entries()) {
    const y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2
    ;[x2, x1, y2, y1] = [x1, x, y1, y]
    out[n] = y
  }
  return out
}

/** How loud each third of an octave is in each tenth of the first two seconds. */
function pictureOf(samples: Float32Array): number[] {
  const picture: number[] = []
  for (let at = 0; at < 96_000; at += 4_800)
    for (let band = 0; band < 12; band++) {
      const pitch = 200 * 2 ** (band / 3)
      let [re, im] = [0, 0]
      for (let n = 0; n < 4_800; n += 4) {
        const sample = (samples[at + n] ?? 0) * Math.sin((Math.PI * n) / 4_800)
        re += sample * Math.cos((2 * Math.PI * pitch * n) / 48_000)
        im += sample * Math.sin((2 * Math.PI * pitch * n) / 48_000)
      }
      picture.push(Math.hypot(re, im))
    }
  return picture
}

/** 1: the same but for loudness; 0: nothing in common. */
function likeness(one: readonly number[], other: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, n) => sum + x * (b[n] ?? 0), 0)
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other))
}
