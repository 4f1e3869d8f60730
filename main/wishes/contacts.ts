/*
 * Wishes about the people the user knows, and the one search over everybody the phone knows. Files are named by the user in
 * a dialog of the desktop, never by a page.
 */
import { readFile, stat } from 'node:fs/promises'
import type { UiCommand } from '../../common/contract/ui'
import { fileAtMost, type Contacts } from '../contacts/contacts'
import { listContacts } from '../contacts/list-contacts'
import type { PeopleSearch } from '../search/people-search'
import type { Searcher } from '../search/searcher'
import type { WishOutcome } from '../windows/phone-api'
import { words } from '../words'
import type { AskUser } from './ask-user'
import { answered, answerOf, failure, fulfilled, outcome, type Perform } from './outcome'
import { save } from './recents'

/** The wishes answered here. */
export const contactWishes = [
  'search',
  'listContacts',
  'getContact',
  'findContact',
  'saveContact',
  'removeContact',
  'setFavourite',
  'importContacts',
  'exportContacts',
] as const satisfies readonly UiCommand['type'][]
export type ContactWish = (typeof contactWishes)[number]

export interface ContactWishesOptions {
  /** Resolves when they are open; null: they cannot be opened. */
  readonly contacts: () => Promise<Contacts | null>
  readonly people: PeopleSearch
  readonly searcher: Searcher
  /** What a number is compared by, by the rules of this account; null: it cannot be called. */
  readonly keyOf: (number: string, accountId: string | null) => string | null
  readonly ask: AskUser
}

const vcard = { name: 'vCard', extensions: ['vcf', 'vcard'] }
/** Lets everything else of this process go first. */
const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Fulfils them. */
export function performContacts({
  contacts: opening,
  people,
  searcher,
  keyOf,
  ask,
}: ContactWishesOptions): Perform<ContactWish> {
  return async (command) => {
    if (command.type === 'search') {
      const found = await people.search(command.text, command.limit, command.servers === true)
      return answered({ type: 'people', people: found })
    }
    const contacts = await opening()
    if (!contacts) return failure('storage-failed')
    switch (command.type) {
      case 'listContacts':
        return answered({ type: 'contacts', ...(await listContacts(contacts, searcher, command)) })
      case 'getContact':
        return answerOf(contacts.get(command.contactId), (contact) => ({ type: 'contact', contact }))
      case 'findContact': {
        const key = keyOf(command.number, command.accountId)
        const contact = key === null ? null : contacts.byNumber(key)
        return contact ? answered({ type: 'contact', contact }) : fulfilled
      }
      case 'saveContact':
        return answerOf(contacts.save(command.contactId, command.draft), (contact) => ({ type: 'contact', contact }))
      case 'removeContact':
        return outcome(contacts.remove(command.contactId))
      case 'setFavourite':
        return outcome(contacts.setFavourite(command.contactId, command.favourite))
      case 'importContacts':
        return importContacts(contacts, await ask.openFile([vcard]))
      case 'exportContacts':
        return save(await ask.saveFile(words.contactsFile, [vcard]), () => contacts.export(rest))
    }
  }
}

async function importContacts(contacts: Contacts, path: string | null): Promise<WishOutcome> {
  if (path === null) return fulfilled
  try {
    const { size } = await stat(path)
    if (size > fileAtMost) return failure('invalid-argument', 'too large')
    const bytes = await readFile(path)
    return answerOf(await contacts.import(textOf(bytes), rest), (imported) => ({ type: 'imported', ...imported }))
  } catch (error) {
    return failure('storage-failed', (error as NodeJS.ErrnoException).code ?? 'unknown error')
  }
}

/** UTF-8, or what old programs wrote. */
function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
