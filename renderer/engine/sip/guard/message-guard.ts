/*
 * Looks at every message before sip.js's parser does, which is quadratic, throws and is silent about what it drops. It decides:
 * pass (repaired if need be), answer statelessly, or drop. It holds no state and knows nothing of calls or registrations.
 */
import { knowsTimers, leastInterval } from '../session-interval'
import { checkBody } from './body'
import { numberIn, Refusal, rewrite } from './refusal'
import {
  isReadable,
  isReadableUri,
  repairAddress,
  repairCallId,
  repairStatusLine,
  repairUri,
  repairVia,
} from './repair'
import { replyTo } from './reply'
import {
  findHeader,
  headerValue,
  isResponse,
  parameter,
  parseWire,
  removeHeader,
  setHeader,
} from '../../../../common/wire-message'
import type { WireMessage } from '../../../../common/wire-message'

/** What the later steps need to know of a message that passed. */
export interface Passed {
  readonly act: 'pass'
  readonly message: WireMessage
  /** Method of the request, or of the request a response belongs to. Upper case as it came. */
  readonly method: string
  /** 0 for a request. */
  readonly status: number
  readonly callId: string
  readonly sequence: number
  readonly branch: string
  readonly fromTag: string
  /** Empty when there is none. */
  readonly toTag: string
}

export type Verdict =
  | Passed
  | { readonly act: 'answer'; readonly reply: string; readonly note: string }
  | { readonly act: 'drop'; readonly note: string }

export interface GuardOptions {
  /** Option tags a request may require (RFC 3261 section 8.2.2.3). */
  readonly supported: ReadonlySet<string>
}

export const defaultSupported: ReadonlySet<string> = new Set(['outbound', 'timer', 'replaces'])

const singletons = [
  'from',
  'to',
  'call-id',
  'cseq',
  'max-forwards',
  'content-length',
  'content-type',
  'expires',
  'min-expires',
  'refer-to',
  'replaces',
  'event',
  'subscription-state',
]
const singletonBit = new Map(singletons.map((name, index) => [name, 1 << index]))
const mandatory = ['via', 'from', 'to', 'call-id', 'cseq'] as const
/** Longest ring an INVITE's Expires may ask for, s. Longer or unreadable ones are ignored: sip.js's timer would overflow. */
const MAX_INVITE_EXPIRES = 3_600
const MAX_VIAS = 70

const duplicate = (message: WireMessage): string | null => {
  let seen = 0
  for (const { name } of message.headers) {
    const bit = singletonBit.get(name)
    if (bit === undefined) continue
    if (seen & bit) return name
    seen |= bit
  }
  return null
}

const knownMethods = new Set(
  'INVITE ACK BYE CANCEL OPTIONS REGISTER INFO MESSAGE NOTIFY REFER SUBSCRIBE PRACK UPDATE PUBLISH'.split(' '),
)

