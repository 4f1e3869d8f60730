/*
 * Whether a caller asks that the phone answer by itself, and how soon: in Alert-Info and Call-Info as intercoms, Asterisk, FreeSWITCH and desk phones
 * write it, or in Answer-Mode (RFC 5373), which may also insist. It only reads the wish; who may have it granted is decided elsewhere.
 */
import { parameter, splitList } from '../../../common/wire-message'

/** What is needed of sip.js's request. */
export interface AnswerWish {
  getHeaders(name: string): readonly string[]
}

/** Of phones that ring once and then answer, s; what Polycom's do. */
const afterRinging = 2
/** The contract's, s. */
const longest = 60
const mostEntries = 16

/** Seconds it is to ring before; null: nobody asks for it. */
export function answerAfter(request: AnswerWish): number | null {
  // Whoever says it in words a standard has means it, also the contrary.
  const [mode] = modesOf(request)
  if (mode?.auto === false) return null
  const wishes = ['alert-info', 'call-info'].flatMap((name) => entriesOf(request, name).map(wishIn))
  const said = wishes.filter((seconds) => seconds !== null)
  if (said.length > 0) return Math.min(...said)
  return mode?.auto === true ? 0 : null
}

/** It is to be answered by itself or not at all (RFC 5373 section 4.4). */
export const insistsOnAnswer = (request: AnswerWish): boolean => {
  const [mode] = modesOf(request)
  return mode?.auto === true && mode.isRequired
}

/** First the one that counts. */
const modesOf = (request: AnswerWish): { auto: boolean; isRequired: boolean }[] =>
  ['priv-answer-mode', 'answer-mode']
    .flatMap((name) => request.getHeaders(name).slice(0, 1))
    .flatMap((value) => {
      const [, mode, rest = ''] = /^\s*(auto|manual)\s*(;.*)?$/is.exec(value) ?? []
      if (mode === undefined) return []
      return [{ auto: mode.toLowerCase() === 'auto', isRequired: /;\s*require\s*(?:;|$)/i.test(rest) }]
    })

const entriesOf = (request: AnswerWish, name: string): string[] =>
  request
    .getHeaders(name)
    .slice(0, mostEntries)
    .flatMap((header) => splitList(header.slice(0, 2_048)))
    .slice(0, mostEntries)

/** null: this entry is about something else. */
function wishIn(entry: string): number | null {
  // What is between brackets names a sound or a page. Dial plans leave backslashes before what they had to escape.
  const words = `;${entry.replace(/<[^<>]*>/g, '').replace(/\\/g, '')}`
  const after = seconds(parameter(words, 'answer-after'))
  if (after !== null) return after
  const info = parameter(words, 'info') ?? ''
  const asks = [info, words.slice(1).split(';')[0] ?? ''].map((text) => text.toLowerCase().replace(/[^a-z]/g, ''))
  const delay = seconds(parameter(words, 'delay'))
  if (asks.some((text) => text === 'alertautoanswer' || text === 'autoanswer' || text === 'intercom')) return delay ?? 0
  if (asks.includes('ringanswer')) return delay ?? afterRinging
  return /;\s*(?:intercom|auto-?answer)\s*=\s*"?(?:true|yes|1)\b/i.test(words) ? (delay ?? 0) : null
}

/** null: it is no number. */
const seconds = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,6}$/.test(text.trim()) ? Math.min(Number(text), longest) : null
