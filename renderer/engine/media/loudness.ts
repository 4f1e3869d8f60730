/*
 * Loudness as numbers: the root mean square of what an analyser hears, and the dBFS of such a number. Nothing is known
 * here of where the sound comes from.
 */

/** The part of AnalyserNode that is used. */
export type Listener = Pick<AnalyserNode, 'fftSize' | 'getFloatTimeDomainData'>

/** Root mean square of the analyser's window, 0 to 1. */
export function loudness(listener: Listener): number {
  const samples = new Float32Array(listener.fftSize)
  listener.getFloatTimeDomainData(samples)
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
}

/** dBFS of a linear amplitude, -100 (silence) to 0. */
export function decibels(amplitude: number): number {
  return amplitude > 1e-5 ? Math.min(0, 20 * Math.log10(amplitude)) : -100
}
