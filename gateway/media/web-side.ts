/*
 * The browser's end of one call through all its descriptions: one transport that is agreed once and then repeated, the DTLS role it was given
 * included (RFC 8842 section 5.5: a role that changes would end the association), and another one only for another peer connection.
 */
import type { CreateWebLeg, TransportFacts, WebLeg, WebLegEvents } from './web-leg'

interface Leg {
  readonly leg: WebLeg
  /** What we say of ourselves; `setup` is the role we have, or offer. */
  local: TransportFacts
  /** Whose it is: the other peer connection's ICE name. Null: offered and not yet answered. */
  browser: string | null
}

export class WebSide {
  #current: Leg | null = null
  #isClosed = false

  constructor(
    private readonly create: CreateWebLeg,
    private readonly events: WebLegEvents,
  ) {}

  /** Where the browser is spoken to; null: nowhere. */
  get browserAt(): string | null {
    return this.#current?.leg.browserAt ?? null
  }

  /** The browser never answered our offer. */
  get isUnanswered(): boolean {
    return this.#current !== null && this.#current.browser === null
  }

  /** What to answer to an offer of the browser's; null when no transport can be had. */
  async answer(offered: TransportFacts): Promise<TransportFacts | null> {
    if (this.#current !== null && this.#current.browser === offered.ufrag) return this.#current.local
    return this.#open(async (leg) => {
      const local = await leg.answerTransport({ ...offered, candidates: [] })
      return local === null ? null : { leg, local, browser: offered.ufrag }
    })
  }

  /** What to offer the browser. `anew`: of another transport, the one there was being broken. */
  async offer(anew = false): Promise<TransportFacts | null> {
    if (this.#current !== null && !anew) return offered(this.#current)
    const local = await this.#open(async (leg) => {
      const local = await leg.offerTransport()
      return local === null ? null : { leg, local, browser: null }
    })
    return local === null || this.#current === null ? null : offered(this.#current)
  }

  /** The browser's answer to our offer; false when it is another peer connection's, or cannot be used. */
  accept(answered: TransportFacts): boolean {
    const current = this.#current
    if (current === null) return false
    if (current.browser !== null) return current.browser === answered.ufrag
    const setup = answered.setup === 'passive' ? 'passive' : 'active'
    if (!current.leg.acceptAnswer({ ...answered, setup, candidates: [] })) return false
    current.browser = answered.ufrag
    current.local = { ...current.local, setup: setup === 'active' ? 'passive' : 'active' }
    return true
  }

  sendRtp(packet: Uint8Array): void {
    this.#current?.leg.sendRtp(packet)
  }

  sendRtcp(packet: Uint8Array): void {
    this.#current?.leg.sendRtcp(packet)
  }

  close(): void {
    this.#current?.leg.close()
    this.#current = null
    this.#isClosed = true
  }

  async #open(negotiate: (leg: WebLeg) => Promise<Leg | null>): Promise<TransportFacts | null> {
    const isCurrent = (): boolean => this.#current === null || this.#current.leg === leg
    const leg = await this.create({
      onRtp: (packet) => isCurrent() && this.events.onRtp(packet),
      onRtcp: (packet) => isCurrent() && this.events.onRtcp(packet),
      onState: (state) => {
        if (isCurrent() && !this.#isClosed) this.events.onState(state)
      },
    })
    const agreed = leg === null ? null : await negotiate(leg)
    if (agreed === null || this.#isClosed) {
      leg?.close()
      return null
    }
    this.#current?.leg.close()
    this.#current = agreed
    return agreed.local
  }
}

/**
 * We begin the handshake, always: the one who waits for it may not be ready for its first message. Later offers leave the roles open, and they stay
 * (RFC 8842 section 5.5).
 */
const offered = ({ local, browser }: Leg): TransportFacts => ({
  ...local,
  setup: browser === null ? 'active' : 'actpass',
})
