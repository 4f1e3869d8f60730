/*
 * CallKit's model with a delegate a test plays itself: it notes what is asked of it and completes only what it is told to.
 * For tests of the model alone; the engine is not part of it.
 */
import type { Call, CallId } from '../../common/call'
import type { Log } from '../../common/log'
import { defaultSettings } from '../../common/settings'
import { Action, type ActionBody, type ActionKind, type ActionOf } from '../../main/callkit/action'
import { AudioSession } from '../../main/callkit/audio-session'
import { defaultConfiguration, type ProviderConfiguration } from '../../main/callkit/configuration'
import { CallController } from '../../main/callkit/controller'
import type { ProviderDelegate } from '../../main/callkit/delegate'
import type { Provider } from '../../main/callkit/provider'
import { Registry } from '../../main/callkit/registry'
import { Switchboard, type Accepted, type SwitchboardOptions } from '../../main/callkit/switchboard'
import { Transaction } from '../../main/callkit/transaction'
import { ManualClock, settle } from '../fakes/manual-clock'

class PlayedDelegate implements ProviderDelegate {
  /** What happened, in order: `answer`, `reset`, `timed out setHeld`, `audio on` … */
  readonly heard: string[] = []
  readonly actions: Action[] = []
  /** Called in the middle of every delivery. */
  during: (action: Action) => void = () => {}

  providerDidReset = (): void => this.note('reset')
  performStart = (_: Provider, action: Action): void => this.take(action)
  performAnswer = (_: Provider, action: Action): void => this.take(action)
  performEnd = (_: Provider, action: Action): void => this.take(action)
  performSetHeld = (_: Provider, action: Action): void => this.take(action)
  performSetMuted = (_: Provider, action: Action): void => this.take(action)
  performSetGroup = (_: Provider, action: Action): void => this.take(action)
  performTransfer = (_: Provider, action: Action): void => this.take(action)
  performDeflect = (_: Provider, action: Action): void => this.take(action)
  performRefuseReferral = (_: Provider, action: Action): void => this.take(action)
  performPlayDtmf = (_: Provider, action: Action): void => this.take(action)
  timedOutPerforming = (_: Provider, action: Action): void => this.note(`timed out ${action.body.kind}`)
  didActivateAudio = (): void => this.note('audio on')
  didDeactivateAudio = (): void => this.note('audio off')

  /** The action of this kind that was delivered last. */
  last<Kind extends ActionKind>(kind: Kind): ActionOf<Kind> {
    const action = this.actions.findLast((one) => one.is(kind))
    if (!action) throw new Error(`no ${kind} was delivered`)
    return action as unknown as ActionOf<Kind>
  }

  private take(action: Action): void {
    this.note(action.body.kind)
    this.actions.push(action)
    this.during(action)
  }

  private note(what: string): void {
    this.heard.push(what)
  }
}

export class ProviderPhone {
  readonly clock = new ManualClock()
  readonly delegate = new PlayedDelegate()
  readonly history: Call[] = []
  readonly logged: string[] = []
  readonly settings = { ...defaultSettings }
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly provider: Provider

  constructor(configuration: Partial<ProviderConfiguration> = {}, options: Partial<SwitchboardOptions> = {}) {
    const { clock } = this
    const write = (line: string) => void this.logged.push(line)
    const log: Log = { debug: write, info: write, warn: write, error: (line) => write(`ERROR ${line}`) }
    this.registry = new Registry({ clock, log, history: (call) => this.history.push(call) })
    this.switchboard = new Switchboard({
      clock,
      log,
      registry: this.registry,
      settings: () => this.settings,
      ...options,
    })
    this.controller = new CallController(this.switchboard)
    new AudioSession(this.registry, this.switchboard)
    this.provider = this.add('work', configuration)
  }

  add(id: string, configuration: Partial<ProviderConfiguration> = {}): Provider {
    const supportedHandleTypes = new Set(['generic', 'phoneNumber'] as const)
    const added = this.switchboard.addProvider(id, { ...defaultConfiguration, supportedHandleTypes, ...configuration })
    if (!added.ok) throw new Error(added.error.name)
    added.provider.delegate = this.delegate
    return added.provider
  }

  action<Body extends ActionBody>(body: Body): Action<Body> {
    return new Action(body, this.clock)
  }

  start(callId: CallId = crypto.randomUUID(), providerId = 'work'): ActionOf<'start'> {
    const handle = { type: 'phoneNumber', value: '600' } as const
    return this.action({ kind: 'start', callId, providerId, handle, target: 'sip:600@pbx.example', referral: null })
  }

  request(...actions: readonly (Action | ActionBody)[]): Promise<Accepted> {
    const made = actions.map((one) => (one instanceof Action ? one : this.action(one)))
    return this.controller.request(new Transaction(made), 'window')
  }

  /** As `request`, and says `accepted` or the name of the error. */
  async asked(...actions: readonly (Action | ActionBody)[]): Promise<string> {
    const result = await this.request(...actions)
    await settle()
    return result.ok ? 'accepted' : result.error.name
  }

  async ringing(): Promise<CallId> {
    const callId = crypto.randomUUID()
    const remoteHandle = { type: 'phoneNumber', value: '4711' } as const
    const admission = await this.provider.reportNewIncomingCall(callId, { remoteHandle })
    if (!admission.ok) throw new Error(admission.error.name)
    return callId
  }

  async active(): Promise<CallId> {
    const callId = await this.ringing()
    await this.asked({ kind: 'answer', callId })
    this.delegate.last('answer').fulfill()
    return callId
  }

  state(callId: CallId): string {
    const call = this.registry.find(callId)
    return call === undefined ? 'gone' : call.state === 'ended' ? `ended (${call.cause})` : call.state
  }
}
