/*
 * A phone for the control door to open on: a state a test sets, and verbs that note what was asked of them.
 */
import { noFeatures, usualConnection, usualNumbers } from '../../../common/account'
import type { Call, CallFacts, CallPhase } from '../../../common/call'
import { defaultCapabilities } from '../../../common/call'
import { done, type Result } from '../../../common/errors'
import { noMedia, type MediaQuality } from '../../../common/media'
import type { AccountState, CallView, PhoneState } from '../../../common/phone-state'
import { defaultSettings } from '../../../common/settings'
import type { CallVerbs, Originator, Requested } from '../../../main/callkit/verbs'

export const startedAt = Date.UTC(2030, 0, 2, 3, 4, 5, 678)

export const callOf = (id: string, phase: CallPhase, facts: Partial<CallFacts> = {}): Call => ({
  id,
  accountId: 'a1',
  direction: phase.state === 'incoming' ? 'incoming' : 'outgoing',
  handle: { type: 'phoneNumber', value: '+49301234567' },
  name: null,
  startedAt,
  capabilities: defaultCapabilities,
  waiting: false,
  groupId: null,
  ...facts,
  ...phase,
})

const talking = { remoteHeld: false, connectedAt: startedAt + 2_000, transfer: null, referral: null, digitsWaiting: 0 }
export const active = (muted = false): CallPhase => ({ state: 'active', muted, ...talking })
export const held: CallPhase = { state: 'held', muted: false, ...talking }
export const ended: CallPhase = {
  state: 'ended',
  cause: 'busy',
  sipStatus: 486,
  reason: 'Busy Here',
  at: startedAt + 9_000,
  connectedAt: null,
}

export const view = (call: Call, media: Partial<MediaQuality> = {}, speaking = false): CallView => ({
  call,
  media: { ...noMedia, ...media },
  speaking,
  caller: null,
  private: false,
  diverted: [],
  autoAnswered: false,
  diagnosis: null,
})

export const account = (id: string, name: string, patch: Partial<AccountState> = {}): AccountState => ({
  account: {
    id,
    name,
    uri: `sip:${id}@pbx.example`,
    server: 'wss://pbx.example:8089/ws',
    username: id,
    displayName: null,
    certificate: null,
    enabled: true,
    features: noFeatures,
    connection: usualConnection,
    numbers: usualNumbers,
  },
  registration: { state: 'registered', since: 0, expiresAt: 1 },
  needsPassword: false,
  unprotected: false,
  reach: null,
  route: null,
  ...patch,
})

export const phone = (patch: Partial<PhoneState> = {}): PhoneState => ({
  revision: 1,
  version: '1.2.3',
  engine: 'ready',
  accounts: [account('a1', 'Work')],
  calls: [],
  silenced: [],
  history: [],
  missed: 0,
  directory: { sources: [], blocked: [] },
  contacts: { count: 0, atHand: [] },
  voicemail: [],
  colleagues: [],
  unread: [],
  away: [],
  accountTest: null,
  quiet: { on: false, because: null },
  devices: [],
  settings: defaultSettings,
  secretStorage: 'keychain',
  notices: [],
  ...patch,
})

/** Carries out nothing and says yes, unless it was told to answer otherwise. */
export class NotedVerbs implements CallVerbs {
  readonly asked: unknown[][] = []
  answerWith: Result = done
  /** What becomes of what was accepted. */
  outcome: Promise<Result> = Promise.resolve(done)

  call = (...args: unknown[]): Promise<Requested<string>> => this.note('call', args, 'new-call')
  pickUp = (...args: unknown[]): Promise<Requested<string>> => this.note('pickUp', args, 'new-call')
  answer = (...args: unknown[]): Promise<Requested> => this.note('answer', args)
  holdAndAnswer = (...args: unknown[]): Promise<Requested> => this.note('holdAndAnswer', args)
  endAndAnswer = (...args: unknown[]): Promise<Requested> => this.note('endAndAnswer', args)
  decline = (...args: unknown[]): Promise<Requested> => this.note('decline', args)
  sendToVoicemail = (...args: unknown[]): Promise<Requested> => this.note('sendToVoicemail', args)
  deflect = (...args: unknown[]): Promise<Requested> => this.note('deflect', args)
  end = (...args: unknown[]): Promise<Requested> => this.note('end', args)
  endGroup = (...args: unknown[]): Promise<Requested> => this.note('endGroup', args)
  setHeld = (...args: unknown[]): Promise<Requested> => this.note('setHeld', args)
  swap = (...args: unknown[]): Promise<Requested> => this.note('swap', args)
  setMuted = (...args: unknown[]): Promise<Requested> => this.note('setMuted', args)
  playDtmf = (...args: unknown[]): Promise<Requested> => this.note('playDtmf', args)
  merge = (...args: unknown[]): Promise<Requested> => this.note('merge', args)
  split = (...args: unknown[]): Promise<Requested> => this.note('split', args)
  transfer = (...args: unknown[]): Promise<Requested> => this.note('transfer', args)
  consult = (...args: unknown[]): Promise<Requested<string>> => this.note('consult', args, 'new-call')
  transferToCall = (...args: unknown[]): Promise<Requested> => this.note('transferToCall', args)
  park = (...args: unknown[]): Promise<Requested> => this.note('park', args)
  continueDigits = (...args: unknown[]): Promise<Requested> => this.note('continueDigits', args)
  answerReferral(callId: string, accept: boolean, by: Originator): Promise<Requested<string | null>> {
    return this.note('answerReferral', [callId, accept, by], accept ? 'new-call' : null)
  }

  private note(verb: string, args: unknown[]): Promise<Requested>
  private note<T>(verb: string, args: unknown[], value: T): Promise<Requested<T>>
  private note(verb: string, args: unknown[], value?: unknown): Promise<Requested<unknown>> {
    this.asked.push([verb, ...args])
    const { answerWith, outcome } = this
    return Promise.resolve(answerWith.ok ? { ok: true, value, completed: outcome } : answerWith)
  }
}
