/*
 * A request before sip.js sees it: what stands in it is legal and readable, repaired where that is harmless, and asks for nothing that we
 * cannot do. It holds no state and knows nothing of calls.
 */
import { knowsTimers, leastInterval } from '../session-interval'
import { checkBody } from './body'
import { checkParsedHeaders, checkPresence, countOf, passed, readSequence, type Passed } from './header-check'
import { numberIn, Refusal, rewrite } from './refusal'
import { isReadable, isReadableUri, repairAddress, repairUri } from './repair'
import { findHeader, headerValue, removeHeader, type WireMessage } from '../../../../common/wire-message'

/** Longest ring an INVITE's Expires may ask for, s. Longer or unreadable ones are ignored: sip.js's timer would overflow. */
const MAX_INVITE_EXPIRES = 3_600
const MAX_VIAS = 70

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

/** Throws a `Refusal` with the status that answers it. */
export const checkRequest = (message: WireMessage, supported: ReadonlySet<string>): Passed => {
  const method = checkRequestLine(message)
  checkPresence(message, 400)
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
  checkParsedHeaders(message, sequence)
  rewrite(message, 'contact', (value) => repairAddress(value, 'Contact'), true)
  const facts = passed(message, method, 0, sequence)
  if (facts.fromTag === '') throw new Refusal(400, 'no from tag')
  if (method !== 'ACK' && method !== 'CANCEL') checkRequire(message, supported)
  checkBody(message, method, method === 'ACK')
  if (method === 'INVITE') checkInvite(message)
  if (method === 'INVITE' || method === 'UPDATE') checkInterval(message)
  if (method === 'REFER') checkRefer(message)
  if (method === 'NOTIFY') repairRetryAfter(message)
  return facts
}

const checkRequire = (message: WireMessage, supported: ReadonlySet<string>): void => {
  const required = headerValue(message, 'require')
  if (required === undefined) return
  const all = valuesOf(message, 'require').flatMap(splitTags)
  const unknown = all.filter((tag) => !supported.has(tag.toLowerCase()))
  if (unknown.length > 0) throw new Refusal(420, 'require', [`Unsupported: ${unknown.slice(0, 32).join(', ')}`])
}

/** Of all headers of that name; empty ones say nothing. */
const valuesOf = (message: WireMessage, name: string): string[] =>
  message.headers.flatMap((header) => (header.name === name && header.value !== '' ? [header.value] : []))

const splitTags = (value: string): string[] =>
  value
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => /^[A-Za-z0-9.!%*_+`'~-]{1,128}$/.test(tag))

const checkInvite = (message: WireMessage): void => {
  const expires = headerValue(message, 'expires')
  if (expires !== undefined && !(numberIn(expires, MAX_INVITE_EXPIRES) ?? 0)) removeHeader(message, 'expires')
  const accept = valuesOf(message, 'accept').join(', ')
  if (accept !== '' && !/\*\/\*|application\/(?:\*|sdp)/i.test(accept)) throw new Refusal(406, 'accept')
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
