/*
 * The part of the phone that owns calls while they happen (what CallKit calls the system): it admits incoming calls,
 * accepts transactions, carries them out through providers and settles what an end or a reset leaves behind. All of it
 * runs in one total order. It knows no SIP, no windows and no sounds.
 */
import type { Call, CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { EndCause, Result } from '../../common/errors'
import { anonymous, type Handle } from '../../common/handle'
import type { Log } from '../../common/log'
import { Action, type ActionBody, type ActionKind, type ActionOf } from './action'
import { ActionEvents } from './action-events'
import { admission, type Admission, type CallWishes, type Refusal, type ScreenedOut } from './admission'
import { configurationError, type ProviderConfiguration } from './configuration'
import { CrowdLog } from './crowd-log'
import { callKitError, type CallKitError, type RequestTransactionError } from './errors'
import { Executions } from './executions'
import { normalHandle } from './handle'
import { incomingFacts, outgoingCall } from './new-call'
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
  /**
   * Whom the user does not want to hear (block list, do not disturb, presentation mode), and on wish what the caller is told; nobody
   * when left out. Must not throw.
   */
  readonly screen?: (handle: Handle, providerId: string, callId: CallId) => ScreenedOut | Refusal | null
}

/** Accepted is not performed: `completed` never rejects and tells how it went. Not accepted, nothing has happened. */
export type Accepted =
  | { readonly ok: true; readonly transactionId: string; readonly completed: Promise<Result> }
  | { readonly ok: false; readonly error: RequestTransactionError }

/** Admits incoming calls, accepts transactions and carries them out. Mostly met through a `CallController` and a `Provider`. */
export class Switchboard {
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
  /** @internal */
  readonly serial: Serial
  /** What becomes of every accepted action. */
  readonly actionEvents: ActionEvents
  private readonly providers = new Map<string, Provider>()
  private readonly executions: Executions
  private readonly crowdLog: CrowdLog

  constructor(private readonly options: SwitchboardOptions) {
    this.clock = options.clock
    this.log = options.log
    this.registry = options.registry
    this.crowdLog = new CrowdLog(options)
    this.serial = new Serial(options.log)
    this.actionEvents = new ActionEvents(options.log)
    this.executions = new Executions({
      clock: this.clock,
      log: this.log,
      registry: this.registry,
      serial: this.serial,
      actionEvents: this.actionEvents,
      providerOf: (action) => this.providerOf(action),
      settle: (bodies) => {
        const actions = bodies.map((body) => new Action(body, this.clock))
        this.accept(new Transaction(actions), 'policy')
      },
    })
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
    const execution = this.executions.add(new Transaction(plan.actions, transaction.id), by)
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
      pending: this.executions.pendingBodies(),
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
      const { sipStatus, error } = result
      const what = `refused with ${sipStatus ?? 'silence'}: ${error.name}`
      this.crowdLog.info(`incoming calls ${what}`, `incoming call ${callId} ${what}`)
      // Whom the user does not want to hear was declined in advance, not missed.
      const cause = error.name === 'filteredByBlockList' ? 'declined' : 'unanswered'
      const ended = { state: 'ended', cause, reason: null, at: now, connectedAt: null } as const
      if (result.recorded) this.registry.recordRefused({ ...facts, ...ended, sipStatus })
    }
    return result
  }

  /** Every call and pending action of the provider is gone, and it is told once. Call it inside `run`. */
  reset(provider: Provider, cause: EndCause): void {
    this.log.warn(`provider ${provider.id} reset`)
    this.executions.reset(provider)
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
    return this.executions.transactionsOf(provider)
  }

  /** Incomplete actions of this kind, of one call or of all. */
  pendingActions<Kind extends ActionKind>(kind: Kind, callId?: CallId): readonly ActionOf<Kind>[] {
    return this.executions.pending(kind, callId)
  }

  /** Who carries this action out. @internal */
  providerOf(action: Action): Provider | null {
    const id = action.is('start') ? action.body.providerId : this.registry.find(action.callId)?.accountId
    return id === undefined ? null : this.provider(id)
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
    const screenedOut = screen?.(handle, provider.id, callId) ?? null
    return admission(callId, this.registry.calls, provider.configuration, settings(), screenedOut, counts)
  }
}
