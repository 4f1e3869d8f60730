/*
 * Turns header values that real servers send, and sip.js drops in silence, into ones it can read: unquoted display names,
 * `tel:` addresses, host names with `_`, bad %-escapes, loose white space, Via without branch. A value that already is in the
 * safe subset passes by one regular expression; a repaired one is proven with sip.js's own grammar.
 */
import { Grammar } from 'sip.js'
import { aliasBranch, aliasCallId, aliasHost, aliasTel } from './alias'
import { splitList } from '../../../../common/wire-message'

const TOKEN = "[A-Za-z0-9.!%*_+`'~-]"
const HOST = '(?:(?:[A-Za-z0-9-]+\\.)*[A-Za-z][A-Za-z0-9-]*|\\d{1,3}(?:\\.\\d{1,3}){3})'
const USER = '[A-Za-z0-9_.!~*()&=+$,;?/-]+'
const URI_PARAMS = '(?:;[A-Za-z0-9_.+!~*()-]+(?:=[A-Za-z0-9_.+!~*()/:-]+)?)*'
const PARAMS = `(?:;${TOKEN}+(?:=(?:${TOKEN}+|"[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*"))?)*`
const SIP_URI = `sips?:(?:${USER}@)?${HOST}(?::\\d{1,5})?${URI_PARAMS}`
const safeUri = new RegExp(`^${SIP_URI}$`)
const safeAddress = new RegExp(
  `^(?:"[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\xa0-\\ud7ff]*" ?|(?:${TOKEN}+ )*)<${SIP_URI}>${PARAMS}$`,
)
const safeHost = new RegExp(`^(?:${HOST}|\\[.*\\])$`)
const tokens = new RegExp(`^(?:${TOKEN}+ )*${TOKEN}+$`)
const safeVia = new RegExp(`^SIP/2\\.0/[A-Z]+ ${HOST}(?::\\d{1,5})?((?:;[A-Za-z-]+(?:=[A-Za-z0-9.+_-]+)?)+)$`)

type Rule =
  | 'From'
  | 'To'
  | 'Contact'
  | 'Record_Route'
  | 'Refer_To'
  | 'Via'
  | 'Call_ID'
  | 'CSeq'
  | 'Content_Type'
  | 'Request_Response'

/** True when sip.js will read the value. */
export const isReadable = (value: string, rule: Rule): boolean => {
  try {
    return (Grammar.parse(value, rule) as unknown) !== -1
  } catch {
    return false // URIs with bad escapes throw out of sip.js's grammar
  }
}

/** True when sip.js makes a SIP URI of it; what it takes for some other kind of URI makes it throw later. */
export const isReadableUri = (uri: string): boolean => {
  if (safeUri.test(uri)) return true
  try {
    return Grammar.URIParse(uri) !== undefined
  } catch {
    return false
  }
}

const repairEscapes = (text: string): string =>
  text.replace(/(?:%[0-9A-Fa-f]{2})+|%/g, (run) => {
    try {
      decodeURIComponent(run)
      return run
    } catch {
      return run.replaceAll('%', '%25')
    }
  })

