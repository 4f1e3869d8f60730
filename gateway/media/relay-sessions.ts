/*
 * The media of all calls: a session is made at its first description and ends when it is released or when nothing moves in it
 * any more. It limits how many there are; it knows no SIP and no message port.
 */
import type { Clock } from '../../common/clock'
import type { DescribeStep, DtlsOffer, GatewayCounters, PlainForm } from '../../common/contract/gateway'
import type { Log } from '../../common/log'
import type { Described, MediaAccount, RelaySession } from './relay-session'

/** Calls at once; the engine page has no more than 16 itself. */
const limit = 32

export interface RelaySessionsNeeds {
  readonly clock: Clock
  readonly log: Log
  /** The account as it is now; null: there is none of this id, or it is not connected. */
  account(accountId: string): MediaAccount | null
  /** The browser is to be given this offer; its answer comes back by `describe(…, 'localAnswer', …)`. */
  onRenegotiate(session: string, sdp: string): void
  /** Makes one call's media. `dtls`: the browser's own DTLS-SRTP passes through. */
  create(accountId: string, onRenegotiate: (sdp: string) => void, onIdle: () => void, dtls: boolean): RelaySession
}

export class RelaySessions {
  readonly #sessions = new Map<string, { readonly accountId: string; readonly relay: RelaySession }>()

  constructor(private readonly needs: RelaySessionsNeeds) {}

  get size(): number {
    return this.#sessions.size
  }

  /**
   * A session belongs to the account of its first description; another account's name for it is refused. `dtls`: of the first one counts whether there
   * is any, of each offer of ours whether it is with ICE.
   */
  async describe(
    session: string,
    accountId: string,
    step: DescribeStep,
    sdp: string,
    form: PlainForm | null = null,
    dtls: DtlsOffer | null = null,
  ): Promise<Described> {
    const relay = this.#open(session, accountId, dtls !== null)
    if (relay === null) return { ok: false, error: 'media-failed' }
    return relay.describe(step, sdp, form, dtls === 'with-ice')
  }

  rollback(session: string): void {
    this.#sessions.get(session)?.relay.rollback()
  }

  /** Null for a session there is not. */
  count(session: string): GatewayCounters | null {
    return this.#sessions.get(session)?.relay.count() ?? null
  }

  release(session: string): void {
    this.#sessions.get(session)?.relay.release()
    this.#sessions.delete(session)
  }

  /** The engine page is gone, or the process ends. */
  close(): void {
    for (const session of [...this.#sessions.keys()]) this.release(session)
  }

  #open(session: string, accountId: string, dtls: boolean): RelaySession | null {
    const known = this.#sessions.get(session)
    if (known !== undefined) return known.accountId === accountId ? known.relay : null
    if (this.#sessions.size >= limit || this.needs.account(accountId) === null) return null
    const relay = this.needs.create(
      accountId,
      (sdp) => this.needs.onRenegotiate(session, sdp),
      () => this.release(session),
      dtls,
    )
    this.#sessions.set(session, { accountId, relay })
    return relay
  }
}
