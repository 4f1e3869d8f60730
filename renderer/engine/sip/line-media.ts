/*
 * Which kind of sound the calls of a line are offered with where the gateway is between: the account's choice, or what was taken before. Behind a server
 * that answers itself all take the same, behind a proxy each phone its own. It sends nothing and describes nothing.
 */
import type { AccountConnection } from '../../../common/account'
import type { MediaKind, OfferedKind } from '../media/media-kind'

const remembered = 200

/** What is known of former days. */
export interface LineMemory {
  readonly remembered?: OfferedKind | undefined
  readonly onLearned?: ((offers: OfferedKind) => void) | undefined
}

export class LineMedia {
  readonly #choice: AccountConnection['media']
  /** All that may be offered, first what to try first. */
  readonly #kinds: readonly OfferedKind[]
  #offers: OfferedKind
  /** Somebody took what is offered. */
  #isKnown = false
  /** Somebody did once, as far as one remembers. */
  readonly #isRemembered: boolean
  #told: OfferedKind
  readonly #onLearned: (offers: OfferedKind) => void
  /** What those took who were called last. */
  readonly #byTarget = new Map<string, OfferedKind>()

  /** `remembered`: what was taken when it was last known; `onLearned` is told when that changes. */
  constructor(
    { media, srtp }: Pick<AccountConnection, 'media' | 'srtp'>,
    { remembered, onLearned = () => {} }: LineMemory = {},
  ) {
    this.#choice = media
    // The rarest last: endpoints of Asterisk for WebRTC's profile without its encryption.
    const kinds: readonly OfferedKind[] = ['plain', 'keyed', 'webrtc', 'dtls', 'feedback']
    // Where SRTP is required, or off, what is plain says all there is to say of it.
    const useful = kinds.filter((kind) => kind !== 'keyed' || srtp === 'optional')
    this.#kinds = useful.filter((kind) => media === 'automatic' || isEncryptedByBrowser(kind) === (media === 'webrtc'))
    // Whoever takes no WebRTC has often never heard of it, and some answer it with silence; what is plain all understand.
    const usual = this.#kinds[0] ?? 'plain'
    this.#isRemembered = remembered !== undefined && this.#kinds.includes(remembered)
    this.#offers = this.#isRemembered ? (remembered ?? usual) : usual
    this.#told = this.#offers
    this.#onLearned = onLearned
  }

  /** What is offered to somebody unknown. */
  get offers(): OfferedKind {
    return this.#offers
  }

  /** What is offered first to whoever is at this URI. */
  offersTo(target: string): OfferedKind {
    return this.#byTarget.get(target) ?? this.#offers
  }

  /** Whether an offer of this kind is answered. */
  takes(kind: MediaKind): boolean {
    return this.#choice === 'automatic' || (this.#choice === 'webrtc') === isEncryptedByBrowser(kind)
  }

  /** What to offer where all that was tried was refused, with this status at last (RFC 3261 sections 21.4.13, 21.4.26 and 21.6.4); null: nothing else. */
  after(tried: readonly OfferedKind[], status: number): OfferedKind | null {
    if (![415, 488, 606].includes(status)) return null
    return this.#kinds.find((kind) => !tried.includes(kind)) ?? null
  }

  /** What to offer where the last offer was answered in DTLS-SRTP; null: nothing else. */
  afterDtls(tried: readonly OfferedKind[]): OfferedKind | null {
    const last = tried.at(-1)
    if (this.#choice !== 'automatic' || last === undefined || isEncryptedByBrowser(last)) return null
    return (['webrtc', 'dtls'] as const).find((kind) => !tried.includes(kind)) ?? null
  }

  /** Whoever is at this URI took an offer of this kind. */
  took(kind: OfferedKind, target: string): void {
    this.#byTarget.delete(target)
    this.#byTarget.set(target, kind)
    const [oldest] = this.#byTarget.keys()
    if (this.#byTarget.size > remembered && oldest !== undefined) this.#byTarget.delete(oldest)
    // Where they differ it is not the server that decides, and a stranger is offered what all understand.
    this.#offers = this.#isKnown && kind !== this.#offers ? (this.#kinds[0] ?? kind) : kind
    this.#isKnown = true
    if (this.#told === this.#offers) return
    this.#told = this.#offers
    this.#onLearned(this.#offers)
  }

  /** The server offered this kind, which is a hint at what it takes until that is known. */
  offered(kind: OfferedKind): void {
    if (!this.#isKnown && !this.#isRemembered && this.#kinds.includes(kind)) this.#offers = kind
  }
}

const isEncryptedByBrowser = (kind: OfferedKind): boolean => kind === 'webrtc' || kind === 'dtls'
