/*
 * A browser as far as the relay sees one: descriptions in Chromium's form and a real ICE and DTLS transport that sends and counts packets.
 * Pages have ears; this has not.
 */
import { systemClock } from '../../../common/clock'
import { silentLog } from '../../../common/log'
import { nativeWebLegs } from '../../../gateway/media/native-web-leg'
import { parseSdp } from '../../../gateway/media/parse-sdp'
import type { Direction } from '../../../gateway/media/sdp-model'
import type { TransportFacts, WebLeg } from '../../../gateway/media/web-leg'
import { rtp } from './packets'

/** Payload types and names as Chromium 130 has them for our order of codecs. */
const chromium: readonly (readonly [number, string])[] = [
  [111, 'opus/48000/2'],
  [9, 'G722/8000'],
  [0, 'PCMU/8000'],
  [8, 'PCMA/8000'],
  [110, 'telephone-event/48000'],
  [126, 'telephone-event/8000'],
  [13, 'CN/8000'],
]

export interface BrowserSdp {
  readonly transport?: Partial<TransportFacts>
  readonly direction?: Direction
  /** Types of the list above; all by default. */
  readonly types?: readonly number[]
  readonly maps?: readonly (readonly [number, string])[]
}

/** A description as Chromium writes it. */
export function browserSdp({ transport, direction = 'sendrecv', types, maps = chromium }: BrowserSdp = {}): string {
  const listed = types ?? maps.map(([type]) => type)
  const chosen = listed.map((type) => maps.find(([one]) => one === type) ?? ([type, 'unknown/8000'] as const))
  const { ufrag = 'abcd', pwd = 'p'.repeat(24), setup = 'actpass' } = transport ?? {}
  const fingerprint = transport?.fingerprint ?? `sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`
  return [
    'v=0',
    'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'a=extmap-allow-mixed',
    'a=msid-semantic: WMS',
    `m=audio 9 UDP/TLS/RTP/SAVPF ${listed.join(' ')}`,
    'c=IN IP4 0.0.0.0',
    'a=rtcp:9 IN IP4 0.0.0.0',
    'a=candidate:1 1 udp 2113937151 4d3e9c4e-0b6a-4f8e-a1a5-6f2b6b0e2a11.local 54321 typ host generation 0 network-cost 999',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${pwd}`,
    'a=ice-options:trickle',
    `a=fingerprint:${fingerprint}`,
    `a=setup:${setup}`,
    'a=mid:0',
    'a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level',
    `a=${direction}`,
    'a=msid:- 9e5f',
    'a=rtcp-mux',
    ...chosen.map(([type, map]) => `a=rtpmap:${type} ${map}`),
    'a=rtcp-fb:111 transport-cc',
    'a=fmtp:111 minptime=10;useinbandfec=1',
    'a=ssrc:1001 cname:x',
    '',
  ].join('\r\n')
}

/** One peer connection. Counts what it hears by payload type. */
export class Browser {
  readonly heard: { readonly type: number; readonly sequence: number; readonly payload: Buffer }[] = []
  readonly reports: Buffer[] = []
  state = 'new'
  #leg: WebLeg | null = null
  #local: TransportFacts | null = null
  #isAnswered = false
  #sequence = 0

  async offer(more: Omit<BrowserSdp, 'transport'> = {}): Promise<string> {
    this.#local ??= await (await this.#open()).offerTransport()
    return browserSdp({ ...more, transport: { ...this.#local, setup: 'actpass' } })
  }

  /** The answer to our offer. */
  accept(sdp: string): void {
    const transport = parseSdp(sdp)?.audio.transport
    if (!transport) throw new Error('no transport in the answer')
    if (!this.#isAnswered && !this.#leg?.acceptAnswer(transport)) throw new Error('the answer was not taken')
    this.#isAnswered = true
  }

  async answer(sdp: string, direction: Direction = 'sendrecv'): Promise<string> {
    const audio = parseSdp(sdp)?.audio
    if (!audio?.transport) throw new Error('no transport in the offer')
    if (!this.#isAnswered) this.#local = await (await this.#open()).answerTransport(audio.transport)
    this.#isAnswered = true
    const maps = audio.codecs.map(
      ({ type, name, clockRate, channels }) => [type, `${name}/${clockRate}${channels === 2 ? '/2' : ''}`] as const,
    )
    return browserSdp({ maps, direction, transport: { ...this.#local } })
  }

  send(type: number, payload: Buffer = Buffer.alloc(160, 0x55), ssrc = 1001): void {
    this.#leg?.sendRtp(rtp({ type, sequence: this.#sequence++, ssrc, payload }))
  }

  sendReport(packet: Buffer): void {
    this.#leg?.sendRtcp(packet)
  }

  close(): void {
    this.#leg?.close()
  }

  async #open(): Promise<WebLeg> {
    this.#leg = await nativeWebLegs(
      systemClock,
      silentLog,
    )({
      onRtp: (packet) =>
        void this.heard.push({
          type: (packet[1] ?? 0) & 0x7f,
          sequence: packet.readUInt16BE(2),
          payload: packet.subarray(12),
        }),
      onRtcp: (packet) => void this.reports.push(packet),
      onState: (state) => (this.state = state),
    })
    if (this.#leg === null) throw new Error('no transport')
    return this.#leg
  }
}
