/*
 * Keeps one account's line connected and registered: connects, registers, tries again in time, goes to another server and back, and says how that stands. It
 * knows the wire through the user agent and its transport only, and of calls that they must not be disturbed.
 */
import type { UserAgent } from 'sip.js'
import type { RefusedCertificate, Registration as RegistrationState } from '../../../common/account'
import type { RegistrationFailure } from '../../../common/errors'
import { ConnectError, type GuardingTransport } from './guard/guarding-transport'
import type { RegisterFacts } from './guard/register-answer'
import type { SocketFailure } from './guard/socket'
import { LaterLooks } from './later-looks'
import type { LineOptions } from './line-options'
import type { LineServers } from './line-servers'
import { NapWatch } from './nap'
import { NextTry } from './next-try'
import { ReachWatch } from './reach-watch'
import { RefusalSense, type FailedRegister } from './refusal-sense'
import type { RegisterNews } from './register-news'
import { Registration, type RegisterOutcome } from './registration'
import { retryClass } from './registration-failure'

/** How soon a registrar that says yes and does not list us is asked again, ms. */
const unlistedRetry = 60_000
/** How long a server that is left may take to let us go, ms. */
const farewellPatience = 1_000
/** A REGISTER that somebody wants to see is not sent more often than this, ms: the refreshes need their share of what is allowed. */
const newsEvery = 15_000
/** What was up for less than this may be gone again soon, where nobody waits for it (RFC 5626 section 4.5), and where somebody does, ms. */
const settledAfter = { calm: 120_000, eager: 10_000 }

export class LineUpkeep {
  readonly #options: LineOptions
  readonly #userAgent: UserAgent
  readonly #servers: LineServers
  readonly #registration: Registration
  readonly #next: NextTry
  readonly #nap: NapWatch
  readonly #reach: ReachWatch
  readonly #looks: LaterLooks
  readonly #refusals: RefusalSense
  #state: RegistrationState = { state: 'unregistered' }
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
  /** On the way to another server, which is connected to as soon as this one is left. */
  #isMoving = false
  /** It has been registered since it was opened, on an earlier connection. */
  #wasRegistered = false
  /** Since when it is, monotonic ms. */
  #registeredAt = Infinity

