/*
 * The list of those whose calls may be answered by themselves, as it is typed. Pure.
 */
import { sameNumber } from './blocking'

export type Refused = 'empty' | 'not-understood' | 'there-already' | 'too-many'

const atMost = 200

/** The list with this one at its end; or why it cannot be. `typed`: a number, an extension or an address, as it would be dialled. */
export function withCaller(list: readonly string[], typed: string): readonly string[] | Refused {
  const value = typed.trim().replace(/^(?:sips?|tel):/i, '')
  if (value === '') return 'empty'
  // A number in any notation, or a name with or without its server.
  if (!/^\+?[\d\s()/.*#-]+$/.test(value) && !/^[^\s@<>"]+(?:@[^\s@<>"]+)?$/.test(value)) return 'not-understood'
  if (list.some((other) => sameNumber(other, value))) return 'there-already'
  return list.length >= atMost ? 'too-many' : [...list, value]
}

export const refusedWords: Record<Refused, string> = {
  empty: 'Type a number or an address.',
  'not-understood': 'A number, an extension, or an address like door@example.com.',
  'there-already': 'That one is there already.',
  'too-many': 'There are 200 already.',
}
