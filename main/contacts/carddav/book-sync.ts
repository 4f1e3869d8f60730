/*
 * Keeps the contacts of address books on servers the same here and there: a round at the start, at each interval, and soon
 * after a change here; one at a time for each account. It tells how a round went and decides nothing about contacts.
 */
import type { Clock, Timer } from '../../../common/clock'
import type { Log } from '../../../common/log'
import type { ContactStore } from '../contact-store'
import { AddressBookServer } from './address-book'
import { DavError, type DavAccess } from './dav-fetch'
import { syncBook } from './sync-book'

/** An account whose address books are the phone's. */
export interface BookAccount extends DavAccess {
  /** The source's id: the book contacts are in. */
  readonly id: string
  readonly everyMinutes: number
  /** Off: nothing is asked or sent, and its contacts stay. */
  readonly enabled: boolean
}

export interface BookSyncOptions {
  readonly store: ContactStore
  readonly clock: Clock
  readonly log: Log
  readonly accounts: () => readonly BookAccount[]
  /** Contacts changed by a round. */
  readonly onAll: () => void
  readonly rest: () => Promise<void>
}

/** After a change here others may follow, ms. */
const soonMs = 2_000
/** After a round that failed, ms; doubled each time, up to the account's interval. */
const againMs = 30_000

export class BookSync {
  private readonly timers = new Map<string, Timer>()
  private readonly running = new Map<string, { readonly stop: AbortController; readonly done: Promise<boolean> }>()
  private readonly failures = new Map<string, number>()
  private readonly wanted = new Set<string>()
  /** By the server's own word it is not to be asked before, `clock.now()`. */
  private readonly pauses = new Map<string, number>()
  private stopped = false

  constructor(private readonly options: BookSyncOptions) {}

  /** Follows the accounts there are now: a new one begins with a round, one that is gone takes its contacts along. */
  sync(): void {
    const { accounts, store } = this.options
    const now = new Map(accounts().map((account) => [account.id, account]))
    const before = new Set(booksOf(store))
    for (const id of before) if (!now.has(id)) this.forget(id)
    for (const [id, { enabled }] of now) {
      if (!before.has(id)) store.putFact('books', JSON.stringify([...new Set([...booksOf(store), id])]))
      if (!enabled) this.cancel(id)
      else if (!this.timers.has(id) && !this.running.has(id)) this.plan(id, 0)
    }
  }

  /** Something of this account was changed here. */
  soon(id: string): void {
    if (this.running.has(id)) this.wanted.add(id)
    else this.plan(id, soonMs)
  }

  /** A round now. Whether it went through. Never rejects. */
  round(id: string): Promise<boolean> {
    const account = this.options.accounts().find((one) => one.id === id)
    if (!account?.enabled || this.stopped) return Promise.resolve(false)
    const running = this.running.get(id)
    if (running) return running.done
    this.cancel(id)
    const stop = new AbortController()
    const done = this.perform(account, stop.signal).finally(() => {
      this.running.delete(id)
      if (this.stopped) return
      const failures = this.failures.get(id) ?? 0
      const usual = account.everyMinutes * 60_000
      const next = failures > 0 ? Math.min(usual, againMs * 2 ** Math.min(failures - 1, 10)) : usual
      this.plan(id, this.wanted.delete(id) ? soonMs : next)
    })
    this.running.set(id, { stop, done })
    return done
  }

  /** Ends what runs; what waits for the server waits for the next start. */
  async stop(): Promise<void> {
    this.stopped = true
    for (const id of [...this.timers.keys()]) this.cancel(id)
    for (const { stop } of this.running.values()) stop.abort()
    await Promise.all([...this.running.values()].map(({ done }) => done))
  }

  private async perform(account: BookAccount, signal: AbortSignal): Promise<boolean> {
    const { store, log, onAll, rest } = this.options
    const server = new AddressBookServer(account, signal)
    let changed = 0
    try {
      const urls = await server.books()
      for (const [n, url] of urls.entries()) {
        const counts = await syncBook({ store, server, source: account.id, url, isFirst: n === 0, rest })
        changed += counts.received + counts.removed
        const { received, removed, sent, refused } = counts
        if (received + removed + sent + refused > 0)
          log.info(`address book: ${received} received, ${removed} removed, ${sent} sent, ${refused} refused`)
      }
      this.failures.delete(account.id)
      return true
    } catch (error) {
      this.failures.set(account.id, (this.failures.get(account.id) ?? 0) + 1)
      if (error instanceof DavError && error.retryAfterMs !== null)
        this.pauses.set(account.id, this.options.clock.now() + error.retryAfterMs)
      log.warn(`address book: a round failed (${error instanceof DavError ? error.message : 'unexpected'})`)
      return false
    } finally {
      if (changed > 0) onAll()
    }
  }

  private forget(id: string): void {
    const { store, onAll } = this.options
    this.cancel(id)
    this.running.get(id)?.stop.abort()
    const ids = new Set([...store.cardsOf(id).keys()])
    for (const { id: contact, book } of store.everybody()) if (book === id) ids.add(contact)
    // What its server never got is nowhere else.
    const unsent = [...ids].filter((contact) => store.card(contact)?.pending === 'put')
    const saved = unsent.map((contact) => store.get(contact)).filter((contact) => contact !== null)
    store.remove(ids)
    store.put(saved.map((contact) => ({ contact: { ...contact, book: 'local' } })))
    store.dropFacts(`sync ${id} `)
    store.putFact('books', JSON.stringify(booksOf(store).filter((other) => other !== id)))
    onAll()
  }

  private plan(id: string, ms: number): void {
    this.cancel(id)
    if (this.stopped) return
    const { clock } = this.options
    const timer = clock.setTimeout(
      () => {
        this.timers.delete(id)
        void this.round(id)
      },
      Math.max(ms, (this.pauses.get(id) ?? 0) - clock.now()),
    )
    this.timers.set(id, timer)
  }

  private cancel(id: string): void {
    const timer = this.timers.get(id)
    if (timer !== undefined) this.options.clock.clearTimeout(timer)
    this.timers.delete(id)
  }
}

function booksOf(store: ContactStore): readonly string[] {
  try {
    const books = JSON.parse(store.fact('books') ?? '[]') as unknown
    return Array.isArray(books) ? books.filter((book) => typeof book === 'string') : []
  } catch {
    return []
  }
}
