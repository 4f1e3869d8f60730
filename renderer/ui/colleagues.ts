/*
 * The list of colleagues as its user changes it: who is in it, in which order. Each gives the whole list anew, for the settings. Pure.
 */
import type { Watched } from '../../common/colleague'

const plain = ({ accountId, number, name }: Watched): Watched => ({ accountId, number, name })

export const isSame = (a: Pick<Watched, 'accountId' | 'number'>, b: Pick<Watched, 'accountId' | 'number'>): boolean =>
  a.accountId === b.accountId && a.number === b.number

/** With this one at the end, or in its old place under a new name. */
export function withColleague(list: readonly Watched[], one: Watched): Watched[] {
  const at = list.findIndex((other) => isSame(other, one))
  return at < 0 ? [...list.map(plain), plain(one)] : list.map((other, index) => plain(index === at ? one : other))
}

export const withoutColleague = (list: readonly Watched[], one: Watched): Watched[] =>
  list.filter((other) => !isSame(other, one)).map(plain)

/** One place up (-1) or down (1); the same list where there is no place. */
export function moveColleague(list: readonly Watched[], one: Watched, by: 1 | -1): Watched[] {
  const all = list.map(plain)
  const at = all.findIndex((other) => isSame(other, one))
  const [moved, other] = [all[at], all[at + by]]
  if (!moved || !other) return all
  return all.with(at, other).with(at + by, moved)
}
