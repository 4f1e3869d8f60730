/*
 * From the text of a session description to the model, with limits on all that a stranger could make large (RFC 8866, RFC 3264). Pure; it
 * never throws, and what it does not know it leaves out.
 */
import { isIP } from 'node:net'
import { codecOf, type Codec } from './codec'
import { readCrypto } from './sdes'
import type { AudioDescription, Direction, DtlsFacts, MediaLine, Sdp, Target } from './sdp-model'
import type { TransportFacts } from './web-leg'

const maxLength = 16_384
const maxLines = 512
const maxLineLength = 4_096
const maxMediaLines = 16
const maxFormats = 128
const maxCandidates = 16

type Lines = readonly string[]

/** Null when it is no session description, is larger than any phone's, or has no audio line that is in use while another one is. */
export function parseSdp(text: string): Sdp | null {
  const all = text.length > maxLength ? [] : linesOf(text)
  if (all[0]?.trimEnd() !== 'v=0' || all.length > maxLines || !all.every(isPlain)) return null
  // What is no line of a description, behind it as a rule, is passed over.
  const lines = all.filter((line) => /^[a-z]=/.test(line))
  const session: string[] = []
  const sections: string[][] = []
  for (const line of lines) {
    if (line.startsWith('m=')) sections.push([line])
    else (sections.at(-1) ?? session).push(line)
  }
  if (sections.length === 0 || sections.length > maxMediaLines) return null
  const media = sections.map(([line = '']) => mediaLine(line))
  if (media.some((line) => line === null)) return null
  const isSilent = media.every((line) => line?.port === 0)
  const [first, ...others] = sections.flatMap((section, place) => {
    const line = media[place]
    if (line?.kind !== 'audio' || (line.port === 0 && !isSilent)) return []
    return [{ place, audio: audioOf(section, session, line) }]
  })
  return first === undefined ? null : { media: media as MediaLine[], ...first, others }
}

/** Some end with what ends texts in C. */
const linesOf = (text: string): string[] =>
  text
    .replace(/\0+$/, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')

const isPlain = (line: string): boolean =>
  // eslint-disable-next-line no-control-regex
  line.length <= maxLineLength && !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)

function mediaLine(line: string): MediaLine | null {
  const match = /^m=([\w.-]{1,32}) +(\d{1,5})(?:\/\d{1,3})? +([\w/.-]{1,64}) +(.{1,512})$/.exec(line)
  const [, kind = '', port = '', protocol = '', formats = ''] = match ?? []
  const list = formats.trim().split(/\s+/)
  if (match === null || Number(port) > 65_535 || list.length > maxFormats) return null
  return { kind, port: Number(port), protocol, formats: list.join(' ') }
}

function audioOf(section: Lines, session: Lines, line: MediaLine): AudioDescription {
  const value = (name: string): string | null => attribute(section, name) ?? attribute(session, name)
  // Keys belong to a medium (RFC 4568 section 5); a few phones write them above all of them.
  const anywhere = (name: string): string[] =>
    [section, session].map((lines) => attributes(lines, name)).find(some) ?? []
  const address = addressIn(section) ?? addressIn(session)
  const isNowhere = address === null || address === '0.0.0.0' || address === '::'
  // Port 9 with 0.0.0.0 says "see the candidates", not "hold" (RFC 8840 section 4.1.1).
  const isHeld = isNowhere && address !== null && line.port !== 9
  const isRefused = line.port === 0
  const rtp = isNowhere || isRefused ? null : { address, port: line.port }
  const rtcpMux = has(section, 'rtcp-mux')
  return {
    direction: isRefused ? 'inactive' : heldBy(directionIn(section) ?? directionIn(session) ?? 'sendrecv', isHeld),
    isRefused,
    codecs: codecsOf(section, line.formats),
    ptime: milliseconds(attribute(section, 'ptime')),
    maxptime: milliseconds(attribute(section, 'maxptime')),
    rtp,
    rtcp: rtcpMux ? rtp : rtcpTarget(attribute(section, 'rtcp'), rtp),
    rtcpMux,
    protocol: line.protocol,
    crypto: readCrypto(anywhere('crypto')),
    transport: transportOf(section, value),
    dtls: dtlsOf(value),
    mid: token(attribute(section, 'mid')),
  }
}

