/*
 * Keeps the way through address translators open while nothing else is said (RFC 5626 section 3.5), and notices a server that promised to
 * answer and does not. It owns no channel.
 */
import type { Clock, Timer } from '../../common/clock'

export interface KeepAliveOptions {
  readonly clock: Clock
  /** Says something that needs no answer, or asks what does when the server has a flow timer: two line ends, or STUN over UDP. */
  readonly ping: () => void
  /** Whoever has a flow timer answers, as RFC 5626 wants it. False: only who has answered once is believed to. */
  readonly isSure: boolean
  /** The server that answers pings has not answered this one. */
  readonly onSilent: () => void
}

/** Translators forget a UDP flow after 30 s at the earliest. */
const interval = 25_000
const pongPatience = 10_000

export class KeepAlive {
  readonly #options: KeepAliveOptions
  #timer: Timer | null = null
  #pong: Timer | null = null
  /** Of the server's `Flow-Timer`, ms; null: none, so pings may stay unanswered. */
  #flow: number | null = null
  #lastSaid: number
  #lastPing: number
  #hasAnswered = false

  constructor(options: KeepAliveOptions) {
    this.#options = options
    this.#lastSaid = this.#lastPing = options.clock.now()
    this.#schedule()
  }

  /** Something else was sent. */
  said(): void {
    this.#lastSaid = this.#options.clock.now()
  }

  /** Anything came: the way is open. */
  heard(): void {
    if (this.#pong !== null) this.#options.clock.clearTimeout(this.#pong)
    this.#pong = null
  }

  /** A ping was answered. */
  answered(): void {
    this.#hasAnswered = true
    this.heard()
  }

  /** It counts pings, or wants them answered. */
  get hasFlow(): boolean {
    return this.#flow !== null
  }

  /** The server answers pings, and takes the flow for dead without them for so many seconds (RFC 5626 section 4.4.1). */
  setFlowTimer(seconds: number): void {
    const flow = Math.max(5_000, seconds * 900)
    if (flow === this.#flow) return
    this.#flow = flow
    this.#schedule()
  }

  stop(): void {
    this.heard()
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer)
    this.#timer = null
  }

  #schedule(): void {
    const { clock } = this.#options
    if (this.#timer !== null) clock.clearTimeout(this.#timer)
    // A flow timer counts pings; all else only has to hear something from us.
    const since = this.#flow === null ? Math.max(this.#lastSaid, this.#lastPing) : this.#lastPing
    const due = since + Math.min(interval, this.#flow ?? interval)
    this.#timer = clock.setTimeout(() => this.#due(), Math.max(0, due - clock.now()))
  }

  #due(): void {
    const { clock, ping, isSure, onSilent } = this.#options
    this.#timer = null
    const isQuiet = clock.now() - Math.max(this.#lastSaid, this.#lastPing) >= interval
    if (this.#flow !== null || isQuiet) {
      this.#lastPing = clock.now()
      if (this.#flow !== null && (isSure || this.#hasAnswered)) this.#pong ??= clock.setTimeout(onSilent, pongPatience)
      ping()
    }
    this.#schedule()
  }
}
