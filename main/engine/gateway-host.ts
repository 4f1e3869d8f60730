/*
 * Runs the gateway process while an account needs it, and only then: tells it which accounts there are, joins it to each new engine
 * page, starts it again when it dies. It knows no SIP and carries no message between the two.
 */
import * as v from 'valibot'
import type { Account } from '../../common/account'
import type { Clock, Timer } from '../../common/clock'
import {
  gatewayReportSchema,
  type GatewayAccount,
  type GatewayCommand,
  type GatewayReport,
  type Route,
} from '../../common/contract/gateway'
import type { Log } from '../../common/log'

/** The process itself, as main/os/gateway-process.ts provides it. */
export interface GatewayProcess {
  /** Starts it; `onGone` fires at most once, and not after `kill`. */
  start(listeners: { onReport(message: unknown): void; onGone(why: string): void }): void
  send(command: GatewayCommand): void
  /** Makes a new channel and gives its ends to the process (with the command `engine`) and to the engine page. */
  join(): void
  kill(): void
}

export interface GatewayHostOptions {
  readonly process: GatewayProcess
  readonly clock: Clock
  readonly log: Log
  /**
   * Lets the engine page connect to this WebSocket URL until the returned function is called. `certificate`: the one the user trusts for the account;
   * null: none.
   */
  readonly allowWebSocket: (url: string, certificate: string | null) => () => void
  /** null: the account is not connected any more. */
  readonly onRoute: (accountId: string, route: Route | null) => void
}

/** A process that has not said `ready` by then will not, ms. */
const startLimitMs = 10_000
/** Waits before the next start; the first is immediate. */
const restartDelaysMs = [0, 250, 1_000, 4_000, 15_000, 60_000]
/** A process that lived this long was healthy: the next restart is immediate again, ms. */
const healthyAfterMs = 30_000
/** How long it is kept when no account needs it: a new engine page asks for the same accounts again at once, ms. */
const lingerMs = 5_000
/** What it may take to say what it still has to say when it is ended, ms. */
const farewellMs = 250

export class GatewayHost {
  private readonly wanted = new Map<symbol, GatewayAccount>()
  /** By account, by its registrations at once. */
  private readonly routes = new Map<string, Map<number, { readonly route: Route; readonly close: () => void }>>()
  private running = false
  private ready = false
  private engine = false
  private stopped = false
  private failures = 0
  private startedAt = 0
  private startLimit: Timer | null = null
  private restart: Timer | null = null
  private linger: Timer | null = null

  constructor(private readonly options: GatewayHostOptions) {}

  /** Lets the account's servers be reached until the returned function is called. */
  allow({ id, uri, server, certificate, connection }: Account): () => void {
    const key = Symbol(id)
    this.wanted.set(key, { id, uri, server, certificate, connection })
    this.sync()
    return () => {
      if (this.wanted.delete(key)) this.sync()
    }
  }

  /** How the account is connected, where it is more than once by the first of its servers; null when it is not, or not by the gateway. */
  route(accountId: string): Route | null {
    const [first] = [...(this.routes.get(accountId) ?? [])].sort(([a], [b]) => a - b)
    return first?.[1].route ?? null
  }

  /** The WebSocket that was found to be its best server; null: it is another, or none. */
  foundWebSocket(accountId: string): string | null {
    const route = this.route(accountId)
    return route === null ? null : webUrlOf(route)
  }

  /** A fresh engine page is there. */
  engineReady(): void {
    this.engine = true
    if (this.ready) this.options.process.join()
  }

  /** The engine page is gone. */
  engineLost(): void {
    this.engine = false
  }

  /** The network is another one. */
  networkChanged(): void {
    if (this.ready) this.options.process.send({ type: 'networkChanged' })
  }

  /** Ends it for good. Whatever was to be said in calls must have been said before. */
  async stop(): Promise<void> {
    this.stopped = true
    if (!this.running) return this.forget()
    this.options.process.send({ type: 'shutdown' })
    await new Promise<void>((resolve) => this.options.clock.setTimeout(resolve, farewellMs))
    this.end()
  }

