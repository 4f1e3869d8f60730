/*
 * What a call behind the gateway asks of it: the wire's descriptions for the browser's and back. Types only. Whoever implements it speaks
 * the gateway's messages (`common/contract/gateway.ts`); the media know neither the port nor the account.
 */
import type { DescribeStep, DtlsOffer, GatewayCounters, GatewayToEngine } from '../../../common/contract/gateway'
import type { OfferedKind } from './media-kind'

type Answer = Extract<GatewayToEngine, { kind: 'described' }>

/** One call's media at the gateway, its own session there. A call is made with it by `MediaEngine.createCallMedia(gateway)`. */
export interface GatewayMedia {
  /** What is offered when it is our turn. An offer of theirs is answered in its own kind. */
  readonly offers: OfferedKind
  /** Of the call's account, for WebRTC, which the gateway has no part in. */
  readonly iceServers: readonly RTCIceServer[]
  /**
   * Resolves with the other side's description, or with why there is none; `media-failed` when the gateway is gone or silent. Never rejects. `dtls`: the
   * sound passes through as the browser encrypts it; what the first description says of that holds for all.
   */
  describe(step: DescribeStep, sdp: string, dtls?: DtlsOffer): Promise<Pick<Answer, 'sdp' | 'error'>>
  /** The offer on the table is withdrawn. */
  rollback(): void
  /** The call's media are over. Nothing is asked after it. */
  release(): void
  /** Null when the gateway is gone or knows no such session. Never rejects. */
  count(): Promise<GatewayCounters | null>
  /** The gateway gives the browser an offer of its own; called at most once, before anything is described. */
  onRenegotiate(listener: (sdp: string) => void): void
}
