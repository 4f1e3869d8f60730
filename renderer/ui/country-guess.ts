/*
 * Which country a line is probably in: by its server's domain, by where the computer's clock is, by the language its user reads. Only a
 * proposal, for a person to accept. Pure; what is known of the computer is a parameter.
 */
import { countryCodes } from './countries'

/** What the system says of where it is. `languages`: BCP 47, the most wanted first; `timeZone`: IANA's name. */
export interface Place {
  readonly languages: readonly string[]
  readonly timeZone: string
}

/** A computer that says nothing. */
export const nowhere: Place = { languages: [], timeZone: '' }

/** Domains of countries that are sold to everybody for what they spell: they say nothing of where a server is. */
const forEverybody = new Set(
  'ac ai bz cc cd co dj fm gg gl im in io is la ly me mn ms mu nu pw sc sh so st sx tc tk tl to tv vc vg ws'.split(' '),
)

/** The country's code, or null: nothing says anything. `host`: of the account's server, a name or an address. */
export function guessCountry(host: string | null, { languages, timeZone }: Place): string | null {
  return byDomain(host ?? '') ?? byTimeZone(timeZone) ?? byLanguage(languages)
}

function byDomain(host: string): string | null {
  const [, domain] = /\.([a-z]{2})\.?$/i.exec(host) ?? []
  if (domain === undefined || forEverybody.has(domain.toLowerCase())) return null
  const code = domain.toUpperCase()
  return known(code === 'UK' ? 'GB' : code)
}

/** Every time zone with a place in its name belongs to one country. */
const byTimeZone = (timeZone: string): string | null =>
  timeZone === '' ? null : (countryCodes.find((code) => timeZonesOf(code).includes(timeZone)) ?? null)

/** American English is what systems speak that were never told where they are. */
const byLanguage = (languages: readonly string[]): string | null =>
  languages
    .filter((language) => language !== 'en-US')
    .map(regionOf)
    .find((region) => region !== null) ?? null

/** The region a language names, never one that is only likely. */
function regionOf(language: string): string | null {
  try {
    return known(new Intl.Locale(language).region ?? '')
  } catch {
    return null
  }
}

const known = (code: string): string | null => (countryCodes.includes(code) ? code : null)

/** A property in older browser engines, a function in newer ones. */
function timeZonesOf(country: string): readonly string[] {
  const locale = new Intl.Locale('und', { region: country }) as Intl.Locale & {
    readonly timeZones?: readonly string[]
    readonly getTimeZones?: () => readonly string[]
  }
  return locale.getTimeZones?.() ?? locale.timeZones ?? []
}
