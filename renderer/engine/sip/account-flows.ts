/*
 * One account's lines: one for each of the servers it is registered with at once (flows, RFC 5626), and mostly there is one. It tells how the account stands
 * out of how they do, by which of them something new goes, and which one its server is asked on. It knows calls only as somebody who has them.
 */
import type { Invitation, Message } from 'sip.js'
import type { Registration } from '../../../common/account'
import { flowsOf, type Flow } from '../../../common/account-flows'
import type { DialogRecord, EngineAccount } from '../../../common/contract/engine'
import { AccountLine } from './account-line'
import { registrationOf, reachOf } from './flow-summary'
import { shareLimiters, type AccountLimiters } from './guard/request-limiter'
import type { LineOptions } from './line-options'
import { unknownReach } from './reach-watch'
import { TwinRequests } from './twin-requests'

type Shared = Omit<
  LineOptions,
  'flow' | 'limiters' | 'isCalm' | 'isBusy' | 'onInvite' | 'onMessage' | 'onDown' | 'onUpAgain'
>

/** As of a line, and where it matters of which. */
export interface AccountFlowsOptions extends Shared {
  readonly isBusy: (line: AccountLine) => boolean
  readonly onInvite: (line: AccountLine, invitation: Invitation) => void
  readonly onMessage: (line: AccountLine, message: Message) => void
  readonly onDown: (line: AccountLine) => void
  readonly onUpAgain: (line: AccountLine) => void
  /** How it stands with each server, at each change; once and empty where there is one line. */
  readonly onFlows: (flows: readonly Flow[]) => void
  /** The line to ask the account's server on, and how that line stands. */
  readonly onCarrier: (line: AccountLine, registration: Registration) => void
}

interface Known {
  readonly line: AccountLine
  readonly server: string
  registration: Registration
  reach: LineReach
}
type LineReach = Parameters<LineOptions['onReach']>[0]

export class AccountFlows {
  readonly account: EngineAccount
  readonly #options: AccountFlowsOptions
  readonly #flows: readonly [Known, ...Known[]]
  readonly #twins: TwinRequests
  #carrier: Known
  #said: Registration = { state: 'unregistered' }
  #flowsSaid = ''

  constructor(options: AccountFlowsOptions) {
    this.#options = options
    this.account = options.account
    this.#twins = new TwinRequests(options.clock, (flow) => this.#flows[flow]?.line.connected === true)
    const accounts = flowsOf(options.account)
    const limiters = shareLimiters(options.clock, accounts.length)
    const [first, ...others] = accounts.map((account, index) => this.#make(account, index, limiters[index]))
    if (first === undefined) throw new Error('an account without a line')
    this.#flows = [first, ...others]
    this.#carrier = first
  }

  get lines(): readonly AccountLine[] {
    return this.#flows.map(({ line }) => line)
  }

  /** What begins now goes by this one: the first whose proof holds, or whatever comes next to that. */
  get best(): AccountLine {
    const [best = this.#flows[0]] = [...this.#flows].sort((a, b) => doubtsOf(a) - doubtsOf(b))
    return best.line
  }

  /** The best of those that were not tried; null: none of them is registered. */
  bestBut(tried: readonly AccountLine[]): AccountLine | null {
    const left = this.#flows.filter((flow) => !tried.includes(flow.line) && doubtsOf(flow) < unregistered)
    return left.sort((a, b) => doubtsOf(a) - doubtsOf(b))[0]?.line ?? null
  }

  open(): void {
    this.#sayFlows()
    for (const line of this.lines) line.open()
  }

  /** The network may have changed. */
  reconnect(): void {
    for (const line of this.lines) line.reconnect()
  }

  /** The computer is on another network, or on one again. */
  networkChanged(): void {
    for (const line of this.lines) line.networkChanged()
  }

  /** The user wants it now, whatever the servers said before, and is told how it stands. */
  retry(): void {
    for (const line of this.lines) line.retry()
    if (this.#flows.length > 1) this.#options.onRegistration(this.#said)
  }

  /** Says BYE for a dialog of a former page, to the server that has it. False when the record cannot be read. */
  farewell(dialog: DialogRecord): boolean {
    return (this.#flows[dialog.flow ?? 0] ?? this.#flows[0]).line.farewell(dialog)
  }

  /** Takes all registrations back and closes, within `limitMs`. */
  async close(limitMs: number): Promise<void> {
    await Promise.all(this.lines.map((line) => line.close(limitMs)))
  }

  #make(account: EngineAccount, index: number, limiters: AccountLimiters | undefined): Known {
    const options = this.#options
    const line: AccountLine = new AccountLine({
      ...options,
      account,
      flow: index,
      ...(limiters === undefined ? {} : { limiters }),
      isCalm: () => this.#flows.some((other) => other !== known && other.registration.state === 'registered'),
      isBusy: () => options.isBusy(line),
      onRegistration: (registration) => this.#registered(known, registration),
      onReach: (reach) => {
        known.reach = reach
        options.onReach(reachOf(this.#flows))
        this.#sayFlows()
      },
      onInvite: (invitation) => {
        if (!this.#isTwin(line, invitation)) options.onInvite(line, invitation)
      },
      onMessage: (message) => {
        if (!this.#isTwin(line, message)) options.onMessage(line, message)
      },
      // Each server has a mailbox of its own, or all the same.
      onMessageSummary: (body) => {
        if (known === this.#carrier) options.onMessageSummary(body)
      },
      onDown: () => options.onDown(line),
      onUpAgain: () => options.onUpAgain(line),
    })
    const known: Known = { line, server: account.server, registration: { state: 'unregistered' }, reach: unknownReach }
    return known
  }

  get #isUp(): boolean {
    return this.#flows.some(({ registration }) => registration.state === 'registered')
  }

  #registered(flow: Known, registration: Registration): void {
    const wasUp = this.#isUp
    flow.registration = registration
    const registered = registrationOf(
      this.#flows.map((one) => one.registration),
      this.#said,
    )
    const isNews = this.#flows.length === 1 || JSON.stringify(registered) !== JSON.stringify(this.#said)
    this.#said = registered
    if (isNews) this.#options.onRegistration(registered)
    this.#carry()
    this.#sayFlows()
    // Those that had time have none any more.
    if (wasUp && !this.#isUp)
      for (const other of this.#flows)
        if (other !== flow && other.registration.state === 'failed') other.line.reconnect()
  }

  /** What the server tells is asked for on one line, and on another only when that one is down. */
  #carry(): void {
    if (this.#carrier.registration.state !== 'registered')
      this.#carrier = this.#flows.find(({ registration }) => registration.state === 'registered') ?? this.#carrier
    this.#options.onCarrier(this.#carrier.line, this.#carrier.registration)
  }

  #isTwin(line: AccountLine, request: Invitation | Message): boolean {
    if (this.#flows.length === 1 || !this.#twins.takes(request, line.flow)) return false
    this.#options.log.info(`${this.account.id}: what came by one server came by another one too`)
    return true
  }

  #sayFlows(): void {
    const flows = this.#flows.map(({ server, registration, reach }) => ({
      server,
      registration,
      provenAt: reach.provenAt,
    }))
    const told = flows.length === 1 ? [] : flows
    const text = JSON.stringify(told)
    if (text === this.#flowsSaid) return
    this.#flowsSaid = text
    this.#options.onFlows(told)
  }
}

const unregistered = 2

/** 0: its proof holds. */
function doubtsOf({ line, registration, reach }: Known): number {
  if (!line.connected) return unregistered + 1
  if (registration.state !== 'registered') return unregistered
  return reach.doubt === null ? 0 : 1
}
