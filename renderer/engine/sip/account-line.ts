/*
 * One account's line to its server: one sip.js user agent for its whole life, connected, registered, and made so again when either is
 * lost. Dialogs outlive a connection, so the user agent does too. It knows of calls only that some are up and that they must hear of a
 * new connection.
 */
import type { UserAgent } from 'sip.js'
import type { RefusedCertificate, Registration as RegistrationState } from '../../../common/account'
import type { Timer } from '../../../common/clock'
import type { DialogRecord, EngineAccount } from '../../../common/contract/engine'
import type { RegistrationFailure } from '../../../common/errors'
import { needsGateway } from '../../../common/server-address'
import type { CallMedia, MediaEngine } from '../media/media'
import type { MediaKind } from '../media/media-kind'
import { sayFarewell } from './dialog-record'
import { RealmPin, useDigest } from './digest'
import {
  ConnectError,
  createLimiters,
  type GuardingTransport,
  type GuardingTransportOptions,
} from './guard/guarding-transport'
import type { SocketFailure } from './guard/socket'
import type { LineOptions } from './line-options'
import type { LineMedia } from './line-media'
import { LineServers } from './line-servers'
import { makeUserAgent } from './make-user-agent'
import { NapWatch } from './nap'
import { notifyGate } from './notify-gate'
import { invitesSettled } from './open-invites'
import type { RegisterNews } from './register-news'
import { Registration, type RegisterOutcome } from './registration'
import { retryClass } from './registration-failure'
import { ReachWatch } from './reach-watch'
import { RetryPace } from './retry-pace'

/** How often a refusal that only the server's owner can lift is tried again, ms. */
const rareRetry = 300_000
/** How soon a registrar that says yes and does not list us is asked again, ms. */
const unlistedRetry = 60_000
const farewellLimit = 16
/** How long a server that is left may take to let us go, ms. */
const farewellPatience = 1_000
/** A REGISTER that somebody wants to see is not sent more often than this, ms: the refreshes need their share of what is allowed. */
const newsEvery = 15_000

export class AccountLine {
  readonly account: EngineAccount
  readonly userAgent: UserAgent
  readonly #options: LineOptions
  readonly #registration: Registration
  readonly #pace: RetryPace
  readonly #nap: NapWatch
  readonly #reach: ReachWatch
  readonly #farewells: DialogRecord[] = []
  #state: RegistrationState = { state: 'unregistered' }
  #retry: Timer | null = null
  #connecting = false
  /** Our Contact was among those the registrar named last, or it named none. */
  #listed = true
  /** How many the registrar named last; null: it has not answered yet. */
  #bindings: number | null = null
  #newsAsked = -Infinity
  #tellNews: (news: RegisterNews) => void = () => {}
  /** The network is another one: a connection that is lost or given up now is made anew at once. */
  #connectAnew = false
  #closed = false
  /** On the way back from a server to fall back on. */
  #isMoving = false
  readonly #servers: LineServers
  /** It has been registered since it was opened, on an earlier connection. */
  #wasRegistered = false

