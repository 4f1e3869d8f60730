/*
 * States of the phone for tests of what is a function of them: one account, whatever calls a test names.
 */
import { noFeatures, usualConnection, usualNumbers, type Registration } from '../../common/account'
import { type Call, type CallFacts, type CallPhase, defaultCapabilities } from '../../common/call'
import type { Caller } from '../../common/contact'
import { noMedia } from '../../common/media'
import type { AccountState, CallView, HistoryEntry, PhoneState } from '../../common/phone-state'
import { defaultSettings } from '../../common/settings'

const registered: Registration = { state: 'registered', since: 0, expiresAt: 600_000 }

export const accountState = (
  registration: Registration = registered,
  change: Partial<AccountState['account']> = {},
): AccountState => ({
  account: {
    id: 'work',
    name: 'Work',
    uri: 'sip:100@pbx.example',
    server: 'wss://pbx.example/ws',
    username: '100',
    displayName: null,
    certificate: null,
    enabled: true,
    features: noFeatures,
    connection: usualConnection,
    numbers: usualNumbers,
    ...change,
  },
  registration,
  needsPassword: false,
  unprotected: false,
  reach: null,
  route: null,
})

/** A call with Ada on 1815, incoming unless the facts say otherwise. */
export const callOf = (phase: CallPhase, facts: Partial<CallFacts> = {}): Call => ({
  id: 'call-1',
  accountId: 'work',
  direction: 'incoming',
  handle: { type: 'generic', value: '1815' },
  name: 'Ada',
  startedAt: 0,
  capabilities: defaultCapabilities,
  waiting: false,
  groupId: null,
  ...facts,
  ...phase,
})

export const incoming = (facts: Partial<CallFacts> = {}): Call => callOf({ state: 'incoming' }, facts)
export const talking = (facts: Partial<CallFacts> = {}, state: 'active' | 'held' = 'active', muted = false): Call =>
  callOf({ state, muted, remoteHeld: false, connectedAt: 0, transfer: null, referral: null, digitsWaiting: 0 }, facts)
export const ended = (facts: Partial<CallFacts> = {}): Call =>
  callOf(
    { state: 'ended', cause: 'remote-cancelled', sipStatus: null, reason: null, at: 1000, connectedAt: null },
    facts,
  )

export const missedEntry = (change: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id: 'call-1',
  accountId: 'work',
  direction: 'incoming',
  handle: { type: 'generic', value: '1815' },
  name: 'Ada',
  startedAt: 0,
  connectedAt: null,
  endedAt: 1000,
  cause: 'remote-cancelled',
  sipStatus: null,
  missed: true,
  seen: false,
  label: null,
  screening: null,
  mos: null,
  relations: [],
  ...change,
})

/** A caller nobody knows anything of. */
export const nobodyKnown: Caller = {
  name: null,
  contactId: null,
  source: null,
  avatar: null,
  ringtone: null,
  vip: false,
  lookalike: false,
  attestation: null,
}

/** The same state with what is known of the caller of its first call. */
export const withCaller = (state: PhoneState, caller: Partial<Caller>): PhoneState => ({
  ...state,
  calls: state.calls.map((view, index) => (index === 0 ? { ...view, caller: { ...nobodyKnown, ...caller } } : view)),
})

/** The same state with its first call shown so. */
export const withView = (state: PhoneState, view: Partial<CallView>): PhoneState => ({
  ...state,
  calls: state.calls.map((one, index) => (index === 0 ? { ...one, ...view } : one)),
})

export const stateOf = (
  calls: readonly Call[] = [],
  change: Partial<Omit<PhoneState, 'calls' | 'settings'>> & { doNotDisturb?: boolean } = {},
): PhoneState => {
  const { doNotDisturb = false, ...rest } = change
  return {
    revision: 1,
    version: '0.0.0',
    engine: 'ready',
    accounts: [accountState()],
    calls: calls.map((call) => ({
      call,
      media: noMedia,
      speaking: false,
      caller: null,
      private: false,
      diverted: [],
      autoAnswered: false,
      diagnosis: null,
    })),
    history: [],
    missed: (change.history ?? []).filter(({ missed, seen }) => missed && !seen).length,
    directory: { sources: [], blocked: [] },
    contacts: { count: 0, atHand: [] },
    voicemail: [],
    colleagues: [],
    unread: [],
    away: [],
    accountTest: null,
    quiet: doNotDisturb ? { on: true, because: 'switch' } : { on: false, because: null },
    devices: [],
    settings: { ...defaultSettings, doNotDisturb },
    secretStorage: 'keychain',
    notices: [],
    silenced: [],
    ...rest,
  }
}
