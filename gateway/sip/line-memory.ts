/*
 * What is remembered of an account's servers from one connection to the next: which did not answer, the port we had, how often our address
 * changed. It opens nothing.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '../../common/clock'
import { FormerBindings } from '../../common/former-bindings'

/** A server that failed is tried after the others for so long, ms. */
const penalty = 120_000
/** An address that changes more often than this is no news: such a network gives everybody another one each time. */
const restPeriod = 10_000
const maxRests = 3
const forgetRests = 900_000
const mostReserve = 16

export class LineMemory {
  readonly #clock: Clock
  readonly #failed = new Map<string, number>()
  #rests: number[] = []
  /** What the registrar keeps of ours. */
  readonly bindings = new FormerBindings()
  /** Tried first for UDP, so that our address stays the same and the server replaces our binding instead of adding one. */
  udpPort: number
  /** How much more seldom than usual is looked for a better server: one that answers and does not register is no better. */
  reserve = 1

  /** `accountId`: the port is the same after a restart too. */
  constructor(clock: Clock, accountId: string) {
    this.#clock = clock
    this.udpPort = 49_152 + (createHash('sha256').update(accountId).digest().readUInt16BE() % 16_000)
  }

  failed(target: string): void {
    this.#failed.set(target, this.#clock.now() + penalty)
  }

  /** It answered, and registers nobody. `isFirst`: it was gone back to, or will be. */
  unfit(target: string, isFirst: boolean): void {
    this.failed(target)
    if (isFirst) this.reserve = Math.min(this.reserve * 2, mostReserve)
  }

  worked(target: string): void {
    this.#failed.delete(target)
  }

  hasFailed(target: string): boolean {
    return (this.#failed.get(target) ?? -Infinity) > this.#clock.now()
  }

  /** Another network: nothing is known of it. */
  forgetFailures(): void {
    this.#failed.clear()
  }

  /** True when a changed address is worth registering anew. */
  noteRebinding(): boolean {
    const now = this.#clock.now()
    this.#rests = this.#rests.filter((at) => now - at < forgetRests)
    const last = this.#rests.at(-1) ?? -Infinity
    if (now - last < restPeriod || this.#rests.length >= maxRests) return false
    this.#rests.push(now)
    return true
  }
}
