/*
 * Texts as they are compared in a search: without accents, capitals and punctuation. Pure; numbers are compared by their
 * digits, whatever a person puts between them.
 */

import { withPlainDigits } from '../../common/numbers/written-number'

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
const typedNumber = /^[+([]?[0-9][0-9\s()[\]/.*#+~\-\u00b7\u2010-\u2015\u2212\u30fc]*$/

/**
 * The digits by which to look for what somebody types or pastes, whatever script they are in; empty when it is a name. `keyOf`: where
 * it is a whole number already, what it means finds it in every writing.
 */
export function typedDigits(text: string, keyOf: ((text: string) => string | null) | null = null): string {
  const plain = withPlainDigits(text).trim()
  const digits = typedNumber.test(plain) ? digitsOf(plain).replace(/^0+(?=.)/, '') : ''
  const key = keyOf?.(text) ?? ''
  const meant = key.startsWith('+') ? key.slice(1) : ''
  return meant.includes(digits) ? digits || meant : meant || digits
}

/** The words of a text, folded. */
export const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/[ @.]+/)
    .filter((word) => word !== '')
