/*
 * The phone as the control door shows it: stable field names, ISO 8601 times, no secret. Scripts depend on these shapes;
 * fields may be added and must not change their meaning. Pure.
 */
import type { AccountState, CallView, PhoneState } from '../../common/phone-state'
import { connectedAt, isLive, isMuted, type CallState } from '../../common/call'
import type { RegistrationFailure } from '../../common/errors'
import type { Handle } from '../../common/handle'

export interface StatusAccount {
  readonly id: string
  readonly name: string
  readonly uri: string
  readonly registration: {
    readonly state: 'registered' | 'registering' | 'unregistered' | 'failed'
    /** Why it failed; null in every other state. */
    readonly reason: RegistrationFailure | null
  }
}

export interface StatusCall {
  readonly id: string
  readonly direction: 'incoming' | 'outgoing'
  readonly state: CallState
  readonly handle: Handle
  readonly name: string | null
  readonly muted: boolean
  readonly startedAt: string
  readonly connectedAt: string | null
  readonly media: {
    readonly codec: string | null
    readonly packetsSent: number
    readonly packetsReceived: number
    readonly packetsLost: number
    readonly jitterMs: number | null
    readonly roundTripMs: number | null
  }
}

export interface Status {
  readonly version: string
  readonly electron: string
  readonly accounts: readonly StatusAccount[]
  /** Live calls, in the order they began. */
  readonly calls: readonly StatusCall[]
}

export const statusOf = (state: PhoneState, electron: string): Status => ({
  version: state.version,
  electron,
  accounts: state.accounts.map(statusAccount),
  calls: state.calls.filter(({ call }) => isLive(call)).map(statusCall),
})

export const statusAccount = ({ account, registration }: AccountState): StatusAccount => ({
  id: account.id,
  name: account.name,
  uri: account.uri,
  registration: {
    state: registration.state,
    reason: registration.state === 'failed' ? registration.reason : null,
  },
})

export function statusCall({ call, media }: CallView): StatusCall {
  const connected = connectedAt(call)
  return {
    id: call.id,
    direction: call.direction,
    state: call.state,
    handle: { type: call.handle.type, value: call.handle.value },
    name: call.name,
    muted: isMuted(call),
    startedAt: iso(call.startedAt),
    connectedAt: connected === null ? null : iso(connected),
    media: {
      codec: media.codec,
      packetsSent: media.packetsSent,
      packetsReceived: media.packetsReceived,
      packetsLost: media.packetsLost,
      jitterMs: media.jitterMs,
      roundTripMs: media.roundTripMs,
    },
  }
}

/** Wall-clock ms as ISO 8601 in UTC. */
export const iso = (ms: number): string => new Date(ms).toISOString()
