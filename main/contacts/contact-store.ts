/*
 * Contacts on the disk, in LMDB: fifty thousand open in a moment, one is found by its number in microseconds without any of
 * them in memory, and every change is a transaction, so that a kill loses none and tears none. A file of checked lines would
 * have to be read whole at each start, pictures included. It knows no server and no page.
 */
import { chmodSync, mkdirSync } from 'node:fs'
import type { Database, RootDatabase } from 'lmdb'
import * as v from 'valibot'
import { contactDraftSchema, type Contact, type ContactId } from '../../common/contact'
import { fold } from '../search/fold'
import { markClosed, markInUse } from '../settings/database-care'

/** A contact as a list shows it: everything but the picture. */
export type Listed = Omit<Contact, 'avatar'> & { readonly hasAvatar: boolean }

/** Under which keys its numbers were put: not what they would be by the rules of today. */
export type Stored = Listed & { readonly keys: readonly string[] }

/** What an address book's server knows of a contact. */
export interface RemoteCard {
  readonly book: string
  /** Path on the server; null: it has not been there yet. */
  readonly href: string | null
  /** The version we know; null: none. */
  readonly etag: string | null
  /** The card as the server has it; null: it has none. */
  readonly raw: string | null
  /** Changed here, or removed here, and the server does not know yet. */
  readonly pending: 'put' | 'delete' | null
}

const storedSchema = v.object({
  ...v.omit(contactDraftSchema, ['avatar']).entries,
  id: v.string(),
  book: v.string(),
  hasAvatar: v.boolean(),
})

export interface ContactStoreOptions {
  readonly folder: string
  /** What a number is compared by (E.164, an extension or an address); null: it cannot be called. */
  readonly keyOf: (number: string) => string | null
}

export class ContactStore {
  private constructor(
    private readonly options: ContactStoreOptions,
    private readonly root: RootDatabase,
    private readonly contacts: Database<Stored, ContactId>,
    private readonly avatars: Database<string, ContactId>,
    /** By name, then id. */
    private readonly names: Database<boolean, [string, ContactId]>,
    private readonly numbers: Database<ContactId, string>,
    /** Favourites and those with a key of their own. */
    private readonly hand: Database<boolean, ContactId>,
    private readonly cards: Database<RemoteCard, ContactId>,
    private readonly facts: Database<string, string>,
  ) {}

  /** Opens it, or makes one. Throws where there can be none. The library is loaded here and not before. */
  static async open(options: ContactStoreOptions): Promise<ContactStore> {
    const { folder } = options
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    const { open } = await import('lmdb')
    markInUse(folder)
    const root = open({ path: folder, maxDbs: 12 })
    return new ContactStore(
      options,
      root,
      root.openDB({ name: 'contacts' }),
      root.openDB({ name: 'avatars' }),
      root.openDB({ name: 'names' }),
      root.openDB({ name: 'numbers', dupSort: true, encoding: 'ordered-binary' }),
      root.openDB({ name: 'hand' }),
      root.openDB({ name: 'cards' }),
      root.openDB({ name: 'facts' }),
    )
  }

  /** What a number is compared by; null: it cannot be called. */
  keyOf(number: string): string | null {
    return this.options.keyOf(number)
  }

  get count(): number {
    return this.contacts.getCount()
  }

  get(id: ContactId): Contact | null {
    const listed = this.listed(id)
    if (!listed) return null
    const { hasAvatar, ...rest } = listed
    return { ...rest, avatar: hasAvatar ? (this.avatars.get(id) ?? null) : null }
  }

  listed(id: ContactId): Listed | null {
    const parsed = v.safeParse(storedSchema, this.contacts.get(id))
    return parsed.success ? parsed.output : null
  }

  avatar(id: ContactId): string | null {
    return this.avatars.get(id) ?? null
  }

  /** Everybody with this number, as `keyOf` gives it. */
  byNumber(key: string): readonly ContactId[] {
    return key === '' || key.length > 512 ? [] : [...this.numbers.getValues(key)]
  }

  /** By name. */
  byName(offset: number, limit: number): readonly Contact[] {
    const found: Contact[] = []
    for (const { key } of this.names.getRange({ offset, limit })) {
      const contact = this.get(key[1])
      if (contact) found.push(contact)
    }
    return found
  }

  /** Favourites and those with a key of their own. */
  atHand(): readonly Contact[] {
    const ids: ContactId[] = []
    for (const { key } of this.hand.getRange({ limit: 500 })) ids.push(key)
    return ids.map((id) => this.get(id)).filter((contact) => contact !== null)
  }

