/*
 * What a person typed, pasted or clicked, made into a SIP URI for one account and a handle to show. Everything a link could
 * smuggle in (URI headers, parameters, passwords, control characters) is dropped or refused. It places no call.
 */
import { usualNumbers, type NumberPlan } from '../../common/account'
import { refused, type Result } from '../../common/errors'
import type { Handle } from '../../common/handle'
import { dialled } from '../../common/numbers/dialled'
import type { Means } from '../../common/numbers/read-number'
import { asDigits } from '../../common/numbers/written-number'

export interface DialTarget {
  /** For the wire: `sip:user@host[:port]`, the user part escaped as RFC 3261 section 25.1 asks. */
  readonly uri: string
  readonly handle: Handle
}

/** RFC 3261 `user`: unreserved and user-unreserved, without what would change the meaning of the URI. */
const userPart = /^[A-Za-z0-9\-_.!~*'()&=+$,#%]+$/
/** A host name, an IPv4 address or an IPv6 reference, and a port. */
const hostPart =
  /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*\.?)(?::\d{1,5})?$/
// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f-\u009f]/
/** Marks that pasted text carries and nobody sees: zero-width characters and changes of direction. */
const unseen = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g

/** An account's rules for numbers, and what they are read with. */
export interface NumberRules {
  readonly plan: NumberPlan
  readonly means: Means
}

const noRules: NumberRules = { plan: usualNumbers, means: { library: null } }

/** `accountUri`: the account's address of record, `sip:user@host`. Fails with `invalid-target`. */
export function dialTarget(typed: string, accountUri: string, rules: NumberRules = noRules): Result<DialTarget> {
  const home = splitAddress(accountUri.replace(/^sips?:/i, ''))?.host
  const text = typed.replace(unseen, '').replace(/^[\r\n\t ]+|[\r\n\t ]+$/g, '')
  if (home === undefined || text === '' || text.length > 512 || control.test(text)) return invalid
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/.exec(text)
  switch (scheme?.[1]?.toLowerCase()) {
    case 'tel':
    case 'callto':
    case 'sip':
    case 'sips':
      return fromNumberOrAddress(unescaped(bare(scheme?.[2] ?? '')), home, rules)
    default:
      return fromNumberOrAddress(text, home, rules)
  }
}

const invalid = refused('invalid-target')

function fromNumberOrAddress(text: string | null, home: string, rules: NumberRules): Result<DialTarget> {
  if (text === null || control.test(text)) return invalid
  const number = asDigits(text)
  if (number !== null) return byRules(number, home, rules)
  const address = splitAddress(text)
  if (address) return toAddress(address, home)
  return userPart.test(text) && !text.includes('%') ? byRules(text, home, rules) : invalid
}

/** What is to be reached by the account's own server: as its rules have it. */
function byRules(typed: string, home: string, { plan, means }: NumberRules): Result<DialTarget> {
  const { user, value } = dialled(typed, plan, means)
  const address = user.includes('@') ? splitAddress(user) : null
  if (address) return toAddress(address, home)
  return userPart.test(user) && !user.includes('%') ? target(user, home, handleOf(value)) : invalid
}

/** An address says itself how it is meant. */
function toAddress({ user, host }: { user: string; host: string }, home: string): Result<DialTarget> {
  const digits = asDigits(user) ?? user
  if (sameHost(host, home)) return target(digits, host, handleOf(digits))
  return target(digits, host, { type: 'generic', value: `${digits}@${host}` })
}

const handleOf = (user: string): Handle =>
  /^\+?[0-9*#]+$/.test(user) ? { type: 'phoneNumber', value: user } : { type: 'generic', value: user }

const target = (user: string, host: string, handle: Handle): Result<DialTarget> => ({
  ok: true,
  value: { uri: `sip:${escaped(user)}@${host}`, handle },
})

/** `#` and `%` may not stand in a user part as they are (RFC 3261 section 25.1). */
const escaped = (user: string): string => user.replace(/[%#]/g, (one) => (one === '%' ? '%25' : '%23'))

/**
 * What follows a scheme, `//` tolerated, cut before parameters and headers where no address comes first. Of them `phone-context` is a
 * part of the number (RFC 3966 section 5.1.5).
 */
function bare(rest: string): string {
  const text = rest.replace(/^\/\//, '')
  if (text.includes('@')) return text
  const number = (/^[^;?]*/.exec(text)?.[0] ?? '').trim()
  const context = /^[^?]*;phone-context=(\+[^;?]*)/i.exec(text)?.[1] ?? ''
  return number === '' || number.startsWith('+') ? number : context + number
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** `user@host` without the parameters, password and headers that either part may carry; null when it is none. */
function splitAddress(text: string): { user: string; host: string } | null {
  const at = text.indexOf('@')
  const [, user = ''] = /^([^;:]*)/.exec(text.slice(0, Math.max(0, at))) ?? []
  const [host = ''] = /^[^;?]*/.exec(text.slice(at + 1)) ?? []
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? 5060)
  if (at < 1 || !hostPart.test(host) || port < 1 || port > 65_535) return null
  return asDigits(user) !== null || userPart.test(user) ? { user, host } : null
}

const sameHost = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
