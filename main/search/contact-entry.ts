/*
 * A contact as it is found: the words of its names, and its numbers in every way they may be typed. It knows no index.
 */
import { shownName, type Listed } from '../contacts/contact-store'
import { digitsOf, wordsOf } from './fold'
import type { SearchEntry } from './search-segment'

/** What a number is compared by. */
type KeyOf = (number: string) => string | null

/** `keyOf` null: by the keys the contact was stored under, which saves reading every number anew. */
export function entryOf(contact: Listed & { readonly keys?: readonly string[] }, keyOf: KeyOf | null): SearchEntry {
  const { id, name, organization, emails, numbers, favourite, vip } = contact
  const values = numbers.map(({ value }) => value)
  return {
    id,
    words: [
      ...new Set([
        ...wordsOf(shownName({ name, organization, numbers, emails })),
        ...wordsOf(name),
        ...wordsOf(organization ?? ''),
        ...emails.flatMap((email) => wordsOf(email.replace(/@.*$/, ''))),
      ]),
    ],
    numbers: keyOf
      ? numbersOf(values, keyOf)
      : [...values, ...(contact.keys ?? [])].map(digitsOf).filter((digits) => digits !== ''),
    weight: favourite ? 1 : vip ? 0.5 : 0,
  }
}

/** Digits as written and as they are meant. */
export const numbersOf = (values: readonly string[], keyOf: KeyOf): readonly string[] => [
  ...values.map(digitsOf),
  ...values.map((value) => digitsOf(keyOf(value) ?? '')),
]
