/*
 * The people the phone knows, put together: contacts with their address books on servers, and the one search over contacts,
 * recents, colleagues and directories. Nothing is opened before `open`, which is called when the window is up.
 */
import type { Clock } from '../../common/clock'
import type { DirectorySource } from '../../common/directory'
import type { Log } from '../../common/log'
import type { PhoneState } from '../../common/phone-state'
import { BookSync, type BookAccount } from '../contacts/carddav/book-sync'
import { ContactStore } from '../contacts/contact-store'
import { Contacts } from '../contacts/contacts'
import { LdapPeople } from '../contacts/ldap-people'
import { PeopleSearch } from '../search/people-search'
import type { Searcher } from '../search/searcher'
import type { OpenCarefully } from './open-carefully'

export interface PeopleOptions {
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
  readonly state: () => PhoneState
  /** What a number is compared by: E.164, an extension, an address; null: it cannot be called. */
  readonly keyOf: (number: string) => string | null
  /** The rules by which numbers are understood now, as a text; another text: contacts have other keys. */
  readonly rules: () => string
  /** Resolves when numbers can be understood. */
  readonly numbersReady: () => Promise<void>
  /** Looks through contacts and directories, in a process of its own. */
  readonly searcher: Searcher
  readonly secretOf: (sourceId: string) => string | null
  readonly openCarefully: OpenCarefully
  readonly onChange: (contacts: PhoneState['contacts']) => void
}

export interface People {
  /** Who calls is asked here; null until they are open, or when they cannot be. */
  readonly contacts: Contacts | null
  /** Resolves when they are open; null: they cannot be. */
  readonly opened: Promise<Contacts | null>
  readonly search: PeopleSearch
  open(): void
  /** The sources or the rules for numbers changed. */
  sync(): void
  close(): Promise<void>
}

/** Lets everything else of this process go first. */
const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
/** Another name where numbers come to be compared in another way: contacts are then found by it from the next start on. */
const rulesFact = 'rules for numbers, 2'

export function makePeople(options: PeopleOptions): People {
  const { clock, log, state, keyOf, rules, searcher, secretOf, onChange } = options
  let contacts: Contacts | null = null
  let books: BookSync | null = null
  let telling = false
  let opened = (_: Contacts | null): void => {}
  const servers = new Map<string, { readonly of: string; readonly people: LdapPeople }>()
  const recentList = memo(
    () => state().history,
    (history) =>
      history.map(({ label, name, handle, startedAt }) => ({
        name: label ?? name,
        number: handle.value,
        at: startedAt,
      })),
  )
  const search = new PeopleSearch({
    contacts: () => contacts,
    recents: recentList,
    colleagues: () => state().colleagues,
    servers: () => ldapServers(),
    searcher,
    keyOf,
  })
  const people = {
    get contacts() {
      return contacts
    },
    opened: new Promise<Contacts | null>((resolve) => (opened = resolve)),
    search,
    open: () =>
      void open().catch((error: unknown) => {
        log.error(`contacts: cannot be opened (${error instanceof Error ? error.message : 'unknown error'})`)
        opened(null)
      }),
    sync: () => {
      books?.sync()
      if (contacts) void reindex(contacts)
    },
    close: async () => {
      await books?.stop()
      await Promise.all([...servers.values()].map((server) => server.people.close()))
      const open = contacts
      contacts = null
      await open?.store.close()
    },
  }
  return people

  async function open(): Promise<void> {
    await options.numbersReady()
    const { folder } = options
    const store = await options.openCarefully(folder, 'contacts-unreadable', () => ContactStore.open({ folder, keyOf }))
    contacts = new Contacts({
      store,
      log,
      newIn: () => (enabled('carddav').length === 1 ? (enabled('carddav')[0]?.id ?? 'local') : 'local'),
      onContact: (id, contact) => {
        search.changed(id, contact)
        tell()
      },
      onAll: everybodyChanged,
      onPending: (book) => books?.soon(book),
    })
    books = new BookSync({ store, clock, log, accounts: bookAccounts, onAll: everybodyChanged, rest })
    tell()
    opened(contacts)
    await reindex(contacts)
    books.sync()
  }

  /** Numbers mean something else when the user's country does. */
  async function reindex({ store }: Contacts): Promise<void> {
    const now = rules()
    if (store.fact(rulesFact) === now) return
    store.putFact(rulesFact, null)
    await store.reindex(rest)
    if (rules() === now) store.putFact(rulesFact, now)
    everybodyChanged()
  }

  function everybodyChanged(): void {
    searcher.contactsChanged()
    tell()
  }

  /** Once for many changes at a time. */
  function tell(): void {
    if (telling) return
    telling = true
    setImmediate(() => {
      telling = false
      if (contacts) onChange(contacts.summary)
    })
  }

  function enabled<K extends DirectorySource['settings']['kind']>(kind: K): readonly DirectorySource[] {
    return state().directory.sources.filter((source) => source.enabled && source.settings.kind === kind)
  }

  function bookAccounts(): readonly BookAccount[] {
    return state().directory.sources.flatMap(({ id, enabled, settings }) => {
      if (settings.kind !== 'carddav') return []
      const { url, username, everyMinutes } = settings
      return [{ id, url, username, everyMinutes, enabled, password: secretOf(id) }]
    })
  }

  /** One connection a directory, as it is set up now. */
  function ldapServers(): readonly LdapPeople[] {
    const now = enabled('ldap')
    for (const [id, server] of servers)
      if (!now.some((source) => source.id === id)) {
        void server.people.close()
        servers.delete(id)
      }
    return now.flatMap(({ id, name, settings }) => {
      if (settings.kind !== 'ldap') return []
      const password = secretOf(id)
      const of = JSON.stringify([name, settings, password])
      const known = servers.get(id)
      if (known?.of === of) return [known.people]
      void known?.people.close()
      const made = new LdapPeople({ name, settings, password, clock, log })
      servers.set(id, { of, people: made })
      return [made]
    })
  }
}

/** Made again only when what it is made of is another. */
function memo<A, B>(input: () => A, make: (given: A) => B): () => B {
  let made: { readonly of: A; readonly value: B } | null = null
  return () => {
    const given = input()
    if (made?.of !== given) made = { of: given, value: make(given) }
    return made.value
  }
}
