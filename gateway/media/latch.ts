/*
 * Whom the wire's packets are taken from and sent to (symmetric RTP, RFC 4961): the far end's description says one address, NATs and servers
 * make it another. Pure decisions; it is told only of packets that are RTP of the call, and whether they were authenticated.
 *
 * Without authentication anybody may send. So the first to send is taken, but a better claim displaces a worse one and never the other way
 * round: the address of the description is the best, then its host with another port, then anybody. A stranger is followed only after
 * silence, and with the same stream (SSRC) or from the same host: a NAT's new port, a server's restart.
 */
import type { Target } from './sdp-model'

/** After so long without a packet, ms, a stream that goes on from elsewhere is followed … */
const sameStreamMs = 500
/** … and so long for a new stream from the same host. */
const sameHostMs = 2_000
/** Those who were left behind by a new description are not taken back before there was nobody else for so long, ms. */
const outcastMs = 1_000

export interface Arrival {
  readonly from: Target
  readonly ssrc: number
  readonly authenticated: boolean
  /** ms of a monotonic clock. */
  readonly at: number
}

export class Latch {
  #signalled: Target | null = null
  /** The last address that was named, also while none is. */
  #named: Target | null = null
  #latched: Target | null = null
  #ssrc: number | null = null
  /** Of the last packet that was taken, or of the last description. */
  #lastAt = -Infinity
  #outcasts: Target[] = []

  get latched(): Target | null {
    return this.#latched
  }

  get signalled(): Target | null {
    return this.#signalled
  }

  /** Where packets go; null: nowhere yet. */
  get target(): Target | null {
    return this.#latched ?? this.#signalled
  }

  /** A description names this. Another than before: whoever sent until now is left behind, and who sends next is found anew. */
  signal(target: Target | null, at: number): void {
    this.#signalled = target
    // Held without an address, and back where it was: nothing has moved.
    if (target === null || same(target, this.#named)) return
    const before = [this.#named, this.#latched].filter((one) => one !== null)
    this.#named = target
    if (same(target, this.#latched)) return
    this.#outcasts = [...this.#outcasts, ...before].filter((one) => !same(one, target)).slice(-8)
    this.#latched = null
    this.#ssrc = null
    this.#lastAt = at
  }

  /** Whether the packet is to be taken; it may be the one that moves the latch. */
  take(arrival: Arrival): boolean {
    if (!same(arrival.from, this.#latched) && !this.#moves(arrival)) return false
    this.#latched = arrival.from
    this.#ssrc = arrival.ssrc
    this.#lastAt = arrival.at
    return true
  }

  #moves({ from, ssrc, authenticated, at }: Arrival): boolean {
    const silence = at - this.#lastAt
    if (this.#outcasts.some((one) => same(one, from)) && silence < outcastMs) return false
    if (this.#latched === null || authenticated) return true
    if (this.#rank(from) > this.#rank(this.#latched)) return true
    if (ssrc === this.#ssrc && silence >= sameStreamMs) return true
    return from.address === this.#latched.address && silence >= sameHostMs
  }

  #rank(from: Target): number {
    if (same(from, this.#signalled)) return 2
    return from.address === this.#signalled?.address ? 1 : 0
  }
}

export const same = (a: Target | null, b: Target | null): boolean =>
  a !== null && b !== null && a.address === b.address && a.port === b.port
