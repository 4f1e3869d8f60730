/*
 * Pages of the list of contacts, by name: all of them, or those a filter finds.
 */
import type { Contact } from '../../common/contact'
import { fold, typedDigits, wordsOf } from '../search/fold'
import type { Searcher } from '../search/searcher'
import { shownName } from './contact-store'
import type { Contacts } from './contacts'

/** What a filter finds is put in order whole; nobody looks through more. */
const foundAtMost = 5_000

export async function listContacts(
  contacts: Contacts,
  searcher: Pick<Searcher, 'people' | 'getReady'>,
  { filter, offset, limit }: { readonly filter: string; readonly offset: number; readonly limit: number },
): Promise<{ readonly contacts: readonly Contact[]; readonly total: number }> {
  const { store } = contacts
  if (filter.trim() === '') {
    // Whoever looks at all of them may be about to look for one.
    searcher.getReady()
    return { contacts: store.byName(offset, limit), total: store.count }
  }
  const digits = typedDigits(filter, (text) => store.keyOf(text))
  const hits = await searcher.people(digits === '' ? wordsOf(filter) : [], digits, foundAtMost, false)
  const found = hits.contacts
    .map(({ id }) => store.listed(id))
    .filter((contact) => contact !== null)
    .map((contact) => ({ id: contact.id, name: fold(shownName(contact)) }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const page = found.slice(offset, offset + limit).map(({ id }) => store.get(id))
  return { contacts: page.filter((contact) => contact !== null), total: found.length }
}
