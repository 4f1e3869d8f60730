/* The opinion score falls with loss and delay as ITU-T G.107 says, and stays on its scale whatever is measured. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateMos, mosOf } from '../../../renderer/engine/media/mos'

describe('the opinion score', () => {
  it('of a perfect G.711 line is 4.41, the well-known best of the E-model', () => {
    expect(estimateMos({ codec: 'PCMU', lossRatio: 0, delayMs: 0 })).toBeCloseTo(4.41, 2)
  })

  it('follows the table of G.107 Annex B', () => {
    expect(mosOf(90)).toBeCloseTo(4.34, 2)
    expect(mosOf(80)).toBeCloseTo(4.02, 2)
    expect(mosOf(70)).toBeCloseTo(3.6, 2)
    expect(mosOf(60)).toBeCloseTo(3.1, 2)
    expect(mosOf(50)).toBeCloseTo(2.58, 2)
    expect(mosOf(-5)).toBe(1)
    expect(mosOf(100)).toBe(4.5)
  })

  it('falls gently until 177 ms of delay and faster beyond', () => {
    const at = (delayMs: number): number => estimateMos({ codec: 'opus', lossRatio: 0, delayMs })
    expect(at(50) - at(150)).toBeLessThan(0.08)
    expect(at(200) - at(300)).toBeGreaterThan(0.2)
  })

  it('tells a good call from a bad one', () => {
    expect(estimateMos({ codec: 'opus', lossRatio: 0.005, delayMs: 60 })).toBeGreaterThan(4.2)
    expect(estimateMos({ codec: 'PCMA', lossRatio: 0.05, delayMs: 100 })).toBeLessThan(3.9)
    expect(estimateMos({ codec: 'opus', lossRatio: 0.3, delayMs: 100 })).toBeLessThan(2)
  })

  it('stays between 1 and 4.5, and more loss or delay is never better', () => {
    const ratio = fc.double({ min: 0, max: 1, noNaN: true })
    const delay = fc.double({ min: 0, max: 5000, noNaN: true })
    const codec = fc.constantFrom('opus', 'G722', 'PCMU', 'PCMA', 'telephone-event', null)
    fc.assert(
      fc.property(codec, ratio, ratio, delay, delay, (name, a, b, c, d) => {
        const better = estimateMos({ codec: name, lossRatio: Math.min(a, b), delayMs: Math.min(c, d) })
        const worse = estimateMos({ codec: name, lossRatio: Math.max(a, b), delayMs: Math.max(c, d) })
        expect(better).toBeLessThanOrEqual(4.5)
        expect(worse).toBeGreaterThanOrEqual(1)
        expect(better).toBeGreaterThanOrEqual(worse - 0.005)
      }),
    )
  })
})
