/*
 * The user's rules about whom not to hear: brought into one form when they are made, and found for a caller narrowest first.
 * Pure; it keeps nothing.
 */
import type { BlockRule, BlockRuleDraft } from '../../common/directory'
import { refused, type Result } from '../../common/errors'
import { isWithin } from '../callkit/weekly-times'

/** A caller as rules see one. */
export interface RuledCaller {
  /** E.164, an extension or an address; null: it does not say who it is. */
  readonly key: string | null
  /** Host of the account's server: who is known by the user part alone is there. */
  readonly home: string
  /** No contact and no directory knows it. */
  readonly unknown: boolean
}

/** Rules for one are asked before rules for many. */
const narrowness: readonly BlockRule['match'][] = ['exact', 'address', 'range', 'prefix', 'anonymous', 'unknown']

/** The narrowest rule about this caller at this moment, wall-clock ms; null: none is. */
export function ruleFor(caller: RuledCaller, rules: readonly BlockRule[], at: number): BlockRule | null {
  let best: BlockRule | null = null
  for (const rule of rules) {
    if (best && rank(best) <= rank(rule)) continue
    if (isAbout(rule, caller) && (rule.schedule === null || isWithin(rule.schedule, at))) best = rule
  }
  return best
}

const rank = ({ match, value }: BlockRule): number =>
  narrowness.indexOf(match) + (match === 'address' && !value.includes('@') ? narrowness.length : 0)

function isAbout({ match, value }: BlockRule, { key, home, unknown }: RuledCaller): boolean {
  if (match === 'anonymous') return key === null
  if (key === null) return false
  if (match === 'unknown') return unknown
  switch (match) {
    case 'exact':
      return key === value
    case 'prefix':
      return key.startsWith(value)
    case 'range': {
      const [first = '', last = ''] = value.split('-')
      return key.length === first.length && key >= first && key <= last
    }
    case 'address': {
      const address = key.includes('@') ? key : `${key}@${home}`
      return value.includes('@') ? address === value : address.slice(address.lastIndexOf('@') + 1) === value
    }
  }
}

/**
 * A rule in its one form; `invalid-argument` with the reason when it could never be about anybody. `keyOf`: what a number is
 * compared by.
 */
export function checkedRule(draft: BlockRuleDraft, keyOf: (text: string) => string | null): Result<BlockRuleDraft> {
  const value = normalValue(draft.match, draft.value.trim(), keyOf)
  return value === null
    ? refused('invalid-argument', `value: not a ${draft.match}`)
    : { ok: true, value: { ...draft, value } }
}

function normalValue(
  match: BlockRuleDraft['match'],
  text: string,
  keyOf: (text: string) => string | null,
): string | null {
  switch (match) {
    case 'anonymous':
    case 'unknown':
      return ''
    case 'exact': {
      const key = keyOf(text)
      return key !== null && /^\+?[0-9*#]+$/.test(key) ? key : null
    }
    case 'prefix':
      return prefixOf(text, keyOf)
    case 'range': {
      const parts = /^([^-]+)-([^-]+)$/.exec(text.replace(/\s*[\u2013\u2014]\s*/, '-'))
      const [first, last] = [keyOf(parts?.[1] ?? ''), keyOf(parts?.[2] ?? '')]
      if (first === null || last === null || !/^\+?\d+$/.test(first) || !/^\+?\d+$/.test(last)) return null
      return first.length === last.length && first <= last ? `${first}-${last}` : null
    }
    case 'address': {
      const address = text.replace(/^(?:sips?:|@)/i, '')
      const [, user, host = ''] = /^(?:([^@\s]+)@)?([a-z0-9.[\]:-]+)$/i.exec(address) ?? []
      if (host === '') return null
      return user === undefined ? host.toLowerCase() : `${user}@${host.toLowerCase()}`
    }
  }
}

/** How numbers begin: read as a part of one, so that 030 is +4930 where that is what it means. */
function prefixOf(text: string, keyOf: (text: string) => string | null): string | null {
  const digits = text.replace(/[\s().\-/]/g, '')
  if (!/^\+?\d{1,15}$/.test(digits)) return null
  if (digits.startsWith('+')) return digits
  // Filled up until a number of that length exists; what was filled in is taken off again.
  for (let filling = 4; filling <= 9; filling++) {
    const fill = '5'.repeat(filling)
    const key = keyOf(digits + fill)
    if (key?.startsWith('+') === true && key.endsWith(fill)) return key.slice(0, -filling)
  }
  return digits
}
