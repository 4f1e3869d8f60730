/*
 * One call's media on the wire: RTP and RTCP sockets, whom they speak with, SRTP when keys were agreed, and what is counted. It copies payloads
 * and never looks into them; what was agreed comes from outside.
 */
import type { Clock } from '../../common/clock'
import type { GatewayCounters } from '../../common/contract/gateway'
import { FarReports } from './far-reports'
import { Latch, same } from './latch'
import { OtherName } from './other-name'
import type { PortPair } from './port-pair'
import { withoutBye } from './rtcp'
import { headerLength, isRtcp, payloadTypeOf, setPayloadType, ssrcOf } from './rtp-packet'
import type { Target } from './sdp-model'
import type { SrtpReceiver, SrtpSender } from './srtp'
import { isStun } from './stun'
import { StunAsker } from './stun-asker'

/** What a pair of descriptions agreed for the wire. */
export interface WireAgreement {
  readonly rtp: Target | null
  readonly rtcp: Target | null
  readonly rtcpMux: boolean
  /** Payload types of the browser to those of the wire, and back; what is not among them is dropped. */
  readonly toWire: ReadonlyMap<number, number>
  readonly toWeb: ReadonlyMap<number, number>
  /** The browser's number of the speech agreed, where such numbers are made up for each call; null: it is a fixed one. */
  readonly speech: number | null
  /** The browser's numbers of digits. */
  readonly events: ReadonlySet<number>
  /** Both or neither. */
  readonly sender: SrtpSender | null
  readonly receiver: SrtpReceiver | null
  /** Nobody could read the keys on their way. */
  readonly isSecret: boolean
}

export interface PlainLegEvents {
  onRtp(packet: Buffer): void
  onRtcp(packet: Buffer): void
}

export interface PlainLegNeeds {
  readonly clock: Clock
  readonly sockets: PortPair
  readonly random: (bytes: number) => Buffer
  readonly events: PlainLegEvents
}

/** Silent for so long, ms, it is asked whether anybody is there; again after so long, and for so long. */
const silentMs = 3_000
const askAgainMs = 10_000
const askMs = 400

export class PlainLeg {
  #agreed: WireAgreement | null = null
  readonly #latch = new Latch()
  readonly #rtcpLatch = new Latch()
  readonly #stun: StunAsker
  #sent = 0
  #received = 0
  #strangers = 0
  #refused = 0
  #lastAt: number | null = null
  #otherName = new OtherName()
  /** The stream whose speech the browser has heard. */
  #speaking: number | null = null
  readonly #farReports = new FarReports()
  /** Since when something could come, and when it was asked last whether anybody is there; ms of the clock. */
  #agreedAt = 0
  #askedAt = -Infinity
  #turnedAway: Target | null = null

