/*
 * The part of the phone that owns calls while they happen (what CallKit calls the system): it admits incoming calls,
 * accepts transactions, carries them out through providers and settles what an end or a reset leaves behind. All of it
 * runs in one total order. It knows no SIP, no windows and no sounds.
 */
import { isLive, type Call, type CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { EndCause, Result } from '../../common/errors'
import { anonymous, type Handle } from '../../common/handle'
import type { Log } from '../../common/log'
import { Action, type ActionBody, type ActionKind, type ActionOf } from './action'
import { ActionEvents, type ActionEvent } from './action-events'
import { admission, type Admission, type CallWishes, type ScreenedOut } from './admission'
import { configurationError, type ProviderConfiguration } from './configuration'
import { callKitError, type CallKitError, type RequestTransactionError } from './errors'
import { Execution, type Stage } from './execution'
import { normalHandle } from './handle'
import { incomingFacts, outgoingCall } from './new-call'
import { movesForeground, restoringForeground } from './one-foreground'
import { preflight, type Plan } from './preflight'
import { Provider } from './provider'
import type { Registry } from './registry'
import { Serial } from './serial'
import { Transaction } from './transaction'
import type { CallUpdate } from './update'
import type { Originator } from './verbs'

/** What the one who owns calls needs to know, and how strict it is. */
export interface SwitchboardOptions {
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
  /** What the user wishes of incoming calls; read at each one. */
  readonly settings: () => CallWishes
  /**
   * What a provider's maximumCallGroups counts. `phone`, and when left out: all calls, because whoever uses several accounts is still
   * one person at one phone. `provider`: only its own, as for CallKit, where each provider is another app.
   */
  readonly limitsCount?: 'phone' | 'provider'
  /** Who may ask for what; everybody for everything when left out. What is not permitted is refused as `unentitled`. */
  readonly permits?: (by: Originator, body: ActionBody) => boolean
  /** Whom the user does not want to hear (block list, presentation mode); nobody when left out. Must not throw. */
  readonly screen?: (handle: Handle, providerId: string) => ScreenedOut | null
}

/** Accepted is not performed: `completed` never rejects and tells how it went. Not accepted, nothing has happened. */
export type Accepted =
  | { readonly ok: true; readonly transactionId: string; readonly completed: Promise<Result> }
  | { readonly ok: false; readonly error: RequestTransactionError }

/** Admits incoming calls, accepts transactions and carries them out. Mostly met through a `CallController` and a `Provider`. */
export class Switchboard implements Stage {
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
  /** @internal */
  readonly serial: Serial
  /** What becomes of every accepted action. */
  readonly actionEvents: ActionEvents
  private readonly providers = new Map<string, Provider>()
  private readonly executions = new Set<Execution>()
  private waiting: Execution[] = []
  /** Actions of transactions that were over before everything had settled. */
  private recent: readonly Action[] = []

  constructor(private readonly options: SwitchboardOptions) {
    this.clock = options.clock
    this.log = options.log
    this.registry = options.registry
    this.serial = new Serial(options.log)
    this.actionEvents = new ActionEvents(options.log)
    this.registry.observe((now, before) => this.settleEnded(now, before))
  }

  /** Runs `task` in the one order of everything that happens to calls. */
  run(task: () => void): void {
    this.serial.run(task)
  }

  /** A provider under a new id, or why its configuration cannot be used. An id in use gives the provider that has it. */
  addProvider(
    id: string,
    configuration: ProviderConfiguration,
  ): { ok: true; provider: Provider } | { ok: false; error: CallKitError<'general'> } {
    const error = configurationError(configuration)
    if (error) return { ok: false, error }
    const provider = this.providers.get(id) ?? new Provider(id, configuration, this)
    this.providers.set(id, provider)
    return { ok: true, provider }
  }

  /** The provider of this id; null when there is none, or no more. */
  provider(id: string): Provider | null {
    return this.providers.get(id) ?? null
  }

  /** Accepts a transaction as a whole, or refuses it and changes nothing. Call it inside `run`. */
  accept(transaction: Transaction, by: Originator): Accepted {
    const plan = this.planned(transaction, by)
    const wanted = (plan.ok ? plan.actions : transaction.actions).map(({ body }) => `${body.kind} ${body.callId}`)
    this.log.info(
      `transaction ${transaction.id} by ${by}: ${wanted.join(', ')}: ${plan.ok ? 'accepted' : plan.error.name}`,
    )
    if (!plan.ok) return plan
    const execution = new Execution(new Transaction(plan.actions, transaction.id), by, this)
    this.executions.add(execution)
    for (const action of plan.actions)
      if (action.is('start')) this.registry.add(outgoingCall(action.body, this.clock.date()))
    // Delivery is the next thing that happens, but not in the middle of what asked for it.
    this.run(() => execution.begin())
    return { ok: true, transactionId: transaction.id, completed: execution.completed }
  }

  /** What a transaction would be made of now, or why it would be refused; nothing happens. */
  planned(transaction: Transaction, by: Originator): Plan {
    const { permits, limitsCount } = this.options
    const forbidden = transaction.actions.find(({ body }) => permits?.(by, body) === false)
    if (forbidden) {
      const about = { callId: forbidden.callId, actionId: forbidden.id }
      return { ok: false, error: callKitError('requestTransaction', 'unentitled', about) }
    }
    return preflight(transaction.actions, {
      calls: this.registry.calls,
      pending: this.pendingBodies(),
      limitsCount: limitsCount ?? 'phone',
      configuration: (id) => this.provider(id)?.configuration ?? null,
      make: (body) => new Action(body, this.clock),
    })
  }

  /** Lets an incoming call ring, or refuses it. Call it inside `run`. */
  admit(provider: Provider, callId: CallId, update: CallUpdate, decided: (admission: Admission) => void): Admission {
    const result = this.admission(provider, callId, update)
    // The caller waits for this word; what the computer does about the call can wait for it.
    decided(result)
    const now = this.clock.date()
    const given = { id: callId, accountId: provider.id, startedAt: now, waiting: result.ok && result.waiting }
    const facts = incomingFacts(given, update)
    if (result.ok) this.registry.add({ ...facts, state: 'incoming' })
    else {
      this.log.info(`incoming call ${callId} refused with ${result.sipStatus}: ${result.error.name}`)
      const { sipStatus } = result
      const ended = { state: 'ended', cause: 'unanswered', reason: null, at: now, connectedAt: null } as const
      if (result.recorded) this.registry.recordRefused({ ...facts, ...ended, sipStatus })
    }
    return result
  }

  /** Every call and pending action of the provider is gone, and it is told once. Call it inside `run`. */
  reset(provider: Provider, cause: EndCause): void {
    this.log.warn(`provider ${provider.id} reset`)
    for (const execution of [...this.executions]) execution.reset(provider)
    for (const call of this.registry.live()) {
      if (call.accountId !== provider.id) continue
      const event = { type: 'ended', cause, sipStatus: null, reason: null, at: this.clock.date() } as const
      this.registry.apply(call.id, event)
    }
    provider.delegate?.providerDidReset(provider)
  }

  /** Forgets a provider. @internal */
  remove(provider: Provider): void {
    if (this.providers.get(provider.id) === provider) this.providers.delete(provider.id)
  }

  /** Transactions with an incomplete action for one of this provider's calls. */
  pendingTransactions(provider: Provider): readonly Transaction[] {
    return [...this.executions]
      .filter((execution) => execution.pending().some((action) => this.providerOf(action) === provider))
      .map(({ transaction }) => transaction)
  }

  /** Incomplete actions of this kind, of one call or of all. */
  pendingActions<Kind extends ActionKind>(kind: Kind, callId?: CallId): readonly ActionOf<Kind>[] {
    return [...this.executions].flatMap((execution) => execution.pending(kind, callId)) as unknown as ActionOf<Kind>[]
  }

  /** Who carries this action out. @internal */
  providerOf(action: Action): Provider | null {
    const id = action.is('start') ? action.body.providerId : this.registry.find(action.callId)?.accountId
    return id === undefined ? null : this.provider(id)
  }

  /** @internal */
  isBusy(action: Action, by: Execution): boolean {
    let earlier = true
    for (const execution of this.executions) {
      if (execution === by) earlier = false
      for (const other of execution.pending(action.body.kind, action.callId)) {
        if (other === action) continue
        // Nobody waits to get rid of a call.
        if (execution.isDelivered(other) || (earlier && !action.is('end'))) return true
      }
    }
    return false
  }

  /** @internal */
  wait(execution: Execution): void {
    this.waiting.push(execution)
  }

  /** @internal */
  completed(): void {
    const retry = this.waiting
    this.waiting = []
    for (const execution of retry) execution.next()
  }

  /** @internal */
  tell(event: ActionEvent): void {
    this.actionEvents.tell(event)
  }

  /** @internal */
  finished(execution: Execution): void {
    this.executions.delete(execution)
    this.recent = [...this.recent, ...execution.transaction.actions]
    // After what the end of this one sets in motion.
    this.run(() => this.restoreForeground())
  }

  /** When nothing is on its way that could still settle it. It tries once; a hold that fails again is the user's to see. */
  private restoreForeground(): void {
    if (this.pendingBodies().some(movesForeground)) return
    const bodies = restoringForeground(this.recent, this.registry.calls)
    this.recent = []
    if (bodies.length > 0) this.accept(new Transaction(bodies.map((body) => new Action(body, this.clock))), 'policy')
  }

  private pendingBodies(): readonly ActionBody[] {
    return [...this.executions].flatMap((execution) => execution.pending().map(({ body }) => body))
  }

  /** What `admit` would say now; nothing happens. */
  admission(provider: Provider, callId: CallId, update: CallUpdate): Admission {
    if (this.provider(provider.id) !== provider) {
      const error = callKitError('incomingCall', 'unentitled', { callId })
      return { ok: false, error, sipStatus: 480, recorded: false }
    }
    const { settings, screen, limitsCount } = this.options
    const handle = normalHandle(update.remoteHandle ?? anonymous)
    const counts = (call: Call) => limitsCount !== 'provider' || call.accountId === provider.id
    const screenedOut = screen?.(handle, provider.id) ?? null
    return admission(callId, this.registry.calls, provider.configuration, settings(), screenedOut, counts)
  }

  /** What was still to be done to a call that has just ended is settled. */
  private settleEnded(now: readonly Call[], before: readonly Call[]): void {
    for (const call of now) {
      if (call.state !== 'ended' || !before.some((old) => old.id === call.id && isLive(old))) continue
      for (const execution of [...this.executions]) execution.callEnded(call.id, call.cause)
    }
  }
}
