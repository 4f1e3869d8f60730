/*
 * The people the user knows: kept, changed, listed, found by number, read from and written to vCards. What belongs to the
 * address book of a server is marked for it, and whoever synchronises is told. It knows no server and no window.
 */
import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { contactDraftSchema, type Contact, type ContactDraft, type ContactId, type Person } from '../../common/contact'
import { done, refused, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import type { PhoneState } from '../../common/phone-state'
import { shownName, type ContactStore, type Listed, type RemoteCard } from './contact-store'
import { isAvatar } from './vcard-picture'
import { readCards, writeCard, type ReadCard } from './vcard'

export interface ContactsOptions {
  readonly store: ContactStore
  readonly log: Log
  /** Where a new contact goes: `local`, or the address book of a server. */
  readonly newIn?: () => string
  /** Somebody is new, changed or gone (null); after the change. */
  readonly onContact: (id: ContactId, contact: Listed | null) => void
  /** Many changed at once. */
  readonly onAll: () => void
  /** A contact of this book waits for its server. */
  readonly onPending: (book: string) => void
}

export interface Imported {
  readonly added: number
  readonly updated: number
  readonly skipped: number
}

/** The user's own, on this computer only. */
export const localBook = 'local'
/** A vCard file is not larger than this, in bytes. */
export const fileAtMost = 256 * 2 ** 20
/** Contacts at once in one transaction: a slice of work that keeps nobody waiting. */
const atOnce = 50
const contactsAtMost = 200_000

export class Contacts {
  constructor(private readonly options: ContactsOptions) {}

  get store(): ContactStore {
    return this.options.store
  }

  /** What every window is shown. */
  get summary(): PhoneState['contacts'] {
    const { store } = this.options
    const hand = store.atHand().toSorted((a, b) => shownName(a).localeCompare(shownName(b)))
    const favourites = hand.filter(({ favourite }) => favourite)
    const dials = hand.filter(({ favourite, speedDial }) => !favourite && speedDial !== null)
    const atHand = [...favourites, ...dials.toSorted((a, b) => (a.speedDial ?? 0) - (b.speedDial ?? 0))]
    return {
      count: store.count,
      atHand: atHand.slice(0, 100).map((contact) => ({ ...personOf(contact, 0), speedDial: contact.speedDial })),
    }
  }

  /** Somebody with this number (E.164, an extension or an address); of several a favourite, then whoever is first by name. */
  byNumber(key: string): Contact | null {
    const { store } = this.options
    const all = store
      .byNumber(key)
      .slice(0, 16)
      .map((id) => store.listed(id))
      .filter((contact) => contact !== null)
    const rank = (contact: Listed): number => (contact.vip ? 2 : 0) + (contact.favourite ? 1 : 0)
    const [best] = all.sort((a, b) => rank(b) - rank(a) || shownName(a).localeCompare(shownName(b)))
    return best ? store.get(best.id) : null
  }

  get(id: ContactId): Result<Contact> {
    const contact = this.options.store.get(id)
    return contact ? { ok: true, value: contact } : refused('invalid-argument')
  }

  /** `id` null: a new one. */
  save(id: ContactId | null, given: ContactDraft): Result<Contact> {
    const parsed = v.safeParse(contactDraftSchema, given)
    if (!parsed.success) return refused('invalid-argument')
    const draft = parsed.output
    if (shownName(draft) === '') return refused('invalid-argument', 'name')
    if (draft.avatar !== null && !isAvatar(draft.avatar)) return refused('invalid-argument', 'avatar')
    const { store, newIn } = this.options
    const before = id === null ? null : store.get(id)
    if (id !== null && !before) return refused('invalid-argument')
    if (!before && store.count >= contactsAtMost) return refused('storage-failed')
    const contact: Contact = { ...draft, id: id ?? randomUUID(), book: before?.book ?? newIn?.() ?? localBook }
    // A key of the keypad dials one person.
    const others =
      draft.speedDial === null
        ? []
        : store.atHand().filter((one) => one.id !== contact.id && one.speedDial === draft.speedDial)
    const freed = others.map((other): Contact => ({ ...other, speedDial: null }))
    return this.write([contact, ...freed], contact)
  }

  setFavourite(id: ContactId, favourite: boolean): Result {
    const contact = this.options.store.get(id)
    if (!contact) return refused('invalid-argument')
    const saved = contact.favourite === favourite ? done : this.write([{ ...contact, favourite }], undefined)
    return saved
  }

  remove(id: ContactId): Result {
    const { store, onContact, onPending } = this.options
    const contact = store.listed(id)
    if (!contact) return refused('invalid-argument')
    return this.tried(() => {
      // What a server still has is to be removed there, too.
      store.remove([id], () => {
        const card = store.card(id)
        return card?.href ? { ...card, pending: 'delete' } : null
      })
      onContact(id, null)
      if (contact.book !== localBook) onPending(contact.book)
    })
  }

  /** Reads a vCard file: somebody who is there already, by the card's own id or by name and a number, is brought up to date. */
  async import(text: string, rest: () => Promise<void>): Promise<Result<Imported>> {
    const { store } = this.options
    const { cards, skipped } = readCards(text)
    let [added, updated, left] = [0, 0, skipped]
    for (let n = 0; n < cards.length; n += atOnce) {
      const slice: Contact[] = []
      for (const card of cards.slice(n, n + atOnce)) {
        const before = this.known(card)
        const valid = v.safeParse(contactDraftSchema, card.draft)
        if (!valid.success || (!before && store.count + slice.length >= contactsAtMost)) {
          left++
          continue
        }
        if (before) updated++
        else added++
        const id = before?.id ?? freeId(card, slice, store)
        const merged = before
          ? { ...merge(before, valid.output), avatar: valid.output.avatar ?? store.avatar(before.id) }
          : valid.output
        slice.push({ ...merged, id, book: before?.book ?? localBook })
      }
      const written = this.tried(() => store.put(slice.map((contact) => this.marked(contact))))
      if (!written.ok) return written
      await rest()
    }
    this.options.onAll()
    for (const book of this.pendingBooks()) this.options.onPending(book)
    return { ok: true, value: { added, updated, skipped: left } }
  }

  /** All of them as vCard 4 (RFC 6350). */
  async export(rest: () => Promise<void>): Promise<string> {
    const { store } = this.options
    const cards: string[] = []
    for (const { id } of store.everybody()) {
      const contact = store.get(id)
      if (contact) cards.push(writeCard(contact, { version: '4.0', uid: id, base: store.card(id)?.raw ?? null }))
      if (cards.length % atOnce === 0) await rest()
    }
    return cards.join('')
  }

  /** Everybody, whole. */
  *everybody(): Generator<Contact> {
    const { store } = this.options
    for (const { id } of store.everybody()) {
      const contact = store.get(id)
      if (contact) yield contact
    }
  }

  private write<T>(contacts: readonly Contact[], value: T): Result<T> {
    const { store, onContact, onPending } = this.options
    const written = this.tried(() => store.put(contacts.map((contact) => this.marked(contact))))
    if (!written.ok) return written
    for (const { id, book } of contacts) {
      onContact(id, store.listed(id))
      if (book !== localBook) onPending(book)
    }
    return { ok: true, value }
  }

  /** With what its server is to be told. */
  private marked(contact: Contact): { contact: Contact; card?: RemoteCard } {
    if (contact.book === localBook) return { contact }
    const card = this.options.store.card(contact.id) ?? { book: contact.book, href: null, etag: null, raw: null }
    return { contact, card: { ...card, pending: 'put' } }
  }

  private known({ uid, draft }: ReadCard): Listed | null {
    const { store } = this.options
    const same = uid === null ? null : store.listed(uid)
    if (same) return same
    for (const { value } of draft.numbers)
      for (const id of store.byNumber(store.keyOf(value) ?? '').slice(0, 16)) {
        const listed = store.listed(id)
        if (listed && shownName(listed) === shownName(draft)) return listed
      }
    return null
  }

  private pendingBooks(): ReadonlySet<string> {
    const { store } = this.options
    const books = new Set<string>()
    for (const { book } of store.everybody()) if (book !== localBook) books.add(book)
    return books
  }

  private tried(change: () => void): Result {
    try {
      change()
      return done
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown error'
      this.options.log.error(`contacts: not written (${name})`)
      return refused('storage-failed', name)
    }
  }
}

/** What a list shows of a contact, with this one of its numbers. */
export function personOf(contact: Contact, which: number): Person {
  const number = contact.numbers[which] ?? contact.numbers[0]
  return {
    from: 'contact',
    contactId: contact.id,
    name: shownName(contact),
    number: number?.value ?? '',
    label: number?.label ?? null,
    favourite: contact.favourite,
    source: null,
    avatar: contact.avatar,
  }
}

/** The card's own id, when it is one and nobody has it; else a new one. */
function freeId({ uid }: ReadCard, taken: readonly Contact[], store: ContactStore): ContactId {
  const isFree =
    uid !== null &&
    /^[\w.-]{8,64}$/.test(uid) &&
    !store.listed(uid) &&
    !store.card(uid) &&
    !taken.some(({ id }) => id === uid)
  return isFree ? uid : randomUUID()
}

/** What the file says counts; what only this phone knows of somebody stays. */
function merge(before: Listed, read: ContactDraft): ContactDraft {
  const { favourite, vip, speedDial, ringtone } = before
  return {
    ...read,
    favourite: read.favourite || favourite,
    vip: read.vip || vip,
    speedDial: read.speedDial ?? speedDial,
    ringtone: read.ringtone ?? ringtone,
  }
}
