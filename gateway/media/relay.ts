/*
 * One call's media (see relay-session.ts): offers and answers of both sides in turn (RFC 3264), the browser's transport on one side and RTP on
 * the other. What the wire agrees and what the browser is told are two things: the browser's side can follow another fork or codec without a
 * word of SIP. It knows neither who calls nor how messages reach it.
 */
import type { Clock, Timer } from '../../common/clock'
import type { DescribeStep, GatewayCounters, PlainForm } from '../../common/contract/gateway'
import type { Log } from '../../common/log'
import { isLoopback } from './addresses'
import { Exchange } from './exchange'
import { OwnAddresses, familyOf, type OwnAddress } from './own-address'
import { parseSdp } from './parse-sdp'
import { PlainLeg } from './plain-leg'
import { bindPair, type LastingPair, type PortRange } from './port-pair'
import type { DescribeError, Described, MediaAccount, RelaySession } from './relay-session'
import type { Sdp } from './sdp-model'
import type { Udp } from './udp'
import type { CreateWebLeg, TransportFacts, WebLegState } from './web-leg'
import { WebSide } from './web-side'

export interface RelayNeeds {
  readonly clock: Clock
  readonly log: Log
  readonly udp: Udp
  /** Of accounts that name none. */
  readonly ports: PortRange
  readonly random: (bytes: number) => Buffer
  readonly createWebLeg: CreateWebLeg
  /** Null: the account is gone or not connected. */
  account(): MediaAccount | null
  onRenegotiate(sdp: string): void
  /** Nothing moves any more; the session is to be released. */
  onIdle(): void
}

/** How often a call's signs of life are looked at, ms. */
const lookMs = 1_000
/** Silent in both directions for so long, ms, a call that is not held is over: nobody told the gateway. */
const idleMs = 90_000
/** Broken for so long, ms, the browser's side does not come back. */
const brokenMs = 30_000
/** Attempts to give the browser another transport for one that broke, until one connects. */
const maxRepairs = 3
/** An offer of ours that the browser did not answer for so long, ms, was made within an exchange of signalling's, and is lost. */
const answerMs = 2_000

const failed = (error: DescribeError): Described => ({ ok: false, error })

export class Relay implements RelaySession {
  readonly #exchange: Exchange
  readonly #addresses: OwnAddresses
  readonly #web: WebSide
  #plain: PlainLeg | null = null
  #sockets: LastingPair | null = null
  #isReleased = false
  /** Our offer of another transport waits for the browser's answer. */
  #isRepairing = false
  #repairs = 0
  /** The last such offer, while nothing has connected since. */
  #offeredAt: number | null = null
  #webAt: number | null = null
  #brokenAt: number | null = null
  #timer: Timer
  /** Steps never overlap, whoever asks. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(private readonly needs: RelayNeeds) {
    this.#exchange = new Exchange(needs.random)
    this.#addresses = new OwnAddresses(needs.udp)
    this.#web = new WebSide(needs.createWebLeg, {
      onRtp: (packet) => {
        this.#webAt = needs.clock.now()
        this.#plain?.sendRtp(packet)
      },
      onRtcp: (packet) => this.#plain?.sendRtcp(packet),
      onState: (state) => this.#webChanged(state),
    })
    this.#timer = needs.clock.setTimeout(() => this.#look(), lookMs)
  }

  describe(step: DescribeStep, text: string, form: PlainForm | null = null): Promise<Described> {
    return this.#step(async () => {
      const sdp = parseSdp(text)
      const account = this.needs.account()
      if (sdp === null) return failed('not-acceptable')
      if (account === null) return failed('media-failed')
      if (step === 'localOffer') return this.#localOffer(sdp, account, form)
      if (step === 'localAnswer') return this.#localAnswer(sdp, account)
      if (step === 'remoteOffer') return this.#remoteOffer(sdp, account)
      return this.#remoteAnswer(sdp, account, step === 'remoteEarly')
    })
  }

  rollback(): void {
    this.#inTurn(() => {
      this.#exchange.rollback()
      this.#plain?.use(this.#exchange.agreed)
    })
  }

  count(): GatewayCounters {
    return this.#plain?.count() ?? nothing
  }

  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.needs.clock.clearTimeout(this.#timer)
    this.#web.close()
    this.#plain?.close()
  }

  async #localOffer({ audio }: Sdp, account: MediaAccount, form: PlainForm | null): Promise<Described> {
    const own = await this.#own(account)
    if (own === null) return failed('media-failed')
    if (audio.transport === null) return failed('not-acceptable')
    this.#isRepairing = false
    return this.#exchange.localOffer(audio, account, own, form)
  }

  async #remoteAnswer(sdp: Sdp, account: MediaAccount, isEarly: boolean): Promise<Described> {
    const own = await this.#own(account)
    if (own === null || this.#plain === null) return failed('media-failed')
    const taken = this.#exchange.takeAnswer(sdp, account, own, isEarly)
    if (!taken.ok) return taken
    const transport = await this.#web.answer(taken.transport)
    if (transport === null || this.#isReleased) return failed('media-failed')
    taken.commit()
    this.#plain.use(this.#exchange.agreed)
    return { ok: true, sdp: taken.write(transport) }
  }

  async #remoteOffer(sdp: Sdp, account: MediaAccount): Promise<Described> {
    const taken = this.#exchange.takeOffer(sdp, account)
    if (!taken.ok) return taken
    // Sockets and addresses are found while it rings, not when it is answered.
    if ((await this.#own(account)) === null) return failed('media-failed')
    const transport = await this.#web.offer()
    if (transport === null || this.#isReleased) return failed('media-failed')
    this.#isRepairing = false
    taken.commit()
    return { ok: true, sdp: taken.write(transport) }
  }

  async #localAnswer({ audio }: Sdp, account: MediaAccount): Promise<Described> {
    const own = await this.#own(account)
    if (own === null || this.#plain === null) return failed('media-failed')
    if (audio.transport === null) return failed('not-acceptable')
    if (this.#isRepairing) {
      this.#isRepairing = false
      const last = this.#exchange.lastPlain
      return this.#web.accept(audio.transport) && last !== null ? { ok: true, sdp: last } : failed('media-failed')
    }
    const taken = this.#exchange.localAnswer(audio, account, own)
    if (!taken.ok) return taken
    if (!this.#web.accept(audio.transport)) return failed('media-failed')
    taken.commit()
    this.#plain.use(this.#exchange.agreed)
    return { ok: true, sdp: taken.sdp }
  }

  /** Sockets at the first description, and the addresses they are reached at now. */
  async #own(account: MediaAccount): Promise<OwnAddress | null> {
    this.#plain ??= await this.#openPlain(account)
    // The network may have come to be of the other family.
    const isReached = (await this.#sockets?.reach(familyOf(account.server))) ?? false
    return this.#plain === null || !isReached ? null : this.#addresses.find(this.#plain, account)
  }

