/*
 * What becomes of a contact that was changed here and on its server. The rule: what only one side changed counts; of numbers,
 * addresses and notes that both changed, both are kept; of a name, an organisation or a picture that both changed, the
 * server's counts, because others see it already. A change counts more than a removal. Pure.
 */
import type { ContactDraft } from '../../../common/contact'

/** `base`: what both sides knew last; null: nothing. */
export function mergeDrafts(base: ContactDraft | null, ours: ContactDraft, theirs: ContactDraft): ContactDraft {
  const pick = <K extends keyof ContactDraft>(key: K): ContactDraft[K] =>
    base !== null && same(theirs[key], base[key]) ? ours[key] : theirs[key]
  return {
    name: pick('name'),
    organization: pick('organization'),
    avatar: pick('avatar'),
    numbers: mergeLists(base?.numbers ?? [], ours.numbers, theirs.numbers, ({ value }) => value).slice(0, 32),
    emails: mergeLists(base?.emails ?? [], ours.emails, theirs.emails, (email) => email).slice(0, 16),
    notes: mergeNotes(base?.notes ?? null, ours.notes, theirs.notes),
    favourite: pick('favourite'),
    vip: pick('vip'),
    speedDial: pick('speedDial'),
    ringtone: pick('ringtone'),
  }
}

/** What both have, and what either added; what one removed is gone. */
function mergeLists<T>(base: readonly T[], ours: readonly T[], theirs: readonly T[], keyOf: (one: T) => string): T[] {
  const [before, mine] = [byKey(base, keyOf), byKey(ours, keyOf)]
  const there = byKey(theirs, keyOf)
  const kept = theirs
    .filter((one) => mine.has(keyOf(one)) || !before.has(keyOf(one)))
    // A label that was changed here alone.
    .map((one) => (same(one, before.get(keyOf(one))) ? (mine.get(keyOf(one)) ?? one) : one))
  return [...kept, ...ours.filter((one) => !there.has(keyOf(one)) && !before.has(keyOf(one)))]
}

function mergeNotes(base: string | null, ours: string | null, theirs: string | null): string | null {
  if (ours === base || ours === theirs) return theirs
  if (theirs === base) return ours
  return [theirs, ours]
    .filter((note) => note !== null)
    .join('\n')
    .slice(0, 8_192)
}

const byKey = <T>(list: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, T> =>
  new Map(list.map((one) => [keyOf(one), one]))

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
