/*
 * What a number means, whoever wrote it: the same for what is dialled, for callers, contacts and directories, so that
 * `+49 30 1234`, `030 1234` and `tel:1234;phone-context=+4930` are one person. It dials nothing.
 */
import type { NumberPlan } from '../account'
import { applyRules } from './dial-rules'
import { readNumber, type Means } from './read-number'
import { written, type Written } from './written-number'

/** `shown`: for a person to read. `why`: in words, which rule did what. */
export type Understood = {
  readonly shown: string
  readonly why: string
} & (
  | { readonly kind: 'e164'; readonly e164: string; readonly country: string | null }
  /** Means something only on its server: an extension, a service, a number of no known country. */
  | { readonly kind: 'extension'; readonly extension: string }
  /** `user@host`, the host in lower case; a bare user where it is at the account's own server. */
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'none' }
)

export function understand(text: string, plan: NumberPlan, means: Means): Understood {
  const parts = atHome(written(text), means)
  if (parts.kind === 'nothing') return { kind: 'none', shown: '', why: 'nothing that could be called' }
  if (parts.kind === 'address' && !parts.isNumber) return toAddress(`${parts.user}@${parts.host}`, 'an address')
  const plain = parts.kind === 'number' ? parts.digits : parts.kind === 'name' ? parts.name : parts.user
  const ruled = applyRules(plan, plain)
  const became = ruled.rule === null ? parts : atHome(written(ruled.text), means)
  const said = [...ruled.problems, ...(ruled.rule === null ? [] : [`rule ${ruled.rule} makes it ${ruled.text}`])]
  const because = (why: string): string => [...said, why].join('; ')
  if (became.kind === 'nothing') return { kind: 'none', shown: '', why: because('nothing is left') }
  if (became.kind === 'name') return toAddress(became.name, because('a name on the server'))
  if (became.kind === 'address' && !became.isNumber)
    return toAddress(`${became.user}@${became.host}`, because('an address'))
  const reading = readNumber(became.kind === 'number' ? became.digits : became.user, plan, means)
  const why = because(reading.why)
  if (reading.kind === 'local') return { kind: 'extension', extension: reading.digits, shown: reading.digits, why }
  const { e164, country, national, international } = reading.number
  const shown = country !== null && country === plan.country ? national : international
  return { kind: 'e164', e164, country, shown, why }
}

/** What two writings of one number have in common; null when there is no number. */
export function keyOf(understood: Understood): string | null {
  switch (understood.kind) {
    case 'e164':
      return withoutMobileNine(understood.e164)
    case 'extension':
      return understood.extension
    case 'address':
      return understood.address
    case 'none':
      return null
  }
}

/**
 * An Argentine mobile is called with a 9 from abroad and with none at home, and calls with either: nobody else has the number. It is left
 * out of what is compared, never of what is dialled.
 */
const withoutMobileNine = (e164: string): string => e164.replace(/^\+549(?=\d{10}$)/, '+54')

/** The same number with that 9, or without it; null where there is but one way to write it. */
export function otherWriting(e164: string): string | null {
  const without = withoutMobileNine(e164)
  if (without !== e164) return without
  return /^\+54[1-8]\d{9}$/.test(e164) ? e164.replace('+54', '+549') : null
}

/** Somebody on one of our own servers is known by the user part alone. */
function atHome(parts: Written, { homes = [] }: Means): Written {
  if (parts.kind !== 'address' || !homes.includes(parts.host)) return parts
  return /^\+?[0-9*#]+$/.test(parts.user) ? { kind: 'number', digits: parts.user } : { kind: 'name', name: parts.user }
}

const toAddress = (address: string, why: string): Understood => ({ kind: 'address', address, shown: address, why })