/** RFC 2543's hold: whoever names no address does not want to hear. */
function heldBy(direction: Direction, isHeld: boolean): Direction {
  if (!isHeld) return direction
  return direction === 'recvonly' || direction === 'inactive' ? 'inactive' : 'sendonly'
}

function codecsOf(section: Lines, formats: string): Codec[] {
  const maps = pairs(section, 'rtpmap')
  const parameters = pairs(section, 'fmtp')
  const seen = new Set<string>()
  return formats.split(' ').flatMap((format) => {
    const type = /^\d{1,3}$/.test(format) ? Number(format) : 128
    const given = parameters.get(type)
    const fine = given !== undefined && /^[\x20-\x7e]{1,256}$/.test(given) ? given : null
    const codec = type > 127 ? null : codecOf(type, maps.get(type)?.trim(), fine)
    const key = `${codec?.name}/${codec?.clockRate}`
    if (codec === null || seen.has(key)) return []
    seen.add(key)
    return [codec]
  })
}

/** `a=rtcp:port [IN IP4 address]` (RFC 3605), else the port after RTP's. */
function rtcpTarget(given: string | null, rtp: Target | null): Target | null {
  if (rtp === null) return null
  const match = /^(\d{1,5})(?: IN IP[46] ([\da-fA-F.:]{1,64}))?$/.exec(given ?? '')
  const port = Number(match?.[1] ?? rtp.port + 1)
  if (port < 1 || port > 65_535) return null
  const address = match?.[2] ?? rtp.address
  return isIP(address) === 0 ? null : { address, port }
}

function transportOf(section: Lines, value: (name: string) => string | null): TransportFacts | null {
  const [ufrag, pwd, dtls] = [value('ice-ufrag'), value('ice-pwd'), dtlsOf(value)]
  if (!/^[\w+/-]{4,256}$/.test(ufrag ?? '') || !/^[\w+/-]{22,256}$/.test(pwd ?? '') || dtls === null) return null
  const candidates = section.filter((line) => line.startsWith('a=candidate:')).slice(0, maxCandidates)
  return {
    ufrag: ufrag ?? '',
    pwd: pwd ?? '',
    ...dtls,
    candidates: candidates.map((line) => line.slice('a='.length)),
  }
}

function dtlsOf(value: (name: string) => string | null): DtlsFacts | null {
  const fingerprint = value('fingerprint') ?? ''
  if (!/^[\w-]{3,16} [0-9A-Fa-f:]{32,256}$/.test(fingerprint)) return null
  const setup = value('setup') ?? 'actpass'
  return setup === 'active' || setup === 'passive' || setup === 'actpass' ? { fingerprint, setup } : null
}

/** A name instead of a number is no address: nobody is looked up at a stranger's word; packets that come tell where to. */
function addressIn(lines: Lines): string | null {
  const match = lines
    .map((line) => /^c=IN +IP([46]) +([\da-fA-F.:]{1,64})(?:\/|\s|$)/.exec(line))
    .find((found) => found !== null)
  const address = match?.[2] ?? ''
  return isIP(address) === Number(match?.[1]) ? address : null
}

const directionIn = (lines: Lines): Direction | undefined =>
  lines.map((line) => /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/.exec(line)?.[1]).find(Boolean) as
    Direction | undefined

const attributes = (lines: Lines, name: string): string[] =>
  lines.filter((line) => line.startsWith(`a=${name}:`)).map((line) => line.slice(name.length + 3).trim())

const some = ({ length }: Lines): boolean => length > 0

const attribute = (lines: Lines, name: string): string | null => attributes(lines, name)[0] ?? null

const has = (lines: Lines, name: string): boolean => lines.some((line) => line.trimEnd() === `a=${name}`)

/** `a=name:number text` lines, by number; the first of each counts. */
function pairs(lines: Lines, name: string): Map<number, string> {
  const found = new Map<number, string>()
  for (const text of attributes(lines, name)) {
    const match = /^(\d{1,3}) (.+)$/.exec(text)
    if (match?.[2] !== undefined && !found.has(Number(match[1]))) found.set(Number(match[1]), match[2])
  }
  return found
}

const token = (text: string | null): string | null => (/^[\w.+-]{1,32}$/.test(text ?? '') ? text : null)

function milliseconds(text: string | null): number | null {
  const value = /^\d{1,4}(\.0*)?$/.test(text ?? '') ? Math.floor(Number(text)) : 0
  return value >= 3 && value <= 240 ? value : null
}