  constructor(options: LineOptions, userAgent: UserAgent, servers: LineServers) {
    const { account, clock } = options
    this.#options = options
    this.#userAgent = userAgent
    this.#servers = servers
    this.#next = new NextTry(clock, options.random, () => (this.#isConnected ? this.#register() : void this.#connect()))
    this.#nap = new NapWatch(clock)
    this.#reach = new ReachWatch({ clock, onChange: options.onReach })
    this.#looks = new LaterLooks(clock, () => this.#lookAgain())
    this.#refusals = new RefusalSense(account.wasLetIn === true)
    this.#registration = new Registration({
      userAgent,
      clock,
      instance: account.instanceId.replace(/^urn:uuid:/i, ''),
      regId: (options.flow ?? 0) + 1,
      expires: account.connection.expires,
      onOutcome: (outcome) => this.#registered(outcome),
    })
  }

  get state(): RegistrationState {
    return this.#state
  }

  get #transport(): GuardingTransport {
    return this.#userAgent.transport as GuardingTransport
  }

  get #isConnected(): boolean {
    return this.#transport.isConnected()
  }

  /** Another registration of the account is up: nobody waits for this one. */
  get #isCalm(): boolean {
    return this.#options.isCalm?.() ?? false
  }

  get #isSettled(): boolean {
    const enough = this.#isCalm ? settledAfter.calm : settledAfter.eager
    return this.#state.state === 'registered' && this.#options.clock.now() - this.#registeredAt >= enough
  }

  open(): void {
    this.#say({ state: 'registering' })
    void this.#connect()
  }

  /** The network may have changed: proves the connection that is there, makes the one that is not, at once. */
  reconnect(prove = (): void => this.#transport.probe()): void {
    if (this.#closed) return
    this.#next.reset()
    // A connection that slept through its keep-alives is not worth the seconds that a proof takes.
    if (this.#isConnected && this.#nap.slept) this.#transport.drop('slept')
    if (!this.#isConnected) return void this.#connect()
    prove()
    if (this.#state.state === 'failed' && retryClass(this.#state.reason) !== 'never') this.#register()
  }

  /** The computer is on another network, or on one again: what outlived that answers at once, and all else is made anew. */
  networkChanged(): void {
    if (this.#closed) return
    this.#looks.begin()
    this.#connectAnew = true
    if (this.#connecting) return this.#transport.drop('the network changed')
    this.reconnect(() => this.#transport.probeUrgently())
  }

  #lookAgain(): void {
    if (!this.#isConnected) return
    this.#connectAnew = true
    this.#transport.probeUrgently()
  }

  /** The user wants it now, whatever the server said before. */
  retry(): void {
    if (this.#closed) return
    this.#next.reset()
    const failed = this.#state.state === 'failed'
    if (failed) this.#say({ state: 'registering' })
    if (!this.#isConnected) void this.#connect()
    else if (failed) this.#register()
    else this.#transport.probe()
    // Whoever asks again does not know.
    if (!failed) this.#options.onRegistration(this.#state)
  }

  /** Something says that the server may not know us any more: it is told again, not more often than anybody may ask for it. */
  suspect(): void {
    if (this.#state.state === 'registered') void this.registerNow()
  }

  /** Registers now, and tells what the registrar says; pending for ever when the connection is lost. null: that was done a moment ago. */
  registerNow(): Promise<RegisterNews> | null {
    const now = this.#options.clock.now()
    if (this.#closed || !this.#isConnected || now - this.#newsAsked < newsEvery) return null
    this.#newsAsked = now
    return new Promise((resolve) => {
      this.#tellNews = resolve
      this.#bindings = null
      this.#register()
    })
  }

  /** Takes the registration back. `others`: what else is to be waited for, if it is connected. */
  async leave(limitMs: number, others: () => Promise<unknown>): Promise<void> {
    this.#closed = true
    this.#looks.cancel()
    this.#isMoving = false
    this.#next.cancel()
    this.#servers.rest()
    this.#reach.lost()
    if (this.#isConnected) await Promise.all([this.#registration.unregister(limitMs), others()])
    this.#registration.forget()
  }

  /** It is closed. */
  left(): void {
    this.#say({ state: 'unregistered' })
  }

  connected(): void {
    this.#servers.connected()
    this.#register()
  }

  /** An answer to a question of the transport's. */
  alive(roundTripMs: number): void {
    this.#connectAnew = false
    // Whoever was away for a moment may have been started anew, and know nobody.
    if (this.#reach.reach.doubt === 'no-answer') this.suspect()
    this.#reach.alive(roundTripMs, this.#transport.nextProofInMs)
  }

  unanswered(): void {
    this.#reach.unanswered()
  }

  /** What a registrar says of all its bindings. */
  registrarAnswered({ status, expires, bindings }: RegisterFacts): void {
    this.#bindings = bindings
    if (status >= 200 && status < 300) this.#listed = expires !== null || bindings === 0
  }

  /** A server that is preferred to this one is back: the registration here is taken back, and the next one is there. */
  async moveBack(): Promise<void> {
    if (this.#isMoving || this.#closed || !this.#isConnected || this.#options.isBusy()) return
    this.#isMoving = true
    await this.#registration.unregister(farewellPatience)
    if (this.#isMoving && this.#isConnected && !this.#options.isBusy())
      return this.#transport.drop('a server that is preferred is back')
    this.#isMoving = false
    // Somebody called meanwhile.
    if (!this.#closed && this.#isConnected) this.#register()
  }

  disconnected(error: Error): void {
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
    if (wasRegistered && this.#isSettled) this.#next.reset()
    const failure = failureOf(error)
    this.#fail(wasRegistered ? 'connection-lost' : (failure?.reason ?? 'unreachable'), null, null, failure?.certificate)
    this.#options.onDown()
  }

  #register(): void {
    this.#next.cancel()
    const { state } = this.#state
    // A server known to be silent is waited for most of the time: its user is to read that, not "registering".
    const silent = state === 'failed' && this.#state.reason === 'timeout'
    if (state !== 'registered' && !silent) this.#say({ state: 'registering' })
    this.#registration.register()
  }

  #registered(outcome: RegisterOutcome): void {
    if (this.#closed) return
    this.#tellNews({ outcome, listed: this.#listed, bindings: this.#bindings })
    if (!outcome.ok) return this.#refused(outcome)
    const { clock } = this.#options
    const isNew = this.#state.state !== 'registered'
    const since = this.#state.state === 'registered' ? this.#state.since : clock.date()
    if (isNew) this.#registeredAt = clock.now()
    if (this.#isSettled) this.#next.reset()
    this.#nap.awake()
    this.#servers.registered()
    if (this.#listed) this.#reach.bound(outcome.expires)
    else {
      this.#reach.missing()
      this.#next.in(unlistedRetry)
    }
    // A binding is a promise; that something comes through is proven by asking.
    this.#transport.probe()
    this.#say({ state: 'registered', since, expiresAt: clock.date() + outcome.expires * 1000 })
    if (isNew && this.#wasRegistered) this.#options.onUpAgain()
    this.#wasRegistered = true
    this.#refusals.letIn()
  }

  #refused(outcome: FailedRegister): void {
    this.#reach.lost()
    const { reason, sipStatus } = this.#refusals.of(outcome)
    this.#fail(reason, sipStatus, outcome.retryAfterMs)
    // What was not sent says nothing of the server, and no other is any better.
    if (outcome.isHeldBack) return
    const isUnfit = outcome.failure === 'timeout' || outcome.sipStatus === 503
    this.#isMoving = isUnfit && this.#servers.unfit()
    // Connected but silent: the connection is as dead as a closed one.
    if (this.#isMoving || outcome.failure === 'timeout') this.#transport.drop('REGISTER unanswered')
  }

  #fail(
    reason: RegistrationFailure,
    sipStatus: number | null,
    retryAfterMs: number | null,
    certificate: RefusedCertificate | null = null,
  ): void {
    const retryAt = this.#next.after(reason, retryAfterMs, this.#isCalm)
    this.#refusals.noted({ reason, sipStatus })
    this.#say({ state: 'failed', reason, sipStatus, retryAt, certificate })
  }

  #say(state: RegistrationState): void {
    if (state.state === 'registering' && this.#state.state === 'registering') return
    this.#state = state
    this.#options.onRegistration(state)
  }

  async #connect(): Promise<void> {
    if (this.#closed || this.#connecting) return
    this.#next.cancel()
    this.#connecting = true
    try {
      // `start` connects too, but only the first time.
      await (this.#userAgent.state === 'Started' ? this.#userAgent.reconnect() : this.#userAgent.start())
    } catch (error) {
      this.#options.log.info(
        `${this.#options.account.id}: ${error instanceof Error ? error.message : 'connect failed'}`,
      )
      this.#servers.failed()
      const failure = failureOf(error)
      if (!this.#closed) this.#fail(failure?.reason ?? 'unreachable', null, null, failure?.certificate)
    } finally {
      this.#connecting = false
    }
    if (!this.#isConnected) this.#connectAtOnce()
  }

  #connectAtOnce(): void {
    if (!this.#connectAnew) return
    this.#connectAnew = false
    void this.#connect()
  }
}

/** What the socket knew of why. */
const failureOf = (error: unknown): SocketFailure | null => (error instanceof ConnectError ? error.failure : null)
