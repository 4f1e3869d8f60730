/*
 * What people, address books and servers write where a number belongs, taken apart: digits with what stands between them,
 * tel: and sip: URIs with their parameters, addresses, names. Written by strangers; it knows no numbering plan.
 */

/** `digits`: an optional `+`, then 0-9 * #. `name`: what stands before an @, where nothing stands after it. */
export type Written =
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'address'; readonly user: string; readonly host: string; readonly isNumber: boolean }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'nothing' }

/** Marks that pasted text carries and nobody sees: zero-width characters and changes of direction. */
const unseen = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g
/** Digits as people write them: spaces and dashes of all kinds, parentheses, dots and slashes between them. */
const spacedNumber = /^\+?[0-9*#](?:[\s\-.()/\u2010-\u2015]*[0-9*#])*\)?$/
const separators = /[\s\-.()/\u2010-\u2015]/g
/** Where the ten digits of other scripts begin: Arabic, Persian, Devanagari, Bengali, fullwidth. */
const otherZeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xff10]
const otherDigits = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\uff10-\uff19]/g
/** Nobody writes more, and the work stays bounded. */
const lengthAtMost = 512

const nothing: Written = { kind: 'nothing' }

/** Digits without what people put between them, and an optional `+`; null when it is no number. */
export function asDigits(text: string): string | null {
  const plain = text
    .replace(otherDigits, (one) => {
      const code = one.charCodeAt(0)
      return String(code - (otherZeros.findLast((zero) => zero <= code) ?? code))
    })
    .replace(/^\uff0b/, '+')
  // The trunk zero in +49 (0)30 is for those who dial without the country code.
  const whole = plain.startsWith('+') ? plain.replace(/\(0\)/, ' ') : plain
  const inner = whole.startsWith('(') ? whole.slice(1) : whole
  return spacedNumber.test(inner) ? inner.replace(separators, '') : null
}

/** Never throws. */
export function written(text: string): Written {
  const line = text.slice(0, lengthAtMost).replace(unseen, '').trim()
  const [, scheme = '', rest = ''] = /^(tel|callto|sips?):(?:\/\/)?(.*)$/is.exec(line) ?? []
  if (scheme === '') return plainly(line)
  const uri = unescaped(rest)
  if (uri === null) return nothing
  return uri.includes('@') ? plainly(uri) : number(uri)
}

function plainly(text: string): Written {
  const at = text.indexOf('@')
  if (at > 0) return address(text.slice(0, at), text.slice(at + 1))
  const digits = asDigits(text)
  if (digits !== null) return { kind: 'number', digits }
  return text === '' || at === 0 ? nothing : { kind: 'name', name: text }
}

/** `user` may carry a password, or the parameters of a telephone number (RFC 3261 section 19.1.6). */
function address(user: string, rest: string): Written {
  const [host = ''] = /^[^;?]*/.exec(rest) ?? []
  const isPhone = /;user=phone(?:[;?]|$)/i.test(rest) || /;phone-context=/i.test(user)
  const inside = isPhone ? number(user) : plainly(user.replace(/[;:].*$/s, ''))
  if (inside.kind === 'number') {
    const isNumber = isPhone || inside.digits.startsWith('+')
    return { kind: 'address', user: inside.digits, host: host.toLowerCase(), isNumber }
  }
  return inside.kind === 'name' && host !== ''
    ? { kind: 'address', user: inside.name, host: host.toLowerCase(), isNumber: false }
    : nothing
}

/** A number with parameters (RFC 3966 section 3): what it is a part of may stand in `phone-context`. */
function number(text: string): Written {
  const [, head = '', parameters = ''] = /^([^;?]*)([^?]*)/s.exec(text) ?? []
  const digits = asDigits(head.trim())
  if (digits === null) return head.trim() === '' ? nothing : { kind: 'name', name: head.trim() }
  const context = /;phone-context=([^;]*)/i.exec(parameters)?.[1] ?? ''
  const prefix = context.startsWith('+') ? asDigits(context) : null
  return { kind: 'number', digits: prefix === null || digits.startsWith('+') ? digits : prefix + digits }
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
