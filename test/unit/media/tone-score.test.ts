/* What the phone's own sounds are like, listened to sample by sample. */
import { describe, expect, it } from 'vitest'
import type { Tone } from '../../../common/contract/engine'
import { renderScore, toneScore } from '../../../renderer/engine/media/tone-score'

const rate = 8000
const tones: Tone[] = ['ring', 'waiting', 'ringback', 'busy', 'test']
const loudestIn = (samples: Float32Array, from: number, to: number): number =>
  samples.slice(from * rate, to * rate).reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)

describe('a tone', () => {
  it.each(tones)('%s neither clips nor clicks, and its loop closes in silence', (tone) => {
    const samples = renderScore(toneScore(tone), rate)
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
