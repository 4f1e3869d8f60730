/*
 * The numbering plans of the world (libphonenumber's metadata) as the phone needs them. They are heavy: main and workers
 * load them when the window is up, pages never do. Who has none reads numbers as they are written.
 */

import type { CountryCode, NumberingPlan } from 'libphonenumber-js/core'

/** What a number is, if it can be one at all. */
export interface ParsedNumber {
  readonly e164: string
  /** ISO 3166-1 alpha-2; null for numbers of no country (satellite, international freephone). */
  readonly country: string | null
  /** It begins and is as long as numbers there do and are; else only its length is right. */
  readonly valid: boolean
  /** As people in its country write it, and those abroad. */
  readonly national: string
  readonly international: string
}

/** How people of a country dial beyond it. */
export interface CountryFacts {
  readonly callingCode: string
  /** Dialled before a national number, usually 0; null: nothing is. */
  readonly trunk: string | null
  /** Some of its numbers, mobiles say, are written and dialled without it. */
  readonly trunkIsOptional: boolean
  /** What a number to abroad begins with, as it is dialled; null: it names a carrier. */
  readonly international: string | null
  readonly startsInternational: (digits: string) => boolean
}

export interface PhoneLibrary {
  /** `digits`: with `+`, or as dialled in `country`. null: no number of this length exists there. Never throws. */
  parse(digits: string, country: string | null): ParsedNumber | null
  /** null for a country it does not know. */
  facts(country: string): CountryFacts | null
}

/** What Mexico dialled until 2019, and many an address book and carrier still has: the numbers behind it are the same. */
const formerMexican = /^(?:01|04[45])(?=\d{10}$)/
const formerMobile = /^\+521(?=\d{10}$)/
/** Brazil's mobiles have a 9 in front since 2016; what has none is the same mobile, and is not connected without it. */
const formerBrazilian = /^\+55(\d{2})(?=[689]\d{7}$)/

/** The plans' patterns tell numbers from parts of numbers too loosely to find these by themselves. */
const withoutTrunk = ['BO', 'GE', 'KI', 'LB', 'LI', 'MC', 'MN', 'PE', 'RW', 'SO', 'UY']

/** Takes some 40 ms the first time. */
export async function loadPhoneLibrary(): Promise<PhoneLibrary> {
  const [core, { default: metadata }] = await Promise.all([
    import('libphonenumber-js/core'),
    import('libphonenumber-js/metadata.min.json'),
  ])
  const { Metadata, getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } = core
  const isCountry = (country: string): country is CountryCode => isSupportedCountry(country as CountryCode, metadata)
  const known = new Map<string, CountryFacts | null>()

  const look = (country: string): CountryFacts | null => {
    if (!isCountry(country)) return null
    const plans = new Metadata(metadata)
    plans.selectNumberingPlan(country)
    // Its types do not tell of the trunk prefix, and what is missing in its packed tables may come as 0.
    const plan = plans.numberingPlan as (NumberingPlan & { nationalPrefix(): unknown }) | undefined
    if (!plan) return null
    const prefix = plan.IDDPrefix()
    const begins = new RegExp(`^(?:${prefix})`)
    return {
      callingCode: getCountryCallingCode(country, metadata),
      trunk: textOf(plan.nationalPrefix()),
      trunkIsOptional: withoutTrunk.includes(country),
      international: digitsOf(textOf(plan.defaultIDDPrefix()) ?? prefix),
      startsInternational: (digits) => begins.test(digits),
    }
  }

  return {
    parse(digits, country) {
      const inCountry = country !== null && isCountry(country) ? country : undefined
      const read = (text: string) =>
        parsePhoneNumberFromString(
          text,
          inCountry === undefined ? { extract: false } : { defaultCountry: inCountry, extract: false },
          metadata,
        )
      const first = read(country === 'MX' ? digits.replace(formerMexican, '') : digits)
      const today = first?.number.replace(formerMobile, '+52').replace(formerBrazilian, '+55$19')
      const found = first && today !== undefined && today !== first.number ? read(today) : first
      if (!found?.isPossible()) return null
      return {
        e164: found.number,
        country: found.country ?? null,
        // Those with 00 are short ways inside a country: nobody means one who can mean anything else.
        valid: found.isValid() && !found.nationalNumber.startsWith('00'),
        national: found.formatNational(),
        international: found.formatInternational(),
      }
    },
    facts(country) {
      const before = known.get(country)
      if (before !== undefined) return before
      const facts = look(country)
      known.set(country, facts)
      return facts
    },
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** `~` is where one waits for a tone. A prefix that is a choice of carriers is none to choose from here. */
const digitsOf = (prefix: string): string | null => (/^[\d~]+$/.test(prefix) ? prefix.replace(/~/g, '') : null)