const readSequence = (message: WireMessage): [number, string] => {
  const match = /^(\d{1,20})[ \t]+([A-Za-z0-9.!%*_+`'~-]+)$/.exec(headerValue(message, 'cseq') ?? '')
  const sequence = Number(match?.[1] ?? -1)
  // RFC 3261 section 8.1.1.5: less than 2**31. Beyond it a peer could lock its own BYE out of a dialog.
  if (!match || sequence < 0 || sequence >= 2 ** 31) throw new Refusal(400, 'bad cseq')
  const method = match[2] ?? ''
  // sip.js's grammar stumbles over methods that begin like a known one, e.g. INVITEX.
  if (!knownMethods.has(method) && !isReadable(`1 ${method}`, 'CSeq')) throw new Refusal(501, 'unreadable method')
  return [sequence, method]
}

const checkParsedHeaders = (message: WireMessage, seed: string): void => {
  rewrite(message, 'via', (value) => repairVia(value, seed), false)
  rewrite(message, 'from', (value) => repairAddress(value, 'From'), false)
  rewrite(message, 'to', (value) => repairAddress(value, 'To'), false)
  rewrite(message, 'call-id', repairCallId, false)
  rewrite(message, 'record-route', (value) => repairAddress(value, 'Record_Route'), true)
}

const countOf = (message: WireMessage, name: string): number => {
  let count = 0
  for (const header of message.headers) if (header.name === name) count += 1
  return count
}

const seedOf = (message: WireMessage, sequence: number): string =>
  `${headerValue(message, 'call-id')}\n${sequence}\n${headerValue(message, 'from')}\n${headerValue(message, 'via')}`

const passed = (message: WireMessage, method: string, status: number, sequence: number): Passed => ({
  act: 'pass',
  message,
  method,
  status,
  sequence,
  callId: headerValue(message, 'call-id') ?? '',
  branch: /;\s*branch\s*=\s*([^;,\s]+)/i.exec(headerValue(message, 'via') ?? '')?.[1] ?? '',
  fromTag: tagOf(headerValue(message, 'from') ?? ''),
  toTag: tagOf(headerValue(message, 'to') ?? ''),
})

/** As `parameter(value, 'tag')`, for the two headers every message has. */
const tagOf = (value: string): string =>
  /;\s*tag\s*=\s*([^;,\s]*)/i.exec(value.slice(value.lastIndexOf('>') + 1))?.[1] ?? ''

const checkRequestLine = (message: WireMessage): string => {
  const match = /^([A-Za-z0-9.!%*_+`'~-]+) (\S+) SIP\/(\d+\.\d+)$/i.exec(message.start)
  if (!match) throw new Refusal(400, 'bad request line')
  const [, method = '', uri = '', version = ''] = match
  if (version !== '2.0') throw new Refusal(505, 'version')
  // sips: needs a secured path to the end (RFC 5630) that nobody here can promise; tel: is not an address we registered.
  if (!/^sip:/i.test(uri)) throw new Refusal(/^[a-z][a-z0-9+.-]*:/i.test(uri) ? 416 : 400, 'uri scheme')
  const repaired = repairUri(uri)
  if (repaired === null || !isReadableUri(repaired)) throw new Refusal(400, 'bad request-uri')
  if (repaired !== uri) {
    message.start = `${method} ${repaired} SIP/2.0`
    message.changed = true
    if (!isReadable(message.start, 'Request_Response')) throw new Refusal(400, 'bad request-uri')
  }
  return method
}

const checkRequest = (message: WireMessage, options: GuardOptions): Passed => {
  const method = checkRequestLine(message)
  const twice = duplicate(message)
  if (twice !== null) throw new Refusal(400, `two ${twice} headers`)
  for (const name of mandatory) if (!findHeader(message, name)) throw new Refusal(400, `no ${name}`)
  const [sequence, sequenceMethod] = readSequence(message)
  if (sequenceMethod !== method) throw new Refusal(400, 'cseq method differs')
  if (
    countOf(message, 'via') > MAX_VIAS ||
    countOf(message, 'record-route') > MAX_VIAS ||
    countOf(message, 'contact') > 8
  )
    throw new Refusal(400, 'too many headers')
  const forwards = headerValue(message, 'max-forwards')
  if (forwards !== undefined && numberIn(forwards, 255) === null) throw new Refusal(400, 'bad max-forwards')
  checkParsedHeaders(message, seedOf(message, sequence))
  rewrite(message, 'contact', (value) => repairAddress(value, 'Contact'), true)
  const facts = passed(message, method, 0, sequence)
  if (facts.fromTag === '') throw new Refusal(400, 'no from tag')
  if (method !== 'ACK' && method !== 'CANCEL') checkRequire(message, options)
  checkBody(message, method, method === 'ACK')
  if (method === 'INVITE') checkInvite(message)
  if (method === 'INVITE' || method === 'UPDATE') checkInterval(message)
  if (method === 'REFER') checkRefer(message)
  if (method === 'NOTIFY') repairRetryAfter(message)
  return facts
}

const checkRequire = (message: WireMessage, options: GuardOptions): void => {
  const required = headerValue(message, 'require')
  if (required === undefined) return
  const all = message.headers.filter((header) => header.name === 'require').flatMap((header) => splitTags(header.value))
  const unknown = all.filter((tag) => !options.supported.has(tag.toLowerCase()))
  if (unknown.length > 0) throw new Refusal(420, 'require', [`Unsupported: ${unknown.slice(0, 32).join(', ')}`])
}

const splitTags = (value: string): string[] =>
  value
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => /^[A-Za-z0-9.!%*_+`'~-]{1,128}$/.test(tag))

const checkInvite = (message: WireMessage): void => {
  const expires = headerValue(message, 'expires')
  if (expires !== undefined && !(numberIn(expires, MAX_INVITE_EXPIRES) ?? 0)) removeHeader(message, 'expires')
  const accept = headerValue(message, 'accept')
  if (accept && !/\*\/\*|application\/(?:\*|sdp)/i.test(accept)) throw new Refusal(406, 'accept')
}

/** RFC 4028 section 9: whoever knows session timers is told that this one is too short; for others it is lengthened later. */
const checkInterval = (message: WireMessage): void => {
  const asked = /^\d{1,10}/.exec(headerValue(message, 'session-expires') ?? '')?.[0]
  if (asked === undefined || Number(asked) >= leastInterval) return
  if (knowsTimers((name) => headerValue(message, name)))
    throw new Refusal(422, 'session interval', [`Min-SE: ${leastInterval}`])
}

const checkRefer = (message: WireMessage): void => {
  const target = headerValue(message, 'refer-to')
  if (target === undefined) throw new Refusal(400, 'no refer-to')
  try {
    decodeURIComponent(target)
  } catch {
    throw new Refusal(400, 'bad refer-to')
  }
  rewrite(message, 'refer-to', (value) => repairAddress(value, 'Refer_To'), false)
}

/** sip.js takes the seconds of `retry-after` (RFC 6665 section 4.1.3) for milliseconds. */
const repairRetryAfter = (message: WireMessage): void => {
  const header = findHeader(message, 'subscription-state')
  const match = header && /;\s*retry-after\s*=\s*(\d{1,10})/i.exec(header.value)
  if (!header || !match) return
  const seconds = Math.min(Math.max(Number(match[1]), 1), 86_400)
  header.value = header.value.replace(match[0], `;retry-after=${seconds * 1_000}`)
  message.changed = true
}

const checkResponse = (message: WireMessage): Passed => {
  const line = repairStatusLine(message.start)
  if (line === null) throw new Refusal(0, 'bad status line')
  if (line !== message.start) {
    message.start = line
    message.changed = true
  }
  const twice = duplicate(message)
  if (twice !== null) throw new Refusal(0, `two ${twice} headers`)
  for (const name of mandatory) if (!findHeader(message, name)) throw new Refusal(0, `no ${name}`)
  const [sequence, method] = readSequence(message)
  let status = Number(line.slice(8, 11))
  if ((status < 100 || status > 699) && method === 'REGISTER') {
    // No such class; a REGISTER would hang until timer F. To everyone else it is no response at all.
    status = 500
    message.start = 'SIP/2.0 500 Unintelligible Response'
    message.changed = true
  }
  if (status < 100 || status > 699) throw new Refusal(0, 'bad status')
  if (countOf(message, 'via') > 1) throw new Refusal(0, 'more than one via')
  checkParsedHeaders(message, seedOf(message, sequence))
  // The answer to REGISTER lists strangers' bindings too; register-answer reads it with care of its own.
  if (method !== 'REGISTER') rewrite(message, 'contact', (value) => repairAddress(value, 'Contact'), true)
  checkBody(message, method, true)
  if (method === 'INVITE' && status < 300) status = makeDialogPossible(message, status)
  return passed(message, method, status, sequence)
}

/**
 * sip.js ignores an answer it can make no dialog of, and the call hangs; a missing Contact is replaced by the To address. A
 * provisional answer without a tag (RFC 2543) rings in a dialog of its own, which the final answer leaves behind like a fork.
 */
const makeDialogPossible = (message: WireMessage, status: number): number => {
  const given = headerValue(message, 'to') ?? ''
  const tagged = parameter(given, 'tag') !== undefined
  const to = tagged || status === 100 || status >= 200 ? given : `${given};tag=untagged`
  if (to !== given) setHeader(message, 'To', to)
  const hasTag = tagged || to !== given
  if (status > 100 && hasTag && !findHeader(message, 'contact')) {
    const uri = /<([^>]*)>/.exec(to)?.[1] ?? /^[^;]*/.exec(to)?.[0] ?? ''
    setHeader(message, 'Contact', `<${uri.trim()}>`)
  }
  if (status < 200 || hasTag) return status
  message.start = 'SIP/2.0 500 Answer Without Tag'
  message.changed = true
  return 500
}

const answerFor = (message: WireMessage | null, refusal: Refusal): Verdict => {
  const isRequest = message !== null && /^[A-Za-z0-9.!%*_+`'~-]{1,64}\s.*SIP\/\d/i.test(message.start)
  const reply = isRequest && !isResponse(message) ? replyTo(message, refusal.status, refusal.extra) : null
  if (reply === null) return { act: 'drop', note: refusal.note }
  return { act: 'answer', reply, note: `${refusal.status} ${refusal.note}` }
}

/** Judges one message. Never throws. */
export const inspectMessage = (text: string, options: GuardOptions = { supported: defaultSupported }): Verdict => {
  const parsed = parseWire(text)
  if (!parsed.ok) return answerFor(parsed.salvaged, new Refusal(400, parsed.why))
  const { message } = parsed
  try {
    return isResponse(message) ? checkResponse(message) : checkRequest(message, options)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return answerFor(message, error)
  }
}