/** What may not stand in a user part and does all the same: `#` of codes, umlauts (RFC 3261 section 19.1.2). */
const escapeOdd = (user: string): string =>
  user.replace(/[\xa0-\uffff]+|["#[\\\]^`{|}]/g, (odd) => encodeURIComponent(odd.replace(/\p{Cs}/gu, '')))

/** A URI sip.js can read, or null. Only `sip:`, `sips:` and `tel:` have a meaning here. */
export const repairUri = (uri: string): string | null => {
  if (safeUri.test(uri)) return uri
  if (/^tel:/i.test(uri)) return aliasTel(uri) ?? null
  const match = /^(sips?):(?:([^@]*)@)?(\[[0-9A-Fa-f:.]+\]|[^:;?[\]@]+)(:\d{1,5})?([;?].*)?$/i.exec(uri)
  if (!match) return null
  const [, scheme = 'sip', user, host = '', port = '', rest = ''] = match
  const newHost = safeHost.test(host) ? host : aliasHost(host)
  if (newHost === undefined) return null
  // sip.js decodes a user part twice before it writes it again, and throws when the second time fails: `%25` must survive that.
  const newUser = user ? escapeOdd(repairEscapes(user)).replaceAll('%25', '%2525') : ''
  return `${scheme}:${newUser ? `${newUser}@` : ''}${newHost}${port}${repairEscapes(rest)}`
}

const repairDisplayName = (name: string): string | null => {
  const text = name.trim()
  if (text === '') return ''
  if (/^"(?:[^"\\]|\\.)*"$/s.test(text)) return `${text.replace(/[^\x20-\x7e\x80-\uffff]/g, ' ')} `
  if (text.startsWith('"')) return null // the quote never ends: where the name stops is anyone's guess
  if (tokens.test(text)) return `${text} `
  return `"${text.replace(/[^\x20-\x7e\x80-\uffff]/g, ' ').replace(/[\\"]/g, '\\$&')}" `
}

const endOfDisplayName = (value: string): number => {
  let quoted = false
  for (let i = 0; i < value.length; i++) {
    const c = value[i]
    if (quoted && c === '\\') i++
    else if (c === '"') quoted = !quoted
    else if (c === '<' && !quoted) return i
  }
  return -1
}

/** Runs of white space become one space first: the expressions below would need quadratic time for long runs. */
const squeeze = (value: string): string => value.replace(/\s+/g, ' ')

const tagAlone = new RegExp(`;tag=${TOKEN}+(?=;|$)`, 'i')

/** `parameters`: behind the brackets, all or only the tag. */
const oneAddress = (raw: string, parameters: 'all' | 'tag'): string | null => {
  const value = squeeze(raw)
  const open = endOfDisplayName(value)
  const semicolon = value.indexOf(';')
  const cut = open === -1 ? (semicolon === -1 ? value.length : semicolon) : value.indexOf('>', open)
  if (cut === -1) return null
  // RFC 3261 section 20: an address with `?` must stand in angle brackets; whose headers these are cannot be told.
  if (open === -1 && value.includes('?')) return null
  const name = open === -1 ? '' : repairDisplayName(value.slice(0, open))
  const uri = repairUri(value.slice(open + 1, cut).trim())
  if (name === null || uri === null) return null
  const params = value.slice(open === -1 ? cut : cut + 1).trim()
  const written = params.replace(/\s*([;=])\s*/g, '$1')
  return `${name}<${uri}>${parameters === 'all' ? written : (tagAlone.exec(written)?.[0] ?? '')}`
}

/** Lists longer than this serve nobody but an attacker: sip.js needs quadratic time for them. */
const MAX_LIST = 32

/** From, To, Contact, Record-Route, Refer-To: the value as sip.js can read it, or null when nothing can be made of it. */
export const repairAddress = (value: string, rule: 'From' | 'To' | 'Contact' | 'Record_Route' | 'Refer_To') => {
  if (safeAddress.test(value)) return value
  const isList = rule === 'Contact' || rule === 'Record_Route'
  // A comma in an unquoted name (`Bell, Alex <sip:…>`) is only a separator where lists are allowed.
  const entries = isList ? splitList(value) : [value]
  if (entries.length > MAX_LIST) return null
  // A parameter that cannot be read must not cost the call; but for the tag nothing depends on any.
  for (const parameters of ['all', 'tag'] as const) {
    const repaired = entries.map((entry) => oneAddress(entry, parameters))
    if (repaired.includes(null)) return null
    const joined = repaired.join(', ')
    if (isReadable(joined, rule)) return joined
  }
  return null
}

/** The topmost Via. `seed` tells requests without a usable branch apart. */
export const repairVia = (value: string, seed: string): string | null => {
  const quick = safeVia.exec(value)
  if (quick && /;branch=[^;]{8,}/.test(quick[1] ?? '')) return value
  const entries = splitList(squeeze(value))
  const match = /^SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9-]+)\s+(\[[^\]]*\]|[^\s:;]+)\s*(:\s*\d{1,5})?\s*(;.*)?$/i.exec(
    entries[0] ?? '',
  )
  if (!match || entries.length > MAX_LIST) return null
  const [, protocol = '', host = '', port = '', rawParams = ''] = match
  const newHost = safeHost.test(host) ? host : aliasHost(host)
  if (newHost === undefined) return null
  let params = rawParams.replace(/\s*([;=])\s*/g, '$1')
  const branch = /;branch=([^;,\s]*)/i.exec(params)
  if (!branch) params += `;branch=${aliasBranch('none', seed)}`
  else if (branch[1] === '') params = params.replace(branch[0], `;branch=${aliasBranch('empty', seed)}`)
  else if (branch[1] === 'z9hG4bK') params = params.replace(branch[0], `;branch=${aliasBranch('cookie', seed)}`)
  const first = `SIP/2.0/${protocol} ${newHost}${port.replace(/\s/g, '')}${params}`
  const joined = [first, ...entries.slice(1)].join(', ')
  return isReadable(joined, 'Via') ? joined : null
}

export const repairCallId = (value: string): string | null => {
  if (/^[A-Za-z0-9.!*_+~-]+(?:@[A-Za-z0-9.!*_+~-]+)?$/.test(value) || isReadable(value, 'Call_ID')) return value
  return aliasCallId(value) ?? null
}

/** A media type sip.js can read; parameters it cannot read are dropped. */
export const repairContentType = (value: string): string | null => {
  if (/^[A-Za-z0-9.+-]+\/[A-Za-z0-9.+-]+$/.test(value) || isReadable(value, 'Content_Type')) return value
  return (
    /^[A-Za-z0-9.!%*_+`'~-]+\s*\/\s*[A-Za-z0-9.!%*_+`'~-]+(?=\s*(?:;|$))/.exec(value)?.[0].replace(/\s/g, '') ?? null
  )
}

/** The status line; a missing space or characters sip.js cannot read in the phrase must not lose a response. */
export const repairStatusLine = (line: string): string | null => {
  const match = /^SIP\/2\.0 +(\d{3})(?: +(.*)| *)$/i.exec(line)
  if (!match) return null
  const phrase = (match[2] ?? '').replace(/[^A-Za-z0-9 _.!~*'()/?:@&=+$,;-]/g, ' ')
  return `SIP/2.0 ${match[1]} ${phrase}`
}
