/*
 * One accepted transaction being carried out: its actions are delivered to their providers one after another, watched by
 * their deadlines, and take effect on the calls when they complete. It decides nothing about what is allowed; that was
 * settled before.
 */
import type { CallId } from '../../common/call'
import type { Clock, Timer } from '../../common/clock'
import { done, refused, type EndCause, type RequestErrorCode, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import type { Action, ActionKind, Outcome } from './action'
import type { ActionEvent } from './action-events'
import { beginEffect, takeEffect } from './effect'
import { perform } from './perform'
import type { Provider } from './provider'
import type { Registry } from './registry'
import type { Serial } from './serial'
import type { Transaction } from './transaction'
import type { Originator } from './verbs'

/** What an execution needs of the switchboard. */
export interface Stage {
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
  readonly serial: Serial
  providerOf(action: Action): Provider | null
  /** Whether its turn has not come: one of this kind for this call is with a provider, or was accepted before it. */
  isBusy(action: Action, by: Execution): boolean
  /** `execution.next()` is called again when an action completes. */
  wait(execution: Execution): void
  completed(): void
  /** Lets observers know what becomes of an action. */
  tell(event: ActionEvent): void
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
    readonly by: Originator,
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

  isDelivered(action: Action): boolean {
    return this.delivered.has(action)
  }

  begin(): void {
    const { actions } = this.transaction
    for (const action of actions) {
      this.tell('requested', action)
      this.hold(action)
    }
    const providers = new Set(actions.map((action) => this.stage.providerOf(action)))
    const [provider] = providers
    // A transaction over calls of several providers is nobody's to execute as a whole.
    if (provider && providers.size === 1 && this.offered(provider)) {
      this.byDelegate = true
      for (const action of actions) {
        this.delivered.add(action)
        beginEffect(action, this.stage.registry)
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
    if (this.stage.isBusy(action, this)) return this.stage.wait(this)
    const provider = this.stage.providerOf(action)
    if (!provider) return action.fail('unknown-account')
    if (!beginEffect(action, this.stage.registry)) return
    this.delivered.add(action)
    perform(action, provider, this.stage.log)
  }

  /** A call is over: what was to be done to it is moot. Its end is what an end action wanted, or what comes of a transfer. */
  callEnded(callId: CallId, cause: EndCause): void {
    for (const action of this.pending(undefined, callId)) {
      const wanted =
        action.is('end') ||
        (action.is('transfer') && cause === 'transferred') ||
        (action.is('deflect') && (cause === 'deflected' || cause === 'forwarded'))
      if (wanted) action.fulfill()
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
      this.tell('failed', action, 'engine-unavailable')
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
    const provider = this.delivered.has(action) ? this.stage.providerOf(action) : null
    action.fail('timed-out')
    provider?.delegate?.timedOutPerforming?.(provider, action)
  }

  private offered(provider: Provider): boolean {
    return provider.delegate?.execute?.(provider, this.transaction) ?? false
  }

  private complete(action: Action, outcome: Outcome): void {
    this.clearTimer(action)
    const { registry, clock } = this.stage
    if (outcome.ok) this.tell('performed', action)
    else this.tell(outcome.code === 'timed-out' ? 'timed-out' : 'failed', action, outcome.code, outcome.detail)
    takeEffect(action, outcome, this.delivered.has(action), registry, clock)
    if (this.over) return
    if (!outcome.ok && !this.isMoot(action)) {
      this.failure ??= refused(outcome.code, outcome.detail)
      const { actions } = this.transaction
      for (const later of actions.slice(actions.indexOf(action) + 1))
        later.fail(outcome.code, outcome.cause, outcome.detail)
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

  private tell(
    type: ActionEvent['type'],
    action: Action,
    code: RequestErrorCode | null = null,
    detail: string | null = null,
  ): void {
    const { id: actionId, callId } = action
    const { transaction, stage, by } = this
    const at = stage.clock.date()
    stage.tell({ type, actionId, transactionId: transaction.id, kind: action.body.kind, callId, by, code, detail, at })
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
