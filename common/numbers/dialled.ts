/*
 * The user part of the request for a number that is dialled: the account's rules applied, and the number sent in the form
 * its server takes. It knows nothing of hosts and URIs.
 */
import type { NumberPlan } from '../account'
import { applyRules } from './dial-rules'
import { readNumber, type Means, type Reading } from './read-number'
import { asDigits } from './written-number'

/** `user` null: nothing is left to dial. */
export interface DialledNumber {
  readonly user: string
  /** What it is known by: E.164, or what stands in `user`. */
  readonly value: string
  readonly why: string
}

/** `typed`: a number without separators, or a name on the server. */
export function dialled(typed: string, plan: NumberPlan, means: Means): DialledNumber {
  const ruled = applyRules(plan, typed)
  const said = [...ruled.problems, ...(ruled.rule === null ? [] : [`rule ${ruled.rule} makes it ${ruled.text}`])]
  const because = (why: string): string => [...said, why].join('; ')
  const digits = asDigits(ruled.text)
  if (digits === null) return { user: ruled.text, value: ruled.text, why: because('a name on the server') }
  const reading = readNumber(digits, plan, means)
  if (reading.kind === 'local') return { user: digits, value: reading.digits, why: because(reading.why) }
  const { user, why } = sent(digits, reading, plan, means)
  return { user, value: reading.number.e164, why: because(`${reading.why}; ${why}`) }
}

function sent(
  digits: string,
  { number, outside }: Reading & { kind: 'number' },
  { country, outsidePrefix, send }: NumberPlan,
  { library }: Means,
): { user: string; why: string } {
  const facts = country === null ? null : (library?.facts(country) ?? null)
  const prefixed = (user: string): string => (outsidePrefix ?? '') + user
  if (send === 'e164') return { user: number.e164, why: 'sent with +' }
  if (send === 'as-typed' || facts === null) {
    // Nobody means a line inside by a number of the world; with + it says so itself.
    const bare = digits.startsWith('+') || outside || outsidePrefix === null
    return bare ? { user: digits, why: 'sent as it is' } : { user: prefixed(digits), why: `sent with ${outsidePrefix}` }
  }
  const home = number.e164.startsWith(`+${facts.callingCode}`)
  const national = number.national.replace(/\D/g, '')
  if (send === 'national' && home && national !== '') return { user: prefixed(national), why: 'sent as at home' }
  const abroad = facts.international === null ? null : facts.international + number.e164.slice(1)
  // Where one has to name a carrier, or the number would seem to, the server is left to choose it.
  if (abroad === null || library?.parse(abroad, country)?.e164 !== number.e164)
    return { user: number.e164, why: 'sent with +' }
  return { user: prefixed(abroad), why: `sent with ${facts.international}` }
}
