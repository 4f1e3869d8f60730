/*
 * A directory on an LDAP server, searched while somebody types (RFC 4511): names and numbers that contain what was typed,
 * escaped as RFC 4515 has it, asked for in one small page, within two seconds, and dropped as soon as more was typed. It
 * changes nothing there and keeps nothing here but the connection.
 */
import type { Client, Entry, Filter, SearchOptions } from 'ldapts'
import type { Clock, Timer } from '../../common/clock'
import type { Person } from '../../common/contact'
import type { SourceSettings } from '../../common/directory'
import type { Log } from '../../common/log'
import { digitsOf, typedDigits } from '../search/fold'
import type { PeopleServer } from '../search/people-search'

export interface LdapPeopleOptions {
  /** As the user calls it. */
  readonly name: string
  readonly settings: Extract<SourceSettings, { kind: 'ldap' }>
  readonly password: string | null
  readonly clock: Clock
  readonly log: Log
  /** Certificates (PEM) of whom is believed; the system's when left out. */
  readonly authorities?: readonly string[]
  /** For a search, the connection included, ms. */
  readonly deadlineMs?: number
}

const usualDeadlineMs = 2_000
/** More than is asked for in one page. */
const entriesAtMost = 1_000
/** A connection nobody uses is given back, ms. */
const idleMs = 60_000
const longest = { name: 256, number: 64 } as const

export class LdapPeople implements PeopleServer {
  private client: Promise<Client> | null = null
  private idle: Timer | null = null

  constructor(private readonly options: LdapPeopleOptions) {}

  async search(text: string, limit: number, signal: AbortSignal): Promise<readonly Person[]> {
    const { clock, log, deadlineMs = usualDeadlineMs } = this.options
    const words = text.split(/\s+/).filter((word) => word !== '')
    if (words.length === 0 || signal.aborted) return []
    let timer: Timer | null = null
    let stop = (): void => {}
    const given = new Promise<null>((resolve) => {
      timer = clock.setTimeout(() => resolve(null), deadlineMs)
      stop = () => resolve(null)
      signal.addEventListener('abort', stop, { once: true })
    })
    const connection = (this.client ??= this.connect())
    const asked = this.ask(connection, words, text, limit).catch((error: unknown) => {
      // Its words may quote what was asked.
      if (!signal.aborted) log.warn(`directory search: ${nameOf(error)}`)
      return null
    })
    const answer = await Promise.race([asked, given])
    if (timer !== null) clock.clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    // A connection that owes an answer nobody waits for is not asked again.
    if (answer === null) void this.drop(connection)
    this.rest()
    return answer ?? []
  }

  /** Gives the connection back. */
  async close(): Promise<void> {
    if (this.idle !== null) this.options.clock.clearTimeout(this.idle)
    this.idle = null
    if (this.client) await this.drop(this.client)
  }

  private async drop(connection: Promise<Client>): Promise<void> {
    if (this.client === connection) this.client = null
    await connection.then((open) => open.unbind()).catch(() => {})
  }

  private async ask(
    connection: Promise<Client>,
    words: readonly string[],
    text: string,
    limit: number,
  ): Promise<readonly Person[]> {
    const { settings, name } = this.options
    const { base, nameAttributes, numberAttributes } = settings
    const client = await connection
    const filter = await filterOf(words, text, settings)
    const searchEntries = await firstPage(client, base, {
      scope: 'sub',
      filter,
      attributes: [...nameAttributes, ...numberAttributes],
      // A page, because not every server keeps to a limit; the limit, because without one the library drops what came from a server that
      // gives less than was asked for.
      paged: { pageSize: limit },
      sizeLimit: entriesAtMost,
      timeLimit: Math.ceil((this.options.deadlineMs ?? usualDeadlineMs) / 1_000),
    })
    return searchEntries.slice(0, limit).flatMap((entry) => {
      const shown = nameAttributes.flatMap((attribute) => textsOf(entry[attribute]))[0]?.slice(0, longest.name)
      const numbers = numberAttributes
        .flatMap((attribute) => textsOf(entry[attribute]))
        .filter((number) => number.length <= longest.number)
      const digits = typedDigits(text)
      const number = numbers.find((one) => digits !== '' && digitsOf(one).includes(digits)) ?? numbers[0]
      if (shown === undefined || number === undefined) return []
      return [
        {
          from: 'directory',
          contactId: null,
          name: shown,
          number,
          label: null,
          favourite: false,
          source: name,
          avatar: null,
        } as const,
      ]
    })
  }

  private async connect(): Promise<Client> {
    const { settings, password, authorities, deadlineMs = usualDeadlineMs } = this.options
    const { openLdapConnection } = await import('../directory/sources/ldap-connection')
    return openLdapConnection({ settings, password, timeoutMs: deadlineMs, ...(authorities && { authorities }) })
  }

  private rest(): void {
    const { clock } = this.options
    if (this.idle !== null) clock.clearTimeout(this.idle)
    this.idle = this.client === null ? null : clock.setTimeout(() => void this.close(), idleMs)
  }
}

async function firstPage(client: Client, base: string, options: SearchOptions): Promise<readonly Entry[]> {
  for await (const { searchEntries } of client.searchPaginated(base, options)) return searchEntries
  return []
}

/** Every word in one of the names; or, when it is one, the number in one of the numbers. The library escapes what is typed. */
async function filterOf(
  words: readonly string[],
  text: string,
  settings: LdapPeopleOptions['settings'],
): Promise<Filter> {
  const { AndFilter, OrFilter, PresenceFilter, SubstringFilter } = await import('ldapts')
  const { nameAttributes, numberAttributes } = settings
  const named = new AndFilter({
    filters: words.map(
      (word) =>
        new OrFilter({ filters: nameAttributes.map((attribute) => new SubstringFilter({ attribute, any: [word] })) }),
    ),
  })
  const digits = typedDigits(text)
  // Whatever stands between the digits of a number there: telephoneNumber is compared without it (RFC 4517), other attributes are not.
  const numbered = numberAttributes.map((attribute) => new SubstringFilter({ attribute, any: [digits] }))
  const callable = new OrFilter({ filters: numberAttributes.map((attribute) => new PresenceFilter({ attribute })) })
  return new AndFilter({
    filters: [callable, new OrFilter({ filters: digits.length < 2 ? [named] : [named, ...numbered] })],
  })
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values
    .filter((one) => typeof one === 'string')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'failed')
