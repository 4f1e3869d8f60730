/*
 * What we were asked: requests that come again are answered again without troubling anybody, refusals of an INVITE are repeated until they
 * are acknowledged (RFC 3261 section 17.2, RFC 6026). Pure but for its clock; where messages go is `send`'s business.
 */
import type { Clock, Timer } from '../../common/clock'
import { lifetime, T1, T2, T4, tryingAfter } from './timers'

/** Where a request came from and its answers go. */
export interface Origin<Channel> {
  readonly channel: Channel
  /** The topmost Via as it came, without what we add to it. */
  readonly via: string
  readonly reliable: boolean
}

interface Entry<Channel> {
  readonly origin: Origin<Channel>
  readonly method: string
  state: 'proceeding' | 'accepted' | 'completed' | 'confirmed'
  /** On the wire; null: nothing was said. */
  answer: string | null
  repeat: Timer | null
  end: Timer | null
}

export interface ServerTransactionsOptions<Channel> {
  readonly clock: Clock
  send(origin: Origin<Channel>, wire: string): void
  /** The oldest make room. Default 8192. */
  readonly limit?: number
}

export class ServerTransactions<Channel> {
  readonly #options: ServerTransactionsOptions<Channel>
  readonly #entries = new Map<string, Entry<Channel>>()

  constructor(options: ServerTransactionsOptions<Channel>) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * True: the page is to see this request. `key`: what tells it from others of its method (section 17.2.3). `trying`: what is said when
   * an INVITE finds no other answer at once; it is not used where nothing is repeated.
   */
  receive(key: string, method: string, origin: Origin<Channel>, trying: () => string | null): boolean {
    if (method === 'ACK') return this.#acknowledged(key)
    const id = `${method} ${key}`
    const known = this.#entries.get(id)
    if (known !== undefined) {
      if (known.answer !== null && known.state !== 'accepted') this.#options.send(known.origin, known.answer)
      return false
    }
    this.#makeRoom()
    const entry: Entry<Channel> = { origin, method, state: 'proceeding', answer: null, repeat: null, end: null }
    this.#entries.set(id, entry)
    if (method === 'INVITE' && !origin.reliable) {
      entry.repeat = this.#options.clock.setTimeout(() => {
        entry.repeat = null
        const wire = entry.answer === null ? trying() : null
        if (wire !== null) this.#answer(entry, wire)
      }, tryingAfter)
    }
    // Whoever never says a last word must not be remembered for ever; an INVITE may ring for long.
    this.#setEnd(id, entry, method === 'INVITE' ? 20 * lifetime : 2 * lifetime)
    return true
  }

  /** Where the answer to this request goes; null: not known, or no longer. */
  originOf(key: string, method: string): Origin<Channel> | null {
    return this.#entries.get(`${method} ${key}`)?.origin ?? null
  }

  /** Sends the page's answer, and again as often as it takes. */
  respond(key: string, method: string, status: number, wire: string): void {
    const id = `${method} ${key}`
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.state === 'completed' || entry.state === 'confirmed') return
    this.#stopRepeating(entry)
    this.#answer(entry, wire)
    if (status < 200) return
    const { reliable } = entry.origin
    if (method !== 'INVITE') {
      entry.state = 'completed'
      return this.#setEnd(id, entry, reliable ? 0 : lifetime)
    }
    // Acceptance is repeated by whoever waits for its ACK, which is the page.
    entry.state = status < 300 ? 'accepted' : 'completed'
    this.#setEnd(id, entry, lifetime)
    if (entry.state === 'completed' && !reliable) this.#repeatAfter(entry, T1)
  }

  /** Forgets all; nothing is sent any more. */
  clear(): void {
    for (const [id, entry] of [...this.#entries]) this.#forget(id, entry)
  }

  /** An ACK to an acceptance is a request of its own, known to nobody here. */
  #acknowledged(key: string): boolean {
    const id = `INVITE ${key}`
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.state === 'accepted') return true
    if (entry.state !== 'completed') return false
    entry.state = 'confirmed'
    this.#stopRepeating(entry)
    this.#setEnd(id, entry, entry.origin.reliable ? 0 : T4)
    return true
  }

  #answer(entry: Entry<Channel>, wire: string): void {
    entry.answer = wire
    this.#options.send(entry.origin, wire)
  }

  #repeatAfter(entry: Entry<Channel>, ms: number): void {
    entry.repeat = this.#options.clock.setTimeout(() => {
      this.#repeatAfter(entry, Math.min(ms * 2, T2))
      if (entry.answer !== null) this.#options.send(entry.origin, entry.answer)
    }, ms)
  }

  #setEnd(id: string, entry: Entry<Channel>, ms: number): void {
    if (entry.end !== null) this.#options.clock.clearTimeout(entry.end)
    entry.end = this.#options.clock.setTimeout(() => this.#forget(id, entry), ms)
  }

  #stopRepeating(entry: Entry<Channel>): void {
    if (entry.repeat !== null) this.#options.clock.clearTimeout(entry.repeat)
    entry.repeat = null
  }

  #forget(id: string, entry: Entry<Channel>): void {
    this.#stopRepeating(entry)
    if (entry.end !== null) this.#options.clock.clearTimeout(entry.end)
    if (this.#entries.get(id) === entry) this.#entries.delete(id)
  }

  #makeRoom(): void {
    if (this.#entries.size < (this.#options.limit ?? 8192)) return
    const [oldest] = this.#entries
    if (oldest !== undefined) this.#forget(...oldest)
  }
}
