/*
 * One search over everybody the phone knows: contacts, recents, colleagues, and the directories of servers. Who is found
 * twice is shown once, by whoever knows most of them. It asks the servers only when it is told to wait for them.
 */
import type { Contact, Person } from '../../common/contact'
import { personOf, type Contacts } from '../contacts/contacts'
import type { Listed } from '../contacts/contact-store'
import { entryOf, numbersOf } from './contact-entry'
import { digitsOf, typedDigits, wordsOf } from './fold'
import type { NameHit } from './search-messages'
import { SearchSegment } from './search-segment'
import type { Searcher } from './searcher'

/** A directory on a server. */
export interface PeopleServer {
  /** Who matches, best first. Rejects for nothing; nobody when it fails, is slow, or the search is no longer wanted. */
  search(text: string, limit: number, signal: AbortSignal): Promise<readonly Person[]>
}

export interface PeopleSearchOptions {
  /** null: not open yet. */
  readonly contacts: () => Contacts | null
  /** Calls that ended, newest first: each a name, a number, and when. A new list at each change. */
  readonly recents: () => readonly { readonly name: string | null; readonly number: string; readonly at: number }[]
  readonly colleagues: () => readonly { readonly name: string; readonly number: string }[]
  readonly servers: () => readonly PeopleServer[]
  /** Looks through contacts and the names of directories. */
  readonly searcher: Pick<Searcher, 'people' | 'contactChanged' | 'getReady'>
  /** What a number is compared by. */
  readonly keyOf: (number: string) => string | null
}

/** A call as old as this counts no more for its caller, ms. */
const recentMs = 30 * 86_400_000
const recencyBonus = 0.3

interface Found {
  readonly person: Person
  readonly score: number
}

export class PeopleSearch {
  private others: {
    of: readonly unknown[]
    segment: SearchSegment
    people: readonly Person[]
    lately: ReadonlyMap<string, number>
  } | null = null
  private asked: AbortController | null = null

  constructor(private readonly options: PeopleSearchOptions) {}

  /** A contact changed, or is gone. */
  changed(id: string, contact: Listed | null): void {
    this.options.searcher.contactChanged(id, contact && entryOf(contact, this.options.keyOf))
  }

  /**
   * Best first. `servers`: waits for the directories of servers, and for the names of directories to be read; a newer search overtakes an
   * older one.
   */
  async search(text: string, limit: number, servers: boolean): Promise<readonly Person[]> {
    this.asked?.abort()
    const asked = new AbortController()
    this.asked = asked
    const typed = text.trim()
    if (typed === '') {
      // Whoever looks at an empty field is about to type.
      this.options.searcher.getReady()
      return []
    }
    const theirs = servers ? this.askServers(typed, limit, asked.signal) : Promise.resolve([])
    const ours = await this.known(typed, limit, servers)
    return servers ? unique([...ours, ...(await theirs)], this.options.keyOf).slice(0, limit) : ours
  }

  /** Those this computer knows. */
  private async known(typed: string, limit: number, wait: boolean): Promise<readonly Person[]> {
    const { contacts, keyOf, searcher } = this.options
    const digits = typedDigits(typed, keyOf)
    const words = digits === '' ? wordsOf(typed) : []
    const hits = await searcher.people(words, digits, limit * 2, wait)
    const { segment, people, lately } = this.recentPeople()
    const found: Found[] = hits.names.map((hit) => ({ person: personNamed(hit), score: hit.score }))
    for (const { id, score } of hits.contacts) {
      const contact = contacts()?.store.get(id)
      if (!contact) continue
      const recency = Math.max(0, ...contact.numbers.map(({ value }) => lately.get(keyOf(value) ?? '') ?? 0))
      found.push({
        person: personOf(contact, meantNumber(contact, digits, keyOf)),
        score: score + recencyBonus * recency,
      })
    }
    for (const { id, score } of segment.search(words, digits, limit)) {
      const person = people[Number(id)]
      if (person) found.push({ person, score })
    }
    const best = found.sort((a, b) => b.score - a.score || a.person.name.localeCompare(b.person.name))
    return unique(
      best.map(({ person }) => person),
      keyOf,
    ).slice(0, limit)
  }

  private recentPeople(): NonNullable<PeopleSearch['others']> {
    const { recents, colleagues, keyOf } = this.options
    const [calls, watched] = [recents(), colleagues()]
    if (this.others?.of[0] === calls && this.others.of[1] === watched) return this.others
    const now = calls[0]?.at ?? 0
    const people = new Map<string, { person: Person; weight: number }>()
    for (const { name, number } of watched)
      people.set(keyOf(number) ?? number, { person: personFrom('colleague', name, number), weight: 0.5 })
    const lately = new Map<string, number>()
    for (const { name, number, at } of calls) {
      const key = keyOf(number) ?? number
      if (number === '' || lately.has(key)) continue
      const weight = Math.max(0, 1 - (now - at) / recentMs)
      lately.set(key, weight)
      if (!people.has(key))
        people.set(key, { person: personFrom('recent', name ?? number, number), weight: weight * 0.5 })
    }
    const list = [...people.values()]
    const segment = SearchSegment.of(
      list.map(({ person, weight }, n) => ({
        id: String(n),
        words: wordsOf(person.name),
        numbers: numbersOf([person.number], keyOf),
        weight,
      })),
    )
    this.others = { of: [calls, watched], segment, people: list.map(({ person }) => person), lately }
    return this.others
  }

  private async askServers(text: string, limit: number, signal: AbortSignal): Promise<readonly Person[]> {
    const all = await Promise.all(
      this.options.servers().map((server) => server.search(text, limit, signal).catch(() => [])),
    )
    return all.flat()
  }
}

/** Which number contains what was typed; the first when it was a name. */
function meantNumber({ numbers }: Contact, digits: string, keyOf: PeopleSearchOptions['keyOf']): number {
  if (digits === '' || numbers.length < 2) return 0
  const written = numbers.findIndex(({ value }) => digitsOf(value).includes(digits))
  if (written >= 0) return written
  return Math.max(
    0,
    numbers.findIndex(({ value }) => digitsOf(keyOf(value) ?? '').includes(digits)),
  )
}

const personFrom = (from: 'recent' | 'colleague', name: string, number: string): Person => ({
  from,
  contactId: null,
  name,
  number,
  label: null,
  favourite: false,
  source: null,
  avatar: null,
})

const personNamed = ({ label, number, source }: NameHit): Person => ({
  from: 'directory',
  contactId: null,
  name: label,
  number: `+${number}`,
  label: null,
  favourite: false,
  source,
  avatar: null,
})

/** One line a person: the same contact, or the same number, is there once. */
function unique(people: readonly Person[], keyOf: PeopleSearchOptions['keyOf']): readonly Person[] {
  const seen = new Set<string>()
  return people.filter(({ contactId, number }) => {
    const keys = [contactId, keyOf(number) ?? (number || null)].filter((key) => key !== null)
    const isNew = keys.length === 0 || !keys.some((key) => seen.has(key))
    for (const key of keys) seen.add(key)
    return isNew
  })
}
