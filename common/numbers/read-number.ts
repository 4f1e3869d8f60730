/*
 * Digits read by the rules of an account: a number of the world, or one that means something only where it is dialled. The
 * one place that knows what prefixes, area codes and extensions do; it changes nothing and sends nothing. Pure.
 */
import type { NumberPlan } from '../account'
import { isEmergency } from './emergency'
import type { CountryFacts, ParsedNumber, PhoneLibrary } from './phone-library'

/** `why`: in words, for whoever sets the rules. */
export type Reading =
  | {
      readonly kind: 'number'
      readonly number: ParsedNumber
      /** What gets an outside line stood before it. */
      readonly outside: boolean
      readonly why: string
    }
  /** An extension, a service, or a number nobody can tell more of: it stays as it is. */
  | { readonly kind: 'local'; readonly digits: string; readonly why: string }

/** What a number is read with. */
export interface Means {
  /** null: not loaded (yet); numbers with `+` are understood all the same. */
  readonly library: PhoneLibrary | null
  /** Hosts of the user's own accounts: who is there is an extension. */
  readonly homes?: readonly string[]
  /** The network says it, not a person: callers may come with the prefix for an outside line, or without any at all. */
  readonly heard?: boolean
}

/** Reserved for services in every plan that has subscribers' numbers this long. */
const service = /^(?:\d{1,3}|11\d{1,4})$/
/** A number without its trunk prefix is believed from this length on: no extension is as long. */
const wholeFrom = 10
/** From a network it is believed sooner; what is shorter may be a colleague. */
const heardFrom = 7

/** `digits`: an optional `+`, then 0-9 * #. */
export function readNumber(digits: string, plan: NumberPlan, { library, heard = false }: Means): Reading {
  const { country, extensionLength, outsidePrefix } = plan
  const local = (why: string, value = digits): Reading => ({ kind: 'local', digits: value, why })
  if (/[*#]/.test(digits)) return local('a service code')
  if (digits.startsWith('+')) {
    const number = library?.parse(digits, country) ?? plainNumber(digits)
    if (number) return { kind: 'number', number, outside: false, why: 'an international number' }
    return local('no number has this length there')
  }
  if (digits.length <= extensionLength) return local(`up to ${extensionLength} digits: an extension`)
  const rest = outsidePrefix !== null && digits.startsWith(outsidePrefix) ? digits.slice(outsidePrefix.length) : ''
  if (isEmergency(digits, country)) return local('an emergency number')
  if (isEmergency(rest, country)) return local('an emergency number', heard ? rest : digits)
  if (service.test(digits)) return local('too short for anything but an extension or a service')
  const facts = country === null ? null : (library?.facts(country) ?? null)
  if (facts === null || library === null) {
    const why = country === null ? 'no country is set: it stays as it is' : 'its country is not known'
    return local(why, heard && rest !== '' ? rest : digits)
  }
  const stripped = rest === '' ? [] : [{ text: rest, outside: true }]
  const whole = { text: digits, outside: false }
  const candidates = heard ? [...stripped, whole] : [whole, ...stripped]
  const read = candidates.map(({ text, outside }) => ({
    outside,
    found: inCountry(text, { plan, facts, library, heard }),
  }))
  // What says how it is meant comes before what could also be meant: behind 9, 9 030 1234 is 030 1234.
  for (const believed of [isSure, isValid, () => true]) {
    for (const { found, outside } of read) {
      if (!found || !believed(found)) continue
      const why = outside ? `${outsidePrefix} gets an outside line; ${found.why}` : found.why
      return { kind: 'number', number: found.number, outside, why }
    }
  }
  return local(`no number of ${country} is written so`)
}

interface Here {
  readonly plan: NumberPlan
  readonly facts: CountryFacts
  readonly library: PhoneLibrary
  readonly heard: boolean
}

interface Found {
  readonly number: ParsedNumber
  readonly why: string
  /** Digits were filled in that nobody wrote. */
  readonly guessed: boolean
}

const isValid = ({ number }: Found): boolean => number.valid
const isSure = ({ number, guessed }: Found): boolean => number.valid && !guessed

function inCountry(digits: string, { plan, facts, library, heard }: Here): Found | null {
  const { country, areaCode } = plan
  const parsed = (text: string, why: string, guessed = false): Found | null => {
    const number = library.parse(text, country)
    return number && { number, why, guessed }
  }
  if (facts.startsInternational(digits)) {
    const why = 'the international prefix, then a number abroad'
    const { international } = facts
    // Where carriers' prefixes begin with the usual one, the country code behind it would be taken for a carrier's figure.
    const usual =
      international !== null && digits.startsWith(international)
        ? parsed(`+${digits.slice(international.length)}`, why)
        : null
    return usual?.number.valid === true ? usual : parsed(digits, why)
  }
  const { trunk } = facts
  if (trunk !== null && digits.startsWith(trunk)) return parsed(digits, `a number of ${country}`)
  const inArea =
    areaCode === null
      ? null
      : () => parsed(`${usesTrunk(trunk) ? trunk : ''}${areaCode}${digits}`, `in area ${areaCode}`, true)
  if (!usesTrunk(trunk)) {
    const whole = parsed(digits, `a number of ${country}`)
    return whole?.number.valid === true ? whole : (inArea?.() ?? whole)
  }
  // Networks leave the + out far more often than callers have an area code that is like their country's.
  const withCode =
    heard && digits.length >= wholeFrom && digits.startsWith(facts.callingCode)
      ? parsed(`+${digits}`, 'a number with its country code, without +', true)
      : null
  if (withCode?.number.valid === true) return withCode
  // Whoever left the trunk prefix out meant something shorter, unless it is too long for that; networks do leave it out.
  const whole = parsed(digits, `a number of ${country} without its trunk prefix`, true)
  const isLong = digits.length >= wholeFrom || (heard && areaCode !== null && digits.startsWith(areaCode))
  const area = heard && isLong && whole?.number.valid === true ? null : (inArea?.() ?? null)
  if (area) return area
  if (facts.trunkIsOptional && whole?.number.valid === true && whole.number.national.replace(/\D/g, '') === digits)
    return { number: whole.number, why: `a number of ${country}`, guessed: false }
  return whole?.number.valid === true && (isLong || (heard && digits.length >= heardFrom)) ? whole : null
}

/** Where it is 1 (North America), numbers are dialled with it and without it alike. */
const usesTrunk = (trunk: string | null): trunk is string => trunk !== null && trunk !== '1'

/** As long as E.164 allows; all that can be said without the world's numbering plans. */
const plainNumber = (digits: string): ParsedNumber | null =>
  /^\+[1-9]\d{6,14}$/.test(digits)
    ? { e164: digits, country: null, valid: false, national: digits, international: digits }
    : null
