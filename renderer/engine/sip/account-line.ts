/*
 * One account's line to its server: one sip.js user agent for its whole life, kept connected and registered. Dialogs outlive a connection, so the
 * user agent does too. It knows of calls only that some are up, what they sound through, and that they must hear of a new connection.
 */
import type { UserAgent } from 'sip.js'
import type { Registration as RegistrationState } from '../../../common/account'
import type { DialogRecord, EngineAccount } from '../../../common/contract/engine'
import { needsGateway } from '../../../common/server-address'
import type { CallMedia, MediaEngine } from '../media/media'
import type { OfferedKind } from '../media/media-kind'
import { sayFarewell } from './dialog-record'
import { RealmPin, useDigest } from './digest'
import { createLimiters, type GuardingTransport, type GuardingTransportOptions } from './guard/guarding-transport'
import type { LineMedia } from './line-media'
import type { LineOptions } from './line-options'
import { LineServers } from './line-servers'
import { LineUpkeep } from './line-upkeep'
import { makeUserAgent } from './make-user-agent'
import { notifyGate } from './notify-gate'
import { invitesSettled } from './open-invites'
import type { RegisterNews } from './register-news'

const farewellLimit = 16

export class AccountLine {
  readonly account: EngineAccount
  readonly userAgent: UserAgent
  /** Which of the account's registrations at once it is, from 0. */
  readonly flow: number
  readonly #options: LineOptions
  readonly #servers: LineServers
  readonly #upkeep: LineUpkeep
  readonly #farewells: DialogRecord[] = []
  #closed = false

  constructor(options: LineOptions) {
    const { account } = options
    this.#options = options
    this.account = account
    this.#servers = new LineServers(options, () => void this.#upkeep.moveBack())
    this.flow = options.flow ?? 0
    this.userAgent = makeUserAgent(account, {
      log: options.log,
      flow: this.flow,
      transport: (viaHost) => this.#transportOptions(viaHost),
      delegate: {
        onConnect: () => this.#connected(),
        onDisconnect: (error) => {
          if (error) this.#upkeep.disconnected(error)
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
    this.#upkeep = new LineUpkeep(options, this.userAgent, this.#servers)
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
  createCallMedia(media: Pick<MediaEngine, 'createCallMedia'>, kind?: OfferedKind): CallMedia {
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
    return this.#upkeep.state
  }

  /** Connects and registers, and keeps both so. */
  open(): void {
    this.#upkeep.open()
  }

  /** The network may have changed: proves the connection that is there, makes the one that is not, at once. */
  reconnect(): void {
    this.#upkeep.reconnect()
  }

  /** The computer is on another network, or on one again: what outlived that answers at once, and all else is made anew. */
  networkChanged(): void {
    this.#upkeep.networkChanged()
  }

  /** The user wants it now, whatever the server said before. */
  retry(): void {
    this.#upkeep.retry()
  }

  /** Registers now, and tells what the registrar says; pending for ever when the connection is lost. null: that was done a moment ago. */
  registerNow(): Promise<RegisterNews> | null {
    return this.#upkeep.registerNow()
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
    const { clock } = this.#options
    await this.#upkeep.leave(limitMs, () => invitesSettled(this.userAgent, clock, limitMs))
    await this.userAgent.stop().catch(() => {})
    this.#upkeep.left()
  }

  #connected(): void {
    for (const dialog of this.#farewells.splice(0)) sayFarewell(this.userAgent, dialog)
    this.#upkeep.connected()
  }

  #transportOptions(viaHost: string): GuardingTransportOptions {
    const { account, clock, log, ping, limiters = createLimiters(clock) } = this.#options
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
      limiters,
      ...(ping === undefined ? {} : { ping }),
      events: {
        onAlive: (roundTripMs) => this.#upkeep.alive(roundTripMs),
        onMiss: () => this.#upkeep.unanswered(),
        onRegisterAnswer: (facts) => this.#upkeep.registrarAnswered(facts),
        onNote: (note) => log.debug(`${account.id}: ${note}`),
        onLost: (reason) => log.info(`${account.id}: connection lost, ${reason}`),
        onUnansweredBye: (dialog) => this.#options.onLostBye(dialog),
        onUpdate: (update) => this.#options.onUpdate(update),
        onPrack: (prack) => this.#options.onPrack(prack),
      },
    }
  }
}
