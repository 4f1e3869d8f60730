/*
 * The ring tones as scores: five that are told apart by ear and are equally loud, each with a rest long enough to answer into. Who
 * plays them, and for whom, is not known here.
 */
import type { RingTone } from '../../../common/ring-tones'

export interface Note {
  /** Seconds from the start of the period. */
  readonly at: number
  readonly seconds: number
  /** Hz; together they share `level`. */
  readonly pitches: readonly number[]
  /** 0 to 1: its peak, were all pitches at their highest at once. */
  readonly level: number
  /** A bell fades from its beginning, its overtones sooner; a steady tone only at its ends. */
  readonly shape: 'bell' | 'steady'
  /** How fast a bell fades, 1/s; left out: 3. */
  readonly decay?: number
  /** In which it grows to its level, s; left out: 0.012, which is heard as struck. */
  readonly attack?: number
}

interface Ring {
  readonly notes: readonly Note[]
  /** Length of one round, silence included, in seconds. */
  readonly period: number
}

/** Times in seconds and pitches in Hz, alike in all else. */
const melody = (
  played: readonly (readonly [at: number, pitch: number])[],
  alike: Omit<Note, 'at' | 'pitches'>,
  overtones: readonly number[],
): readonly Note[] =>
  played.map(([at, pitch]) => ({ ...alike, at, pitches: overtones.map((overtone) => pitch * overtone) }))

/** A telephone of the eighties: two tones that take turns, one long trill and another. */
const trill = [0, 1.1].flatMap((begin) =>
  Array.from({ length: 16 }, (_, n): readonly [number, number] => [begin + n * 0.05, n % 2 === 0 ? 1046.5 : 830.61]),
)

/** The levels make them equally loud (ITU-R BS.1770); a test listens. */
export const ringScores: Readonly<Record<RingTone, Ring>> = {
  classic: { notes: melody(trill, { seconds: 0.065, level: 0.256, shape: 'steady' }, [1, 2]), period: 4 },
  // E major upwards, two calm bars.
  chime: {
    notes: melody(
      [
        [0, 659.25],
        [0.16, 830.61],
        [0.32, 987.77],
        [0.64, 1318.51],
        [1.1, 987.77],
        [1.26, 1318.51],
      ],
      { seconds: 0.9, level: 0.37, shape: 'bell' },
      [1, 2],
    ),
    period: 3.6,
  },
  // Four strokes of a clock tower: a church bell's partials are no harmonics.
  bells: {
    notes: melody(
      [
        [0, 415.3],
        [0.6, 329.63],
        [1.2, 369.99],
        [1.8, 246.94],
      ],
      { seconds: 1.9, level: 1, shape: 'bell', decay: 1.4 },
      [1, 2, 2.4, 3, 4.5],
    ),
    period: 5,
  },
  // Short wooden strokes up and down five tones; the second mode of a bar is two octaves up.
  marimba: {
    notes: melody(
      [392, 493.88, 587.33, 783.99, 587.33, 493.88, 659.25, 783.99].map((pitch, n) => [n * 0.14, pitch]),
      { seconds: 0.4, level: 0.48, shape: 'bell', decay: 7, attack: 0.006 },
      [1, 4],
    ),
    period: 3.2,
  },
  // Three low swells and a rest, as a light that blinks.
  pulse: {
    notes: melody(
      [0, 0.45, 0.9].map((at) => [at, 293.66]),
      { seconds: 0.3, level: 0.457, shape: 'steady', attack: 0.1 },
      [1, 1.5, 2],
    ),
    period: 3.4,
  },
}
