/*
 * A SIP message as somebody who helps may read it: who, where and with which words is replaced or gone, how the protocol went stays. Header
 * fields are shown as far as they are known to be harmless (RFC 3261 section 20 and its extensions); of all others only that they are there.
 */
import { parameter, parseWire, splitList, type Header, type WireMessage } from '../../common/wire-message'
import type { Pseudonyms } from './pseudonyms'
import { redactSdp } from './redact-sdp'
import { redactAddresses, redactParameters, redactUri } from './redact-uri'

const addresses = new Set([
  'from',
  'to',
  'contact',
  'route',
  'record-route',
  'path',
  'service-route',
  'p-asserted-identity',
  'p-preferred-identity',
  'p-called-party-id',
  'p-associated-uri',
  'remote-party-id',
  'refer-to',
  'referred-by',
  'diversion',
  'history-info',
  'reply-to',
])
/** No number of these is as long as one that is dialled. */
const numbers = new Set(['max-forwards', 'content-length', 'expires', 'min-expires', 'rseq', 'min-se'])
const tokenLists = new Set([
  'allow',
  'supported',
  'require',
  'proxy-require',
  'unsupported',
  'accept',
  'allow-events',
  'event',
  'privacy',
  'security-client',
  'accept-encoding',
])
/** Methods, option tags, events and media types: words of standards. */
const tokens = new Set(
  (
    'invite ack bye cancel options register prack update info subscribe notify refer message publish ' +
    '100rel timer replaces norefersub from-change outbound path gruu histinfo join eventlist tdialog precondition ' +
    'sec-agree privacy resource-priority multiple-refer nosub answermode ice pref recipient-list-invite siprec uui ' +
    'presence dialog message-summary refer reg conference talk hold keep-alive check-sync ua-profile line-seize ' +
    'application/sdp application/dialog-info+xml application/pidf+xml application/simple-message-summary ' +
    'application/dtmf-relay application/dtmf application/cpim-pidf+xml application/xpidf+xml message/sipfrag ' +
    'text/plain multipart/mixed multipart/related application/media_control+xml */* ' +
    'full off name uri user session id none critical history header identity gzip'
  ).split(' '),
)
const algorithms = /^(?:MD5|MD5-sess|SHA-256|SHA-256-sess|SHA-512-256|SHA-512-256-sess|AKAv1-MD5)$/i

/** What the status says in the standards; whatever a server wrote in its place is not shown. */
const phrases: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  181: 'Call Is Being Forwarded',
  182: 'Queued',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  302: 'Moved Temporarily',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  415: 'Unsupported Media Type',
  420: 'Bad Extension',
  422: 'Session Interval Too Small',
  423: 'Interval Too Brief',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  483: 'Too Many Hops',
  484: 'Address Incomplete',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  489: 'Bad Event',
  491: 'Request Pending',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  504: 'Server Time-out',
  600: 'Busy Everywhere',
  603: 'Decline',
  604: 'Does Not Exist Anywhere',
  606: 'Not Acceptable',
}

/** Any text: what is no SIP at all becomes a word that says so. */
export function redactSip(text: string, names: Pseudonyms): string {
  const parsed = parseWire(text)
  const message = parsed.ok ? parsed.message : parsed.salvaged
  if (message === null) return '(a message that cannot be read)'
  const start = redactStart(message.start, names)
  const shown = message.headers.map((header) => (isProduct(header) ? '' : redactHeader(header, names)))
  const body = redactBody(message, names)
  // What programs call themselves is free text: it is shown without whoever the rest of the message names.
  const lines = message.headers.map((header, index) => shown[index] || redactHeader(header, names))
  return [start, ...lines, ...(body === '' ? [] : ['', body])].join('\r\n')
}

const isProduct = ({ name }: Header): boolean => name === 'user-agent' || name === 'server'

function redactStart(start: string, names: Pseudonyms): string {
  const status = Number(/^SIP\/2\.0 +(\d{3})\b/i.exec(start)?.[1] ?? 0)
  if (status > 0) return `SIP/2.0 ${status} ${phrases[status] ?? ''}`.trim()
  const [, method, uri] = /^([A-Z]{2,16}) +(\S+) +SIP\/2\.0$/i.exec(start.trim()) ?? []
  if (method === undefined || uri === undefined) return '***'
  return `${tokens.has(method.toLowerCase()) ? method : '***'} ${redactUri(uri, names)} SIP/2.0`
}

function redactHeader({ name, label, value }: Header, names: Pseudonyms): string {
  const isUsual = label.length === 1 || /^(?:Via|CSeq|Call-ID|From|To|Contact|Max-Forwards|Content-\w+)$/i.test(label)
  const shown = isUsual ? label : /^[A-Za-z][A-Za-z-]{0,39}$/.test(label) ? names.scrub(label) : '***'
  return `${shown}: ${redactValue(name, value, names)}`
}

