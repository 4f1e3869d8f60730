/*
 * What a stranger's SDP must be before the browser may see it: small, with one usable audio line, and nothing but audio.
 * Pure text work (RFC 8866, RFC 8843); it negotiates nothing and never throws. Measured reason for the limits: a peer
 * connection blocks its page for seconds on a thousand media lines or some thousand candidates.
 */
import type { DescriptionFailure } from './media'

/** Characters; a WebSocket frame that is larger never reaches us either. */
const maxLength = 65_536
const maxMediaLines = 16
const maxCandidates = 64
const maxLineLength = 4_096

export type Guarded =
  | {
      readonly ok: true
      /** The description with every line but the chosen audio refused (port 0) and without its candidates. */
      readonly sdp: string
      /** The candidates of the audio line that were taken out, each without `a=`. */
      readonly candidates: readonly string[]
      /** The audio line's own text, session lines left out. */
      readonly audio: string
      /** Its identification tag (RFC 5888), null when the far end gave none. */
      readonly mid: string | null
    }
  | { readonly ok: false; readonly code: DescriptionFailure; readonly why: string }

/** Checks and cleans a remote description, offer or answer. The `why` of a refusal quotes nothing of the text. */
export function guardDescription(text: string): Guarded {
  const refuse = (code: DescriptionFailure, why: string): Guarded => ({ ok: false, code, why })
  if (text.length > maxLength) return refuse('not-acceptable', 'description too large')
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== '')
  if (lines[0] !== 'v=0') return refuse('not-acceptable', 'not a session description')
  if (lines.some((line) => line.length > maxLineLength || !isPlain(line)))
    return refuse('not-acceptable', 'malformed line in the description')

  const { session, media } = sections(lines)
  if (media.length > maxMediaLines) return refuse('not-acceptable', 'too many media lines')
  const audio = media.filter((section) => /^m=audio (?!0[ /])/.test(section[0] ?? ''))
  if (audio.length === 0) return refuse('not-acceptable', 'no audio line')
  const usable = (section: readonly string[]): boolean =>
    ['a=fingerprint:', 'a=ice-ufrag:', 'a=ice-pwd:'].every((name) => has(section, name) || has(session, name))
  const chosen = audio.find(usable)
  if (chosen === undefined) return refuse('no-webrtc', 'no DTLS fingerprint or no ICE credentials in the description')

  const mid = attribute(chosen, 'mid')
  const kept = media.map((section) => (section === chosen ? withoutCandidates(section) : refused(section)))
  return {
    ok: true,
    sdp: [...session.flatMap((line) => bundleOnly(line, mid)), ...kept.flat()].map((line) => `${line}\r\n`).join(''),
    candidates: candidatesOf(chosen),
    audio: chosen.join('\r\n'),
    mid,
  }
}

/** `sdp` with its first usable audio line's candidates put back: what the browser gets when nothing is prepared. */
export function withCandidates(guarded: Guarded & { ok: true }): string {
  if (guarded.candidates.length === 0) return guarded.sdp
  const start = guarded.sdp.search(/^m=audio (?!0[ /])/m)
  const next = guarded.sdp.indexOf('\r\nm=', start)
  const end = next < 0 ? guarded.sdp.length : next + 2
  const lines = guarded.candidates.map((candidate) => `a=${candidate}\r\n`).join('')
  return guarded.sdp.slice(0, end) + lines + guarded.sdp.slice(end)
}

/** Splits into the session's lines and one list for each media line. */
function sections(lines: readonly string[]): { session: string[]; media: string[][] } {
  const session: string[] = []
  const media: string[][] = []
  for (const line of lines) {
    if (line.startsWith('m=')) media.push([line])
    else (media.at(-1) ?? session).push(line)
  }
  return { session, media }
}

/** A media line that we refuse, reduced to what an offer/answer exchange needs (RFC 3264 section 6: port 0, any format). */
function refused(section: readonly string[]): string[] {
  const [kind = 'audio', , protocol = 'UDP/TLS/RTP/SAVPF'] = (section[0] ?? '').slice(2).split(' ')
  const format = (section[0] ?? '').split(' ')[3] ?? '0'
  const kept = section.filter((line) => /^a=(mid:|rtpmap:|sctp-port:|sctpmap:)/.test(line)).slice(0, 32)
  return [`m=${kind} 0 ${protocol} ${format}`, 'c=IN IP4 0.0.0.0', ...kept]
}

const isCandidate = (line: string): boolean => /^a=(candidate:|end-of-candidates|remote-candidates:)/.test(line)

const withoutCandidates = (section: readonly string[]): string[] => section.filter((line) => !isCandidate(line))

const candidatesOf = (section: readonly string[]): string[] =>
  section
    .filter((line) => line.startsWith('a=candidate:'))
    .slice(0, maxCandidates)
    .map((line) => line.slice('a='.length))

/** A bundle of lines that are refused is none: only the audio line stays in it (RFC 8843 section 7.3.3). */
function bundleOnly(line: string, mid: string | null): string[] {
  if (!line.startsWith('a=group:BUNDLE')) return [line]
  return mid !== null && line.split(' ').slice(1).includes(mid) ? [`a=group:BUNDLE ${mid}`] : []
}

const has = (lines: readonly string[], start: string): boolean => lines.some((line) => line.startsWith(start))

const attribute = (lines: readonly string[], name: string): string | null =>
  lines.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3) ?? null

/** SDP lines are `letter=value` without control characters. */
const isPlain = (line: string): boolean =>
  // eslint-disable-next-line no-control-regex
  /^[a-z]=/.test(line) && !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)
