/*
 * The call half of the phone as main wires it, on a clock and an engine that a test moves by hand. What a test of calls
 * stands on; it has no window, no tray and no network.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Verdict } from '../../common/contract/engine'
import { noFeatures, usualConnection, usualNumbers, type Account } from '../../common/account'
import type { Call, CallId } from '../../common/call'
import type { EndCause } from '../../common/errors'
import type { Log } from '../../common/log'
import type { Screening } from '../../common/directory'
import { loadPhoneLibrary } from '../../common/numbers/phone-library'
import type { AccountState, HistoryEntry } from '../../common/phone-state'
import { defaultSettings } from '../../common/settings'
import type { AutoAnswer } from '../../main/callkit/auto-answer'
import type { CallController } from '../../main/callkit/controller'
import type { Registry } from '../../main/callkit/registry'
import type { Switchboard } from '../../main/callkit/switchboard'
import type { PhoneVerbs } from '../../main/callkit/phone-verbs'
import type { RingTimeout } from '../../main/callkit/ring-timeout'
import { SipProvider } from '../../main/engine/sip-provider'
import { noSources } from '../../main/phone/caller-sources'
import { makeCalls } from '../../main/phone/calls'
import { makePolicy, type Policy } from '../../main/phone/policy'
import { FakeEngine } from '../fakes/fake-engine'
import { ManualClock, settle } from '../fakes/manual-clock'
import { removeFolder } from './remove-folder'

export const account = (id: string, user = id): Account => ({
  id,
  name: id,
  uri: `sip:${user}@pbx.example`,
  server: 'wss://pbx.example/ws',
  username: user,
  displayName: null,
  certificate: null,
  enabled: true,
  features: noFeatures,
  connection: usualConnection,
  numbers: usualNumbers,
})

const library = await loadPhoneLibrary()

/** Of all phones of a test file, or of a benchmark, and gone with it. */
const profiles = mkdtempSync(join(tmpdir(), 'patchcord-calls-'))
const removeProfiles = (): void => removeFolder(profiles)
if (process.env.VITEST) (await import('vitest')).afterAll(removeProfiles)
else process.once('exit', removeProfiles)

export class CallPhone {
  readonly clock = new ManualClock()
  readonly engine = new FakeEngine()
  readonly history: Call[] = []
  readonly logged: string[] = []
  readonly settings = { ...defaultSettings }
  accounts: AccountState[]
  readonly registry: Registry
  readonly autoAnswer: AutoAnswer
  readonly ringing: RingTimeout
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly verbs: PhoneVerbs
  readonly sip: SipProvider
  readonly policy: Policy
  /** Whom the phone asks about callers; nobody knows anybody until a test says so. */
  readonly sources = { ...noSources }
  /** What the history says of former calls. */
  entries: readonly HistoryEntry[] = []
  desktopIsQuiet = false
  readonly known = new Map<CallId, { label: string | null; screening: Screening | null }>()

  constructor(accounts: readonly Account[] = [account('work', '100')]) {
    const { clock, engine } = this
    const write = (line: string) => void this.logged.push(line)
    const log: Log = { debug: write, info: write, warn: write, error: (line) => write(`ERROR ${line}`) }
    this.accounts = accounts.map((one) => ({
      account: one,
      registration: { state: 'registered', since: 0, expiresAt: 0 },
      needsPassword: false,
      unprotected: false,
      reach: null,
      route: null,
    }))
    this.policy = makePolicy({
      folder: mkdtempSync(join(profiles, 'phone-')),
      clock,
      log,
      settings: () => this.settings,
      accounts: () => this.accounts.map((one) => one.account),
      history: () => this.entries,
      registry: () => this.registry,
      sources: this.sources,
      desktopIsQuiet: () => this.desktopIsQuiet,
      onKnown: (callId, known) => void this.known.set(callId, known),
      library,
    })
    const { registry, switchboard, controller, forwarding, autoAnswer, ringing, verbs } = makeCalls({
      clock,
      log,
      settings: () => this.settings,
      policy: this.policy,
      accounts: () => this.accounts,
      history: (call) => this.history.push(call),
      focusOf: (callId) => this.sip.focusOf(callId),
    })
    this.registry = registry
    this.autoAnswer = autoAnswer
    this.ringing = ringing
    this.switchboard = switchboard
    this.controller = controller
    this.verbs = verbs
    this.sip = new SipProvider({
      engine,
      clock,
      log,
      switchboard,
      accounts: () => this.accounts.map((one) => one.account),
      forward: (offer, admitted) => forwarding.atOnce(offer, admitted),
      look: (offer) => this.policy.callers.look(offer),
      offered: (offered) => this.policy.offers.take(offered),
      normal: (handle, accountId) => this.policy.numbers.normal(handle, accountId),
      ignoreSeconds: () => this.settings.ringSeconds,
    })
  }

  /** The states of all calls in order, as `incoming` or `ended (busy)`. */
  get states(): string[] {
    return this.registry.calls.map((call) => (call.state === 'ended' ? `ended (${call.cause})` : call.state))
  }

  call(callId: CallId): Call {
    const call = this.registry.find(callId)
    if (!call) throw new Error('no such call')
    return call
  }

  /** An INVITE reaches the phone; gives its call id, and the verdict as `alert` or a status. */
  async invited(
    by = '4711',
    accountId = 'work',
  ): Promise<{ callId: CallId; verdict: Exclude<Verdict['type'], 'reject'> | number }> {
    const callId = crypto.randomUUID()
    const handle = { type: 'phoneNumber', value: by } as const
    const verdict = await new Promise<Verdict>((answer) => {
      this.sip.engineAsked({ callId, accountId, handle, name: null }, answer)
    })
    await settle()
    return { callId, verdict: verdict.type === 'reject' ? verdict.status : verdict.type }
  }

  /** A call from outside that was answered here. */
  async answered(by?: string, accountId?: string): Promise<CallId> {
    const { callId } = await this.invited(by, accountId)
    await this.verbs.answer(callId, 'window')
    await settle()
    this.sip.engineReported({ type: 'updated', callId, capabilities: able })
    return callId
  }

  /** A call we make that the far end answers; the engine can mix it, as it can all. */
  async connected(target = '600'): Promise<CallId> {
    const callId = await this.dialled(target)
    await this.remoteAnswers(callId)
    return callId
  }

  /** The far end takes a call of ours. */
  async remoteAnswers(callId: CallId): Promise<void> {
    this.sip.engineReported({ type: 'progress', callId, stage: 'accepted' })
    this.sip.engineReported({ type: 'connected', callId })
    this.sip.engineReported({ type: 'updated', callId, capabilities: able })
    await settle()
  }

  /** A call we make; nobody has said anything yet. */
  async dialled(target = '600'): Promise<CallId> {
    const result = await this.verbs.call(target, null, 'window')
    if (!result.ok) throw new Error(result.code)
    await settle()
    return result.value
  }

  /** The far end ends a call. */
  remoteEnds(callId: CallId, cause: EndCause = 'remote-hung-up'): Promise<void> {
    this.sip.engineReported(ended(callId, cause))
    return settle()
  }
}

/** What the engine says of every call that is up. */
const able = { holding: true, grouping: true, ungrouping: true, dtmf: true }

const ended = (callId: CallId, cause: EndCause) =>
  ({ type: 'ended', callId, cause, sipStatus: null, reason: null }) as const
