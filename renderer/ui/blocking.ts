/*
 * Blocking from where somebody is met: the rule for a number or address, and the rules that are there about it already. Pure.
 */
import type { BlockRule, BlockRuleDraft } from '../../common/directory'
import { ruleValue } from './directory-words'

/** null: it cannot be blocked. */
export function ruleAbout(value: string, note: string | null): BlockRuleDraft | null {
  const match = value.includes('@') ? 'address' : 'exact'
  const of = ruleValue(match, value)
  return of === null || of === '' ? null : { match, value: of, note: note?.slice(0, 256) ?? null, schedule: null }
}

const bare = (value: string): string =>
  value.includes('@') ? value.replace(/^sips?:/i, '').toLowerCase() : value.replace(/[\s()/.-]/g, '')

/** The same number or address, however it is written; numbers of different forms are different here. */
export const sameNumber = (a: string, b: string): boolean => bare(a) === bare(b)

/** The rules that block this number or address and nothing else. */
export const rulesAbout = (value: string, rules: readonly BlockRule[]): readonly BlockRule[] =>
  namedBy(value, rules).filter(({ rings }) => rings !== true)

/** The rules that have it ring whatever others say. */
export const ringingRules = (value: string, rules: readonly BlockRule[]): readonly BlockRule[] =>
  namedBy(value, rules).filter(({ rings }) => rings === true)

const namedBy = (value: string, rules: readonly BlockRule[]): readonly BlockRule[] =>
  rules.filter(
    (rule) => (rule.match === 'exact' || rule.match === 'address') && sameNumber(rule.value, value) && value !== '',
  )