  /** Unchecked, in no order: for whoever reads all of them. */
  *everybody(): Generator<Stored> {
    for (const { value } of this.contacts.getRange()) yield value
  }

  /** Takes these in, all or none. */
  put(contacts: Iterable<{ readonly contact: Contact; readonly card?: RemoteCard }>): void {
    this.root.transactionSync(() => {
      for (const { contact, card } of contacts) {
        this.drop(contact.id)
        const { avatar, ...rest } = contact
        const listed: Listed = { ...rest, hasAvatar: avatar !== null }
        this.index(listed)
        if (avatar !== null) this.avatars.putSync(contact.id, avatar)
        this.names.putSync([sortName(listed), contact.id], true)
        if (listed.favourite || listed.speedDial !== null) this.hand.putSync(contact.id, true)
        if (card) this.cards.putSync(contact.id, card)
      }
    })
  }

  /** Forgets these. `card`: what is kept of one for its server; left out: nothing. */
  remove(ids: Iterable<ContactId>, card?: (id: ContactId) => RemoteCard | null): void {
    this.root.transactionSync(() => {
      for (const id of ids) {
        const kept = card?.(id) ?? null
        this.drop(id)
        if (kept) this.cards.putSync(id, kept)
        else this.cards.removeSync(id)
      }
    })
  }

  card(id: ContactId): RemoteCard | null {
    return this.cards.get(id) ?? null
  }

  putCard(id: ContactId, card: RemoteCard | null): void {
    if (card) this.cards.putSync(id, card)
    else this.cards.removeSync(id)
  }

  /** What is kept for the server of a book. */
  cardsOf(book: string): ReadonlyMap<ContactId, RemoteCard> {
    const found = new Map<ContactId, RemoteCard>()
    for (const { key, value } of this.cards.getRange()) if (value.book === book) found.set(key, value)
    return found
  }

  fact(name: string): string | null {
    return this.facts.get(name) ?? null
  }

  putFact(name: string, value: string | null): void {
    if (value === null) this.facts.removeSync(name)
    else this.facts.putSync(name, value)
  }

  dropFacts(prefix: string): void {
    const gone: string[] = []
    for (const { key } of this.facts.getRange({ start: prefix })) {
      if (!key.startsWith(prefix)) break
      gone.push(key)
    }
    for (const key of gone) this.facts.removeSync(key)
  }

  /** Makes the numbers findable anew, when what they mean has changed. In slices: calls come first. */
  async reindex(rest: () => Promise<void>): Promise<void> {
    const ids: ContactId[] = []
    for (const { key } of this.contacts.getRange()) ids.push(key)
    this.numbers.clearSync()
    for (let n = 0; n < ids.length; n += 100) {
      this.root.transactionSync(() => {
        for (const id of ids.slice(n, n + 100)) {
          const listed = this.contacts.get(id)
          if (listed) this.index(listed)
        }
      })
      await rest()
    }
  }

  clear(): void {
    this.root.transactionSync(() => {
      const all = [this.contacts, this.avatars, this.names, this.numbers, this.hand, this.cards, this.facts]
      for (const database of all) database.clearSync()
    })
  }

  async close(): Promise<void> {
    await this.root.close()
    markClosed(this.options.folder)
  }

  private drop(id: ContactId): void {
    const before = this.contacts.get(id)
    if (before === undefined) return
    for (const key of before.keys) this.numbers.removeSync(key, id)
    this.names.removeSync([sortName(before), id])
    this.contacts.removeSync(id)
    this.avatars.removeSync(id)
    this.hand.removeSync(id)
  }

  private index(listed: Listed): void {
    const all = listed.numbers.map(({ value }) => this.options.keyOf(value))
    const keys = [...new Set(all)].filter((key) => key !== null && key !== '' && key.length <= 512) as string[]
    this.contacts.putSync(listed.id, { ...listed, keys })
    for (const key of keys) this.numbers.putSync(key, listed.id)
  }
}

/** What is read first when there is no name. */
export const shownName = ({
  name,
  organization,
  numbers,
  emails,
}: Pick<Contact, 'name' | 'organization' | 'numbers' | 'emails'>): string =>
  name || organization || numbers[0]?.value || emails[0] || ''

const sortName = (contact: Listed): string => fold(shownName(contact)).slice(0, 128)
