/*
 * Sees to it that the engine registers exactly the accounts it should, whatever happens to accounts, passwords or the
 * engine, and keeps what is known of each registration. Level-triggered: it compares what is wanted with what the engine
 * was told. Retrying is the engine's business; finding better words for a failed connection is done here.
 */
import { isDeepStrictEqual } from 'node:util'
import { isDemo, type Account, type RefusedCertificate, type Registration } from '../../common/account'
import type { Clock } from '../../common/clock'
import type { EngineAccount } from '../../common/contract/engine'
import type { RegistrationFailure } from '../../common/errors'
import { needsGateway } from '../../common/server-address'
import type { Engine } from './engine'

/** An account as the engine needs it. */
export interface Credentials {
  readonly password: string
  readonly turnPassword: string | null
  readonly instanceId: string
}

export interface RegistrarOptions {
  readonly engine: Engine
  readonly clock: Clock
  readonly accounts: () => readonly Account[]
  /** null: the password is not known (yet). The demo line has an empty one. */
  readonly credentials: (accountId: string) => Credentials | null
  /** Opens the network for an account's servers; the returned function closes it again. */
  readonly allow: (account: Account) => () => void
  /** Why this server cannot be connected to, as the network layer sees it. Never rejects. */
  readonly explain: (server: string) => Promise<{ reason: RegistrationFailure; certificate: RefusedCertificate | null }>
  /** The WebSocket that an account's domain led to; null: it did not lead to one. */
  readonly foundWebSocket: (accountId: string) => string | null
  readonly onChange: (registrations: ReadonlyMap<string, Registration>) => void
  /** What servers have shown of it before; left out: nothing is known of any. */
  readonly known?: (account: Account) => Pick<EngineAccount, 'takes' | 'wasLetIn'>
}

/** How long a trial waits before it counts as `timeout`, ms; longer where a server has to be found first. */
const trialLimitMs = 12_000
const searchLimitMs = 30_000

/** Reasons that only say "no connection": what the network layer saw is better. */
const vague = new Set<RegistrationFailure>(['unreachable', 'connection-lost', 'timeout'])

export class Registrar {
  private registrations: ReadonlyMap<string, Registration> = new Map()
  private readonly told = new Map<string, { wanted: readonly unknown[]; close: () => void }>()
  private readonly trials = new Map<string, { account: Account; settle: (registration: Registration) => void }>()
  private ready = false

  constructor(private readonly options: RegistrarOptions) {}

  /** What is known of each account's registration. */
  get states(): ReadonlyMap<string, Registration> {
    return this.registrations
  }

  engineReady(): void {
    this.ready = true
    this.sync()
  }

  engineLost(): void {
    this.ready = false
    for (const { close } of this.told.values()) close()
    this.told.clear()
    const lost = failed('engine-lost')
    for (const { settle } of this.trials.values()) settle(lost)
    this.registrations = new Map(this.options.accounts().map(({ id, enabled }) => [id, enabled ? lost : unregistered]))
    this.options.onChange(this.registrations)
  }

  /** Makes the engine's accounts what they should be. Call it after any change of accounts or passwords. */
  sync(): void {
    const wanted = this.options.accounts()
    const states = new Map<string, Registration>()
    for (const account of wanted) {
      const credentials = this.options.credentials(account.id)
      if (!account.enabled) states.set(account.id, unregistered)
      else if (!credentials) states.set(account.id, failed('password-needed'))
      else {
        states.set(account.id, this.registrations.get(account.id) ?? unregistered)
        if (this.ready) this.tell(account, credentials, states)
      }
      if (!account.enabled || !credentials) this.untell(account.id)
    }
    for (const id of [...this.told.keys()]) {
      if (!wanted.some((account) => account.id === id) && !this.trials.has(id)) this.untell(id)
    }
    this.registrations = states
    this.options.onChange(states)
  }

