/*
 * Hands messages that passed the guard to sip.js, and sees to it that every request gets its answer: also one that makes sip.js throw, and
 * a BYE that it leaves open. It judges no message.
 */
import type { Clock } from '../../../../common/clock'
import { ByeWatch } from './bye-watch'
import type { Passed } from './header-check'
import { headerValue, parameter, type WireMessage } from '../../../../common/wire-message'

export interface DeliveryWays {
  /** Gives it to sip.js. False when that threw. */
  give(text: string): boolean
  answer(request: WireMessage, status: number): void
  /** A BYE that sip.js left open was answered here. */
  onLostBye(passed: Passed): void
  /** A final answer to an INVITE is on its way out. */
  onInviteAnswered(branch: string): void
}

export class Delivery {
  readonly #ways: DeliveryWays
  readonly #byes: ByeWatch
  /** The request sip.js is working on right now, to see whether it gets an answer. */
  #current: Passed | null = null

  constructor(clock: Clock, ways: DeliveryWays) {
    this.#ways = ways
    this.#byes = new ByeWatch(clock)
  }

  /** `text`: the message as sip.js is to see it. */
  deliver(passed: Passed, text: string): void {
    const { method, status, message, branch } = passed
    if (method === 'BYE' && status === 0) this.#byes.watch(branch, () => this.#settleBye(passed))
    this.#current = status === 0 ? passed : null
    const fine = this.#ways.give(text)
    const unanswered = this.#current !== null
    this.#current = null
    if (!fine && unanswered && method !== 'ACK' && method !== 'BYE') this.#ways.answer(message, 500)
  }

  /** A response of sip.js: false when it must not be sent any more. */
  admits(response: WireMessage): boolean {
    const status = Number(response.start.slice(8, 11))
    if (status < 200) return true
    const branch = parameter(headerValue(response, 'via') ?? '', 'branch') ?? ''
    const method = /\s(\S+)$/.exec(headerValue(response, 'cseq') ?? '')?.[1]
    if (branch === this.#current?.branch && method === this.#current.method) this.#current = null
    if (method === 'INVITE') this.#ways.onInviteAnswered(branch)
    return method !== 'BYE' || this.#byes.answering(branch)
  }

  /** The connection is gone, and with it every open transaction. */
  clear(): void {
    this.#byes.clear()
  }

  #settleBye(passed: Passed): void {
    this.#ways.answer(passed.message, 200)
    this.#ways.onLostBye(passed)
  }
}
