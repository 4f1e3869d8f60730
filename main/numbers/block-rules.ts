/*
 * The user's rules about whom not to hear: brought into one form when they are made, so that two
 * that mean the same say the same. Pure; it keeps nothing.
 */
import type { BlockRuleDraft } from '../../common/directory'
import { refused, type Result } from '../../common/errors'
import { asDigits } from '../../common/numbers/written-number'

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
      const address = text.replace(/^(?:sips?:)?(?:\*?@)?/i, '')
      const [, user, host = ''] = /^(?:([^@\s]+)@)?([a-z0-9.[\]:-]+)$/i.exec(address) ?? []
      if (host === '') return null
      return user === undefined ? host.toLowerCase() : `${user}@${host.toLowerCase()}`
    }
  }
}

/** How numbers begin: read as a part of one, so that 030 is +4930 where that is what it means. */
function prefixOf(text: string, keyOf: (text: string) => string | null): string | null {
  // Some write what may follow.
  const digits = asDigits(text.replace(/[\s*\u2026]+$/, ''))
  if (digits === null || !/^\+?\d{1,15}$/.test(digits)) return null
  if (digits.startsWith('+')) return digits
  // Filled up until a number of that length exists; what was filled in is taken off again.
  for (let filling = 4; filling <= 9; filling++) {
    const fill = '5'.repeat(filling)
    const key = keyOf(digits + fill)
    if (key?.startsWith('+') === true && key.endsWith(fill)) return key.slice(0, -filling)
  }
  return digits
}