  constructor(private readonly needs: PlainLegNeeds) {
    const { rtp, rtcp } = needs.sockets
    this.#stun = new StunAsker(needs.clock, needs.random, needs.sockets)
    rtp.onPacket((packet, from) => {
      if (isStun(packet)) this.#stun.receive(packet)
      else if (this.#isReport(packet)) this.#takeRtcp(packet, from, this.#latch)
      else this.#takeRtp(packet, from)
    })
    rtcp.onPacket((packet, from) => {
      if (isStun(packet)) this.#stun.receive(packet)
      else this.#takeRtcp(packet, from, this.#rtcpLatch)
    })
  }

  get ports(): { readonly rtp: number; readonly rtcp: number } {
    return { rtp: this.needs.sockets.rtp.port, rtcp: this.needs.sockets.rtcp.port }
  }

  /** When the wire's last packet came, ms of the clock; null: none did. */
  get lastAt(): number | null {
    return this.#lastAt
  }

  /** From now on; null: nothing is agreed, and nothing passes. */
  use(agreed: WireAgreement | null): void {
    this.#agreed = agreed
    this.#otherName = new OtherName()
    if (agreed === null) return
    const at = this.needs.clock.now()
    this.#agreedAt = at
    this.#turnedAway = null
    this.#latch.signal(agreed.rtp, at)
    this.#rtcpLatch.signal(agreed.rtcp, at)
  }

  /** How a STUN server sees the two sockets; null when it does not answer in time. */
  askStun(server: Target): Promise<{ readonly rtp: Target; readonly rtcp: Target } | null> {
    return this.#stun.ask(server)
  }

  /** The browser's packet, which is changed. */
  sendRtp(packet: Buffer): void {
    const agreed = this.#agreed
    const from = payloadTypeOf(packet)
    const other = from === agreed?.speech ? this.#otherName.current : null
    const type = other ?? agreed?.toWire.get(from)
    const { target } = this.#latch
    if (!agreed || type === undefined || target === null || headerLength(packet) === null) return
    setPayloadType(packet, type)
    const protectedPacket = agreed.sender === null ? packet : agreed.sender.protectRtp(packet)
    if (protectedPacket === null) return
    this.needs.sockets.rtp.send(protectedPacket, target)
    this.#sent++
  }

  sendRtcp(packet: Buffer): void {
    const agreed = this.#agreed
    const target = this.#rtcpTarget
    if (!agreed || target === null) return
    const protectedPacket = agreed.sender === null ? packet : agreed.sender.protectRtcp(packet)
    const { rtp, rtcp } = this.needs.sockets
    if (protectedPacket !== null) (agreed.rtcpMux ? rtp : rtcp).send(protectedPacket, target)
  }

  count(): GatewayCounters {
    this.#askWhetherThere()
    return {
      sent: this.#sent,
      received: this.#received,
      strangers: this.#strangers,
      refused: this.#refused,
      silentMs: this.#lastAt === null ? null : Math.max(0, this.needs.clock.now() - this.#lastAt),
      latched: written(this.#latch.latched),
      signalled: written(this.#latch.signalled),
      encryption: this.#agreed?.sender && this.#agreed.isSecret ? 'sdes' : 'none',
      reports: this.#farReports.reports,
      progress: this.#farReports.progress,
      turnedAway: written(this.#turnedAway),
    }
  }

  close(): void {
    this.#agreed = null
    this.#stun.cancel()
    this.needs.sockets.rtp.close()
    this.needs.sockets.rtcp.close()
  }

  #takeRtp(packet: Buffer, from: Target): void {
    const agreed = this.#agreed
    if (agreed === null) return
    const plain = agreed.receiver === null ? packet : agreed.receiver.unprotectRtp(packet)
    if (plain === null) return void this.#refused++
    const type = agreed.toWeb.get(payloadTypeOf(plain)) ?? this.#otherName.of(plain, agreed.speech)
    if (type === undefined || type === null || headerLength(plain) === null) return
    const at = this.needs.clock.now()
    const authenticated = agreed.receiver !== null
    if (!this.#latch.take({ from, ssrc: ssrcOf(plain), authenticated, at })) return void this.#strangers++
    this.#received++
    this.#lastAt = at
    this.#turnedAway = null
    if (!agreed.toWeb.has(payloadTypeOf(plain))) this.#otherName.heard(payloadTypeOf(plain))
    else if (type === agreed.speech) this.#otherName.forget()
    // Chromium throws away the speech that follows where a stream begins with digits: of some seconds, the more the more digits.
    if (!agreed.events.has(type)) this.#speaking = ssrcOf(plain)
    else if (this.#speaking !== ssrcOf(plain)) return
    setPayloadType(plain, type)
    this.needs.events.onRtp(plain)
  }

  /** Also where nobody agreed to it, some send their reports from and to the ports of the sound. */
  #isReport(packet: Buffer): boolean {
    if (!isRtcp(packet) || this.#agreed === null) return false
    return this.#agreed.rtcpMux || !this.#agreed.toWeb.has(payloadTypeOf(packet))
  }

  #takeRtcp(packet: Buffer, from: Target, latch: Latch): void {
    const agreed = this.#agreed
    if (agreed === null) return
    const authentic = agreed.receiver === null ? packet : agreed.receiver.unprotectRtcp(packet)
    if (authentic === null) return void this.#refused++
    const plain = withoutBye(authentic)
    if (plain === null) return
    // What is multiplexed comes from where the sound does; it says nothing of where that is.
    const isKnown =
      latch === this.#latch
        ? same(from, latch.target)
        : latch.take({
            from,
            ssrc: ssrcOf(plain, 4),
            authenticated: agreed.receiver !== null,
            at: this.needs.clock.now(),
          })
    if (!isKnown) return void this.#strangers++
    this.#farReports.take(plain)
    this.needs.events.onRtcp(plain)
  }

  /** Whoever looks at the counters wants to know why nothing comes. */
  #askWhetherThere(): void {
    const now = this.needs.clock.now()
    const { target } = this.#latch
    const isSilent = now - Math.max(this.#agreedAt, this.#lastAt ?? 0) >= silentMs
    if (this.#agreed === null || target === null || this.#sent === 0 || !isSilent || now - this.#askedAt < askAgainMs)
      return
    this.#askedAt = now
    void this.needs.sockets.rtp.isTurnedAway(target, askMs).then((isSo) => {
      this.#turnedAway = isSo && same(target, this.#latch.target) ? target : null
    })
  }

  /** Behind a NAT reports go beside the sound until some have come. */
  get #rtcpTarget(): Target | null {
    if (this.#agreed?.rtcpMux === true) return this.#latch.target
    const { latched, signalled } = this.#latch
    if (this.#rtcpLatch.latched !== null || latched === null || latched.address === signalled?.address)
      return this.#rtcpLatch.target
    return latched.port < 65_535 ? { address: latched.address, port: latched.port + 1 } : null
  }
}

const written = (target: Target | null): string | null =>
  target === null
    ? null
    : target.address.includes(':')
      ? `[${target.address}]:${target.port}`
      : `${target.address}:${target.port}`
