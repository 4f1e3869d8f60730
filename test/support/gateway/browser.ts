/*
 * A browser as far as the relay sees one: descriptions in Chromium's form and a real ICE and DTLS transport that sends and counts packets.
 * Pages have ears; this has not.
 */
import { Audio, PeerConnection, type Track } from 'node-datachannel'
import { parseSdp } from '../../../gateway/media/parse-sdp'
import { isRtcp } from '../../../gateway/media/rtp-packet'
import type { Direction } from '../../../gateway/media/sdp-model'
import type { TransportFacts } from '../../../gateway/media/web-leg'
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
  readonly #peer: PeerConnection
  readonly #track: Track
  readonly #gathered: Promise<void>
  #isAnswered = false
  #withheld: readonly string[] = []
  #sequence = 0

  constructor() {
    this.#peer = new PeerConnection('browser', {
      iceServers: [],
      bindAddress: '127.0.0.1',
      disableAutoNegotiation: true,
      forceMediaTransport: true,
    })
    const audio = new Audio('0', 'SendRecv')
    audio.addAudioCodec(0, 'PCMU')
    this.#gathered = new Promise((resolve) =>
      this.#peer.onGatheringStateChange((state) => void (state === 'complete' && resolve())),
    )
    this.#peer.onStateChange((state) => (this.state = state))
    this.#track = this.#peer.addTrack(audio)
    this.#track.onMessage((packet) => {
      const type = (packet[1] ?? 0) & 0x7f
      if (isRtcp(packet)) this.reports.push(packet)
      else this.heard.push({ type, sequence: packet.readUInt16BE(2), payload: packet.subarray(12) })
    })
  }

  async offer(more: Omit<BrowserSdp, 'transport'> = {}): Promise<string> {
    if (this.#peer.localDescription() === null) this.#peer.setLocalDescription('offer')
    return browserSdp({ ...more, transport: { ...(await this.#local()), setup: 'actpass' } })
  }

  /** The answer to our offer. */
  accept(sdp: string): void {
    if (!this.#isAnswered) this.#peer.setRemoteDescription(plainWebRtc(sdp), 'answer')
    this.#isAnswered = true
  }

  /** The far end's addresses wait for `connect()`. */
  async answer(sdp: string, direction: Direction = 'sendrecv'): Promise<string> {
    const audio = parseSdp(sdp)?.audio
    if (!audio?.transport) throw new Error('no transport in the offer')
    if (!this.#isAnswered) {
      this.#peer.setRemoteDescription(plainWebRtc(sdp).replace(/^a=candidate:.*\r\n/gm, ''), 'offer')
      this.#peer.setLocalDescription('answer')
      this.#withheld = audio.transport.candidates
    }
    this.#isAnswered = true
    const maps = audio.codecs.map(
      ({ type, name, clockRate, channels }) => [type, `${name}/${clockRate}${channels === 2 ? '/2' : ''}`] as const,
    )
    return browserSdp({ maps, direction, transport: await this.#local() })
  }

  /** Our answer has arrived. */
  connect(): void {
    for (const candidate of this.#withheld) this.#peer.addRemoteCandidate(candidate, '0')
    this.#withheld = []
  }

  send(type: number, payload: Buffer = Buffer.alloc(160, 0x55), ssrc = 1001): void {
    if (this.#track.isOpen()) this.#track.sendMessageBinary(rtp({ type, sequence: this.#sequence++, ssrc, payload }))
  }

  sendReport(packet: Buffer): void {
    if (this.#track.isOpen()) this.#track.sendMessageBinary(packet)
  }

  close(): void {
    this.#peer.close()
  }

  async #local(): Promise<TransportFacts> {
    await this.#gathered
    const transport = parseSdp(this.#peer.localDescription()?.sdp ?? '')?.audio.transport
    if (!transport) throw new Error('no transport')
    return transport
  }
}

/** The transport alone: what the codecs are is between the browser and the test. */
const plainWebRtc = (sdp: string): string =>
  sdp
    .replace(/^m=audio .*$/m, 'm=audio 9 UDP/TLS/RTP/SAVPF 0')
    .replace(/^a=(rtpmap|fmtp|ptime|maxptime|sendonly|recvonly|inactive|sendrecv).*\r\n/gm, '')
