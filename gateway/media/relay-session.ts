/*
 * The seam between the gateway's process and one call's media: descriptions go in as the engine page or the wire wrote them and come out
 * as the other of the two reads them; packets are carried by themselves. Types only; it knows neither ports of messages nor SIP.
 */
import type { DescribeStep, GatewayCounters, PlainForm } from '../../common/contract/gateway'
import type { PortRange } from './port-pair'

/** `srtp-required`: the account's policy wants SRTP and the far end will not; `media-failed`: no sockets, or the native part does not work here. */
export type DescribeError = 'not-acceptable' | 'srtp-required' | 'media-failed'

export type Described =
  { readonly ok: true; readonly sdp: string } | { readonly ok: false; readonly error: DescribeError }

/** What an account's media need to know of it and of its connection now; asked for at each description. */
export interface MediaAccount {
  /** SDES-SRTP (RFC 4568): `off` and `optional` both take an offer of it, `off` makes none. */
  readonly srtp: 'off' | 'optional' | 'required'
  /** `host[:port]`; our address in descriptions is then the one it sees. */
  readonly stun: string | null
  /** SIP travels over TLS, so that keys in a description are secret. */
  readonly secure: boolean
  /** Numeric address of the server that SIP goes to: ours in descriptions is the one that is used towards it. */
  readonly server: string
  /** UDP ports its media may use; null: the usual ones. */
  readonly ports: PortRange | null
}

/** One call's media. Descriptions are handled one after the other, in the order of the calls. */
export interface RelaySession {
  /**
   * Makes the other side's description of this one. `localOffer`, `localAnswer`: `sdp` is the browser's, the result goes to the wire;
   * `remoteOffer`, `remoteAnswer`, `remoteEarly`: from the wire to the browser. A failed step changes nothing: what was agreed before holds.
   * `form`: of what is offered to the wire; null: the usual one.
   * `withIce`: what is offered can be answered to the browser itself too; only where its own DTLS passes through.
   * The answer of the browser to an offer of `onRenegotiate` is given as `localAnswer` too; its result goes nowhere.
   */
  describe(step: DescribeStep, sdp: string, form?: PlainForm | null, withIce?: boolean): Promise<Described>
  /** The offer on the table is withdrawn; without one: nothing. */
  rollback(): void
  /** Null: there is nothing to count yet. */
  count(): GatewayCounters | null
  /** Frees every socket. Idempotent. */
  release(): void
}
