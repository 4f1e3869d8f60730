/*
 * The sockets of one call whose sound is encrypted between the browser and the far end (RFC 5764), who does no ICE: what the browser sends goes to
 * where the far end is, and what comes from there goes to the browser. Which of several far ends it is, the browser says, by the credentials it uses;
 * there is no way back to one before. No key is here.
 */
import type { Clock } from '../../common/clock'
import type { GatewayCounters } from '../../common/contract/gateway'
import { BrowserDoor } from './browser-door'
import { isDtls, isSrtp, type DtlsWay, type FarPlace } from './dtls-way'
import type { PortPair } from './port-pair'
import { isRtcp } from './rtp-packet'
import type { Target } from './sdp-model'
import { isStun } from './stun'
import { StunAsker } from './stun-asker'
import type { UdpSocket } from './udp'

export interface DtlsLegNeeds {
  readonly clock: Clock
  readonly random: (bytes: number) => Buffer
  /** To the far end. */
  readonly sockets: PortPair
  /** To the browser, of this computer alone. */
  readonly door: UdpSocket
  /**
   * The far end the browser speaks with begins another handshake, or must be supposed to: told at most once for each time a description was agreed.
   */
  onAnew(way: DtlsWay): void
}

/** Larger than any packet of sound or of a handshake. */
const mostBytes = 2_048
/** Forks and moves of one call that are remembered. */
const mostWays = 16
/** So many packets of sound into silence, and no handshake before them, are of one that another gateway carried: half a second. */
const mostBlind = 25
/** A handshake may outrun the description it belongs to: so many packets of that sort are kept, for so long, ms. */
const mostEarly = 4
const earlyMs = 5_000

interface Early {
  readonly packet: Buffer
  readonly from: Target
  readonly at: number
}

export class DtlsLeg {
  readonly #door: BrowserDoor
  readonly #stun: StunAsker
  /** The newest last. */
  #ways: DtlsWay[] = []
  #current: DtlsWay | null = null
  #sent = 0
  #received = 0
  #strangers = 0
  #lastAt: number | null = null
  #checks = 0
  #isClosed = false
  #early: Early[] = []
  /** A description was agreed since the last handshake. */
  #mayBegin = false
  /** The browser had a handshake by this leg. */
  #isShaken = false
  #blind = 0

