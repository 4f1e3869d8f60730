/*
 * What each tone sounds like, as a score of soft sine notes and as samples. Pure arithmetic, so that a test can listen to
 * it without a sound card; who plays it, where and how loud is not known here.
 */
import type { Tone } from '../../../common/contract/engine'
import { ringTones, type RingTone } from '../../../common/ring-tones'
import { ringScores, type Note } from './ring-scores'

export interface ToneScore {
  readonly notes: readonly Note[]
  /** Length of one round, silence included, in seconds. */
  readonly period: number
  readonly loop: boolean
  /** The first rounds grow from soft to full within this many seconds; 0: full at once. */
  readonly swell: number
}

const scores: Record<Exclude<Tone, 'ring' | 'test'>, ToneScore> = {
  // Ringing and busy tone as most of Europe knows them (ETSI TR 101 041, ITU-T E.180): 425 Hz, 1 s in 5 and 0.5 s in 1.
  ringback: {
    notes: [{ at: 0, seconds: 1, pitches: [425], level: 0.16, shape: 'steady' }],
    period: 5,
    loop: true,
    swell: 0,
  },
  busy: {
    notes: [{ at: 0, seconds: 0.5, pitches: [425], level: 0.16, shape: 'steady' }],
    period: 1,
    loop: true,
    swell: 0,
  },
  // Two soft taps under the voice of the call that goes on.
  waiting: {
    notes: [0, 0.24].map((at) => ({ at, seconds: 0.14, pitches: [440], level: 0.09, shape: 'steady' as const })),
    period: 6,
    loop: true,
    swell: 0,
  },
  // Two beeps nobody overhears: from here on somebody listens.
  'auto-answer': {
    notes: [0, 0.26].map((at) => ({ at, seconds: 0.2, pitches: [880], level: 0.3, shape: 'steady' as const })),
    period: 0.5,
    loop: false,
    swell: 0,
  },
}

/** `ring`: which of the ring tones, for `ring` and `test`. */
export function toneScore(tone: Tone, ring: RingTone = ringTones[0]): ToneScore {
  if (tone === 'ring') return { ...ringScores[ring], loop: true, swell: 8 }
  if (tone === 'test') return { ...ringScores[ring], loop: false, swell: 0 }
  return scores[tone]
}

/** One round of the score as mono samples between -1 and 1, without a click at any edge. */
export function renderScore(score: ToneScore, sampleRate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(score.period * sampleRate))
  for (const note of score.notes) {
    const start = Math.round(note.at * sampleRate)
    const length = Math.min(Math.round(note.seconds * sampleRate), samples.length - start)
    for (let index = 0; index < length; index++) {
      const time = index / sampleRate
      const wave = note.pitches.reduce((sum, pitch, place) => {
        const share = note.shape === 'steady' ? 1 : Math.exp(-time * (note.decay ?? 3) * (place + 1)) / (place + 1)
        return sum + share * Math.sin(2 * Math.PI * pitch * time)
      }, 0)
      const edge = Math.min(1, time / (note.attack ?? 0.012), (length / sampleRate - time) / 0.03)
      samples[start + index] = (samples[start + index] ?? 0) + (note.level * edge * wave) / note.pitches.length
    }
  }
  return samples
}
