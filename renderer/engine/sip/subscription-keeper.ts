/*
 * Keeps one subscription alive: sip.js gives up at the first refusal. When it ends without our asking, a fresh one is made after the
 * server's Retry-After or a growing wait. It does not look at what the notifications say.
 */
import { SubscriptionState, type Subscriber } from 'sip.js'
import type { Clock, Timer } from '../../../common/clock'
import { Backoff } from './backoff'
import type { Turns } from './turns'

export interface SubscriptionKeeperOptions {
  /** Makes a new subscriber with its delegate set, not yet subscribed. */
  readonly make: () => Subscriber
  readonly clock: Clock
  readonly backoff?: Backoff
  /** Whose turn it is to ask, where many do; left out: at once. */
  readonly turns?: Turns
}

export class SubscriptionKeeper {
  readonly #options: SubscriptionKeeperOptions
  readonly #backoff: Backoff
  #subscriber: Subscriber | null = null
  #timer: Timer | null = null
  #leaveRow = (): void => {}
  #retryAfterMs = 0
  #running = false

  constructor(options: SubscriptionKeeperOptions) {
    this.#options = options
    this.#backoff = options.backoff ?? new Backoff()
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#takeTurn()
  }

  /** Ends the subscription; resolves when sip.js has let go of it. Never rejects. */
  async stop(): Promise<void> {
    this.#running = false
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer)
    this.#timer = null
    this.#leaveRow()
    const subscriber = this.#subscriber
    this.#subscriber = null
    await subscriber?.dispose().catch(() => {})
  }

  /** What a refusal said: seconds to wait (Retry-After). Call it before or when the subscription ends. */
  holdOff(seconds: number): void {
    this.#retryAfterMs = Math.max(0, seconds) * 1_000
  }

  #takeTurn(): void {
    const { turns } = this.#options
    if (turns === undefined) this.#subscribe()
    else this.#leaveRow = turns.take(() => this.#subscribe())
  }

  #subscribe(): void {
    const subscriber = this.#options.make()
    this.#subscriber = subscriber
    subscriber.stateChange.addListener((state) => {
      if (subscriber !== this.#subscriber) return
      if (state === SubscriptionState.Subscribed) this.#backoff.reset()
      if (state === SubscriptionState.Terminated) this.#again()
    })
    subscriber.subscribe().catch(() => this.#again())
  }

  #again(): void {
    this.#subscriber = null
    if (!this.#running || this.#timer !== null) return
    const wait = this.#backoff.next(this.#retryAfterMs)
    this.#retryAfterMs = 0
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = null
      if (this.#running) this.#takeTurn()
    }, wait)
  }
}
