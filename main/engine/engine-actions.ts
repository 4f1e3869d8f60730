/*
 * What CallKit's model asks of calls, carried out by the engine: each action becomes a command, and its answer completes the action. It
 * remembers which ringing calls are being answered and who is in which conference, and nothing else of a call.
 */
import type { CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { EngineCommand } from '../../common/contract/engine'
import type { Result } from '../../common/errors'
import type { Log } from '../../common/log'
import type { Action, ActionOf } from '../callkit/action'
import type { ProviderDelegate } from '../callkit/delegate'
import type { Provider } from '../callkit/provider'
import type { Registry } from '../callkit/registry'
import { visibleText } from '../callkit/visible-text'
import type { Engine } from './engine'
import { EngineGroups } from './engine-groups'

export interface EngineActionsOptions {
  readonly engine: Engine
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
  /** The engine has said goodbye to the far end of this call. */
  readonly onEnded: (callId: CallId) => void
  /** The far end of one call asked us to make the other in its stead. */
  readonly onReferred: (from: CallId, to: CallId) => void
}

/** The user's hang-up is done for the phone after this long, whether the engine says so or not, ms. */
const endWithinMs = 150
/** An engine that has not confirmed an end by then is told again, ms. */
const endAgainMs = 2_000
/** What a far end says of a failure, characters. */
const longestDetail = 120

export class EngineActions implements ProviderDelegate {
  /** Incoming calls the engine was told to answer: from then on they are ended, not rejected. */
  private readonly answered = new Set<CallId>()
  private readonly groups: EngineGroups

  constructor(private readonly options: EngineActionsOptions) {
    this.groups = new EngineGroups(options.engine, options.registry)
  }

  /** The call is over. */
  forget(callId: CallId): void {
    this.answered.delete(callId)
  }

  /** Every call in the engine is gone. */
  engineLost(): void {
    this.answered.clear()
    this.groups.clear()
  }

  providerDidReset(provider: Provider): void {
    this.options.log.info(`account ${provider.id}: its calls are gone`)
  }

  performStart(_provider: Provider, action: ActionOf<'start'>): void {
    const { callId, providerId, target, referral } = action.body
    if (referral !== null) this.options.onReferred(referral, callId)
    void this.request({ type: 'dial', callId, accountId: providerId, target, referral }).then((result) => {
      this.settle(action, result)
      this.endIfStray(callId, result)
    })
  }

  performAnswer(_provider: Provider, action: ActionOf<'answer'>): void {
    const { callId } = action.body
    this.answered.add(callId)
    void this.request({ type: 'answer', callId }).then((result) => {
      const late = action.isComplete && !action.outcome?.ok
      this.settle(action, result)
      if (result.ok) return this.endIfStray(callId, result)
      // The caller is not to ring on at a phone that cannot answer; an engine that has refused already says so.
      if (!late && !unavailable(result)) this.send({ type: 'reject', callId, status: 480 })
    })
  }

  performEnd(_provider: Provider, action: ActionOf<'end'>): void {
    const { clock, log, onEnded } = this.options
    const command = this.endCommand(action.callId)
    let confirmed = false
    const patience = clock.setTimeout(() => action.fulfill(), endWithinMs)
    const again = clock.setTimeout(() => {
      if (confirmed) return
      log.warn(`call ${action.callId}: the engine has not confirmed its end, telling it again`)
      this.send({ type: 'end', callId: action.callId })
    }, endAgainMs)
    void this.request(command).then((result) => {
      confirmed = true
      if (result.ok) onEnded(action.callId)
      clock.clearTimeout(patience)
      clock.clearTimeout(again)
      this.answered.delete(action.callId)
      action.fulfill()
    })
  }

  performSetHeld(_provider: Provider, action: ActionOf<'setHeld'>): void {
    const { callId, held } = action.body
    void this.request({ type: 'setHeld', callId, held }).then((result) => {
      const tooLate = action.isComplete
      this.settle(action, result)
      // It succeeded after all, but we had given up: bring the engine back to what the phone shows.
      if (tooLate && result.ok) this.reconcileHold(callId, held)
    })
  }

  performSetMuted(_provider: Provider, action: ActionOf<'setMuted'>): void {
    const { callId, muted } = action.body
    void this.request({ type: 'setMuted', callId, muted }).then((result) => this.settle(action, result))
  }

  performPlayDtmf(_provider: Provider, action: ActionOf<'playDtmf'>): void {
    const { callId, digits } = action.body
    void this.request({ type: 'playDtmf', callId, digits }).then((result) => this.settle(action, result))
  }

  performSetGroup(_provider: Provider, action: ActionOf<'setGroup'>): void {
    void this.groups.perform(action).then((result) => this.settle(action, result))
  }

  performTransfer(_provider: Provider, action: ActionOf<'transfer'>): void {
    const { callId, to } = action.body
    const command: EngineCommand =
      to.kind === 'call'
        ? { type: 'transferToCall', callId, toCallId: to.callId }
        : { type: 'transfer', callId, target: to.target }
    void this.request(command).then((result) => this.settle(action, result))
  }

  performDeflect(_provider: Provider, action: ActionOf<'deflect'>): void {
    const { callId, target, cause } = action.body
    // A rule that sends on what rings is the one for calls that nobody answers.
    const why = cause === 'forwarded' ? ({ reason: 'no-answer' } as const) : {}
    void this.request({ type: 'deflect', callId, target, ...why }).then((result) => this.settle(action, result))
  }

  performRefuseReferral(_provider: Provider, action: ActionOf<'refuseReferral'>): void {
    void this.request({ type: 'refuseReferral', callId: action.callId }).then((result) => this.settle(action, result))
  }

  timedOutPerforming(_provider: Provider, action: Action): void {
    if (action.is('start') || action.is('answer')) this.send({ type: 'end', callId: action.callId })
  }

  didActivateAudio(_provider: Provider, callId: CallId): void {
    this.send({ type: 'audio', callId, on: true })
  }

  didDeactivateAudio(_provider: Provider, callId: CallId): void {
    this.send({ type: 'audio', callId, on: false })
  }

  /** A call that rings is refused with a status that says why; any other is ended. */
  private endCommand(callId: CallId): EngineCommand {
    const call = this.options.registry.find(callId)
    if (call?.state !== 'ending' || call.direction !== 'incoming' || this.answered.has(callId)) {
      return { type: 'end', callId }
    }
    return { type: 'reject', callId, status: call.cause === 'declined' ? 486 : 480 }
  }

  /** An engine that got through with a call that is over here must let go of it. */
  private endIfStray(callId: CallId, result: Result): void {
    if (!result.ok) return
    const call = this.options.registry.find(callId)
    if (!call || call.state === 'ended' || call.state === 'ending') this.send({ type: 'end', callId })
  }

  private reconcileHold(callId: CallId, held: boolean): void {
    const call = this.options.registry.find(callId)
    if (call?.state !== 'active' && call?.state !== 'held') return
    const shown = call.state === 'held'
    if (shown !== held) this.send({ type: 'setHeld', callId, held: shown })
  }

  private settle(action: Action, result: Result): void {
    if (result.ok) return action.fulfill()
    const detail = visibleText(result.detail ?? '').slice(0, longestDetail)
    action.fail(result.code, null, detail === '' ? undefined : detail)
  }

  private request(command: EngineCommand): Promise<Result> {
    return this.options.engine.request(command)
  }

  /** For commands whose answer changes nothing here. */
  private send(command: EngineCommand): void {
    void this.request(command)
  }
}

const unavailable = (result: Result | undefined): boolean =>
  result?.ok === false && result.code === 'engine-unavailable'
