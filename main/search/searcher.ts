/*
 * The process that searches, as main sees it: started when somebody searches, told of changes while it runs, ended when nobody has
 * searched for long, and started again when it died. Whoever asks always gets an answer, and never a late one.
 */
import * as v from 'valibot'
import type { Clock, Timer } from '../../common/clock'
import type { Log } from '../../common/log'
import {
  searchReplySchema,
  type CallLine,
  type CallSearch,
  type CallsReply,
  type PeopleReply,
  type SearchedTable,
  type SearchReply,
  type SearchRequest,
} from './search-messages'
import type { SearchEntry } from './search-segment'

interface SearchProcess {
  send(request: SearchRequest): void
  kill(): void
}

/** How it is started is somebody else's (Electron's utility process; a Node process in tests). */
export type StartSearch = (listeners: {
  /** Unchecked. */
  readonly onReply: (message: unknown) => void
  /** Whatever ended it; told once, also after `kill`. */
  readonly onGone: (why: string) => void
}) => SearchProcess

export interface SearcherOptions {
  readonly start: StartSearch
  readonly clock: Clock
  readonly log: Log
  /** Folders of the databases. */
  readonly contacts: string
  readonly calls: string
}

/** An answer that took longer is none, ms: reading everything for the first time is the longest. */
const answerMs = 15_000
/** Its memory is given back when nobody has searched for so long, ms. */
const idleMs = 300_000

export class Searcher {
  private process: SearchProcess | null = null
  private tables: readonly SearchedTable[] = []
  private readonly asked = new Map<
    number,
    { readonly tell: (reply: SearchReply | null) => void; readonly timer: Timer }
  >()
  private asks = 0
  private idle: Timer | null = null
  private closed = false

  constructor(private readonly options: SearcherOptions) {}

  /** Somebody may be about to search: reads what there is. */
  getReady(): void {
    if (!this.process) void this.people([], '', 1, false)
  }

  /** `words` folded, all must be found; `digits`: what was typed, were it a number. `wait`: until directories are read. Never rejects. */
  async people(
    words: readonly string[],
    digits: string,
    limit: number,
    wait: boolean,
  ): Promise<Pick<PeopleReply, 'contacts' | 'names'>> {
    const reply = await this.ask((ask) => ({ type: 'people', ask, words, digits, limit, wait }))
    return reply?.type === 'people' ? reply : { contacts: [], names: [] }
  }

  /** Calls of the archive, newest first. Never rejects. */
  async calls(search: CallSearch): Promise<Pick<CallsReply, 'calls' | 'more'>> {
    const reply = await this.ask((ask) => ({ type: 'calls', ask, search }))
    return reply?.type === 'calls' ? reply : { calls: [], more: false }
  }

  /** Somebody is new, changed, or gone (null). */
  contactChanged(id: string, entry: SearchEntry | null): void {
    this.process?.send({ type: 'contact', id, entry })
  }

  contactsChanged(): void {
    this.process?.send({ type: 'contacts' })
  }

  callsArchived(calls: readonly CallLine[]): void {
    this.process?.send({ type: 'archived', calls })
  }

  /** null: many. */
  callsRemoved(callIds: readonly string[] | null): void {
    this.process?.send({ type: 'removed', callIds })
  }

  /** The tables in use, in the user's order. */
  useTables(tables: readonly SearchedTable[]): void {
    if (JSON.stringify(tables) === JSON.stringify(this.tables)) return
    this.tables = tables
    this.process?.send({ type: 'tables', tables })
  }

  close(): void {
    this.closed = true
    this.stop()
  }

  private ask(request: (ask: number) => SearchRequest): Promise<SearchReply | null> {
    if (this.closed) return Promise.resolve(null)
    const { clock } = this.options
    const ask = ++this.asks
    return new Promise((resolve) => {
      const tell = (reply: SearchReply | null): void => {
        this.asked.delete(ask)
        clock.clearTimeout(timer)
        resolve(reply)
      }
      const timer = clock.setTimeout(() => {
        this.options.log.warn('search: no answer; its process is ended')
        this.stop()
      }, answerMs)
      this.asked.set(ask, { tell, timer })
      this.running().send(request(ask))
      if (this.idle !== null) clock.clearTimeout(this.idle)
      this.idle = clock.setTimeout(() => this.stop(), idleMs)
    })
  }

  private running(): SearchProcess {
    if (this.process) return this.process
    const { start, log, contacts, calls } = this.options
    const process = start({
      onReply: (message) => {
        const parsed = v.safeParse(searchReplySchema, message)
        if (parsed.success) this.asked.get(parsed.output.ask)?.tell(parsed.output)
        else process.kill()
      },
      onGone: (why) => {
        if (this.process !== process) return
        log.error(`search: its process ended (${why})`)
        this.stop()
      },
    })
    this.process = process
    process.send({ type: 'open', contacts, calls })
    process.send({ type: 'tables', tables: this.tables })
    return process
  }

  /** Ends it; who waits is told that nobody was found. */
  private stop(): void {
    const { process } = this
    this.process = null
    if (this.idle !== null) this.options.clock.clearTimeout(this.idle)
    this.idle = null
    process?.kill()
    for (const { tell } of [...this.asked.values()]) tell(null)
  }
}
