/*
 * One round of one address book, both ways: what changed on the server comes here, what changed here goes there, and whatever
 * happens in between, the next round goes on from what is written down. A round that fails removes nothing and forgets nothing.
 */
import { randomUUID } from 'node:crypto'
import type { Contact, ContactDraft, ContactId } from '../../../common/contact'
import type { ContactStore, RemoteCard } from '../contact-store'
import { cardsIn } from '../content-lines'
import { readCard, writeCard, type ReadCard } from '../vcard'
import type { AddressBookServer, FetchedCard } from './address-book'
import { mergeDrafts } from './merge'

export interface SyncBookOptions {
  readonly store: ContactStore
  readonly server: AddressBookServer
  /** The account's id: the book contacts are in. */
  readonly source: string
  /** The URL of the address book. */
  readonly url: string
  /** New contacts of this computer go to this one. */
  readonly isFirst: boolean
  /** Lets everything else of this process go first. */
  readonly rest: () => Promise<void>
}

export interface SyncCounts {
  readonly received: number
  readonly removed: number
  readonly sent: number
  readonly refused: number
}

interface Known {
  readonly token: string | null
  readonly ctag: string | null
}

/** Throws a `DavError` when the server cannot be used now; what was done until then stays done. */
export async function syncBook(options: SyncBookOptions): Promise<SyncCounts> {
  const { store, server, source, url } = options
  const fact = `sync ${source} ${url}`
  const known = knownOf(store.fact(fact))
  const changes = await server.changes(url, known)
  let [received, removed] = [0, 0]
  if (changes) {
    const ids = hrefsOf(options)
    const wanted = [...changes.changed].filter(([href, etag]) => {
      const id = ids.get(href)
      return id === undefined || store.card(id)?.etag !== etag
    })
    const fetched = server.cards(
      url,
      wanted.map(([href]) => href),
    )
    const left = new Set(wanted.map(([href]) => href))
    for await (const cards of fetched) {
      for (const { href } of cards) left.delete(href)
      received += receive(options, cards, hrefsOf(options))
      await options.rest()
    }
    const gone = changes.gone ?? [...ids.keys()].filter((href) => !changes.changed.has(href))
    removed = loseAll(options, gone, ids)
    // What was named and not given is asked for again: the next token would not name it any more.
    if (left.size === 0) store.putFact(fact, JSON.stringify({ token: changes.token, ctag: changes.ctag }))
  }
  const { sent, refused } = await send(options)
  return { received, removed, sent, refused }
}

/** Paths of this book, and whose they are. */
function hrefsOf({ store, source, url }: SyncBookOptions): ReadonlyMap<string, ContactId> {
  const prefix = new URL(url).pathname
  const found = new Map<string, ContactId>()
  for (const [id, { href }] of store.cardsOf(source)) if (href?.startsWith(prefix)) found.set(href, id)
  return found
}

/** Takes in cards as they are on the server; all of a batch or none. */
function receive(
  { store, source }: SyncBookOptions,
  cards: readonly FetchedCard[],
  ids: ReadonlyMap<string, ContactId>,
): number {
  const puts: { contact: Contact; card: RemoteCard }[] = []
  const taken = new Set<ContactId>()
  for (const { href, etag, raw } of cards) {
    const read = cardOf(raw)
    // A group, or what no contact can be made of, stays with the server.
    if (!read) continue
    const id = ids.get(href) ?? newId(read, store, taken)
    taken.add(id)
    const [before, card] = [store.get(id), store.card(id)]
    const card3 = { book: source, href, etag, raw }
    if (card?.pending === 'put' && before) {
      const base = card.raw === null ? null : (cardOf(card.raw)?.draft ?? null)
      const merged = mergeDrafts(base, draftOf(before), withOurs(read, raw, before))
      puts.push({ contact: { ...merged, id, book: source }, card: { ...card3, pending: 'put' } })
    } else {
      // Also what was removed here: it was changed there since, so somebody wants it.
      puts.push({ contact: { ...withOurs(read, raw, before), id, book: source }, card: { ...card3, pending: null } })
    }
  }
  store.put(puts)
  return puts.length
}

/** What is gone on the server goes here, unless it was changed here since: then it is sent again, as a new one. */
function loseAll({ store }: SyncBookOptions, hrefs: readonly string[], ids: ReadonlyMap<string, ContactId>): number {
  const gone: ContactId[] = []
  for (const href of hrefs) {
    const id = ids.get(href)
    const card = id === undefined ? null : store.card(id)
    if (id === undefined || !card) continue
    if (card.pending === 'put') store.putCard(id, { ...card, href: null, etag: null })
    else gone.push(id)
  }
  store.remove(gone)
  return gone.length
}

