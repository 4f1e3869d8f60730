/*
 * A way for SIP messages to one server: a UDP socket or a stream. What it carries is text here and bytes on the wire; it knows nothing of
 * SIP but where one message ends.
 */
import type { RefusedCertificate } from '../../common/account'
import type { RegistrationFailure } from '../../common/errors'
import type { Endpoint } from './endpoint'
import type { Target } from './target'

export interface ChannelFailure {
  readonly reason: RegistrationFailure
  /** For a person, without secrets. */
  readonly detail: string
  readonly certificate: RefusedCertificate | null
}

export interface Channel {
  readonly target: Target
  /** Neither loses nor repeats anything. */
  readonly reliable: boolean
  /** Ours, on the way to the server. */
  readonly local: Endpoint
  /** As whom it calls itself, where that is another than `local`. */
  sentBy?: Endpoint
  /** `to`: another place than the target; only where there are no connections. */
  send(text: string, to?: Endpoint): void
  /** As whom a STUN server (RFC 8489) sees it; null: no answer. Only where there are no connections. */
  ask?(server: Endpoint): Promise<Endpoint | null>
  /** Idempotent; nothing is told of it afterwards. */
  close(): void
}

export interface ChannelEvents {
  /** One message or keep-alive. */
  onMessage(text: string, from: Endpoint): void
  /** The server is not there any more, or never was one. */
  onClosed(failure: ChannelFailure): void
}

export interface ChannelNeeds {
  readonly target: Target
  /** Names a certificate may be for. */
  readonly domains: readonly string[]
  /** SHA-256 of a certificate the user trusts, lower-case hex; null: none. */
  readonly pin: string | null
  /** Preferred for UDP. */
  readonly localPort: number
  readonly patienceMs: number
  readonly signal: AbortSignal
}

export type OpenedChannel =
  { readonly ok: true; readonly channel: Channel } | { readonly ok: false; readonly failure: ChannelFailure }

/** Opens the target's kind of channel. Never rejects. `events` are not called before it has resolved. */
export type OpenChannel = (needs: ChannelNeeds, events: ChannelEvents) => Promise<OpenedChannel>