  constructor(options: LineOptions) {
    const { account, clock } = options
    this.#options = options
    this.account = account
    this.#servers = new LineServers(options, () => this.#moveBack())
    this.#pace = new RetryPace(clock, options.random)
    this.#nap = new NapWatch(clock)
    this.#reach = new ReachWatch({ clock, onChange: options.onReach })
    this.userAgent = makeUserAgent(account, {
      log: options.log,
      transport: (viaHost) => this.#transportOptions(viaHost),
      delegate: {
        onConnect: () => this.#connected(),
        onDisconnect: (error) => {
          if (error) this.#disconnected(error)
        },
        onInvite: (invitation) => options.onInvite(invitation),
        onMessage: (message) => options.onMessage(message),
        onNotify: notifyGate((body) => options.onMessageSummary(body)),
      },
    })
    this.transport.attach(this.userAgent)
    useDigest(this.userAgent, {
      username: account.username || (this.userAgent.configuration.uri.user ?? ''),
      password: account.password,
      pin: new RealmPin(this.userAgent.configuration.uri.host),
      isPeerDialog: (callId) => this.transport.isPeerDialog(callId),
      onRefused: (refusal, _realm, method) => options.log.warn(`a challenge to ${method} was left alone: ${refusal}`),
    })
    this.#registration = new Registration({
      userAgent: this.userAgent,
      clock,
      instance: account.instanceId.replace(/^urn:uuid:/i, ''),
      expires: account.connection.expires,
      onOutcome: (outcome) => this.#registered(outcome),
    })
  }

  get random(): () => number {
    return this.#options.random
  }

  get transport(): GuardingTransport {
    return this.userAgent.transport as GuardingTransport
  }

  get host(): string {
    return this.userAgent.configuration.uri.host
  }

  /** Its server speaks neither WebSocket nor, as far as we know, WebRTC. */
  get isBehindGateway(): boolean {
    return this.#servers.isBehindGateway
  }

  /** The sound of a call on this line. */
  createCallMedia(media: Pick<MediaEngine, 'createCallMedia'>, kind?: MediaKind): CallMedia {
    return this.#servers.createCallMedia(media, kind)
  }

  /** What its calls are offered with behind the gateway. */
  get media(): LineMedia {
    return this.#servers.media
  }

  get connected(): boolean {
    return this.transport.isConnected()
  }

  get state(): RegistrationState {
    return this.#state
  }

  /** Connects and registers, and keeps both so. */
  open(): void {
    this.#say({ state: 'registering' })
    void this.#connect()
  }

  /** The network may have changed: proves the connection that is there, makes the one that is not, at once. */
  reconnect(prove = (): void => this.transport.probe()): void {
    if (this.#closed) return
    this.#pace.reset()
    // A connection that slept through its keep-alives is not worth the seconds that a proof takes.
    if (this.connected && this.#nap.slept) this.transport.drop('slept')
    if (!this.connected) return void this.#connect()
    prove()
    if (this.#state.state === 'failed' && retryClass(this.#state.reason) !== 'never') this.#register()
  }

  /** The computer is on another network, or on one again: what outlived that answers at once, and all else is made anew. */
  networkChanged(): void {
    if (this.#closed) return
    this.#connectAnew = true
    if (this.#connecting) return this.transport.drop('the network changed')
    this.reconnect(() => this.transport.probeUrgently())
  }

  /** The user wants it now, whatever the server said before. */
  retry(): void {
    if (this.#closed) return
    this.#pace.reset()
    const failed = this.#state.state === 'failed'
    if (failed) this.#say({ state: 'registering' })
    if (!this.connected) void this.#connect()
    else if (failed) this.#register()
    else this.transport.probe()
    // Whoever asks again does not know.
    if (!failed) this.#options.onRegistration(this.#state)
  }

  /** Registers now, and tells what the registrar says; pending for ever when the connection is lost. null: that was done a moment ago. */
  registerNow(): Promise<RegisterNews> | null {
    const now = this.#options.clock.now()
    if (this.#closed || !this.connected || now - this.#newsAsked < newsEvery) return null
    this.#newsAsked = now
    return new Promise((resolve) => {
      this.#tellNews = resolve
      this.#bindings = null
      this.#register()
    })
  }

  /** Says BYE for a dialog of a former page, now or when the connection is up. False when the record cannot be read. */
  farewell(dialog: DialogRecord): boolean {
    if (this.connected) return sayFarewell(this.userAgent, dialog)
    if (this.#farewells.length < farewellLimit) this.#farewells.push(dialog)
    return true
  }

  /**
   * Takes the registration back and closes, within `limitMs`. What is to be said in calls must be said before; what must wait for a first
   * answer to an INVITE is waited for.
   */
  async close(limitMs: number): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#isMoving = false
    this.#clearRetry()
    this.#servers.rest()
    this.#reach.lost()
    if (this.connected) {
      const { clock } = this.#options
      await Promise.all([this.#registration.unregister(limitMs), invitesSettled(this.userAgent, clock, limitMs)])
    }
    this.#registration.forget()
    await this.userAgent.stop().catch(() => {})
    this.#say({ state: 'unregistered' })
  }

  async #connect(): Promise<void> {
    if (this.#closed || this.#connecting) return
    this.#clearRetry()
    this.#connecting = true
    try {
      // `start` connects too, but only the first time.
      await (this.userAgent.state === 'Started' ? this.userAgent.reconnect() : this.userAgent.start())
    } catch (error) {
      this.#options.log.info(`${this.account.id}: ${error instanceof Error ? error.message : 'connect failed'}`)
      this.#servers.failed()
      const failure = failureOf(error)
      if (!this.#closed) this.#fail(failure?.reason ?? 'unreachable', null, null, failure?.certificate)
    } finally {
      this.#connecting = false
    }
    if (!this.connected) this.#connectAtOnce()
  }

  #connectAtOnce(): void {
    if (!this.#connectAnew) return
    this.#connectAnew = false
    void this.#connect()
  }

  #connected(): void {
    this.#servers.connected()
    for (const dialog of this.#farewells.splice(0)) sayFarewell(this.userAgent, dialog)
    this.#register()
  }

  /** A server that is preferred to this one is back: the registration here is taken back, and the next one is there. */
  async #moveBack(): Promise<void> {
    if (this.#isMoving || this.#closed || !this.connected || this.#options.isBusy()) return
    this.#isMoving = true
    await this.#registration.unregister(farewellPatience)
    if (this.#isMoving && this.connected && !this.#options.isBusy())
      return this.transport.drop('a server that is preferred is back')
    this.#isMoving = false
    // Somebody called meanwhile.
    if (!this.#closed && this.connected) this.#register()
  }

  #disconnected(error: Error): void {
    if (this.#closed) return
    this.#servers.lost()
    const wasRegistered = this.#registration.registered
    this.#registration.forget()
    this.#reach.lost()
    if (this.#isMoving) {
      this.#isMoving = false
      this.#say({ state: 'registering' })
      return void this.#connect()
    }
    // What failed before the connection did is the reason that helps; its retry, if any, makes the connection too.
    if (this.#state.state === 'failed') return this.#options.onDown()
    if (wasRegistered) this.#pace.reset()
    const failure = failureOf(error)
    this.#fail(wasRegistered ? 'connection-lost' : (failure?.reason ?? 'unreachable'), null, null, failure?.certificate)
    this.#options.onDown()
  }

  #register(): void {
    this.#clearRetry()
    const { state } = this.#state
    // A server known to be silent is waited for most of the time: its user is to read that, not "registering".
    const silent = state === 'failed' && this.#state.reason === 'timeout'
    if (state !== 'registered' && !silent) this.#say({ state: 'registering' })
    this.#registration.register()
  }

  #registered(outcome: RegisterOutcome): void {
    if (this.#closed) return
    this.#tellNews({ outcome, listed: this.#listed, bindings: this.#bindings })
    if (!outcome.ok) {
      this.#reach.lost()
      this.#fail(outcome.failure, outcome.sipStatus, outcome.retryAfterMs)
      // Connected but silent: the connection is as dead as a closed one.
      if (outcome.failure === 'timeout') this.transport.drop('REGISTER unanswered')
      return
    }
    const { clock } = this.#options
    const isNew = this.#state.state !== 'registered'
    const since = this.#state.state === 'registered' ? this.#state.since : clock.date()
    this.#pace.reset()
    this.#nap.awake()
    if (this.#listed) this.#reach.bound(outcome.expires)
    else {
      this.#reach.missing()
      this.#clearRetry()
      this.#retry = clock.setTimeout(() => this.#tryAgain(), unlistedRetry)
    }
    // A binding is a promise; that something comes through is proven by asking.
    this.transport.probe()
    this.#say({ state: 'registered', since, expiresAt: clock.date() + outcome.expires * 1000 })
    if (isNew && this.#wasRegistered) this.#options.onUpAgain()
    this.#wasRegistered = true
  }

  #fail(
    reason: RegistrationFailure,
    sipStatus: number | null,
    retryAfterMs: number | null,
    certificate: RefusedCertificate | null = null,
  ): void {
    const { clock } = this.#options
    this.#clearRetry()
    const kind = retryClass(reason)
    const wait =
      kind === 'never'
        ? null
        : kind === 'rarely'
          ? Math.max(rareRetry, retryAfterMs ?? 0)
          : this.#pace.next(retryAfterMs ?? 0)
    const retryAt = wait === null ? null : clock.date() + wait
    this.#say({ state: 'failed', reason, sipStatus, retryAt, certificate })
    if (wait !== null) this.#retry = clock.setTimeout(() => this.#tryAgain(), wait)
  }

  #tryAgain(): void {
    this.#retry = null
    if (this.connected) this.#register()
    else void this.#connect()
  }

  #clearRetry(): void {
    if (this.#retry !== null) this.#options.clock.clearTimeout(this.#retry)
    this.#retry = null
  }

  #say(state: RegistrationState): void {
    if (state.state === 'registering' && this.#state.state === 'registering') return
    this.#state = state
    this.#options.onRegistration(state)
  }

  #transportOptions(viaHost: string): GuardingTransportOptions {
    const { account, clock, log, ping } = this.#options
    const servers = this.#servers
    return {
      get url() {
        return servers.url
      },
      openSocket: servers.open,
      // To find a server, and to try one after the other, takes longer than to reach one.
      ...(needsGateway(account) ? { connectTimeoutMs: 30_000 } : {}),
      clock,
      aor: account.uri,
      viaHost,
      limiters: createLimiters(clock),
      ...(ping === undefined ? {} : { ping }),
      events: {
        onAlive: (roundTripMs) => {
          this.#connectAnew = false
          this.#reach.alive(roundTripMs, this.transport.nextProofInMs)
        },
        onMiss: () => this.#reach.unanswered(),
        onRegisterAnswer: ({ status, expires, bindings }) => {
          this.#bindings = bindings
          if (status >= 200 && status < 300) this.#listed = expires !== null || bindings === 0
        },
        onNote: (note) => log.debug(`${account.id}: ${note}`),
        onLost: (reason) => log.info(`${account.id}: connection lost, ${reason}`),
        onUnansweredBye: (dialog) => this.#options.onLostBye(dialog),
        onUpdate: (update) => this.#options.onUpdate(update),
      },
    }
  }
}

/** What the socket knew of why. */
const failureOf = (error: unknown): SocketFailure | null => (error instanceof ConnectError ? error.failure : null)
