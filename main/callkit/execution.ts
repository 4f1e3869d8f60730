/*
 * One accepted transaction being carried out: its actions are delivered to their providers one after another, watched by
 * their deadlines, and take effect on the calls when they complete (contract sections 1.2 and 1.3). It decides nothing
 * about what is allowed; that was settled before.
 */
import type { Call, CallId } from '../../common/call'
import type { Clock, Timer } from '../../common/clock'
import { done, refused, type EndCause, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import type { Action, ActionKind, Outcome } from './action'
import { causeOfEnd, causeOfFailure } from './end-cause'
import { perform } from './perform'
import type { Provider } from './provider'
import type { Registry } from './registry'
import type { Serial } from './serial'
import type { Transaction } from './transaction'

/** What an execution needs of the switchboard. */
export interface Stage {
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
  readonly serial: Serial
  providerOf(action: Action): Provider | null
  /** Whether an action of this kind for this call is already with a provider, or waits for one that is. */
  isBusy(action: Action): boolean
  /** `execution.next()` is called again when a busy action completes. */
  wait(execution: Execution): void
  completed(): void
  finished(execution: Execution): void
}

export class Execution {
  /** Resolves when every action is complete: `done`, or why the first one failed. Never rejects. */
  readonly completed: Promise<Result>
  private readonly timers = new Map<Action, Timer>()
  private readonly delivered = new Set<Action>()
  private settle: (result: Result) => void = () => {}
  private failure: Result | null = null
  private position = 0
  private byDelegate = false
  private over = false

  constructor(
    readonly transaction: Transaction,
    private readonly stage: Stage,
  ) {
    this.completed = new Promise((resolve) => (this.settle = resolve))
  }

  /** Actions that are not complete, in order; with `kind` and `callId` only those. */
  pending(kind?: ActionKind, callId?: CallId): readonly Action[] {
    if (this.over) return []
    return this.transaction.actions.filter(
      (action) =>
        !action.isComplete &&
        (kind === undefined || action.body.kind === kind) &&
        (callId === undefined || action.callId === callId),
    )
  }

  /** The action that waits for its turn or for its provider. */
  get current(): Action | undefined {
    return this.over || this.byDelegate ? undefined : this.transaction.actions[this.position]
  }

  isDelivered(action: Action): boolean {
    return this.delivered.has(action)
  }

  begin(): void {
    const { actions } = this.transaction
    for (const action of actions) this.hold(action)
    const providers = new Set(actions.map((action) => this.stage.providerOf(action)))
    const [provider] = providers
    // A transaction over calls of several providers is nobody's to execute as a whole.
    if (provider && providers.size === 1 && this.offered(provider)) {
      this.byDelegate = true
      for (const action of actions) {
        this.delivered.add(action)
        this.begun(action)
      }
      this.finishIfComplete()
    } else this.next()
  }

  /** Delivers the next action when it is its turn. */
  next(): void {
    if (this.over || this.byDelegate) return
    const { actions } = this.transaction
    while (actions[this.position]?.isComplete) this.position++
    const action = actions[this.position]
    if (!action) return this.finishIfComplete()
    if (this.delivered.has(action)) return
    if (this.stage.isBusy(action)) return this.stage.wait(this)
    const provider = this.stage.providerOf(action)
    if (!provider) return action.fail('unknown-account')
    if (!this.begun(action)) return
    this.delivered.add(action)
    perform(action, provider, this.stage.log)
  }

  /** A call is over: what was to be done to it is moot. Its end is what an end action wanted. */
  callEnded(callId: CallId): void {
    for (const action of this.pending(undefined, callId)) {
      if (action.is('end')) action.fulfill()
      else action.fail('unknown-call')
    }
  }

  /** The provider was reset: its actions are never answered, and those that waited for them fail. */
  reset(provider: Provider): void {
    if (this.over) return
    const mine = this.pending().filter((action) => this.stage.providerOf(action) === provider)
    if (mine.length === 0) return
    const others = this.pending().filter((action) => !mine.includes(action))
    this.failure ??= refused('engine-unavailable')
    for (const action of mine) {
      this.clearTimer(action)
      action.discard()
    }
    for (const action of others) action.fail('engine-unavailable')
    this.finish()
  }

  private hold(action: Action): void {
    const { clock, serial } = this.stage
    action.hold((outcome) => serial.run(() => this.complete(action, outcome)))
    const remaining = Math.max(0, action.deadline - clock.now())
    this.timers.set(
      action,
      clock.setTimeout(() => serial.run(() => this.expire(action)), remaining),
    )
  }

  private expire(action: Action): void {
    if (action.isComplete || this.over) return
    this.stage.log.warn(`action ${action.body.kind} ${action.id} timed out`)
    const provider = this.delivered.has(action) ? this.stage.providerOf(action) : null
    action.fail('timed-out')
    provider?.delegate?.timedOutPerforming?.(provider, action)
  }

  private offered(provider: Provider): boolean {
    return provider.delegate?.execute?.(provider, this.transaction) ?? false
  }

  /** What becomes true of the call when its action is delivered. False: the action is settled and not delivered. */
  private begun(action: Action): boolean {
    if (action.isComplete) return false
    const { registry } = this.stage
    const call = registry.find(action.callId)
    const reachable = call && call.state !== 'ended' && !(action.is('start') && call.state !== 'dialing')
    if (!reachable) {
      if (action.is('end')) action.fulfill()
      else action.fail('unknown-call')
      return false
    }
    if (action.is('end')) {
      const cause = action.body.cause ?? causeOfEnd(call)
      // Already ending: nothing more to deliver; the action completes with the call.
      return registry.apply(call.id, { type: 'requestEnd', cause }).ok
    }
    if (action.is('answer') && !registry.apply(call.id, { type: 'requestAnswer' }).ok) {
      action.fail('invalid-action')
      return false
    }
    if (action.is('setHeld') && call.state === (action.body.held ? 'held' : 'active')) {
      action.fulfill()
      return false
    }
    return true
  }

  private complete(action: Action, outcome: Outcome): void {
    this.clearTimer(action)
    this.takeEffect(action, outcome)
    if (this.over) return
    if (!outcome.ok && !this.isMoot(action)) {
      this.failure ??= refused(outcome.code)
      const { actions } = this.transaction
      for (const later of actions.slice(actions.indexOf(action) + 1)) later.fail(outcome.code, outcome.cause)
    }
    this.stage.completed()
    if (this.byDelegate) this.finishIfComplete()
    else this.next()
  }

  /** A hold that failed because its call is gone: it stands in nobody's way any more. */
  private isMoot(action: Action): boolean {
    if (!action.is('setHeld') || !action.body.held) return false
    const call = this.stage.registry.find(action.callId)
    return !call || call.state === 'ended'
  }

  private takeEffect(action: Action, outcome: Outcome): void {
    const { registry, clock } = this.stage
    const end = (cause: EndCause, at = clock.date()) =>
      registry.apply(action.callId, { type: 'ended', cause, sipStatus: null, reason: null, at })
    const call: Call | undefined = registry.find(action.callId)
    if (!call || call.state === 'ended') return
    if (action.is('end')) {
      // A failed end removes the call all the same: the user can always get rid of a call.
      if (this.delivered.has(action) || call.state === 'ending') {
        end(action.body.cause ?? causeOfEnd(call), outcome.ok ? outcome.at : clock.date())
      }
    } else if (!outcome.ok) {
      const endsCall = action.is('start') || (action.is('answer') && this.delivered.has(action))
      if (endsCall) end(outcome.cause ?? causeOfFailure(outcome.code))
    } else if (action.is('answer')) {
      // A delegate that executes whole transactions may be done before the answer was even noted.
      if (call.state === 'incoming') registry.apply(call.id, { type: 'requestAnswer' })
      registry.apply(call.id, { type: 'connected', at: outcome.at })
    } else if (action.is('setHeld')) registry.apply(call.id, { type: 'held', held: action.body.held })
    else if (action.is('setMuted')) registry.apply(call.id, { type: 'muted', muted: action.body.muted })
  }

  private clearTimer(action: Action): void {
    const timer = this.timers.get(action)
    if (timer !== undefined) this.stage.clock.clearTimeout(timer)
    this.timers.delete(action)
  }

  private finishIfComplete(): void {
    if (!this.over && this.transaction.isComplete) this.finish()
  }

  private finish(): void {
    this.over = true
    this.stage.finished(this)
    this.settle(this.failure ?? done)
  }
}
