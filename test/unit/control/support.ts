/*
 * A phone for the control door to open on: a state a test sets, and verbs that note what was asked of them.
 */
import type { Call, CallFacts, CallPhase } from '../../../common/call'
import { defaultCapabilities } from '../../../common/call'
import { done, type Result } from '../../../common/errors'
import { noMedia, type MediaQuality } from '../../../common/media'
import type { AccountState, CallView, PhoneState } from '../../../common/phone-state'
import { defaultSettings } from '../../../common/settings'
import type { CallVerbs } from '../../../main/callkit/verbs'

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
  ...facts,
  ...phase,
})

export const active = (muted = false): CallPhase => ({
  state: 'active',
  muted,
  remoteHeld: false,
  connectedAt: startedAt + 2_000,
})
export const held: CallPhase = { state: 'held', muted: false, remoteHeld: false, connectedAt: startedAt + 2_000 }
export const ended: CallPhase = {
  state: 'ended',
  cause: 'busy',
  sipStatus: 486,
  reason: 'Busy Here',
  at: startedAt + 9_000,
  connectedAt: null,
}

export const view = (call: Call, media: Partial<MediaQuality> = {}): CallView => ({
  call,
  media: { ...noMedia, ...media },
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
  },
  registration: { state: 'registered', since: 0, expiresAt: 1 },
  needsPassword: false,
  unprotected: false,
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

  call(...args: Parameters<CallVerbs['call']>): Promise<Result<string>> {
    this.asked.push(['call', ...args])
    return Promise.resolve(this.answerWith.ok ? { ok: true, value: 'new-call' } : this.answerWith)
  }
  answer = (...args: unknown[]): Promise<Result> => this.note('answer', args)
  decline = (...args: unknown[]): Promise<Result> => this.note('decline', args)
  end = (...args: unknown[]): Promise<Result> => this.note('end', args)
  setHeld = (...args: unknown[]): Promise<Result> => this.note('setHeld', args)
  setMuted = (...args: unknown[]): Promise<Result> => this.note('setMuted', args)
  playDtmf = (...args: unknown[]): Promise<Result> => this.note('playDtmf', args)

  private note(verb: string, args: unknown[]): Promise<Result> {
    this.asked.push([verb, ...args])
    return Promise.resolve(this.answerWith)
  }
}
