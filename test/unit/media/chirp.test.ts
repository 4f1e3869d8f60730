/* The signal of a test of a line: found again after what a telephone line does to it, and in nothing else. */
import { describe, expect, it } from 'vitest'
import { chirpLevel, findChirp, renderChirp } from '../../../renderer/engine/media/chirp'
import { EchoCount } from '../../../renderer/engine/media/echo-count'

const rate = 48_000
const seconds = 0.68

/** A chirp at this time, `gain` as loud, in noise of this peak. */
function heard(kind: 'up' | 'down', at: number, gain = 1, noise = 0): Float32Array {
  let seed = 7
  const random = (): number => ((seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647) * 2 - 1
  const samples = new Float32Array(rate * seconds).map(() => noise * random())
  renderChirp(kind, rate).forEach((sample, index) => {
    const place = Math.round(at * rate) + index
    if (place < samples.length) samples[place] = (samples[place] ?? 0) + gain * sample
  })
  return samples
}

/** As µ-law at 8 kHz leaves it (ITU-T G.711): six samples in one, 256 steps. */
const companded = (samples: Float32Array): Float32Array =>
  samples.map((_, index) => {
    const sample = samples[index - (index % 6)] ?? 0
    const squeezed = Math.round((Math.log1p(255 * Math.abs(sample)) / Math.log(256)) * 127) / 127
    return (Math.sign(sample) * (256 ** squeezed - 1)) / 255
  })

describe('a chirp', () => {
  it('is found where it is, and as loud as it is', () => {
    const found = findChirp('up', heard('up', 0.3, 0.5), rate)
    expect(found?.at).toBeCloseTo(0.3, 2)
    expect(Math.abs((found?.level ?? 0) - (chirpLevel - 6))).toBeLessThan(2)
  })

  it.each([
    ['through PCMU', companded(heard('up', 0.2))],
    ['turned over', heard('up', 0.2, -1)],
    ['in noise nearly as loud', heard('up', 0.2, 0.3, 0.1)],
    ['30 dB softer', heard('up', 0.2, 0.03)],
  ])('is found %s', (_how, samples) => {
    expect(findChirp('up', samples, rate)?.at).toBeCloseTo(0.2, 2)
  })

  it('is not found in silence, noise, a tone or the other chirp', () => {
    const tone = new Float32Array(rate * seconds).map((_, index) => 0.3 * Math.sin((2 * Math.PI * 800 * index) / rate))
    for (const samples of [new Float32Array(rate * seconds), heard('up', 1, 1, 0.3), tone, heard('down', 0.2)]) {
      expect(findChirp('up', samples, rate)).toBeNull()
    }
  })

  it('that was cut off is not taken for a whole one', () => {
    expect(findChirp('up', heard('up', seconds - 0.05), rate)).toBeNull()
  })
})

describe('the count of what came back', () => {
  it('knows what is late from what is lost, and counts nothing twice', () => {
    const count = new EchoCount()
    for (let index = 0; index < 5; index++) count.sent(index % 2 === 0 ? 'up' : 'down', index * 0.75)
    for (const at of [0.26, 0.261, 1.76]) count.heard('up', at, -15)
    count.heard('down', 1.01, -15)
    // The fourth is lost; the fifth could not be back yet.
    expect(count.result(3.3)).toMatchObject({ sent: 4, returned: 3, delayMs: 260, level: -15 })
  })

  it('takes nothing for an echo that was not sent before', () => {
    const count = new EchoCount()
    count.sent('up', 1)
    count.heard('up', 0.5, -15)
    count.heard('down', 1.5, -15)
    count.heard('up', 2.9, -15)
    count.loudness(-30)
    expect(count.result(4)).toMatchObject({ sent: 1, returned: 0, delayMs: null, level: null, anything: -30 })
  })
})
