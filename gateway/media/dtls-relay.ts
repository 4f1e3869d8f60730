/*
 * One call's media where the browser's own DTLS-SRTP goes to a far end that does no ICE (see relay-session.ts): descriptions in turn, and the sockets
 * they are about. The browser finds an ICE-lite agent here, the far end a plain address; what they say to each other nobody here can read.
 */
import type { Clock, Timer } from '../../common/clock'
import type { DescribeStep, GatewayCounters, PlainForm } from '../../common/contract/gateway'
import type { Log } from '../../common/log'
import { DtlsExchange, type AgreedWay } from './dtls-exchange'
import { DtlsLeg } from './dtls-leg'
import type { DtlsWay } from './dtls-way'
import { OwnAddresses, familyOf, type OwnAddress } from './own-address'
import { parseSdp } from './parse-sdp'
import { bindPair, type LastingPair, type PortRange } from './port-pair'
import type { DescribeError, Described, MediaAccount, RelaySession } from './relay-session'
import type { Sdp } from './sdp-model'
import type { Udp } from './udp'

export interface DtlsRelayNeeds {
  readonly clock: Clock
  readonly log: Log
  readonly udp: Udp
  /** Of accounts that name none. */
  readonly ports: PortRange
  readonly random: (bytes: number) => Buffer
  /** Null: the account is gone or not connected. */
  account(): MediaAccount | null
  /** The browser is to begin another handshake, in another peer connection with the same certificate; its answer comes as `localAnswer`. */
  onRenegotiate(sdp: string): void
  /** Nothing moves any more; the session is to be released. */
  onIdle(): void
}

/** How often a call's signs of life are looked at, ms. A computer that slept looks once, whatever the time. */
const lookMs = 15_000
/** So many looks in a row without sound in either direction, where both were meant, and without the browser: nobody told us that it is over. */
const mostSilent = 6
const mostAlone = 3

/** A far end that waits to be called and is silent for so long, ms, after a description waits for another handshake. */
const waitsMs = 1_500

const failed = (error: DescribeError): Described => ({ ok: false, error })