  constructor(private readonly needs: DtlsLegNeeds) {
    const { clock, random, sockets, door } = needs
    this.#stun = new StunAsker(clock, random, sockets)
    this.#door = new BrowserDoor(door, {
      onCheck: (ufrag) => this.#checked(ufrag),
      onPacket: (packet, ufrag) => this.#forward(packet, ufrag),
    })
    for (const name of ['rtp', 'rtcp'] as const) {
      sockets[name].onPacket((packet, from) => {
        if (isStun(packet)) this.#stun.receive(packet)
        else this.#receive(packet, from, name)
      })
    }
  }

  get ports(): { readonly rtp: number; readonly rtcp: number } {
    return { rtp: this.needs.sockets.rtp.port, rtcp: this.needs.sockets.rtcp.port }
  }

  get candidate(): string {
    return this.#door.candidate
  }

  /** The far end the browser speaks with; null: it did not say yet. */
  get current(): DtlsWay | null {
    return this.#current
  }

  get newest(): DtlsWay | null {
    return this.#ways.at(-1) ?? null
  }

  /** Packets of sound in either direction, and signs of life of the browser's, so far. */
  get signs(): { readonly sound: number; readonly heard: number; readonly checks: number } {
    return { sound: this.#sent + this.#received, heard: this.#received, checks: this.#checks }
  }

  askStun(server: Target): Promise<{ readonly rtp: Target; readonly rtcp: Target } | null> {
    return this.#stun.ask(server)
  }

  /** Agreed: the far end is there, and the browser may speak with it. */
  open(way: DtlsWay, place: FarPlace): void {
    if (this.goesOn(way)) way.goOn()
    this.#admit(way, place)
  }

  /** The browser needs other credentials for it and no other handshake: it has changed networks, and the far end is the same. */
  goesOn(way: DtlsWay): boolean {
    const isNew = !this.#ways.includes(way)
    return isNew && this.#isShaken && this.#ways.some(({ fingerprint }) => fingerprint === way.fingerprint)
  }

  #admit(way: DtlsWay, place: FarPlace): void {
    if (!this.#ways.includes(way)) this.#ways.push(way)
    for (const old of this.#ways.splice(0, Math.max(0, this.#ways.length - mostWays)))
      this.#door.dismiss(old.credentials.ufrag)
    const now = this.needs.clock.now()
    way.moveTo(place, now)
    this.#door.admit(way.credentials)
    this.#mayBegin = true
    for (const { packet, from, at } of this.#early.splice(0))
      if (now - at <= earlyMs) this.#receive(packet, from, 'rtp')
  }

  /** The far end of `before` begins anew, and so will the browser, by other credentials. */
  replace(before: DtlsWay, way: DtlsWay): void {
    this.#admit(way, before.place)
    this.#mayBegin = false
  }

  count(): GatewayCounters {
    const way = this.#current ?? this.newest
    return {
      sent: this.#sent,
      received: this.#received,
      strangers: this.#strangers,
      refused: 0,
      silentMs: this.#lastAt === null ? null : Math.max(0, this.needs.clock.now() - this.#lastAt),
      latched: written(way?.latched ?? null),
      signalled: written(way?.signalled ?? null),
      encryption: 'dtls',
      reports: 0,
      progress: 0,
      turnedAway: null,
    }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#ways = []
    this.#current = null
    this.#stun.cancel()
    this.#door.close()
    this.needs.sockets.rtp.close()
    this.needs.sockets.rtcp.close()
  }

  #checked(ufrag: string): void {
    this.#checks++
    const place = this.#ways.findIndex(({ credentials }) => credentials.ufrag === ufrag)
    const way = this.#ways[place]
    // The pair before is still checked for a moment.
    if (way === undefined || (this.#current !== null && place <= this.#ways.indexOf(this.#current))) return
    this.#current = way
    for (const packet of way.takeKept()) this.#door.send(packet, ufrag)
  }

  /** A connection of the browser's that another took the place of has nothing more to say, its good-bye above all. */
  #forward(packet: Buffer, ufrag: string): void {
    const isCurrent = ufrag === this.#current?.credentials.ufrag
    const to = packet.length > mostBytes || !isCurrent ? null : this.#current?.targetOf(packet)
    if (!to) return
    this.needs.sockets[to.socket].send(packet, to.target)
    if (isDtls(packet)) this.#isShaken = true
    if (!isSrtp(packet) || isRtcp(packet)) return
    this.#sent++
    this.#notice()
  }

  /**
   * The browser goes on with a handshake that this leg never saw: the gateway before this one carried it, to another port of ours. That ended it for the
   * far end (RFC 8842 section 4), and the browser does not know.
   */
  #notice(): void {
    const way = this.#current
    if (way === null || this.#isShaken || way.isHeard || !this.#mayBegin || ++this.#blind < mostBlind) return
    this.#blind = 0
    this.#mayBegin = false
    this.needs.onAnew(way)
  }

  #receive(packet: Buffer, from: Target, socket: 'rtp' | 'rtcp'): void {
    if (packet.length > mostBytes || !(isDtls(packet) || isSrtp(packet))) return
    // Beside the sound there is a second handshake for reports, which the browser does not take part in.
    if (socket === 'rtcp' && !isSrtp(packet)) return
    const way = this.#ways.findLast((one) => one.isAt(from)) ?? this.#current ?? this.newest
    if (way === null) return this.#keepEarly(packet, from)
    const isLeft = this.#current !== null && this.#ways.indexOf(way) < this.#ways.indexOf(this.#current)
    if (isLeft || !way.takes(packet, from, socket, this.needs.clock.now())) return void this.#strangers++
    if (isSrtp(packet) && !isRtcp(packet)) {
      this.#received++
      this.#lastAt = this.needs.clock.now()
    }
    const isCurrent = way === this.#current
    if (!isCurrent && !way.isHeard) return way.keep(packet)
    if (!way.beginsAnew(packet)) return void (isCurrent && this.#door.send(packet, way.credentials.ufrag))
    this.#keepEarly(packet, from)
    if (!this.#mayBegin) return
    this.#mayBegin = false
    this.needs.onAnew(way)
  }

  #keepEarly(packet: Buffer, from: Target): void {
    if (!isDtls(packet)) return
    this.#early = [...this.#early, { packet, from, at: this.needs.clock.now() }].slice(-mostEarly)
  }
}

const written = (target: Target | null): string | null =>
  target === null
    ? null
    : target.address.includes(':')
      ? `[${target.address}]:${target.port}`
      : `${target.address}:${target.port}`
