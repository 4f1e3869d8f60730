/*
 * Descriptions as we write them: for the wire as plain as the oldest phone wants them, for the browser as WebRTC has to be. Pure; nothing of the
 * text that came in is copied but what the model holds.
 */
import { codecLines, type Codec } from './codec'
import { writeCrypto, type CryptoLine } from './sdes'
import type { Direction, MediaLine, Target } from './sdp-model'
import type { TransportFacts } from './web-leg'

interface Sound {
  readonly direction: Direction
  readonly codecs: readonly Codec[]
  readonly ptime: number | null
  readonly maxptime: number | null
}

export interface PlainDescription extends Sound {
  readonly protocol: string
  /** Where we are reached. */
  readonly rtp: Target
  readonly rtcp: Target
  /** In an answer, when it was offered. */
  readonly rtcpMux: boolean
  readonly crypto: readonly CryptoLine[]
  /** Further lines of ours. */
  readonly more?: readonly string[]
  /** All lines of the far end's offer, ours among them at `place`; the others are refused. */
  readonly media: readonly MediaLine[]
  readonly place: number
}

export interface WebDescription extends Sound {
  readonly transport: TransportFacts
  readonly mid: string
}

/** Numbers of the `o=` line: an id for the call and a version that grows by one with each description that differs from the one before. */
export class Origin {
  #version = 0
  #body = ''
  #address: string | null = null

  /** `id`: of the call, any number. */
  constructor(private readonly id: number) {}

  /** The whole description. The address of `o=` stays the first one: it tells whose the description is, not where. */
  describe(address: string, body: string): string {
    if (body !== this.#body) this.#version++
    this.#body = body
    this.#address ??= `IN IP${family(address)} ${address}`
    return `v=0\r\no=- ${this.id} ${this.#version} ${this.#address}\r\n${body}`
  }
}

/** What follows `o=`, for the wire. */
export function plainBody(plain: PlainDescription): string {
  const { rtp, rtcp, codecs, place, media } = plain
  const own = [
    `m=audio ${rtp.port} ${plain.protocol} ${codecs.map(({ type }) => type).join(' ')}`,
    ...codecLines(codecs.map(withEvents)),
    ...timeLines(plain),
    ...plain.crypto.map(writeCrypto),
    ...(plain.more ?? []),
    ...rtcpLines(rtp, rtcp, plain.rtcpMux),
    `a=${plain.direction}`,
  ]
  const lines = media.length === 0 ? [own] : media.map((line, index) => (index === place ? own : [refused(line)]))
  return join(['s=-', `c=IN IP${family(rtp.address)} ${rtp.address}`, 't=0 0', ...lines.flat()])
}

/** The whole description, for the browser. It is no other's, so its version counts nothing. */
export function webSdp({ transport, mid, codecs, direction, ...times }: WebDescription, version: number): string {
  return join([
    'v=0',
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mid}`,
    `m=audio 9 UDP/TLS/RTP/SAVPF ${codecs.map(({ type }) => type).join(' ')}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=${direction}`,
    'a=rtcp-mux',
    ...codecLines(codecs),
    ...timeLines(times),
    `a=ice-ufrag:${transport.ufrag}`,
    `a=ice-pwd:${transport.pwd}`,
    `a=fingerprint:${transport.fingerprint}`,
    `a=setup:${transport.setup}`,
    ...transport.candidates.map((candidate) => `a=${candidate}`),
  ])
}

/** Which events there are is said (RFC 4733 section 2.4.1): some servers take no telephone-event without it. */
const withEvents = (codec: Codec): Codec =>
  codec.name === 'telephone-event' ? { ...codec, parameters: codec.parameters ?? '0-16' } : codec

/** RFC 3264 section 6: port 0, and the formats of the offer. */
const refused = ({ kind, protocol, formats }: MediaLine): string => `m=${kind} 0 ${protocol} ${formats}`

const timeLines = ({ ptime, maxptime }: Pick<Sound, 'ptime' | 'maxptime'>): string[] => [
  ...(ptime === null ? [] : [`a=ptime:${ptime}`]),
  ...(maxptime === null ? [] : [`a=maxptime:${maxptime}`]),
]

/** RFC 3605, only where it says something new; RFC 5761. */
function rtcpLines(rtp: Target, rtcp: Target, mux: boolean): string[] {
  if (mux) return ['a=rtcp-mux']
  if (rtcp.address !== rtp.address) return [`a=rtcp:${rtcp.port} IN IP${family(rtcp.address)} ${rtcp.address}`]
  return rtcp.port === rtp.port + 1 ? [] : [`a=rtcp:${rtcp.port}`]
}

const family = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4)

const join = (lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('')
