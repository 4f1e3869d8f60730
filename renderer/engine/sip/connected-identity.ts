/*
 * Who is at the other end as a call goes on (RFC 4916): a transfer or a pick-up behind the server changes it, and re-INVITEs, UPDATEs and
 * answers say so. It only reads; what a change means on the screen is main's business.
 */
import { assertedAddress, assertedIn, identify, sameIdentity, type Identity, type NameAddress } from './identity'
import type { ReadHeader } from './session-interval'

export class ConnectedIdentity {
  readonly #ownHost: string
  /** As far as it was told. null: nobody was, only whom we dialled is known. */
  #known: Identity | null
  /** The From of their requests, or the To of ours, as it was last. */
  #from: Identity

  constructor(ownHost: string, { known, from }: { known: Identity | null; from: NameAddress }) {
    this.#ownHost = ownHost
    this.#known = known
    this.#from = identify(ownHost, from)
  }

  /** As well as it is known. */
  get current(): Identity {
    return this.#known ?? this.#from
  }

  /**
   * Who it is now when this message says something new; else null. What the server asserts counts (RFC 3325, and Remote-Party-ID of servers
   * that are older), and without such a word the From of a request if it changed within the dialog.
   */
  heard(kind: 'request' | 'response', header: ReadHeader): Identity | null {
    const asserted = this.#asserted(header)
    const identity = asserted ?? (kind === 'request' ? this.#changedFrom(header('from') ?? header('f')) : null)
    if (identity === null || (this.#known !== null && sameIdentity(identity, this.#known))) return null
    this.#known = identity
    return identity
  }

  #asserted(header: ReadHeader): Identity | null {
    const address = assertedIn(header)
    return address === undefined ? null : identify(this.#ownHost, address)
  }

  #changedFrom(from: string | undefined): Identity | null {
    const address = assertedAddress(from)
    if (address === undefined) return null
    const identity = identify(this.#ownHost, address)
    // A server in between that hides itself says nothing about who is there.
    if (identity.handle.type === 'generic' && identity.handle.value === '') return null
    if (sameIdentity(identity, this.#from)) return null
    this.#from = identity
    return identity
  }
}
