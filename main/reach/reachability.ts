/*
 * What the phone knows of whether it can be called: each account's proof and its age, and when it was away. It takes in what the engine, the
 * registrations, the computer's sleep and its network say, and tells the engine when the network has changed; it decides about no call.
 */
import type { Account, AccountId, Registration } from '../../common/account'
import type { Flow } from '../../common/account-flows'
import type { Clock } from '../../common/clock'
import type { EngineCommand, EngineReport } from '../../common/contract/engine'
import type { Log } from '../../common/log'
import type { Away, Reach } from '../../common/reach'
import { AwayLog } from './away-log'
import { FlowReasons, type FlowReasonsOptions } from './flow-reasons'
import { readProofs, writeProofs } from './last-proofs'

export interface ReachabilityOptions {
  readonly clock: Clock
  readonly log: Log
  /** The file with the last proofs. */
  readonly path: string
  readonly newId: () => string
  /** To the engine; what comes of it is seen in its reports. */
  readonly send: (command: EngineCommand) => void
  /** Proofs or doubts are new: `reachOf` says what. */
  readonly onReach: () => void
  readonly onAway: (away: readonly Away[]) => void
  readonly explain: FlowReasonsOptions['explain']
  /** ms since the computer was started, its sleep among them; left out: the clock's. */
  readonly uptime?: () => number
}

export class Reachability {
  private readonly reaches = new Map<AccountId, Reach>()
  private readonly flows = new Map<AccountId, readonly Flow[]>()
  private readonly reasons: FlowReasons
  private readonly away: AwayLog

  constructor(private readonly options: ReachabilityOptions) {
    const { clock, log, path, newId, onAway, onReach, explain, uptime } = options
    this.reasons = new FlowReasons({ explain, onBetter: onReach })
    this.away = new AwayLog({
      clock,
      newId,
      known: readProofs(path),
      keep: (proofs) => writeProofs(path, proofs, log),
      onChange: onAway,
      ...(uptime && { uptime }),
    })
  }

  /** null: nothing is known yet. */
  reachOf(accountId: AccountId): Reach | null {
    return this.reaches.get(accountId) ?? null
  }

  /** How it stands with each of the servers it is registered with at once; empty: it is with one at a time, or with none. */
  flowsOf(accountId: AccountId): readonly Flow[] {
    return this.reasons.explained(accountId, this.flows.get(accountId) ?? [])
  }

  /** Takes in what the engine says of an account's reachability and mailbox; other reports are for others. */
  engineReported(report: EngineReport): void {
    // A server that only says that there are some does not tell what is new.
    if (report.type === 'voicemail' && (report.summary.fresh !== null || !report.summary.waiting))
      this.away.voicemail(report.accountId, report.summary.fresh ?? 0)
    if (report.type === 'flows') {
      this.flows.set(report.accountId, report.flows)
      return this.options.onReach()
    }
    if (report.type !== 'reach') return
    const before = this.reaches.get(report.accountId)
    this.reaches.set(report.accountId, report.reach)
    const { provenAt } = report.reach
    if (provenAt !== null && provenAt !== before?.provenAt) this.away.proven(report.accountId, provenAt)
    this.options.onReach()
  }

  registrations(accounts: readonly Account[], states: ReadonlyMap<AccountId, Registration>): void {
    for (const id of [...this.reaches.keys()]) if (!states.has(id)) this.reaches.delete(id)
    for (const id of [...this.flows.keys()]) if (!isAtWork(states.get(id))) this.flows.delete(id)
    this.away.registrations(accounts, states)
  }

  networkChanged(online: boolean): void {
    this.options.log.info(`the network changed${online ? '' : ': there is none'}`)
    this.away.network(online)
    this.options.send({ type: 'reconnect', because: 'network' })
  }

  suspended(): void {
    this.options.log.info('the computer goes to sleep')
    this.away.slept()
  }

  resumed(): void {
    this.away.woke()
    this.options.send({ type: 'reconnect', because: 'resumed' })
  }

  dismiss(awayId: string): void {
    this.away.dismiss(awayId)
  }

  /** Before the phone stops. */
  stop(): void {
    this.away.keep()
  }
}

/** Somebody registers it. */
const isAtWork = (registration: Registration | undefined): boolean =>
  registration?.state === 'failed'
    ? registration.reason !== 'engine-lost' && registration.reason !== 'password-needed'
    : registration !== undefined && registration.state !== 'unregistered'