  async #openPlain(account: MediaAccount): Promise<PlainLeg | null> {
    const { clock, udp, ports, random, log } = this.needs
    const range = account.ports ?? ports
    const sockets = await bindPair(udp, familyOf(account.server), range, random)
    if (sockets === null) log.warn(`no free pair of UDP ports from ${range.from} to ${range.to} for a call`)
    if (sockets === null) return null
    this.#sockets = sockets
    const leg = new PlainLeg({
      clock,
      sockets,
      random,
      events: {
        onRtp: (packet) => this.#web.sendRtp(packet),
        onRtcp: (packet) => this.#web.sendRtcp(packet),
      },
    })
    if (!this.#isReleased) return leg
    leg.close()
    return null
  }

  #webChanged(state: WebLegState): void {
    this.needs.log.debug(`a call's transport to the browser is ${state}`)
    const isBroken = state === 'failed' || state === 'closed'
    this.#brokenAt = isBroken ? (this.#brokenAt ?? this.needs.clock.now()) : null
    if (state === 'connected') {
      this.#repairs = 0
      this.#offeredAt = null
    }
    if (isBroken) this.#inTurn(() => this.#repair())
  }

  #look(): void {
    const now = this.needs.clock.now()
    const last = Math.max(this.#plain?.lastAt ?? -Infinity, this.#webAt ?? -Infinity)
    const isSilent = last > -Infinity && now - last >= idleMs && this.#exchange.isTalking
    const isBroken = this.#brokenAt !== null && now - this.#brokenAt >= brokenMs
    this.#timer = this.needs.clock.setTimeout(() => this.#look(), lookMs)
    if (isSilent || isBroken) return this.needs.onIdle()
    this.#inTurn(async () => {
      if ((await this.#isLost()) && !this.#isReleased) await this.#repair()
    })
  }

  async #isLost(): Promise<boolean> {
    if (this.#offeredAt !== null) {
      return this.needs.clock.now() - this.#offeredAt >= answerMs && (this.#web.isUnanswered || this.#brokenAt !== null)
    }
    if (this.#brokenAt !== null) return true
    // A pulled cable takes its address along. The browser goes on by another one, and this end stays with the pair that was chosen first.
    const address = this.#web.browserAt
    return address !== null && !isLoopback(address) && !(await this.needs.udp.isOurs(address))
  }

  /** The browser and its transport lost each other, as after a sleep: another one is offered without a word of SIP, once signalling has no exchange open. */
  async #repair(): Promise<void> {
    const write = this.#exchange.webAgain
    if (write === null || this.#repairs >= maxRepairs) return
    this.#repairs++
    const transport: TransportFacts | null = await this.#web.offer(true)
    if (transport === null || this.#isReleased) return
    this.#isRepairing = true
    this.#offeredAt = this.needs.clock.now()
    this.needs.onRenegotiate(write(transport))
  }

  #inTurn(task: () => Promise<void> | void): void {
    void this.#step(async () => {
      await task()
      return failed('media-failed')
    })
  }

  #step(task: () => Promise<Described>): Promise<Described> {
    const run = this.#tail.then(() => (this.#isReleased ? failed('media-failed') : task()))
    this.#tail = run.catch(() => {})
    return run
  }
}

const nothing: GatewayCounters = {
  sent: 0,
  received: 0,
  strangers: 0,
  refused: 0,
  silentMs: null,
  latched: null,
  signalled: null,
  encryption: 'none',
  reports: 0,
  progress: 0,
  turnedAway: null,
}
