/*
 * The phone as the control door shows it: stable field names, ISO 8601 times, no secret. Scripts depend on these shapes;
 * fields may be added and must not change their meaning. Pure.
 */
import type { Registration } from '../../common/account'
import type { MediaTrouble } from '../../common/diagnosis'
import type { Encryption } from '../../common/media'
import type { Flow } from '../../common/account-flows'
import type { AccountState, CallView, PhoneState } from '../../common/phone-state'
import { connectedAt, isLive, isMuted, type CallState, type Referral, type Transfer } from '../../common/call'
import type { SipTransport } from '../../common/contract/gateway'
import type { RegistrationFailure } from '../../common/errors'
import type { Away, Doubt } from '../../common/reach'
import type { Handle } from '../../common/handle'

export interface StatusAccount {
  readonly id: string
  readonly name: string
  readonly uri: string
  readonly registration: {
    readonly state: 'registered' | 'registering' | 'unregistered' | 'failed'
    /** Why it failed; null in every other state. */
    readonly reason: RegistrationFailure | null
    /** When it is tried again by itself; null: it is not, or need not be. */
    readonly retryAt: string | null
  }
  /** What proves that it can be called: when that was shown last, and when it will be next; why it is doubted although it is registered. */
  readonly reach: {
    readonly provenAt: string | null
    /** Whole seconds since then. */
    readonly ageSeconds: number | null
    readonly nextAt: string | null
    readonly doubt: Doubt | null
  }
  /** Which server it is connected to, how, and why that one; null: to none, or to the very one it names. */
  readonly route: {
    readonly transport: SipTransport
    readonly host: string
    readonly address: string
    readonly port: number
    /** Our address and port, as the server sees them when it said so. */
    readonly local: string
    readonly why: string
  } | null
  /** The servers it is registered with at once, the most preferred first; left out: it is with one at a time. */
  readonly servers?: readonly {
    /** As in the account. */
    readonly server: string
    readonly state: 'registered' | 'registering' | 'unregistered' | 'failed'
    readonly reason: RegistrationFailure | null
    readonly retryAt: string | null
    readonly provenAt: string | null
  }[]
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
    readonly encryption: Encryption | null
  }
  /** The conference it is part of, the same for all its members; null when it stands alone. */
  readonly group: string | null
  /** Being handed to somebody else. */
  readonly transfer: {
    readonly kind: 'blind' | 'attended'
    readonly handle: Handle
    /** The call it is handed to; null for a blind transfer. */
    readonly call: string | null
    readonly progress: 'asked' | 'trying' | 'ringing'
  } | null
  /** The far end asks us to call somebody. */
  readonly referral: { readonly handle: Handle; readonly by: Handle | null } | null
  /** How many digits wait to be sent. */
  readonly digitsWaiting: number
  /** Made to ask somebody whether they take over this other call; null: it was not. */
  readonly consultationOf: string | null
  /** Whom it was meant for before it came here, first the one who was called; empty: us. */
  readonly diverted: readonly {
    readonly handle: Handle
    readonly name: string | null
    /** As the server says, in the words of RFC 5806 where it uses them. */
    readonly reason: string | null
  }[]
  /** It was answered by itself, because its caller asked for that and is allowed to. */
  readonly autoAnswered: boolean
  /** The far end speaks now; only known in a conference. */
  readonly speaking: boolean
  /** Why it is not heard; null: nothing is wrong, as far as one can tell. */
  readonly diagnosis: { readonly trouble: MediaTrouble; readonly since: string; readonly evidence: string } | null
}

export interface Status {
  readonly version: string
  readonly electron: string
  readonly accounts: readonly StatusAccount[]
  /** Live calls, in the order they began, without those that are to leave no trace. */
  readonly calls: readonly StatusCall[]
  /** When accounts could not be reached, newest first, until the user puts that away. */
  readonly away: readonly {
    readonly account: string
    /** Of the last proof before, and the first one after. */
    readonly from: string
    readonly to: string
    readonly because: Away['because']
    /** Voice messages that arrived meanwhile; null: the server does not tell. */
    readonly newMessages: number | null
  }[]
}

/** `now`: wall-clock ms. */
export const statusOf = (state: PhoneState, electron: string, now: number): Status => ({
  version: state.version,
  electron,
  accounts: state.accounts.map((account) => statusAccount(account, now)),
  calls: state.calls.filter((view) => isLive(view.call) && !view.private).map(statusCall),
  away: state.away.map(({ accountId, from, to, because, newMessages }) => ({
    ...{ account: accountId, from: iso(from), to: iso(to), because, newMessages },
  })),
})

export const statusAccount = (
  { account, registration, reach, route, flows }: AccountState,
  now: number,
): StatusAccount => ({
  id: account.id,
  name: account.name,
  uri: account.uri,
  registration: statusRegistration(registration),
  reach: {
    provenAt: isoOrNull(reach?.provenAt),
    ageSeconds: typeof reach?.provenAt === 'number' ? Math.max(0, Math.floor((now - reach.provenAt) / 1000)) : null,
    nextAt: isoOrNull(reach?.nextAt),
    doubt: reach?.doubt ?? null,
  },
  route,
  ...(flows === undefined ? {} : { servers: flows.map(statusServer) }),
})

const statusRegistration = (registration: Registration): StatusAccount['registration'] => ({
  state: registration.state,
  reason: registration.state === 'failed' ? registration.reason : null,
  retryAt: registration.state === 'failed' && registration.retryAt !== null ? iso(registration.retryAt) : null,
})

const statusServer = ({ server, registration, provenAt }: Flow): NonNullable<StatusAccount['servers']>[number] => ({
  server,
  ...statusRegistration(registration),
  provenAt: isoOrNull(provenAt),
})

export function statusCall({ call, media, speaking, diverted, autoAnswered, diagnosis }: CallView): StatusCall {
  const connected = connectedAt(call)
  return {
    id: call.id,
    direction: call.direction,
    state: call.state,
    handle: statusHandle(call.handle),
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
      encryption: media.encryption,
    },
    group: call.groupId,
    transfer: statusTransfer('transfer' in call ? call.transfer : null),
    referral: statusReferral('referral' in call ? call.referral : null),
    digitsWaiting: 'digitsWaiting' in call ? call.digitsWaiting : 0,
    consultationOf: call.consultationOf ?? null,
    diverted: diverted.map(({ handle, name, reason }) => ({ handle: statusHandle(handle), name, reason })),
    autoAnswered,
    speaking,
    diagnosis: diagnosis && { ...diagnosis, since: iso(diagnosis.since) },
  }
}

const statusHandle = ({ type, value }: Handle): Handle => ({ type, value })

const statusTransfer = (transfer: Transfer | null): StatusCall['transfer'] =>
  transfer && {
    kind: transfer.kind,
    handle: statusHandle(transfer.to),
    call: transfer.toCallId,
    progress: transfer.progress,
  }

/** The address for the wire stays here: it may carry what no script is to see. */
const statusReferral = (referral: Referral | null): StatusCall['referral'] =>
  referral && { handle: referral.handle, by: referral.by }

const isoOrNull = (ms: number | null | undefined): string | null => (typeof ms === 'number' ? iso(ms) : null)

/** Wall-clock ms as ISO 8601 in UTC. */
export const iso = (ms: number): string => new Date(ms).toISOString()
