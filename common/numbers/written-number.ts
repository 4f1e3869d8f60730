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
/** Digits as people write them: spaces and dashes of all kinds, brackets, dots, slashes and waits for a tone between them. */
const spacedNumber = /^(?:\+[\s(]*)?[0-9*#](?:[\s\-.()[\]/~\u00b7\u2010-\u2015\u2212\u30fc]*[0-9*#])*[)\]]?$/
const separators = /[\s\-.()[\]/~\u00b7\u2010-\u2015\u2212\u30fc]/g
/** Where the ten digits of other scripts begin; all of them stand together. */
const otherZeros = [
  0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040, 0x17e0,
]
/** The same signs as in ASCII, as wide as a Chinese character. */
const fullWidth = /[\uff01-\uff5e]/g
const otherDigits = /[\u0660-\u17e9]/g
/** A number that is spelled on a keypad: an area code, then a word. Nobody's name has this form. */
const spelled = /^(?:\+?1[\s\-.]*)?\(?\d{3}\)?[\s\-.]+(?=(?:[\s\-.\d]*[A-Z]){3})[A-Z\d](?:[\s\-.]?[A-Z\d]){6,}$/i
const keypad = ['ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ']
/** What is dialled when the number has been reached: an extension behind it, or digits after pauses. */
const afterwards =
  /(?<=\d[)\]]?)\s*(?:,?\s*(?:ext(?:ension|n)?|x|\u0434\u043e\u0431)[.:]?\s*(?=\d{1,9}$)|(?=[,;][\d\s,;*#]*$))/i
/** Nobody writes more, and the work stays bounded. */
const lengthAtMost = 512

const nothing: Written = { kind: 'nothing' }

/** Digits without what people put between them, and an optional `+`; null when it is no number. */
export function asDigits(text: string): string | null {
  const plain = withPlainDigits(text)
  // The trunk zero in +49 (0)30 is for those who dial without the country code; in Italy it is a part of the number.
  const whole = plain.startsWith('+') && !plain.startsWith('+39') ? plain.replace(/\(0\)/, ' ') : plain
  const inner = /^[([]/.test(whole) ? whole.slice(1) : whole
  if (spacedNumber.test(inner)) return inner.replace(separators, '')
  return spelled.test(whole) ? whole.replace(separators, '').replace(/[A-Z]/gi, onKeypad) : null
}

/** The same text with the digits of all scripts, and full-width signs, as those of this one. */
export const withPlainDigits = (text: string): string =>
  text.replace(fullWidth, narrow).replace(otherDigits, (one) => {
    const code = one.charCodeAt(0)
    const digit = code - (otherZeros.findLast((zero) => zero <= code) ?? 0)
    return digit < 10 ? String(digit) : one
  })

const narrow = (one: string): string => String.fromCharCode(one.charCodeAt(0) - 0xfee0)

const onKeypad = (letter: string): string =>
  String(2 + keypad.findIndex((letters) => letters.includes(letter.toUpperCase())))

/** A number and what is to be dialled after it, pauses included; null when there is no such thing behind a number. */
export function splitNumber(text: string): { readonly number: string; readonly rest: string } | null {
  const found = afterwards.exec(text)
  const number = text.slice(0, found?.index ?? 0)
  const digits = found && asDigits(number)
  if (!digits || digits.length < 5) return null
  const rest = text.slice(found.index + found[0].length)
  return { number, rest: /^\d/.test(rest) ? `,${rest}` : rest }
}

/** Never throws. */
export function written(text: string): Written {
  const line = text.slice(0, lengthAtMost).replace(unseen, '').trim()
  const [, scheme = '', rest = ''] = /^(tel|callto|sips?):(?:\/\/)?(.*)$/is.exec(line) ?? []
  if (scheme === '') return plainly(splitNumber(line)?.number ?? line)
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
  // The port is a way there, and no part of who it is.
  const host = (/^[^;?]*/.exec(rest)?.[0] ?? '').replace(/:\d*$/, '')
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
  const digits = asDigits(splitNumber(head)?.number ?? head.trim())
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
