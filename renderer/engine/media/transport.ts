/*
 * What is known of the way a call's sound takes, besides the browser's own statistics. Types only.
 */
import type { GatewayCounters } from '../../../common/contract/gateway'
import type { Encryption } from '../../../common/media'

export interface Transport {
  /** On the wire; null: nothing was sent or heard yet. */
  readonly encryption: Encryption | null
  /** null: no gateway is in between, or it does not answer. */
  readonly counters: GatewayCounters | null
  /** `address:port` of ours as the far end was told it; null: there are several, or none yet. */
  readonly own: string | null
}
