/*
 * What an ended call is found by: a line of folded words and digits, and its kind. The same for calls in the history file, which main
 * looks through itself, and for those of the archive. It knows no storage.
 */
import type { HistoryEntry } from '../../common/phone-state'
import { digitsOf, fold, typedDigits } from './fold'
import type { CallLine } from './search-messages'

/** What the list of recents can be narrowed to. */
export type CallFilter = 'all' | 'missed' | 'incoming' | 'outgoing' | 'blocked'

const kinds = { missed: 1, incoming: 2, outgoing: 4, blocked: 8 } as const

/** 0: all. */
export const kindOfFilter = (filter: CallFilter): number => (filter === 'all' ? 0 : kinds[filter])

/** Words, and after a tab the digits. */
export function lineOf({ id, startedAt, label, name, handle, missed, direction, screening }: HistoryEntry): CallLine {
  const words = fold(`${label ?? ''} ${name ?? ''} ${handle.value}`.replace(/\s+/g, ' '))
  const kind = (missed ? kinds.missed : 0) | kinds[direction] | (screening === null ? 0 : kinds.blocked)
  return { id, startedAt, text: `${words}\t${digitsOf(handle.value)}`, kind }
}

/** What was typed, as it is looked for. */
export function needlesOf(text: string): { readonly words: readonly string[]; readonly digits: string } {
  const digits = typedDigits(text)
  const words = digits === '' ? fold(text).split(' ') : []
  return { words: words.filter((word) => word !== ''), digits }
}

export function isFound(
  { text, kind }: Pick<CallLine, 'text' | 'kind'>,
  search: { readonly words: readonly string[]; readonly digits: string; readonly kind: number },
): boolean {
  if (search.kind !== 0 && (kind & search.kind) === 0) return false
  if (search.digits !== '') return text.includes(search.digits, text.indexOf('\t') + 1)
  return search.words.every((word) => text.includes(word))
}
