/*
 * Finds out whether a connection still carries anything: an OPTIONS (RFC 3261 section 11) every 25 s, every 5 s while a call is up,
 * at once on demand; two unanswered for 3 s each mean dead. OPTIONS because every SIP server answers it; the CRLF ping of RFC 5626
 * is not ponged by Asterisk over WebSocket, so it is only the fallback for servers that ignore OPTIONS. It owns no socket.
 */
import type { Clock, Timer } from '../../../../common/clock'
import { randomToken } from './reply'

export type Pace = 'idle' | 'busy'

export interface PingerOptions {
  readonly clock: Clock
  /** Address of record, `sip:user@domain`; the ping goes to its domain. */
  readonly aor: string
  /** `WS` or `WSS`. */
  readonly protocol: string
  readonly viaHost: string
  readonly send: (text: string) => void
  readonly onAlive: (roundTripMs: number) => void
  /** A ping stayed unanswered; another is on its way. */
  readonly onMiss: () => void
  readonly onDead: () => void
}

const interval: Record<Pace, number> = { idle: 25_000, busy: 5_000 }
const PATIENCE = 3_000
/** When the network is known to have changed: a connection that lives answers at once, or in twice the time it took last. */
const URGENT = 700
/** When the sound of a call stopped: often it is only the far end that says nothing. */
const KEEN = 1_000
const MISSES = 2

export class Pinger {
  readonly #options: PingerOptions
  readonly #callIdPrefix = `ping-${randomToken(12)}`
  #pace: Pace = 'idle'
  #timer: Timer | null = null
  #sentAt: number | null = null
  #sequence = 0
  #misses = 0
  /** How long the last answer took, ms. */
  #roundTrip = 0
  #patience = PATIENCE
  #running = false
  /** Has any ping ever been answered, and did anything else arrive since the first miss? Decides about the fallback. */
  #everAnswered = false
  #heardAt = -Infinity
  #firstSentAt = 0
  #kind: 'options' | 'crlf' | 'none' = 'options'

  constructor(options: PingerOptions) {
    this.#options = options
  }

  /** A new connection is up. */
  start(): void {
    this.stop()
    this.#running = true
    this.#schedule()
  }

  stop(): void {
    this.#running = false
    this.#misses = 0
    this.#sentAt = null
    this.#patience = PATIENCE
    this.#clear()
  }

  setPace(pace: Pace): void {
    if (pace === this.#pace) return
    this.#pace = pace
    if (this.#running && this.#sentAt === null) this.#schedule()
  }

  /** ms until the next ping when all is quiet; null: nothing is asked any more. */
  get nextInMs(): number | null {
    return this.#kind === 'none' ? null : interval[this.#pace]
  }

  /** Prove the connection now: after sleep, a network change, before something that matters. */
  probe(): void {
    if (this.#running && this.#sentAt === null) this.#ping()
  }

  /** The same where something speaks against it: less is waited for each of the two answers. */
  probeKeenly(): void {
    if (!this.#running || this.#sentAt !== null) return
    this.#patience = Math.max(KEEN, 2 * this.#roundTrip)
    this.#ping(this.#patience)
  }

  /** The same in a hurry, and what is asked already counts for nothing: the network it was asked over is not there any more. */
  probeUrgently(): void {
    if (!this.#running || this.#kind === 'none') return
    // One more, and it is dead.
    this.#misses = MISSES - 1
    this.#ping(Math.max(URGENT, 2 * this.#roundTrip), true)
  }

  /** True when the response belongs to a ping, which then must not reach sip.js. */
  takes(callId: string): boolean {
    if (!callId.startsWith(this.#callIdPrefix)) return false
    if (this.#sentAt !== null && callId === this.#callId()) this.#answered()
    return true
  }

  /** A bare CRLF came: the pong of RFC 5626. */
  takesPong(): void {
    if (this.#kind === 'crlf' && this.#sentAt !== null) this.#answered()
  }

  /** Anything at all came from the server. */
  heard(): void {
    this.#heardAt = this.#options.clock.now()
  }

  #callId(): string {
    return `${this.#callIdPrefix}-${this.#sequence}`
  }

  #clear(): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer)
    this.#timer = null
  }

  #schedule(): void {
    this.#clear()
    this.#timer = this.#options.clock.setTimeout(() => this.#ping(), interval[this.#pace])
  }

  #ping(patience = this.#patience, urgent = false): void {
    this.#clear()
    if (this.#kind === 'none') return
    this.#sentAt = this.#options.clock.now()
    if (this.#misses === 0 || urgent) this.#firstSentAt = this.#sentAt
    this.#sequence += 1
    this.#timer = this.#options.clock.setTimeout(() => this.#missed(), patience)
    this.#options.send(this.#kind === 'crlf' ? '\r\n\r\n' : this.#request())
  }

  #answered(): void {
    const roundTrip = this.#options.clock.now() - (this.#sentAt ?? 0)
    this.#everAnswered = true
    this.#roundTrip = roundTrip
    this.#patience = PATIENCE
    this.#misses = 0
    this.#sentAt = null
    this.#schedule()
    this.#options.onAlive(roundTrip)
  }

  #missed(): void {
    this.#sentAt = null
    this.#misses += 1
    if (this.#misses < MISSES) {
      this.#options.onMiss()
      return this.#ping()
    }
    this.#misses = 0
    if (!this.#everAnswered && this.#heardAt >= this.#firstSentAt) {
      // The line is alive, only this question is not answered here: ask in the other way, or stop asking.
      this.#kind = this.#kind === 'options' ? 'crlf' : 'none'
      return this.#schedule()
    }
    this.stop()
    this.#options.onDead()
  }

  #request(): string {
    const { aor, protocol, viaHost } = this.#options
    const domain = aor.replace(/^(sips?:)(?:[^@]*@)?/i, '$1')
    return (
      `OPTIONS ${domain} SIP/2.0\r\nVia: SIP/2.0/${protocol} ${viaHost};branch=z9hG4bK${randomToken(16)}\r\n` +
      `Max-Forwards: 70\r\nFrom: <${aor}>;tag=${randomToken()}\r\nTo: <${domain}>\r\nCall-ID: ${this.#callId()}\r\n` +
      `CSeq: ${this.#sequence} OPTIONS\r\nContent-Length: 0\r\n\r\n`
    )
  }
}
