/*
 * Bounds how often one kind of request leaves, whatever the server says and whatever sip.js makes of it: one round per second and
 * twelve messages in any minute. A round may go on after a 401, 407 or 423, three messages at most. The limiter belongs to the
 * account, not to a connection, so that reconnecting does not refill it.
 */
import type { Clock } from '../../../../common/clock'

const ROUND_GAP = 1_000
const WINDOW = 60_000
const PER_WINDOW = 12
const PER_ROUND = 4
/** What each of those that share a minute's messages has, whatever the others need: a request, and once more with credentials. */
const RESERVE = 2

/** `wait` 0: send now. Otherwise ms until it may go; `refuse`: the minute is used up, ask again after `wait`. */
export type Admission =
  { readonly type: 'send'; readonly wait: number } | { readonly type: 'refuse'; readonly wait: number }

export class RequestLimiter {
  readonly #clock: Clock
  readonly #together: readonly RequestLimiter[]
  #sent: number[] = []
  #roundStart = -Infinity
  #inRound = 0
  #mayGoOn = false

  /** `together`: all that share the minute's messages with it, itself among them; left out: it has them for itself. */
  constructor(clock: Clock, together: readonly RequestLimiter[] = []) {
    this.#clock = clock
    this.#together = together
  }

  /** A 401, 407 or 423 came: the next request continues the round instead of starting one. */
  challenged(): void {
    this.#mayGoOn = true
  }

  /** Asks for one message. A `send` is counted at once, also when it has to wait. */
  admit(): Admission {
    const now = this.#clock.now()
    const own = this.#sentSince(now - WINDOW)
    const kept = this.#together
      .filter((other) => other !== this)
      .reduce((sum, other) => sum + Math.max(other.#sentSince(now - WINDOW), RESERVE), 0)
    const oldest = this.#sent[0]
    if (own + kept >= PER_WINDOW && oldest !== undefined) return { type: 'refuse', wait: oldest + WINDOW - now }
    if (this.#mayGoOn && this.#inRound < PER_ROUND && this.#roundStart <= now) {
      this.#mayGoOn = false
      this.#inRound += 1
      this.#sent.push(now)
      return { type: 'send', wait: 0 }
    }
    this.#mayGoOn = false
    const at = Math.max(now, this.#roundStart + ROUND_GAP)
    if (at > now + ROUND_GAP) return { type: 'refuse', wait: at - now }
    this.#roundStart = at
    this.#inRound = 1
    this.#sent.push(at)
    return { type: 'send', wait: at - now }
  }

  #sentSince(start: number): number {
    this.#sent = this.#sent.filter((at) => at > start)
    return this.#sent.length
  }
}

/** One limiter for each key, the least recently used forgotten beyond `size`. */
class LimiterMap {
  readonly #limiters = new Map<string, RequestLimiter>()
  readonly #clock: Clock
  readonly #size: number

  constructor(clock: Clock, size = 256) {
    this.#clock = clock
    this.#size = size
  }

  at(key: string): RequestLimiter {
    const limiter = this.#limiters.get(key) ?? new RequestLimiter(this.#clock)
    this.#limiters.delete(key)
    this.#limiters.set(key, limiter)
    const oldest = this.#limiters.size > this.#size ? this.#limiters.keys().next().value : undefined
    if (oldest !== undefined) this.#limiters.delete(oldest)
    return limiter
  }
}

/** What bounds an account's requests, above all its connections. */
export interface AccountLimiters {
  readonly register: RequestLimiter
  readonly subscribe: LimiterMap
}

export const createLimiters = (clock: Clock): AccountLimiters => ({
  register: new RequestLimiter(clock),
  subscribe: new LimiterMap(clock),
})

/**
 * For an account with so many registrations at once, one for each: together they send no more than one does, and what a server refuses again and again
 * leaves the others enough.
 */
export function shareLimiters(clock: Clock, flows: number): readonly AccountLimiters[] {
  const subscribe = new LimiterMap(clock)
  const together: RequestLimiter[] = []
  for (let flow = 0; flow < flows; flow++) together.push(new RequestLimiter(clock, together))
  return together.map((register) => ({ register, subscribe }))
}