  /** Takes in what the engine says of an account. */
  reported(accountId: string, reported: Registration): void {
    const trial = this.trials.get(accountId)
    const account = trial?.account ?? this.options.accounts().find(({ id }) => id === accountId)
    if (!account) return
    this.put(accountId, reported)
    if (reported.state === 'registered') trial?.settle(reported)
    if (reported.state !== 'failed') return
    void this.explained(account, reported).then((explained) => {
      // Something newer may have been said meanwhile.
      if (this.registrations.get(accountId) === reported) this.put(accountId, explained)
      trial?.settle(explained)
    })
  }

  /** Accounts that are being tried. */
  get tried(): readonly Account[] {
    return [...this.trials.values()].map(({ account }) => account)
  }

  private put(accountId: string, registration: Registration): void {
    if (!this.options.accounts().some(({ id }) => id === accountId)) return
    this.registrations = new Map(this.registrations).set(accountId, registration)
    this.options.onChange(this.registrations)
  }

  /**
   * Registers an account that is not (yet) among the accounts and tells how that went: `registered` or `failed`. A
   * registration that succeeds stays up, so that saving the account under the same id costs no second one; call `sync`
   * afterwards in any case.
   */
  async trial(account: Account, credentials: Credentials): Promise<Registration> {
    if (!this.ready) return failed('engine-lost')
    const registration = await new Promise<Registration>((settle) => {
      const limitMs = needsGateway(account) ? searchLimitMs : trialLimitMs
      const limit = this.options.clock.setTimeout(() => settle(failed('timeout')), limitMs)
      this.trials.set(account.id, {
        account,
        settle: (result) => {
          this.options.clock.clearTimeout(limit)
          settle(result)
        },
      })
      this.tell(account, credentials, new Map())
    })
    this.trials.delete(account.id)
    if (registration.state === 'registered')
      this.registrations = new Map(this.registrations).set(account.id, registration)
    else this.untell(account.id)
    return registration
  }

  private tell(account: Account, credentials: Credentials, states: Map<string, Registration>): void {
    const wanted = [
      account.uri,
      account.server,
      account.username,
      account.displayName,
      account.certificate,
      account.connection,
      credentials,
    ]
    const told = this.told.get(account.id)
    if (isDeepStrictEqual(told?.wanted, wanted)) return
    told?.close()
    this.told.set(account.id, { wanted, close: isDemo(account) ? () => {} : this.options.allow(account) })
    states.set(account.id, { state: 'registering' })
    const asked = { ...account, ...credentials, ...this.options.known?.(account) }
    void this.options.engine.request({ type: 'register', account: asked })
  }

  private untell(accountId: string): void {
    const told = this.told.get(accountId)
    if (!told) return
    this.told.delete(accountId)
    if (!this.ready) return told.close()
    void this.options.engine.request({ type: 'unregister', accountId }).then(told.close)
  }

  /** Better words for a registration that failed at one of an account's servers, where that can be known. Never rejects. */
  explainAt(accountId: string, server: string, registration: Registration): Promise<Registration> {
    const account = this.options.accounts().find(({ id }) => id === accountId)
    return account ? this.explained({ ...account, server }, registration) : Promise.resolve(registration)
  }

  /** Better words for a connection that could not be made. */
  private async explained(account: Account, registration: Registration): Promise<Registration> {
    if (registration.state !== 'failed' || !vague.has(registration.reason)) return registration
    const isFound = needsGateway(account)
    const server = isFound ? this.options.foundWebSocket(account.id) : account.server
    // The gateway said all there is to say.
    if (isDemo(account) || server === null) return registration
    const { reason, certificate } = await this.options.explain(server)
    // Where on that server its WebSocket is only the gateway knows.
    if (isFound && reason !== 'certificate') return registration
    // "Unreachable" says no more than we knew, and a connection that was lost may be back already.
    return reason === 'unreachable' || (reason === 'no-websocket' && registration.reason !== 'unreachable')
      ? registration
      : { ...registration, reason, certificate }
  }
}

const unregistered: Registration = { state: 'unregistered' }

const failed = (reason: RegistrationFailure): Registration => ({
  state: 'failed',
  reason,
  sipStatus: null,
  retryAt: null,
  certificate: null,
})
