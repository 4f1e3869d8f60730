/*
 * How a guarding transport is set up. Types only.
 */
import type { Clock } from '../../../../common/clock'
import type { GuardEvents } from './guard-events'
import type { Ladder } from './ladder'
import type { AccountLimiters } from './request-limiter'
import type { SocketFactory } from './socket'

export interface GuardingTransportOptions {
  /** `ws:` or `wss:` URL. */
  readonly url: string
  readonly openSocket: SocketFactory
  readonly clock: Clock
  /** `sip:user@domain`; pings carry it. */
  readonly aor: string
  /** The sent-by of our Via headers: UserAgentOptions.viaHost. */
  readonly viaHost: string
  readonly events?: GuardEvents
  readonly limiters?: AccountLimiters
  /** Option tags an incoming request may require. */
  readonly supported?: ReadonlySet<string>
  /** False: never ping (the demo line, transcripts). */
  readonly ping?: boolean
  readonly ladder?: Ladder
  readonly connectTimeoutMs?: number
}