function redactValue(name: string, value: string, names: Pseudonyms): string {
  if (addresses.has(name)) return redactAddresses(value, names)
  if (numbers.has(name)) return /^\d{1,7}$/.test(value) ? value : '***'
  if (tokenLists.has(name)) return splitList(value).map(redactToken).join(', ')
  switch (name) {
    case 'via':
      return splitList(value)
        .map((one) => redactVia(one, names))
        .join(', ')
    case 'call-id':
      return names.callId(value)
    case 'cseq': {
      const [, count, method = ''] = /^(\d{1,7}) +([A-Z]{2,16})$/.exec(value) ?? []
      return count === undefined || !tokens.has(method.toLowerCase()) ? '***' : value
    }
    case 'rack':
      return /^\d{1,7} \d{1,7} [A-Z]{2,16}$/.test(value) ? value : '***'
    case 'user-agent':
    case 'server':
      return redactProduct(value, names)
    case 'content-type':
      return redactToken(value.split(';')[0] ?? '')
    case 'session-expires': {
      const [, seconds, rest = ''] = /^(\d{1,7})\b(.*)$/s.exec(value) ?? []
      return seconds === undefined ? '***' : `${seconds}${redactParameters(rest, names)}`
    }
    case 'retry-after':
      return /^\d{1,6}\b/.exec(value)?.[0] ?? '***'
    case 'warning':
      return /^\d{3}\b/.exec(value)?.[0] ?? '***'
    case 'subscription-state':
      return /^(?:active|pending|terminated)/i.exec(value)?.[0] ?? '***'
    case 'reason': {
      const [, protocol, cause] = /^(SIP|Q\.850)\s*;.*?\bcause\s*=\s*(\d{1,3})\b/i.exec(value) ?? []
      return protocol === undefined ? '***' : `${protocol};cause=${cause}`
    }
    case 'www-authenticate':
    case 'proxy-authenticate':
    case 'authorization':
    case 'proxy-authorization':
      return redactDigest(value)
    case 'alert-info':
    case 'call-info': {
      const seconds = parameter(value, 'answer-after')
      return seconds !== undefined && /^\d{1,4}$/.test(seconds) ? `***;answer-after=${seconds}` : '***'
    }
    default:
      return '***'
  }
}

function redactToken(text: string): string {
  const [token = ''] = text.trim().split(';')
  return tokens.has(token.trim().toLowerCase()) ? token.trim() : '***'
}

function redactVia(value: string, names: Pseudonyms): string {
  const [, transport, host, port = '', rest = ''] =
    /^SIP\s*\/\s*2\.0\s*\/\s*(UDP|TCP|TLS|WS|WSS|SCTP)\s+(\[[\da-f:.]+\]|[^\s:;]+)(:\d{1,5})?\s*(;.*)?$/is.exec(
      value,
    ) ?? []
  if (transport === undefined || host === undefined) return '***'
  return `SIP/2.0/${transport.toUpperCase()} ${names.host(host)}${port}${redactParameters(rest, names)}`
}

/** `Asterisk PBX 22.10.0`: names and versions of programs, and nothing that looks like an address or a number. */
function redactProduct(value: string, names: Pseudonyms): string {
  if (!/^[\w .,/()+-]{1,80}$/.test(value)) return '***'
  return names
    .scrub(value)
    .replace(/\d{5,}/g, '***')
    .replace(/\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi, '***')
}

/** How one was to prove oneself, and with nothing of the proof. */
function redactDigest(value: string): string {
  if (!/^\s*Digest\b/i.test(value)) return '***'
  const algorithm = /\balgorithm\s*=\s*"?([\w-]+)/i.exec(value)?.[1]
  const qop = /\bqop\s*=\s*"?(auth(?:-int)?(?:\s*,\s*auth(?:-int)?)?)\b/i.exec(value)?.[1]
  const stale = /\bstale\s*=\s*"?(true|false)\b/i.exec(value)?.[1]
  const kept = [
    algorithm !== undefined && algorithms.test(algorithm) ? `algorithm=${algorithm}` : null,
    qop === undefined ? null : `qop=${qop.replace(/\s/g, '')}`,
    stale === undefined ? null : `stale=${stale}`,
  ].filter((part) => part !== null)
  return ['Digest', [...kept, '***'].join(', ')].join(' ')
}

function redactBody({ headers, body }: WireMessage, names: Pseudonyms): string {
  if (body.trim() === '') return ''
  const type = (headers.find(({ name }) => name === 'content-type')?.value ?? '').split(';')[0]?.trim().toLowerCase()
  const hidden = `(${new TextEncoder().encode(body).length} bytes that are not shown)`
  switch (type) {
    case 'application/sdp':
      return redactSdp(body, names)
    case 'message/sipfrag': {
      const status = Number(/^SIP\/2\.0 +(\d{3})\b/i.exec(body)?.[1] ?? 0)
      return status > 0 ? `SIP/2.0 ${status} ${phrases[status] ?? ''}`.trim() : hidden
    }
    case 'application/simple-message-summary':
      return body
        .split(/\r?\n/)
        .filter((line) =>
          /^(?:Messages-Waiting: *(?:yes|no)|[A-Za-z]+-Message: *\d+\/\d+(?: *\(\d+\/\d+\))?) *$/i.test(line),
        )
        .join('\r\n')
    default:
      return hidden
  }
}
