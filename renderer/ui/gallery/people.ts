/*
 * The building blocks of the gallery: accounts, calls, past calls and whole snapshots with one thing changed. All times hang
 * on one frozen moment, so that every picture is the same on every run. Nothing here is a real person or number.
 */
import {
  noFeatures,
  usualConnection,
  usualNumbers,
  type Account,
  type AccountFeatures,
  type Registration,
} from '../../../common/account'
import { defaultCapabilities, type Call, type CallFacts, type CallPhase } from '../../../common/call'
import type { Clock } from '../../../common/clock'
import type { Device } from '../../../common/device'
import type { EndCause, RegistrationFailure } from '../../../common/errors'
import type { Handle } from '../../../common/handle'
import { noMedia, type MediaQuality } from '../../../common/media'
import type { AccountState, CallView, HistoryEntry, PhoneState } from '../../../common/phone-state'
import type { Reach } from '../../../common/reach'
import { defaultSettings } from '../../../common/settings'
import type { Place } from '../country-guess'

/** A Wednesday, a quarter past ten in the morning, local time. */
export const moment = new Date(2025, 4, 14, 10, 15, 0).getTime()

/** Time stands still in the gallery. */
export const frozenClock: Clock = {
  now: () => 0,
  date: () => moment,
  setTimeout: () => 0 as unknown as ReturnType<typeof setTimeout>,
  clearTimeout: () => undefined,
}

/** The computer of the gallery is in Berlin. */
export const place: Place = { languages: ['de-DE', 'en'], timeZone: 'Europe/Berlin' }

export const number = (value: string): Handle => ({ type: 'phoneNumber', value })
export const address = (value: string): Handle => ({ type: 'generic', value })

const registered: Registration = { state: 'registered', since: moment - 3_600_000, expiresAt: moment + 300_000 }

export const account = (over: Partial<Account> = {}, registration: Registration = registered): AccountState => ({
  account: {
    id: 'work',
    name: 'Work',
    uri: 'sip:100@pbx.example',
    server: 'wss://pbx.example:8089/ws',
    username: '100',
    displayName: 'Front desk',
    certificate: null,
    enabled: true,
    features: noFeatures,
    connection: usualConnection,
    numbers: usualNumbers,
    ...over,
  },
  registration,
  needsPassword: false,
  unprotected: false,
  reach: null,
  route: null,
})

export const features: AccountFeatures = {
  ...noFeatures,
  voicemail: '*97',
  park: '700',
  forwardNoAnswer: '+4930901999',
}

export const failed = (
  reason: RegistrationFailure,
  over: Partial<Extract<Registration, { state: 'failed' }>> = {},
): Registration => ({ state: 'failed', reason, sipStatus: null, retryAt: null, certificate: null, ...over })

export const demo = account({ id: 'demo', name: 'Demo line', uri: 'sip:you@demo.invalid', server: 'demo:' })
export const home = account({ id: 'home', name: 'Home', uri: 'sip:anna@voip.example' })

/** Its servers, as they stand. */
export const flows = (
  ...states: readonly ('registered' | 'registering' | 'failed')[]
): NonNullable<AccountState['flows']> =>
  states.map((state, index) => ({
    server: `wss://pbx${index + 1}.example:8089/ws`,
    registration: state === 'registered' ? registered : state === 'failed' ? failed('unreachable') : { state },
    provenAt: moment,
  }))

/** Proven `age` s ago. */
export const proven = (age: number, over: Partial<Reach> = {}): Reach => ({
  provenAt: moment - age * 1000,
  nextAt: moment + 18_000,
  roundTripMs: 31,
  doubt: null,
  ...over,
})

export const route: NonNullable<AccountState['route']> = {
  transport: 'udp',
  host: 'sip.voip.example',
  address: '192.0.2.7',
  port: 5060,
  local: '198.51.100.4:5060',
  why: 'SRV _sip._udp.voip.example, priority 10; TLS and TCP did not answer',
}

export const certificate = {
  host: 'pbx.example:8089',
  fingerprint: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  subject: 'CN=pbx.example, O=Example Telephones',
  issuer: 'CN=pbx.example, O=Example Telephones',
  error: 'net::ERR_CERT_AUTHORITY_INVALID',
}

export const goodSound: MediaQuality = {
  codec: 'opus',
  packetsSent: 7550,
  packetsReceived: 7548,
  packetsLost: 2,
  jitterMs: 4,
  roundTripMs: 38,
  lossRatio: 0,
  mos: 4.3,
  encryption: 'dtls',
}
export const poorSound: MediaQuality = {
  ...goodSound,
  codec: 'PCMU',
  jitterMs: 96,
  roundTripMs: 640,
  lossRatio: 0.11,
  mos: 2.4,
}

let lastId = 0

