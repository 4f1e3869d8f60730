/*
 * Texts as they are compared in a search: without accents, capitals and punctuation. Pure; numbers are compared by their
 * digits, whatever a person puts between them.
 */

const marks = /\p{M}+/gu
const notWord = /[^\p{L}\p{N}@.+*#]+/gu
/** What Unicode does not take apart, and people do not type. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
  ð: 'd',
}
const special = new RegExp(`[${Object.keys(letters).join('')}]`, 'g')
const plain = /^[a-z0-9@.+*# ]*$/

/** Words in lower case, one space between them. */
export function fold(text: string): string {
  const lower = text.toLowerCase()
  if (plain.test(lower)) return lower.replace(/ {2,}/g, ' ').trim()
  return lower
    .normalize('NFKD')
    .replace(marks, '')
    .replace(special, (letter) => letters[letter] ?? letter)
    .replace(notWord, ' ')
    .trim()
}

/** The digits of a number; empty when there are none. */
export const digitsOf = (text: string): string => text.replace(/[^0-9]/g, '')

/** A person who types this means a number: digits, and what stands between digits. */
export const looksLikeNumber = (text: string): boolean => /^[+(]?[0-9][0-9 ()/.*#+-]*$/.test(text.trim())

/** The words of a text, folded. */
export const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/[ @.]+/)
    .filter((word) => word !== '')
