/*
 * A user's rules for what is dialled: a pattern and what to put in its place, the first that matches being the only one. A
 * rule that cannot be used is left out and named. Pure.
 */
import type { NumberPlan } from '../account'
import { mayRewrite } from './emergency'
import { LinearPattern, type PatternMatch } from './linear-pattern'

/** What the rules made of a text. `rule`: the number of the one that matched, from 1; null: none did. */
export interface Ruled {
  readonly text: string
  readonly rule: number | null
  /** Of the rules before it that cannot be used. */
  readonly problems: readonly string[]
}

/** Nobody dials more, and the work stays bounded: a longer text is not matched at all. */
const lengthAtMost = 64
/** An address may be what a rule makes of it. */
const resultAtMost = 256

type Compiled = readonly (LinearPattern | { readonly problem: string })[]

/** Rules are read far more often than they change. */
const compiled = new WeakMap<NumberPlan['rules'], Compiled>()

export function applyRules({ rules, country }: Pick<NumberPlan, 'rules' | 'country'>, text: string): Ruled {
  const patterns = compiled.get(rules) ?? rules.map(({ match }) => LinearPattern.of(match))
  compiled.set(rules, patterns)
  const problems: string[] = []
  if (text.length > lengthAtMost) return { text, rule: null, problems }
  for (const [index, pattern] of patterns.entries()) {
    if ('problem' in pattern) {
      problems.push(`rule ${index + 1} cannot be used: ${pattern.problem}`)
      continue
    }
    const match = mayRewrite(rules[index]?.match ?? '', text, country) ? pattern.match(text) : null
    if (match === null) continue
    const inPlace = expanded(rules[index]?.replace ?? '', match)
    const result = text.slice(0, match.from) + inPlace + text.slice(match.to)
    return { text: result.slice(0, resultAtMost), rule: index + 1, problems }
  }
  return { text, rule: null, problems }
}

/** `$1` to `$9`, `$&` for all that matched, `$$` for a dollar sign. */
const expanded = (replacement: string, { groups }: PatternMatch): string =>
  replacement.replace(/\$([$&1-9])/g, (_, what: string) =>
    what === '$' ? '$' : what === '&' ? (groups[0] ?? '') : (groups[Number(what)] ?? ''),
  )