/** A call with Anna unless told otherwise. */
export function call(
  phase: CallPhase,
  over: Partial<CallFacts> = {},
  media: MediaQuality = noMedia,
  speaking = false,
): CallView {
  lastId += 1
  const facts: CallFacts = {
    id: `00000000-0000-4000-8000-${String(lastId).padStart(12, '0')}`,
    accountId: 'work',
    direction: 'outgoing',
    handle: number('+4930901820'),
    name: 'Anna Lindqvist',
    startedAt: moment - 160_000,
    capabilities: defaultCapabilities,
    waiting: false,
    groupId: null,
    ...over,
  }
  return {
    call: { ...facts, ...phase } as Call,
    media,
    speaking,
    caller: null,
    private: false,
    diverted: [],
    autoAnswered: false,
    diagnosis: null,
  }
}

export const active = (over: Partial<Extract<CallPhase, { state: 'active' }>> = {}): CallPhase => ({
  state: 'active',
  muted: false,
  remoteHeld: false,
  transfer: null,
  referral: null,
  digitsWaiting: 0,
  connectedAt: moment - 151_000,
  ...over,
})

export const held = (over: Partial<Extract<CallPhase, { state: 'held' }>> = {}): CallPhase => ({
  state: 'held',
  muted: false,
  remoteHeld: false,
  transfer: null,
  referral: null,
  digitsWaiting: 0,
  connectedAt: moment - 754_000,
  ...over,
})

export const ended = (cause: EndCause, sipStatus: number | null = null, reason: string | null = null): CallPhase => ({
  state: 'ended',
  cause,
  sipStatus,
  reason,
  at: moment,
  connectedAt: null,
})

/** What servers say with these ends. */
export const statuses: Partial<Record<EndCause, [number, string]>> = {
  busy: [486, 'Busy Here'],
  'not-found': [404, 'Not Found'],
  unanswered: [480, 'Temporarily Unavailable'],
  rejected: [603, 'Decline'],
  forbidden: [403, 'Forbidden'],
  unreachable: [503, 'Service Unavailable'],
  'not-acceptable': [488, 'Not Acceptable Here'],
  'server-error': [500, 'Server Internal Error'],
  redirected: [302, 'Moved Temporarily'],
  deflected: [302, 'Moved Temporarily'],
}

const past = (
  minutesAgo: number,
  name: string | null,
  handle: Handle,
  direction: 'incoming' | 'outgoing',
  cause: EndCause,
  seconds: number | null = null,
  seen = true,
): HistoryEntry => {
  const startedAt = moment - minutesAgo * 60_000
  return {
    id: `past-${minutesAgo}`,
    accountId: 'work',
    direction,
    handle,
    name,
    startedAt,
    connectedAt: seconds === null ? null : startedAt + 8000,
    endedAt: startedAt + 8000 + (seconds ?? 12) * 1000,
    cause,
    sipStatus: null,
    missed: direction === 'incoming' && cause === 'remote-cancelled',
    seen,
    label: null,
    screening: null,
    mos: null,
    relations: [],
  }
}

export const history: readonly HistoryEntry[] = [
  past(12, 'Anna Lindqvist', number('+4930901820'), 'incoming', 'remote-cancelled', null, false),
  past(47, 'Reception', address('600'), 'outgoing', 'hung-up', 206),
  past(95, null, number('+14155550132'), 'incoming', 'remote-hung-up', 1312),
  past(130, 'نورة الحربي', number('+966501234567'), 'incoming', 'answered-elsewhere'),
  past(
    1150,
    'Bernard-Alexandre de la Fontaine-Montmorency (Accounts Receivable)',
    address('bernard@very-long-company-name.example'),
    'outgoing',
    'busy',
  ),
  past(1190, null, address(''), 'incoming', 'remote-cancelled', null, false),
  past(1300, 'Dr. Okonkwo’s surgery', number('+442079460958'), 'outgoing', 'unanswered'),
  past(2900, 'Kenji 山本', number('+81355501234'), 'incoming', 'declined'),
  past(4400, 'Warehouse', address('214'), 'outgoing', 'hung-up', 42),
  past(20000, 'Old friend', address('friend@voip.example'), 'incoming', 'hung-up', 4210),
]

const devices: readonly Device[] = [
  { id: 'default', kind: 'microphone', label: 'Default' },
  { id: 'm1', kind: 'microphone', label: 'Built-in Microphone' },
  { id: 'm2', kind: 'microphone', label: 'Jabra Evolve2 65 Mono' },
  { id: 'default', kind: 'speaker', label: 'Default' },
  { id: 's1', kind: 'speaker', label: 'Built-in Speakers' },
  { id: 's2', kind: 'speaker', label: 'Jabra Evolve2 65 Mono' },
]

export const snapshot = (over: Partial<PhoneState> = {}): PhoneState => ({
  revision: 1,
  version: '0.1.0',
  engine: 'ready',
  accounts: [account()],
  calls: [],
  silenced: [],
  history,
  missed: history.filter(({ missed, seen }) => missed && !seen).length,
  directory: { sources: [], blocked: [] },
  contacts: { count: 0, atHand: [] },
  voicemail: [],
  colleagues: [],
  unread: [],
  away: [],
  accountTest: null,
  quiet: { on: false, because: null },
  devices,
  settings: defaultSettings,
  secretStorage: 'keychain',
  notices: [],
  ...over,
})
