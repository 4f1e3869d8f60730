/*
 * The gateway, put together: accounts come from main, lines and descriptions are asked for by the engine page, and both are given to the
 * parts that do the work. It sees to it that nobody but the accounts' own servers is spoken to, and that nothing outlives its owner.
 */
import * as v from 'valibot'
import { flowsOf } from '../common/account-flows'
import type { Clock, Timer } from '../common/clock'
import {
  engineToGatewaySchema,
  type EngineToGateway,
  type GatewayAccount,
  type GatewayCommand,
  type GatewayReport,
  type GatewayToEngine,
  type Route,
} from '../common/contract/gateway'
import type { RegistrationFailure } from '../common/errors'
import type { RefusedCertificate } from '../common/account'
import type { Log } from '../common/log'
import type { MediaAccount } from './media/relay-session'
import type { RelaySessions } from './media/relay-sessions'

/** One connection of an account, as gateway/sip makes it. */
export interface Line {
  /** One SIP message, or a keep-alive. */
  send(text: string): void
  /** Idempotent; nothing is told of it afterwards. */
  close(): void
  networkChanged(): void
}

/** What becomes of a line. After `onClosed` and `onElsewhere` nothing more comes. */
export interface LineEvents {
  /** Connected; again when it was connected anew without its user noticing. */
  onOpened(route: Route): void
  onMessage(text: string): void
  onClosed(reason: RegistrationFailure, detail: string | null, certificate: RefusedCertificate | null): void
  /** A server that is preferred to this one answers again. The line goes on. */
  onBetter(why: string): void
  /** The server speaks WebSocket best. */
  onElsewhere(url: string, route: Route): void
}

/** One end of the channel to the engine page. */
export interface EngineEnd {
  send(message: GatewayToEngine): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
  close(): void
}

export interface GatewayParts {
  readonly clock: Clock
  readonly log: Log
  readonly report: (report: GatewayReport) => void
  /** `flow`: which of the account's registrations at once it is for, from 0; the account is that of it alone. */
  readonly openLine: (account: GatewayAccount, events: LineEvents, flow: number) => Line
  readonly createRelays: (
    /** `way`: as `wayOf` names it. */
    account: (way: string) => MediaAccount | null,
    onRenegotiate: (session: string, sdp: string) => void,
  ) => RelaySessions
}

/** Lines at once; every account has one, and another for moments while it is changed. */
const maxLines = 64
/** The page may ask for an account before main has said that there is one, ms. */
const patienceMs = 3_000

interface OpenLine {
  readonly account: GatewayAccount
  readonly flow: number
  readonly line: Line
  /** Whatever it says from now on is not heard. */
  readonly silence: () => void
}

interface KnownRoute {
  readonly accountId: string
  readonly flow: number
  readonly line: number
  readonly route: Route
}

/** One of an account's registrations at once; the first, or only one, is named as the account is. */
const wayOf = (accountId: string, flow: number): string => (flow === 0 ? accountId : `${accountId} ${flow}`)

export class Gateway {
  private accounts = new Map<string, GatewayAccount>()
  private page: { readonly end: EngineEnd; readonly relays: RelaySessions } | null = null
  private readonly lines = new Map<number, OpenLine>()
  /** By `wayOf`. */
  private readonly routes = new Map<string, KnownRoute>()
  private readonly waiting = new Map<
    number,
    { readonly accountId: string; readonly flow: number; readonly timer: Timer }
  >()

  constructor(private readonly parts: GatewayParts) {}

  /** What main says. `end` comes with `engine`. */
  command(command: GatewayCommand, end: EngineEnd | null): void {
    switch (command.type) {
      case 'accounts':
        return this.setAccounts(command.accounts)
      case 'engine':
        if (end) this.join(end)
        return
      case 'networkChanged':
        for (const { line } of this.lines.values()) line.networkChanged()
        return
      case 'shutdown':
        return this.leave()
    }
  }

  private setAccounts(accounts: readonly GatewayAccount[]): void {
    this.accounts = new Map(accounts.map((account) => [account.id, account]))
    for (const [number, { account }] of [...this.lines]) {
      if (!this.accounts.has(account.id)) this.close(number)
    }
    for (const { accountId, flow } of [...this.routes.values()])
      if (!this.accounts.has(accountId)) this.setRoute(accountId, flow, null)
    for (const [number, { accountId, flow, timer }] of [...this.waiting]) {
      const account = this.accounts.get(accountId)
      if (!account) continue
      this.parts.clock.clearTimeout(timer)
      this.waiting.delete(number)
      this.open(number, account, flow)
    }
  }

  private join(end: EngineEnd): void {
    this.leave()
    const relays = this.parts.createRelays(
      (way) => this.mediaAccount(way),
      (session, sdp) => end.send({ kind: 'renegotiate', session, sdp }),
    )
    this.page = { end, relays }
    end.onClose(() => {
      if (this.page?.end === end) this.leave()
    })
    end.onMessage((message) => {
      if (this.page?.end !== end) return
      const parsed = v.safeParse(engineToGatewaySchema, message)
      if (parsed.success) this.receive(parsed.output, end, relays)
      else this.parts.log.error(`malformed message of the page (${parsed.issues[0].message})`)
    })
  }

