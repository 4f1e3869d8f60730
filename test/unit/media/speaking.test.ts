/* Who is speaking, from levels in dBFS. */
import { describe, expect, it } from 'vitest'
import { Speaking } from '../../../renderer/engine/media/speaking'
import { ManualClock } from '../../fakes/manual-clock'

const levels = (...each: [string, number][]): Map<string, number> => new Map(each)

describe('who is speaking', () => {
  it('is told when somebody begins, and not again while they go on', () => {
    const speaking = new Speaking<string>(new ManualClock())
    expect(speaking.update(levels(['a', -60], ['b', -30]))).toEqual(['b'])
    expect(speaking.update(levels(['a', -60], ['b', -25]))).toBeNull()
    expect(speaking.update(levels(['a', -35], ['b', -25]))).toEqual(['b', 'a'])
  })

  it('is nobody in a quiet room or in comfort noise', () => {
    const speaking = new Speaking<string>(new ManualClock())
    expect(speaking.update(levels(['a', -100], ['b', -58], ['c', -47]))).toBeNull()
  })

  it('outlasts the pauses between words, and the soft end of a word', () => {
    const clock = new ManualClock()
    const speaking = new Speaking<string>(clock)
    speaking.update(levels(['a', -30]))
    clock.advance(500)
    expect(speaking.update(levels(['a', -70]))).toBeNull()
    clock.advance(250)
    expect(speaking.update(levels(['a', -48]))).toBeNull()
    clock.advance(750)
    expect(speaking.update(levels(['a', -70]))).toBeNull()
    clock.advance(250)
    expect(speaking.update(levels(['a', -70]))).toEqual([])
  })

  it('ends at once for who has left', () => {
    const speaking = new Speaking<string>(new ManualClock())
    speaking.update(levels(['a', -30], ['b', -30]))
    expect(speaking.update(levels(['b', -30]))).toEqual(['b'])
    expect(speaking.update(levels())).toEqual([])
    expect(speaking.update(levels())).toBeNull()
  })
})
