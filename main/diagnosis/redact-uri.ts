/*
 * Addresses without whom they name: users, hosts and numbers become pseudonyms, parameters that say nothing of anybody stay, all others go.
 */
import { splitList } from '../../common/wire-message'
import type { Pseudonyms } from './pseudonyms'

/** Parameters whose values are words of a standard, or numbers. */
const openParameters: Readonly<Record<string, RegExp>> = {
  transport: /^(?:udp|tcp|tls|ws|wss|sctp)$/i,
  lr: /^(?:|on|true)$/i,
  ob: /^$/,
  q: /^[01](?:\.\d{1,3})?$/,
  expires: /^\d{1,7}$/,
  'reg-id': /^\d{1,3}$/,
  rport: /^\d{0,5}$/,
  isfocus: /^$/,
  user: /^(?:phone|ip)$/i,
  index: /^\d(?:\.\d{1,2}){0,6}$/,
  party: /^(?:calling|called)$/i,
  privacy: /^(?:full|off|name|uri|user|session|id|none|history)$/i,
  screen: /^(?:yes|no)$/i,
  reason:
    /^(?:unknown|user-busy|no-answer|unavailable|unconditional|time-of-day|do-not-disturb|deflection|follow-me|out-of-service|away)$/i,
  counter: /^\d{1,3}$/,
  ttl: /^\d{1,3}$/,
  refresher: /^(?:uac|uas)$/i,
}
const nameOnly = /^[\w.+-]{1,24}$/

/** `sip:user@host:port;parameters`; what is no such address becomes `***`. */
export function redactUri(uri: string, names: Pseudonyms): string {
  const tel = /^tel:([^;?]*)/i.exec(uri)
  if (tel) return `tel:${names.user(tel[1] ?? '')}`
  const [, scheme, user, host, port = '', rest = ''] =
    /^(sips?):(?:([^@]*)@)?(\[[\da-f:.]+\]|[^:;?@<>\s]+)(:\d{1,5})?([;?].*)?$/is.exec(uri.trim()) ?? []
  if (scheme === undefined || host === undefined) return '***'
  const who = user === undefined ? '' : `${names.user((user.split(/[:;]/)[0] ?? '').trim())}@`
  const place = names.host(host)
  const written = host.startsWith('[') && place.includes(':') ? `[${place}]` : place
  return `${scheme.toLowerCase()}:${who}${written}${port}${redactParameters(rest.split('?')[0] ?? '', names)}`
}

/** `;name=value` each; `tag`, `branch` and the like become pseudonyms. */
export function redactParameters(text: string, names: Pseudonyms): string {
  let out = ''
  for (const parameter of splitParameters(text).slice(0, 32)) {
    const [name = '', value = ''] = cut(parameter, '=')
    const lower = name.trim().toLowerCase()
    const bare = value.trim().replace(/^"|"$/g, '')
    if (lower === '') continue
    if (lower === 'tag' || lower === 'from-tag' || lower === 'to-tag') out += `;${lower}=${names.tag(bare)}`
    else if (lower === 'branch') out += `;branch=${names.branch(bare)}`
    else if (lower === 'received' || lower === 'maddr') out += `;${lower}=${names.host(bare)}`
    else if (openParameters[lower]?.test(bare) === true) out += value === '' ? `;${lower}` : `;${lower}=${bare}`
    else out += nameOnly.test(lower) && knownNames.has(lower) ? `;${lower}=***` : ';***'
  }
  return out
}

/** Parameters that are worth knowing to be there. */
const knownNames = new Set([
  '+sip.instance',
  'pub-gruu',
  'temp-gruu',
  'cause',
  'text',
  'alias',
  'keep',
  'comp',
  'method',
])

/** A list of addresses with names and parameters around them: From, Contact, Route and all of their kind. */
export function redactAddresses(value: string, names: Pseudonyms): string {
  return splitList(value)
    .map((entry) => {
      if (entry.trim() === '*') return '*'
      // A name, if any, then the address in brackets; what follows is the header's.
      const [, name, uri, tail] = /^\s*((?:"(?:[^"\\]|\\.)*"|[^"<])*)<([^<>]*)>(.*)$/s.exec(entry) ?? []
      if (uri !== undefined) {
        const called = name?.trim() === '' ? '' : '"***" '
        return `${called}<${redactUri(uri, names)}>${redactParameters(tail ?? '', names)}`
      }
      const [bare = '', rest = ''] = cut(entry, ';')
      return `<${redactUri(bare.trim(), names)}>${redactParameters(`;${rest}`, names)}`
    })
    .join(', ')
}

/** At semicolons that are in no quotes. */
function splitParameters(text: string): string[] {
  return (text.match(/;(?:"(?:[^"\\]|\\.)*"|[^;"])*/g) ?? []).map((part) => part.slice(1))
}

function cut(text: string, at: string): [string, string] {
  const place = text.indexOf(at)
  return place < 0 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)]
}