  /** The last word on an account counts: while it is being changed it is there twice. */
  private get accounts(): readonly GatewayAccount[] {
    return [...new Map([...this.wanted.values()].map((account) => [account.id, account])).values()]
  }

  private sync(): void {
    if (this.stopped) return
    const { clock, process } = this.options
    const { accounts } = this
    if (accounts.length > 0) {
      if (this.linger) clock.clearTimeout(this.linger)
      this.linger = null
      if (!this.running && this.restart === null) this.begin()
    } else this.linger ??= clock.setTimeout(() => this.leave(), lingerMs)
    if (this.ready) process.send({ type: 'accounts', accounts })
  }

  private leave(): void {
    this.linger = null
    if (this.ready) this.options.process.send({ type: 'shutdown' })
    this.end()
  }

  private begin(): void {
    const { clock, process, log } = this.options
    this.running = true
    this.startedAt = clock.now()
    this.startLimit = clock.setTimeout(() => {
      process.kill()
      this.gone('did not start')
    }, startLimitMs)
    process.start({
      onReport: (message) => {
        const parsed = v.safeParse(gatewayReportSchema, message)
        if (parsed.success) this.reported(parsed.output)
        else log.error(`gateway: malformed message (${parsed.issues[0].message})`)
      },
      onGone: (why) => this.gone(why),
    })
  }

  private reported(report: GatewayReport): void {
    const { clock, process, log } = this.options
    switch (report.type) {
      case 'ready':
        if (this.ready || !this.running) return
        this.ready = true
        if (this.startLimit) clock.clearTimeout(this.startLimit)
        process.send({ type: 'accounts', accounts: this.accounts })
        if (this.engine) process.join()
        return
      case 'route':
        return this.put(report.accountId, report.flow ?? 0, report.route)
      case 'log':
        return log[report.level](`gateway: ${report.message}`)
    }
  }

  private put(accountId: string, flow: number, route: Route | null): void {
    const account = this.accounts.find(({ id }) => id === accountId)
    const ways = this.routes.get(accountId) ?? new Map<number, { readonly route: Route; readonly close: () => void }>()
    const before = ways.get(flow)
    if (account === undefined || route === null) ways.delete(flow)
    else {
      const url = webUrlOf(route)
      const close = url === null ? () => {} : this.options.allowWebSocket(url, account.certificate)
      ways.set(flow, { route, close })
    }
    if (ways.size > 0) this.routes.set(accountId, ways)
    else this.routes.delete(accountId)
    before?.close()
    if (before || ways.has(flow)) this.options.onRoute(accountId, this.route(accountId))
  }

  private gone(why: string): void {
    if (!this.running || this.stopped) return
    const { clock, log } = this.options
    log.error(`gateway: the process is gone (${why})`)
    this.forget()
    if (this.accounts.length === 0) return
    if (clock.now() - this.startedAt > healthyAfterMs) this.failures = 0
    const delay = restartDelaysMs[Math.min(this.failures, restartDelaysMs.length - 1)] ?? 0
    this.failures++
    this.restart = clock.setTimeout(() => {
      this.restart = null
      if (this.accounts.length > 0) this.begin()
    }, delay)
  }

  private end(): void {
    if (this.running) this.options.process.kill()
    this.forget()
  }

  private forget(): void {
    const { clock } = this.options
    for (const timer of [this.startLimit, this.restart, this.linger]) if (timer) clock.clearTimeout(timer)
    this.startLimit = this.restart = this.linger = null
    this.running = this.ready = false
    for (const [accountId, ways] of [...this.routes])
      for (const flow of [...ways.keys()]) this.put(accountId, flow, null)
  }
}

const webUrlOf = ({ transport, host, port }: Route): string | null =>
  transport === 'ws' || transport === 'wss' ? `${transport}://${host.includes(':') ? `[${host}]` : host}:${port}` : null