  private leave(): void {
    for (const number of [...this.lines.keys()]) this.close(number)
    for (const { timer } of this.waiting.values()) this.parts.clock.clearTimeout(timer)
    this.waiting.clear()
    for (const { accountId, flow } of [...this.routes.values()]) this.setRoute(accountId, flow, null)
    this.page?.relays.close()
    this.page?.end.close()
    this.page = null
  }

  private receive(message: EngineToGateway, end: EngineEnd, relays: RelaySessions): void {
    switch (message.kind) {
      case 'open': {
        const { line, accountId, flow = 0 } = message
        if (this.lines.has(line) || this.waiting.has(line)) return
        const account = this.accounts.get(accountId)
        if (account) return this.open(line, account, flow)
        const timer = this.parts.clock.setTimeout(() => {
          this.waiting.delete(line)
          end.send({ kind: 'closed', line, reason: 'invalid-account', detail: null, certificate: null })
        }, patienceMs)
        this.waiting.set(line, { accountId, flow, timer })
        return
      }
      case 'send':
        return this.lines.get(message.line)?.line.send(message.text)
      case 'close':
        return this.close(message.line)
      case 'describe': {
        const { id, session, accountId, flow = 0, step, sdp } = message
        void relays.describe(session, wayOf(accountId, flow), step, sdp, message.form ?? null, message.dtls).then(
          (described) =>
            end.send({
              kind: 'described',
              id,
              sdp: described.ok ? described.sdp : null,
              error: described.ok ? null : described.error,
            }),
          (error: unknown) => {
            this.parts.log.error(`describing: ${error instanceof Error ? error.message : 'failed'}`)
            end.send({ kind: 'described', id, sdp: null, error: 'media-failed' })
          },
        )
        return
      }
      case 'rollback':
        return relays.rollback(message.session)
      case 'release':
        return relays.release(message.session)
      case 'count':
        return end.send({ kind: 'counters', id: message.id, counters: relays.count(message.session) })
    }
  }

  private open(number: number, whole: GatewayAccount, flow: number): void {
    const say = (message: GatewayToEngine): void => this.page?.end.send(message)
    if (this.lines.size >= maxLines) {
      return say({ kind: 'closed', line: number, reason: 'unreachable', detail: 'too many lines', certificate: null })
    }
    const account = flowsOf(whole)[flow]
    if (account === undefined) {
      return say({ kind: 'closed', line: number, reason: 'invalid-account', detail: 'no such flow', certificate: null })
    }
    let over = false
    const events: LineEvents = {
      onOpened: (route) => {
        if (over) return
        this.setRoute(account.id, flow, { line: number, route })
        say({ kind: 'opened', line: number, route })
      },
      onMessage: (text) => {
        if (!over) say({ kind: 'message', line: number, text })
      },
      onClosed: (reason, detail, certificate) => {
        if (over) return
        over = true
        this.forget(number)
        say({ kind: 'closed', line: number, reason, detail: detail?.slice(0, 512) ?? null, certificate })
      },
      onBetter: (why) => {
        if (!over) say({ kind: 'better', line: number, why: why.slice(0, 512) })
      },
      onElsewhere: (url, route) => {
        if (over) return
        over = true
        this.lines.delete(number)
        // Main opens the page's network by it, so it hears of it first.
        this.setRoute(account.id, flow, { line: number, route })
        say({ kind: 'elsewhere', line: number, url, why: route.why })
      },
    }
    const line = this.parts.openLine(account, events, flow)
    // It may have ended before it began.
    if (!over) this.lines.set(number, { account, flow, line, silence: () => (over = true) })
  }

  private close(number: number): void {
    const waiting = this.waiting.get(number)
    if (waiting) this.parts.clock.clearTimeout(waiting.timer)
    this.waiting.delete(number)
    this.lines.get(number)?.silence()
    this.lines.get(number)?.line.close()
    this.forget(number)
  }

  /** A line that continues as a WebSocket is none any more, but its route holds until the account has another, or goes. */
  private forget(number: number): void {
    const known = this.lines.get(number)
    this.lines.delete(number)
    if (known && this.routes.get(wayOf(known.account.id, known.flow))?.line === number)
      this.setRoute(known.account.id, known.flow, null)
  }

  private setRoute(accountId: string, flow: number, known: Pick<KnownRoute, 'line' | 'route'> | null): void {
    if (known) this.routes.set(wayOf(accountId, flow), { accountId, flow, ...known })
    else this.routes.delete(wayOf(accountId, flow))
    this.parts.report({ type: 'route', accountId, ...(flow === 0 ? {} : { flow }), route: known?.route ?? null })
  }

  private mediaAccount(way: string): MediaAccount | null {
    const { accountId = '', route } = this.routes.get(way) ?? {}
    const account = this.accounts.get(accountId)
    if (!account || !route) return null
    const { srtp, stun, mediaPorts } = account.connection
    const secure = route.transport === 'tls' || route.transport === 'wss'
    return { srtp, stun, secure, server: route.address, ports: mediaPorts }
  }
}