export class DtlsRelay implements RelaySession {
  readonly #exchange: DtlsExchange
  readonly #addresses: OwnAddresses
  #leg: DtlsLeg | null = null
  #sockets: LastingPair | null = null
  #isReleased = false
  #seen = { sound: 0, checks: 0 }
  /** The browser was offered this and did not answer yet. */
  #renewal: DtlsWay | null = null
  /** It was offered when signalling had an exchange open, and could not. */
  #isOwed = false
  #waiting: Timer | null = null
  #silent = 0
  #alone = 0
  #timer: Timer
  /** Steps never overlap, whoever asks. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(private readonly needs: DtlsRelayNeeds) {
    this.#exchange = new DtlsExchange(needs.random)
    this.#addresses = new OwnAddresses(needs.udp)
    this.#timer = needs.clock.setTimeout(() => this.#look(), lookMs)
  }

  describe(step: DescribeStep, text: string, _form: PlainForm | null = null, withIce = false): Promise<Described> {
    return this.#step(async () => {
      const sdp = parseSdp(text)
      const account = this.needs.account()
      if (sdp === null || sdp.audio.isRefused) return failed('not-acceptable')
      const leg = account === null ? null : (this.#leg ??= await this.#open(account))
      const own = account === null || leg === null ? null : await this.#own(leg, account)
      if (leg === null || own === null || this.#isReleased) return failed('media-failed')
      if (step === 'localOffer') return this.#localOffer(sdp, text, own, withIce)
      if (step === 'localAnswer') return this.#localAnswer(sdp, own, leg)
      if (step === 'remoteOffer') return this.#remoteOffer(sdp, own, leg)
      return this.#remoteAnswer(sdp, own, leg, step === 'remoteEarly')
    })
  }

  rollback(): void {
    void this.#step(async () => {
      this.#exchange.rollback()
      if (this.#isOwed && this.#leg?.newest) this.#beginAnew(this.#leg.newest)
      return failed('not-acceptable')
    })
  }

  count(): GatewayCounters | null {
    return this.#leg?.count() ?? null
  }

  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.needs.clock.clearTimeout(this.#timer)
    this.#unwatch()
    this.#leg?.close()
  }

  /** The network may have come to be of the other family. */
  async #own(leg: DtlsLeg, account: MediaAccount): Promise<OwnAddress | null> {
    const isReached = await this.#sockets?.reach(familyOf(account.server))
    return isReached ? this.#addresses.find(leg, account) : null
  }

  #localOffer(sdp: Sdp, text: string, own: OwnAddress, withIce: boolean): Described {
    this.#putOff()
    return this.#exchange.localOffer(sdp, text, own, withIce)
  }

  #remoteAnswer(sdp: Sdp, own: OwnAddress, leg: DtlsLeg, isEarly: boolean): Described {
    const taken = this.#exchange.takeAnswer(sdp, own, [leg.newest, leg.current])
    if (!taken.ok) return taken
    taken.commit()
    if (!isEarly) this.#exchange.settle()
    this.#agreed(leg, taken)
    return { ok: true, sdp: taken.write(leg.candidate) }
  }

  #remoteOffer(sdp: Sdp, own: OwnAddress, leg: DtlsLeg): Described {
    this.#putOff()
    const taken = this.#exchange.takeOffer(sdp, own, [leg.newest, leg.current])
    if (!taken.ok) return taken
    taken.commit()
    return { ok: true, sdp: taken.write(leg.candidate) }
  }

  #localAnswer(sdp: Sdp, own: OwnAddress, leg: DtlsLeg): Described {
    if (this.#renewal !== null) {
      this.#renewal.browser = sdp.audio.transport?.ufrag ?? null
      this.#renewal = null
      return { ok: true, sdp: '' }
    }
    const taken = this.#exchange.localAnswer(sdp, own)
    if (!taken.ok) return taken
    taken.commit()
    // Not before: a handshake that outruns our answer finds nobody who knows our certificate.
    this.#agreed(leg, taken)
    return { ok: true, sdp: taken.sdp }
  }

  #agreed(leg: DtlsLeg, { way, place }: AgreedWay): void {
    const isOld = way === leg.current || leg.goesOn(way)
    leg.open(way, place)
    if (this.#isOwed) this.#beginAnew(way)
    this.#watch(leg, isOld && this.#exchange.isCalled && this.#exchange.isTalking ? way : null)
  }

  #putOff(): void {
    this.#isOwed ||= this.#renewal !== null
    this.#renewal = null
  }

  /** Who waits to be called cannot say that it begins anew. */
  #watch(leg: DtlsLeg, way: DtlsWay | null): void {
    this.#unwatch()
    const { heard } = leg.signs
    if (way === null || heard === 0) return
    this.#waiting = this.needs.clock.setTimeout(() => {
      if (leg.current === way && leg.signs.heard === heard) this.#beginAnew(way)
    }, waitsMs)
  }

  #unwatch(): void {
    if (this.#waiting !== null) this.needs.clock.clearTimeout(this.#waiting)
    this.#waiting = null
  }

  /** Signalling's exchange comes first; what is said of the far end in it is what the browser is to be offered. */
  #beginAnew(before: DtlsWay): void {
    if (this.#exchange.isOpen) return void (this.#isOwed = true)
    const anew = this.#leg && this.#exchange.begunAnew(before, this.#leg.candidate)
    if (!anew || this.#leg === null) return
    this.#isOwed = false
    this.#renewal = anew.way
    this.#leg.replace(before, anew.way)
    this.needs.onRenegotiate(anew.offer)
  }

  async #open(account: MediaAccount): Promise<DtlsLeg | null> {
    const { clock, udp, ports, random, log } = this.needs
    const range = account.ports ?? ports
    const door = await udp.bind(0, 4, '127.0.0.1')
    const sockets = door && (await bindPair(udp, familyOf(account.server), range, random))
    if (door === null || sockets === null) log.warn(`no free UDP ports from ${range.from} to ${range.to} for a call`)
    if (door !== null && sockets !== null && !this.#isReleased) {
      this.#sockets = sockets
      const onAnew = (way: DtlsWay): void => this.#beginAnew(way)
      return new DtlsLeg({ clock, random, sockets, door, onAnew })
    }
    door?.close()
    sockets?.rtp.close()
    sockets?.rtcp.close()
    return null
  }

  #look(): void {
    const { sound, checks } = this.#leg?.signs ?? this.#seen
    this.#silent = sound === this.#seen.sound && sound > 0 && this.#exchange.isTalking ? this.#silent + 1 : 0
    this.#alone = checks === this.#seen.checks && checks > 0 ? this.#alone + 1 : 0
    this.#seen = { sound, checks }
    this.#timer = this.needs.clock.setTimeout(() => this.#look(), lookMs)
    if (this.#silent >= mostSilent || this.#alone >= mostAlone) this.needs.onIdle()
  }

  #step(task: () => Promise<Described>): Promise<Described> {
    const run = this.#tail.then(() => (this.#isReleased ? failed('media-failed') : task()))
    this.#tail = run.catch(() => {})
    return run
  }
}
