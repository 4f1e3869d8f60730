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
      // With stars behind it a beginning is meant, and no caller is all stars.
      const isNumber = key !== null && /^\+?[0-9*#]+$/.test(key) && !/^(?:\+?\d+\*+|[*#]+)$/.test(key)
      return isNumber ? key : null
    }
    case 'prefix':
      return prefixOf(text, keyOf)
    case 'range':
      return rangeOf(text, keyOf)
    case 'address':
      return addressOf(text)
  }
}

/** Dashes may stand within numbers too: the one is meant that has two numbers of the same length beside it. */
function rangeOf(text: string, keyOf: (text: string) => string | null): string | null {
  for (const { index, 0: between } of text.matchAll(/\s+(?:to|bis)\s+|\.{2,3}|[-\u2010-\u2015\u2026\u2212]/g)) {
    const [first, last] = [keyOf(text.slice(0, index)), keyOf(text.slice(index + between.length))]
    if (first === null || last === null || !/^\+?\d+$/.test(first) || !/^\+?\d+$/.test(last)) continue
    if (first.length === last.length && first <= last) return `${first}-${last}`
  }
  return null
}

/** Who does not say who it is has no address, and who has a number of the world is known by that. */
function addressOf(text: string): string | null {
  const address = text.replace(/^(?:sips?:)?(?:\*?@)?/i, '')
  const [, user, written = ''] = /^(?:([^@\s]+)@)?([a-z0-9.[\]:-]+)$/i.exec(address) ?? []
  const host = written
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '')
    .toLowerCase()
  if (host === '' || /^\+\d+$/.test(user ?? '') || /^(?:anonymous@)?anonymous(?:\.invalid)?$/i.test(address))
    return null
  return user === undefined ? host : `${user}@${host}`
}

/** A number that exists in the world. */
const abroad = '442079460018'

/** How numbers begin: read as a part of one, so that 030 is +4930 where that is what it means. */
function prefixOf(text: string, keyOf: (text: string) => string | null): string | null {
  // Some write what may follow.
  const digits = asDigits(text.replace(/[\s*\u2026./-]+$/, ''))
  if (digits === null || !/^(?:\+[1-9]\d{0,14}|\d{1,15})$/.test(digits)) return null
  if (digits.startsWith('+')) return digits
  // Filled up until a number of that length exists; what was filled in is taken off again.
  for (let filling = 4; filling <= 9; filling++) {
    const fill = '5'.repeat(filling)
    const key = keyOf(digits + fill)
    if (key?.startsWith('+') === true && key.endsWith(fill)) return key.slice(0, -filling)
  }
  // What only leads abroad is about no number: behind it stands what the number begins with.
  return keyOf(`${digits}${abroad}`) === `+${abroad}` ? null : digits
}