/** Sends what was changed and removed here. */
async function send(options: SyncBookOptions): Promise<{ sent: number; refused: number }> {
  const { store, source, url, isFirst } = options
  const prefix = new URL(url).pathname
  let [sent, refused] = [0, 0]
  for (const [id, card] of store.cardsOf(source)) {
    const isHere = card.href === null ? isFirst : card.href.startsWith(prefix)
    if (!isHere || card.pending === null) continue
    const done = card.pending === 'put' ? await sendOne(options, id, card, true) : await removeOne(options, id, card)
    if (done) sent++
    else refused++
  }
  return { sent, refused }
}

async function sendOne(options: SyncBookOptions, id: ContactId, card: RemoteCard, again: boolean): Promise<boolean> {
  const { store, server, url } = options
  const contact = store.get(id)
  if (!contact) {
    store.putCard(id, null)
    return true
  }
  // Servers must take 3.0 (RFC 6352 section 5.1); a card that is there already stays what it is.
  const version = /^VERSION:4/im.test(card.raw ?? '') ? '4.0' : '3.0'
  const raw = writeCard(draftOf(contact), { version, uid: id, base: card.raw })
  const href = card.href ?? `${new URL(url).pathname}${encodeURIComponent(id)}.vcf`
  const put = await server.put(href, url, raw, card.etag)
  const now = store.card(id) ?? card
  // What was changed while it was on its way is still to be sent.
  const pending = JSON.stringify(store.get(id)) === JSON.stringify(contact) ? null : 'put'
  if (put.ok) {
    store.putCard(id, { ...now, href, etag: put.etag, raw, pending })
    return true
  }
  if (put.why === 'refused' || !again) return false
  if (put.why === 'gone') {
    store.putCard(id, { ...now, href: null, etag: null })
    return sendOne(options, id, { ...card, href: null, etag: null }, false)
  }
  // Somebody else was quicker: theirs first, then what is left of ours.
  store.putCard(id, { ...now, href })
  for await (const cards of server.cards(url, [href])) receive(options, cards, new Map([[href, id]]))
  const merged = store.card(id)
  return merged?.pending === 'put' && merged.etag !== card.etag ? sendOne(options, id, merged, false) : false
}

async function removeOne(
  { store, server, url, source }: SyncBookOptions,
  id: ContactId,
  card: RemoteCard,
): Promise<boolean> {
  if (card.href === null) {
    store.putCard(id, null)
    return true
  }
  const removed = await server.remove(card.href, url, card.etag)
  if (removed.ok || removed.why === 'gone') {
    store.putCard(id, null)
    return true
  }
  if (removed.why === 'refused') return false
  // Changed there since: it is wanted, and comes back with the next round.
  store.putCard(id, null)
  store.putFact(`sync ${source} ${url}`, null)
  return false
}

const cardOf = (raw: string): ReadCard | null => {
  const [lines] = cardsIn(raw)
  return lines ? readCard(lines) : null
}

/** What only this phone says of somebody stays when the server does not carry it. */
function withOurs({ draft }: ReadCard, raw: string, before: Contact | null): ContactDraft {
  if (!before || /^X-PATCHCORD-/im.test(raw)) return draft
  const { vip, speedDial, ringtone } = before
  return { ...draft, favourite: draft.favourite || before.favourite, vip, speedDial, ringtone }
}

const draftOf = ({ id: _id, book: _book, ...draft }: Contact): ContactDraft => draft

/** The card's own id where it can be ours; the same card is the same contact on every computer. */
function newId({ uid }: ReadCard, store: ContactStore, taken: ReadonlySet<ContactId>): ContactId {
  const isFree = uid !== null && /^[\w.-]{8,64}$/.test(uid) && !store.listed(uid) && !store.card(uid) && !taken.has(uid)
  return isFree ? uid : randomUUID()
}

function knownOf(fact: string | null): Known {
  try {
    const { token, ctag } = JSON.parse(fact ?? '{}') as { token?: unknown; ctag?: unknown }
    return { token: typeof token === 'string' ? token : null, ctag: typeof ctag === 'string' ? ctag : null }
  } catch {
    return { token: null, ctag: null }
  }
}
