/*
 * Names that pretend to be somebody else: what the network gives as a caller's name is the caller's own choice, and one that
 * holds another number or address is meant to be taken for it. Pure.
 */

/** More than any name needs, and the work stays bounded. */
const read = 128
/** Shorter numbers stand in honest names: a year, a room, a floor, an extension. */
const digitsFrom = 6
/** So many last digits in common are one number, written with or without its beginning. */
const sameEnd = 6

const number = /\+?\(?\p{Nd}(?:[\s\-.()/\u2010-\u2015]{0,3}\p{Nd}){2,24}/gu
const address = /[^\s@<>":;,()]{1,64}@[^\s@<>":;,()]{1,128}/gu
const uri = /\b(?:sips?|tel):\S+/i

/** `key`: what the caller is known by, E.164 or an address; null: it does not say who it is. */
export function isLookalike(name: string | null, key: string | null): boolean {
  if (name === null) return false
  // Digits of other scripts and shapes look the same to a reader.
  const text = name.slice(0, read).normalize('NFKC')
  const own = digitsOf(key ?? '')
  const addresses = text.match(address) ?? []
  if (addresses.some((one) => one.toLowerCase() !== key?.toLowerCase())) return true
  const rest = text.replace(address, ' ')
  if (addresses.length === 0 && uri.test(rest) && !rest.includes(key ?? ' ')) return true
  return (rest.match(number) ?? []).map(digitsOf).some((digits) => digits.length >= digitsFrom && !isSame(digits, own))
}

function isSame(a: string, b: string): boolean {
  const length = Math.min(a.length, b.length)
  // A trunk zero or a country code may be what they differ in at the beginning.
  return length >= sameEnd && a.slice(-(length - 1)) === b.slice(-(length - 1))
}

/** Any script's. */
const digitsOf = (text: string): string =>
  [...text]
    .filter((one) => /\p{Nd}/u.test(one))
    .map((one) => String(valueOf(one)))
    .join('')

/** Unicode has the ten digits of every script in a row. */
function valueOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return code - zero
}
