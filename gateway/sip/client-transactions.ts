/*
 * What we asked and have no last word on: repeated until it is answered where the transport may lose it, and remembered long enough to know
 * late answers (RFC 3261 section 17.1, RFC 6026). Pure but for its clock; where messages go is `send`'s business.
 */
import type { Clock, Timer } from '../../common/clock'
import { lifetime, T1, T2, T4 } from './timers'

export interface ClientTransaction<Channel> {
  /** The topmost Via as the page wrote it; its responses carry that again. */
  readonly pageVia: string
  /** The branch on the wire. */
  readonly branch: string
  readonly method: string
  readonly channel: Channel
}

export interface ClientRequest<Channel> extends ClientTransaction<Channel> {
  /** As it is on the wire. */
  readonly wire: string
  /** Nothing is lost on the way, so nothing is repeated. */
  readonly reliable: boolean
}

interface Entry<Channel> {
  readonly request: ClientRequest<Channel>
  readonly pageBranch: string
  state: 'trying' | 'proceeding' | 'accepted' | 'completed'
  /** Of an INVITE that was refused; sent again at each repetition of the refusal. */
  ack: string | null
  repeat: Timer | null
  end: Timer | null
}

export interface ClientTransactionsOptions<Channel> {
  readonly clock: Clock
  send(channel: Channel, wire: string): void
  /** Nobody answered in 32 s. */
  onUnanswered(transaction: ClientTransaction<Channel>): void
  /** The oldest make room. Default 4096. */
  readonly limit?: number
}

/** What becomes of a response. */
export type Judgement<Channel> =
  | { readonly act: 'pass'; readonly transaction: ClientRequest<Channel> }
  /** Heard before. */
  | { readonly act: 'absorb'; readonly transaction: ClientRequest<Channel> }
  /** Nobody asked. */
  | { readonly act: 'stray' }

const keyOf = (branch: string, method: string): string => `${method} ${branch}`

export class ClientTransactions<Channel> {
  readonly #options: ClientTransactionsOptions<Channel>
  /** By branch on the wire. */
  readonly #entries = new Map<string, Entry<Channel>>()
  /** By branch of the page, to find what an ACK or a CANCEL is about. */
  readonly #byPage = new Map<string, Entry<Channel>>()

  constructor(options: ClientTransactionsOptions<Channel>) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  /** The INVITE that the page's CANCEL, or its ACK to a refusal, is about. */
  inviteOf(pageBranch: string): ClientTransaction<Channel> | null {
    return this.#byPage.get(keyOf(pageBranch, 'INVITE'))?.request ?? null
  }

  /** Sends a request, once if `reliable`. `pageBranch`: the branch of `pageVia`. */
  begin(request: ClientRequest<Channel>, pageBranch: string): void {
    this.#makeRoom()
    const key = keyOf(request.branch, request.method)
    this.#forget(this.#entries.get(key))
    const entry: Entry<Channel> = { request, pageBranch, state: 'trying', ack: null, repeat: null, end: null }
    this.#entries.set(key, entry)
    this.#byPage.set(keyOf(pageBranch, request.method), entry)
    this.#setEnd(entry, lifetime)
    if (!request.reliable) this.#repeatAfter(entry, T1)
    this.#options.send(request.channel, request.wire)
  }

  /** Sends the page's ACK to a refusal, and keeps it for repetitions of that. */
  acknowledge(pageBranch: string, wire: string): void {
    const entry = this.#byPage.get(keyOf(pageBranch, 'INVITE'))
    if (entry === undefined) return
    entry.ack = wire
    this.#options.send(entry.request.channel, wire)
  }

  receive(branch: string, method: string, status: number): Judgement<Channel> {
    const entry = this.#entries.get(keyOf(branch, method))
    if (entry === undefined) return { act: 'stray' }
    const isNews = method === 'INVITE' ? this.#answerInvite(entry, status) : this.#answer(entry, status)
    return { act: isNews ? 'pass' : 'absorb', transaction: entry.request }
  }

  /** Forgets, and gives back, what was sent that way and not answered at all. */
  unanswered(by: (channel: Channel) => boolean): ClientRequest<Channel>[] {
    const found = [...this.#entries.values()].filter(({ state, request }) => state === 'trying' && by(request.channel))
    for (const entry of found) this.#forget(entry)
    return found.map(({ request }) => request)
  }

  /** Forgets all; nothing is sent any more. */
  clear(): void {
    for (const entry of [...this.#entries.values()]) this.#forget(entry)
  }

  #answerInvite(entry: Entry<Channel>, status: number): boolean {
    if (entry.state === 'completed') {
      if (status >= 300 && entry.ack !== null) this.#options.send(entry.request.channel, entry.ack)
      return false
    }
    this.#stopRepeating(entry)
    if (status < 200) {
      if (entry.state !== 'trying' && entry.state !== 'proceeding') return true
      entry.state = 'proceeding'
      this.#clear(entry.end)
      entry.end = null
      return true
    }
    // An INVITE may be accepted more than once, by forks and by repetition: all of that is its user's to see (RFC 6026).
    if (status < 300) {
      if (entry.state !== 'accepted') this.#setEnd(entry, lifetime)
      entry.state = 'accepted'
      return true
    }
    if (entry.state === 'accepted') return false
    entry.state = 'completed'
    this.#setEnd(entry, lifetime)
    return true
  }

  #answer(entry: Entry<Channel>, status: number): boolean {
    if (entry.state === 'completed') return false
    if (status < 200) {
      entry.state = 'proceeding'
      return true
    }
    entry.state = 'completed'
    this.#stopRepeating(entry)
    // Nothing is late where nothing is repeated (timer K).
    this.#setEnd(entry, entry.request.reliable ? 0 : T4)
    return true
  }

  #repeatAfter(entry: Entry<Channel>, ms: number): void {
    entry.repeat = this.#options.clock.setTimeout(() => {
      const { request } = entry
      const next = request.method === 'INVITE' ? ms * 2 : entry.state === 'proceeding' ? T2 : Math.min(ms * 2, T2)
      this.#repeatAfter(entry, next)
      this.#options.send(request.channel, request.wire)
    }, ms)
  }

  #setEnd(entry: Entry<Channel>, ms: number): void {
    this.#clear(entry.end)
    entry.end = this.#options.clock.setTimeout(() => {
      const silent = entry.state === 'trying'
      this.#forget(entry)
      if (silent) this.#options.onUnanswered(entry.request)
    }, ms)
  }

  #stopRepeating(entry: Entry<Channel>): void {
    this.#clear(entry.repeat)
    entry.repeat = null
  }

  #forget(entry: Entry<Channel> | undefined): void {
    if (entry === undefined) return
    this.#stopRepeating(entry)
    this.#clear(entry.end)
    const { branch, method } = entry.request
    this.#entries.delete(keyOf(branch, method))
    const pageKey = keyOf(entry.pageBranch, method)
    if (this.#byPage.get(pageKey) === entry) this.#byPage.delete(pageKey)
  }

  #makeRoom(): void {
    if (this.#entries.size < (this.#options.limit ?? 4096)) return
    const [oldest] = this.#entries.values()
    this.#forget(oldest)
  }

  #clear(timer: Timer | null): void {
    if (timer !== null) this.#options.clock.clearTimeout(timer)
  }
}
