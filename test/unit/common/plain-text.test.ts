import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plain } from '../../../common/plain-text'

describe("a stranger's text made plain", () => {
  it.each([
    ['an ordinary name', 'Ada Lovelace', 'Ada Lovelace'],
    ['a name in any script', 'Ивáн 李小龍 محمد हिन्दी', 'Ивáн 李小龍 محمد हिन्दी'],
    ['line breaks and tabs', 'Ada\r\n\tLovelace\u2028!', 'Ada Lovelace !'],
    ['control characters', 'A\u0000d\u0007a\u001b[31m\u009b', 'Ada[31m'],
    ['bidi overrides and isolates', '\u202eadA\u202c \u2067x\u2069\u200f', 'adA x'],
    ['zero-width and filler characters', 'A\u200bd\ufeffa\u2060\u3164\u00ad', 'Ada'],
    ['invisible tag characters', 'Ada\u{e0041}\u{e007f}', 'Ada'],
    ['lone surrogates', 'A\ud800d\udfffa', 'Ada'],
    ['decomposed letters', 'Ame\u0301lie', 'Amélie'],
    ['markup, which is only text here', '<b>Ada</b> & Co', '<b>Ada</b> & Co'],
    ['emoji with joiners', '👩‍👩‍👧‍👦 home', '👩‍👩‍👧‍👦 home'],
    ['nothing but spaces', ' \t\n ', ''],
  ])('%s', (_, text, wanted) => {
    expect(plain(text)).toBe(wanted)
  })

  it('is cut at 64 graphemes, not in the middle of one', () => {
    expect(plain('x'.repeat(64))).toBe('x'.repeat(64))
    expect(plain('x'.repeat(65))).toBe('x'.repeat(63) + '…')
    expect(plain('👩‍👩‍👧‍👦'.repeat(70))).toBe('👩‍👩‍👧‍👦'.repeat(63) + '…')
  })

  it('does not let combining marks pile up', () => {
    expect(plain('e' + '\u0301'.repeat(1000)).length).toBeLessThanOrEqual(32)
  })

  it('takes a megabyte without delay', () => {
    const started = performance.now()
    plain('A\u0301'.repeat(500_000))
    expect(performance.now() - started).toBeLessThan(100)
  })

  it('holds no control or bidi character, whatever it is given, and is stable', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const line = plain(text)
        expect(line).not.toMatch(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u)
        expect(line.isWellFormed?.() ?? true).toBe(true)
        expect(plain(line)).toBe(line)
      }),
      { numRuns: 500 },
    )
  })
})
