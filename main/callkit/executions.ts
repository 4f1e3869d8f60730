/*
 * The transactions that were accepted and are not over: whose turn it is, what is pending, and what is left to be settled
 * when one is over. It decides nothing about what is allowed.
 */
import { isLive, type Call, type CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import type { Action, ActionBody, ActionKind, ActionOf } from './action'
import type { ActionEvent, ActionEvents } from './action-events'
import { Execution, type Stage } from './execution'
import { movesForeground, restoringForeground } from './one-foreground'
import type { Provider } from './provider'
import type { Registry } from './registry'
import type { Serial } from './serial'
import type { Transaction } from './transaction'
import type { Originator } from './verbs'

export interface ExecutionsOptions {
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
  readonly serial: Serial
  readonly actionEvents: ActionEvents
  readonly providerOf: (action: Action) => Provider | null
  /** Asks for what has to be done when a transaction went only halfway. */
  readonly settle: (bodies: readonly ActionBody[]) => void
}

export class Executions implements Stage {
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
  readonly serial: Serial
  /** In the order they were accepted. */
  private readonly open = new Set<Execution>()
  private waiting: Execution[] = []
  /** Actions of transactions that were over before everything had settled. */
  private recent: readonly Action[] = []

  constructor(private readonly options: ExecutionsOptions) {
    this.clock = options.clock
    this.log = options.log
    this.registry = options.registry
    this.serial = options.serial
    this.registry.observe((now, before) => this.callsEnded(now, before))
  }

  /** Takes in an accepted transaction; it is carried out when it is told to begin. */
  add(transaction: Transaction, by: Originator): Execution {
    const execution = new Execution(transaction, by, this)
    this.open.add(execution)
    return execution
  }

  /** Those with an incomplete action for one of this provider's calls. */
  transactionsOf(provider: Provider): readonly Transaction[] {
    return [...this.open]
      .filter((execution) => execution.pending().some((action) => this.providerOf(action) === provider))
      .map(({ transaction }) => transaction)
  }

  pending<Kind extends ActionKind>(kind: Kind, callId?: CallId): readonly ActionOf<Kind>[] {
    return [...this.open].flatMap((execution) => execution.pending(kind, callId)) as unknown as ActionOf<Kind>[]
  }

  /** What all of them are still going to do, in order. */
  pendingBodies(): readonly ActionBody[] {
    return [...this.open].flatMap((execution) => execution.pending().map(({ body }) => body))
  }

  reset(provider: Provider): void {
    for (const execution of [...this.open]) execution.reset(provider)
  }

  providerOf(action: Action): Provider | null {
    return this.options.providerOf(action)
  }

  isBusy(action: Action, by: Execution): boolean {
    let earlier = true
    for (const execution of this.open) {
      if (execution === by) earlier = false
      for (const other of execution.pending(action.body.kind, action.callId)) {
        if (other === action) continue
        // Nobody waits to get rid of a call.
        if (execution.isDelivered(other) || (earlier && !action.is('end'))) return true
      }
    }
    return false
  }

  wait(execution: Execution): void {
    this.waiting.push(execution)
  }

  completed(): void {
    const retry = this.waiting
    this.waiting = []
    for (const execution of retry) execution.next()
  }

  tell(event: ActionEvent): void {
    this.options.actionEvents.tell(event)
  }

  finished(execution: Execution): void {
    this.open.delete(execution)
    this.recent = [...this.recent, ...execution.transaction.actions]
    // After what the end of this one sets in motion.
    this.serial.run(() => this.restoreForeground())
  }

  /** When nothing is on its way that could still settle it. It tries once; a hold that fails again is the user's to see. */
  private restoreForeground(): void {
    if (this.pendingBodies().some(movesForeground)) return
    const bodies = restoringForeground(this.recent, this.registry.calls)
    this.recent = []
    if (bodies.length > 0) this.options.settle(bodies)
  }

  /** What was still to be done to a call that has just ended is settled. */
  private callsEnded(now: readonly Call[], before: readonly Call[]): void {
    for (const call of now) {
      if (call.state !== 'ended' || !before.some((old) => old.id === call.id && isLive(old))) continue
      for (const execution of [...this.open]) execution.callEnded(call.id, call.cause)
    }
  }
}
