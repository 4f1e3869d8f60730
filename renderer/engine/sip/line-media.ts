/*
 * Which kind of sound the calls of a line are offered with where the gateway is between: the account's choice, or what its server took last. It
 * sends nothing and describes nothing.
 */
import type { AccountConnection } from '../../../common/account'
import type { MediaKind } from '../media/media-kind'

export class LineMedia {
  readonly #choice: AccountConnection['media']
  #offers: MediaKind

  constructor(choice: AccountConnection['media']) {
    this.#choice = choice
    // Whoever takes no WebRTC has often never heard of it, and some answer it with silence; what is plain all understand.
    this.#offers = choice === 'webrtc' ? 'webrtc' : 'plain'
  }

  /** What is offered first. */
  get offers(): MediaKind {
    return this.#offers
  }

  /** Whether an offer of this kind is answered. */
  takes(kind: MediaKind): boolean {
    return this.#choice === 'automatic' || this.#choice === kind
  }

  /** What to offer where `kind` was refused with this status (RFC 3261 sections 21.4.13, 21.4.26 and 21.6.4); null: nothing else. */
  after(kind: MediaKind, status: number): MediaKind | null {
    if (this.#choice !== 'automatic' || ![415, 488, 606].includes(status)) return null
    return kind === 'plain' ? 'webrtc' : 'plain'
  }

  /** What to offer where an offer of `kind` was answered in DTLS-SRTP; null: nothing else. */
  afterDtls(kind: MediaKind): MediaKind | null {
    return this.#choice === 'automatic' && kind === 'plain' ? 'webrtc' : null
  }

  /** The server took an offer of this kind. */
  took(kind: MediaKind): void {
    if (this.#choice === 'automatic') this.#offers = kind
  }
}
