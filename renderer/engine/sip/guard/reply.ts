/*
 * Answers to requests that never reach sip.js: built from the request's own header lines (RFC 3261 section 8.2.6), without a
 * transaction, as a stateless server does. It knows nothing of why the answer is given.
 */
import { parameter, type WireMessage } from '../../../../common/wire-message'

const phrases: Record<number, string> = {
  200: 'OK',
  400: 'Bad Request',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  422: 'Session Interval Too Small',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  486: 'Busy Here',
  488: 'Not Acceptable Here',
  491: 'Request Pending',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'Version Not Supported',
}

const reasonPhrase = (status: number): string => phrases[status] ?? 'Unknown'

export const randomToken = (length = 10): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(length))
  let token = ''
  for (const byte of bytes) token += (byte % 36).toString(36)
  return token
}

export interface ReplyParts {
  readonly reason?: string
  readonly sdp?: string | undefined
}

const copied = new Set(['via', 'from', 'to', 'call-id', 'cseq'])

/**
 * The response text, or null when the request lacks what a response is made of or is an ACK (which is never answered).
 * `extra`: complete header lines without line ends. `sdp`: a session description as its body.
 */
export const replyTo = (
  request: WireMessage,
  status: number,
  extra: readonly string[] = [],
  { reason = reasonPhrase(status), sdp = '' }: ReplyParts = {},
): string | null => {
  if (/^ACK /i.test(request.start)) return null
  const seen = new Set<string>()
  let text = `SIP/2.0 ${status} ${reason}\r\n`
  for (const { name, label, value } of request.headers) {
    if (!copied.has(name) || (name !== 'via' && seen.has(name))) continue
    seen.add(name)
    const tagged = name === 'to' && status !== 100 && parameter(value, 'tag') === undefined
    text += `${label}: ${value}${tagged ? `;tag=${randomToken()}` : ''}\r\n`
  }
  // Via and CSeq are what a response is matched by (section 17.1.3); From, To and Call-ID may be what is missing.
  if (!seen.has('via') || !seen.has('cseq')) return null
  for (const line of extra) text += `${line}\r\n`
  if (sdp !== '') text += 'Content-Type: application/sdp\r\n'
  return `${text}Content-Length: ${new TextEncoder().encode(sdp).length}\r\n\r\n${sdp}`
}
