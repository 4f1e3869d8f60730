/* The users' patterns: they say what JavaScript's would, and none can keep the phone busy. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyRules } from '../../../common/numbers/dial-rules'
import { LinearPattern } from '../../../common/numbers/linear-pattern'

const found = (pattern: string, text: string) => {
  const compiled = LinearPattern.of(pattern)
  if ('problem' in compiled) return compiled.problem
  const match = compiled.match(text)
  return match && { at: match.from, groups: match.groups }
}
const native = (pattern: string, text: string) => {
  const match = new RegExp(pattern).exec(text)
  return match && { at: match.index, groups: [...match] }
}

it.each([
  ['^0(\\d+)$', '030123'],
  ['^(?:00|\\+)(\\d{2})(\\d*)', '004930'],
  ['(a|ab)(c|bcd)(d*)', 'abcd'],
  ['^\\+?49', '4930'],
  ['[^0-9]+', '12ab34'],
  ['[a-cx\\d-]+?$', 'zza1-c'],
  ['a{2,3}', 'aaaa'],
  ['a{2,3}?', 'aaaa'],
  ['(\\d)(\\d)?', '7'],
  ['.*', ''],
  ['x*', 'aaa'],
  ['|a', 'a'],
  ['a|', 'b'],
  ['\\.\\*\\[\\]\\\\', 'x.*[]\\'],
  ['^$', ''],
  ['(\\w+)\\s(\\W)', 'ab !'],
  ['(a*?)(b+|c)', 'aabbb'],
])('%s finds in %j what JavaScript finds', (pattern, text) =>
  expect(found(pattern, text)).toEqual(native(pattern, text)),
)

it('any pattern matches where JavaScript matches', () => {
  const atom = fc.constantFrom('0', '1', '\\d', '.', '[01]', '[^0]', '\\+')
  const quantifier = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '*?', '+?')
  const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
    piece: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.tuple(atom, quantifier).map(([one, times]) => one + times),
      tie('pattern').map((inside) => `(?:${inside})`),
      tie('pattern').map((inside) => `(${inside})`),
    ),
    pattern: fc.oneof(
      fc.array(tie('piece'), { minLength: 1, maxLength: 3 }).map((all) => all.join('')),
      fc.tuple(tie('piece'), tie('piece')).map(([a, b]) => `${a}|${b}`),
    ),
  }))
  const text = fc.string({ unit: fc.constantFrom('0', '1', '2', '+'), maxLength: 8 })
  fc.assert(
    fc.property(pattern, text, (rule, digits) => {
      const ours = found(rule, digits)
      fc.pre(typeof ours !== 'string')
      expect(ours).toEqual(native(rule, digits))
    }),
    { numRuns: 2_000 },
  )
})

it.each(['(a+)+$', '^(a|a)*$', '(a*)*b', '^(\\d+)*#$', '((((a+)+)+)+)+$', '(.*)(.*)(.*)(.*)(.*)(.*)x'])(
  '%s on a long text it almost matches takes no time',
  (match) => {
    const began = performance.now()
    const rules = Array.from({ length: 64 }, () => ({ match, replace: '' }))
    expect(applyRules({ rules, country: null }, `${'a'.repeat(63)}!`).rule).toBeNull()
    expect(applyRules({ rules, country: null }, `${'1'.repeat(63)}!`).rule).toBeNull()
    expect(applyRules({ rules, country: null }, `${'1'.repeat(10_000)}!`).rule).toBeNull()
    // A backtracking engine would need years; what a busy machine makes of milliseconds does not matter.
    expect(performance.now() - began).toBeLessThan(4_000)
  },
)

describe('what cannot be used is refused in words', () => {
  it.each([
    ['(', 'a ( has no )'],
    [')', 'a ) has no ('],
    ['[', 'a [ has no ]'],
    ['[9-0]', 'a range in [ ] is the wrong way round'],
    ['*', 'nothing to repeat'],
    ['a**', 'nothing to repeat'],
    ['^*', 'nothing to repeat'],
    ['a{3,2}', 'numbers in { } are the wrong way round'],
    ['{', 'nothing to repeat'],
    ['\\', 'nothing after \\'],
    ['(a)\\1', '\\1 is not supported'],
    ['\\bx', '\\b is not supported'],
    ['(?!a)', 'look-around and named groups are not supported'],
    ['(?<x>a)', 'look-around and named groups are not supported'],
    ['((a{999}){999}){999}', 'too long'],
    ['(?:'.repeat(40), 'too deeply nested'],
    ['(a)'.repeat(10), 'more than 9 groups'],
  ])('%s: %s', (pattern, why) => expect(LinearPattern.of(pattern)).toEqual({ problem: why }))
})

it.each([
  ['^0(\\d)(\\d*)', '$2-$1-$&-$$-$3', '2-1-012-$-'],
  ['\\D', '', '012'],
])('%s becomes %s', (match, replace, expected) =>
  expect(applyRules({ rules: [{ match, replace }], country: null }, match === '\\D' ? '0a12' : '012').text).toBe(
    expected,
  ),
)
