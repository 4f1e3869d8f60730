/*
 * A description of media (RFC 8866) without addresses, keys and names: what says how sound was to travel stays, line by line, and what is
 * not known to be harmless goes.
 */
import type { Pseudonyms } from './pseudonyms'

/** Attributes whose values are words of standards and numbers. */
const openAttributes = new Set([
  'rtpmap',
  'fmtp',
  'ptime',
  'maxptime',
  'sendrecv',
  'sendonly',
  'recvonly',
  'inactive',
  'rtcp-mux',
  'rtcp-mux-only',
  'rtcp-rsize',
  'rtcp-fb',
  'setup',
  'fingerprint',
  'connection',
  'extmap',
  'extmap-allow-mixed',
  'ice-options',
  'ice-lite',
  'end-of-candidates',
  'msid-semantic',
])
/** Names of those whose values are not shown. */
const known = new Set(
  'crypto ice-ufrag ice-pwd msid mid group ssrc ssrc-group cname tls-id identity label content lang sdplang tool charset x-mid'.split(
    ' ',
  ),
)
/** Of media and of their bundles: what programs write. */
const mids = /^(?:(?:BUNDLE|LS) )?(?:\d{1,3}|audio|video)(?: (?:\d{1,3}|audio|video))*$/
const harmless = /^[\w \-+./:;=,*#]{0,200}$/

export function redactSdp(sdp: string, names: Pseudonyms): string {
  return sdp
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .slice(0, 200)
    .map((line) => redactLine(line, names))
    .join('\r\n')
}

function redactLine(line: string, names: Pseudonyms): string {
  const value = line.slice(2)
  switch (line.slice(0, 2)) {
    case 'v=':
    case 't=':
      return /^[\d ]{1,40}$/.test(value) ? line : `${line.slice(0, 2)}***`
    case 'o=': {
      const address = /\bIN IP[46] (\S+)\s*$/.exec(value)?.[1]
      return `o=*** ${address === undefined ? '***' : names.host(address)}`
    }
    case 'c=': {
      const [, family, address] = /^IN (IP[46]) ([^\s/]+)/.exec(value) ?? []
      return family === undefined || address === undefined ? 'c=***' : `c=IN ${family} ${names.host(address)}`
    }
    case 'm=':
      return /^[a-z]+ \d{1,5}(?:\/\d+)? [A-Z/]+ [\w. -]*$/.test(value) ? line : 'm=***'
    case 'b=':
      return /^[A-Z]+:\d{1,9}$/.test(value) ? line : 'b=***'
    case 'a=':
      return `a=${redactAttribute(value, names)}`
    default:
      // Session names, titles, addresses of people, and whatever else.
      return /^[a-z]=/.test(line) ? `${line.slice(0, 2)}***` : '***'
  }
}

function redactAttribute(attribute: string, names: Pseudonyms): string {
  const [, name = '', value = ''] = /^([^:]*):?(.*)$/s.exec(attribute) ?? []
  const lower = name.toLowerCase()
  if (lower === 'candidate') return redactCandidate(value, names)
  if (lower === 'crypto') {
    const suite = /^\s*(\d{1,9})\s+([A-Z\d_]{3,40})\b/.exec(value)
    return suite ? `crypto:${suite[1]} ${suite[2]} ***` : 'crypto:***'
  }
  if (lower === 'rtcp') {
    const [, port, address] = /^(\d{1,5})(?: IN IP[46] (\S+))?/.exec(value) ?? []
    return port === undefined ? 'rtcp:***' : `rtcp:${port}${address === undefined ? '' : ` ${names.host(address)}`}`
  }
  const isOpen =
    lower === 'mid' || lower === 'group' ? mids.test(value) : openAttributes.has(lower) && harmless.test(value)
  if (isOpen) return value === '' ? lower : `${lower}:${value}`
  return known.has(lower) || openAttributes.has(lower) ? `${lower}:***` : '***'
}

/** RFC 8839 section 5.1: of what kind it is, and where. */
function redactCandidate(value: string, names: Pseudonyms): string {
  const [, component, transport, priority, address, port, kind] =
    /^\S+ (\d+) (\w+) (\d+) (\S+) (\d+) typ (\w+)/.exec(value) ?? []
  if (address === undefined) return 'candidate:***'
  const place = address.endsWith('.local') ? '(hidden).local' : names.host(address)
  return `candidate:*** ${component} ${transport} ${priority} ${place} ${port} typ ${kind}`
}
