/* Numbers, durations and days as people read them. */
import { describe, expect, it } from 'vitest'
import {
  formatDay,
  formatDuration,
  formatNumber,
  hue,
  initials,
  sayDuration,
  showDetail,
  showWho,
} from '../../../renderer/ui/numbers'

describe('a number', () => {
  it.each([
    ['+14155550132', '+1 415 555 0132'],
    ['+4989123456', '+49 891 234 56'],
    ['+35812345678', '+358 123 456 78'],
    ['0123456789', '012 345 67 89'],
    ['600', '600'],
    ['sip:anna@example.com', 'sip:anna@example.com'],
    ['anna@example.com', 'anna@example.com'],
    ['*21#', '*21#'],
    ['', ''],
  ])('%s reads %s', (value, shown) => {
    expect(formatNumber(value)).toBe(shown)
  })

  it('loses and gains no digit', () => {
    for (let length = 1; length <= 15; length++) {
      for (const plus of ['', '+']) {
        const value = plus + '123456789012345'.slice(0, length)
        expect(formatNumber(value).replaceAll(' ', '')).toBe(value)
      }
    }
  })
})

describe('a caller', () => {
  const handle = { type: 'phoneNumber', value: '+14155550132' } as const
  it('is a name with the number below', () => {
    expect([showWho({ name: 'Anna', handle }), showDetail({ name: 'Anna', handle })]).toEqual([
      'Anna',
      '+1 415 555 0132',
    ])
  })
  it('is the number alone when there is no name', () => {
    expect([showWho({ name: ' ', handle }), showDetail({ name: ' ', handle })]).toEqual(['+1 415 555 0132', ''])
  })
  it('is unknown when there is neither', () => {
    expect(showWho({ name: null, handle: { type: 'generic', value: '' } })).toBe('Unknown caller')
  })
  it('has initials of any script, and none without letters', () => {
    expect(['Anna Lindqvist', 'anna', 'Kenji 山本', 'Anna-Lena B. Svensson', '+49 30', null].map(initials)).toEqual([
      'AL',
      'A',
      'K山',
      'AS',
      '',
      '',
    ])
  })
  it('keeps one of six colours', () => {
    expect(hue('Anna')).toBe(hue('Anna'))
    expect(hue('山本')).toBeLessThan(6)
  })
})

describe('a duration', () => {
  it.each([
    [-5, '0:00'],
    [7_900, '0:07'],
    [151_000, '2:31'],
    [3_725_000, '1:02:05'],
  ])('of %d ms runs as %s', (ms, shown) => {
    expect(formatDuration(ms)).toBe(shown)
  })
  it.each([
    [45_000, '45 s'],
    [60_000, '1 min'],
    [206_000, '3 min 26 s'],
    [4_210_000, '1 h 10 min'],
  ])('of %d ms is said as %s', (ms, said) => {
    expect(sayDuration(ms)).toBe(said)
  })
})

describe('a day', () => {
  const now = new Date(2025, 4, 14, 0, 30).getTime()
  it('is yesterday as soon as midnight has passed', () => {
    expect(formatDay(new Date(2025, 4, 14, 0, 1).getTime(), now)).toBe('Today')
    expect(formatDay(new Date(2025, 4, 13, 23, 59).getTime(), now)).toBe('Yesterday')
  })
  it('has a name within the week and a date before', () => {
    expect(formatDay(new Date(2025, 4, 9, 12).getTime(), now)).toMatch(/^Friday$/)
    expect(formatDay(new Date(2025, 3, 1, 12).getTime(), now)).toMatch(/April/)
    expect(formatDay(new Date(2024, 3, 1, 12).getTime(), now)).toMatch(/2024/)
  })
})
