/* For how long the phone is quiet, on ordinary days and on those that are not 24 hours long. */
import { describe, expect, it } from 'vitest'
import { minutesUntil, nextMorning } from '../../../renderer/ui/quiet-times'

describe('tomorrow morning', () => {
  it('is the next eight o’clock there is', () => {
    expect(nextMorning(new Date(2025, 4, 14, 10, 15).getTime())).toEqual({
      at: new Date(2025, 4, 15, 8).getTime(),
      isToday: false,
    })
    expect(nextMorning(new Date(2025, 4, 14, 2, 0).getTime())).toEqual({
      at: new Date(2025, 4, 14, 8).getTime(),
      isToday: true,
    })
    expect(nextMorning(new Date(2025, 11, 31, 8, 0).getTime()).at).toBe(new Date(2026, 0, 1, 8).getTime())
  })

  it('is told in whole minutes, never in none', () => {
    expect(minutesUntil(0, 90 * 60_000)).toBe(90)
    expect(minutesUntil(0, 10)).toBe(1)
  })
})
