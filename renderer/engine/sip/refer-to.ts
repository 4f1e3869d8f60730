/*
 * Whom a REFER wants called: its Refer-To header, read strictly (RFC 3515 section 2.1, RFC 3261 section 19.1.5). Pure; nothing of it is
 * dialled here, and what could steer a request of ours past the user's eyes is refused or taken away.
 */
import { Grammar, type URI } from 'sip.js'
import type { Handle } from '../../../common/handle'
import { isTelAlias, restoreAliases } from './guard/alias'
import { assertedAddress, displayNameIn, identify } from './identity'
import { parseReplaces, writeReplaces } from './replaces'

export interface ReferTarget {
  /** For the INVITE: without headers, and without parameters that would choose another way or method. */
  readonly uri: URI
  /** As text, at most 1024 characters. */
  readonly target: string
  readonly handle: Handle
  /** What they are called by whoever names them: their address may be a device's, which nobody knows. null: nothing. */
  readonly name: string | null
  /** Value of the Replaces header that the INVITE shall carry (RFC 3891); null: none. */
  readonly replaces: string | null
  /** Value of the Referred-By header that the INVITE shall carry (RFC 3892). */
  readonly referredBy: string | null
  /** Who says so; null when nobody does. */
  readonly by: Handle | null
}

/** The status that refuses it. */
export type ReferVerdict = ({ readonly ok: true } & ReferTarget) | { readonly ok: false; readonly status: number }

export interface ReferContext {
  readonly ownHost: string
  /** Our own way to the server is TLS, so that a `sips:` address is not a lie (RFC 5630). */
  readonly secure: boolean
}

const refuse = (status: number): ReferVerdict => ({ ok: false, status })

/** RFC 3261 section 19.1.5 names them: whoever obeys them in a URI sends what somebody else wrote. */
const dangerous = new Set(
  (
    'from to call-id cseq via contact route record-route path body max-forwards content-length content-type content-encoding ' +
    'authorization proxy-authorization proxy-require p-asserted-identity p-preferred-identity privacy identity ' +
    'alert-info join accept user-agent event'
  ).split(' '),
)

export function readReferTo(header: string, referredBy: string | undefined, context: ReferContext): ReferVerdict {
  const address = addressIn(header)
  if (address === null) return refuse(400)
  const [uriText = '', headerText = ''] = splitOnce(address, '?')
  const uri = parse(withoutWay(uriText))
  if (uri === null) return refuse(/^(?:sips?|tel):/i.test(uriText) ? 400 : 416)
  const headers = readHeaders(headerText)
  if (headers === null) return refuse(400)
  if ([...headers.keys()].some((name) => dangerous.has(name))) return refuse(603)
  const required = headers.get('require')
  if (required !== undefined && required.toLowerCase() !== 'replaces') return refuse(603)
  const given = headers.get('replaces')
  const replaces = given === undefined ? null : parseReplaces(given)
  if (given !== undefined && replaces === null) return refuse(400)

  const method = uri.getParam('method')
  if (method !== undefined && method !== null && method.toUpperCase() !== 'INVITE') return refuse(603)
  if (uri.scheme === 'sips' && !context.secure) return refuse(416)
  const plain = isTelAlias(uri.host) ? numberOn(uri, context.ownHost) : plainUri(uri)
  if (plain === null) return refuse(400)
  const target = restoreAliases(plain.toString())
  if (target.length > 1_024 || !/^[\x21-\x7e]+$/.test(target)) return refuse(400)
  const teller = referrer(referredBy ?? headers.get('referred-by'))
  return {
    ok: true,
    uri: plain,
    target,
    handle: handleOf(plain, context.ownHost),
    name: nameIn(header, plain),
    replaces: replaces === null ? null : writeReplaces(replaces),
    referredBy: teller === null ? null : `<${teller}>`,
    by: teller === null ? null : identify(context.ownHost, assertedAddress(`<${teller}>`)).handle,
  }
}

function addressIn(header: string): string | null {
  const match = /^\s*(?:(?:"(?:[^"\\]|\\.)*"|[^"<]*)\s*<([^<>\s]+)>|([^<>"\s;?]+))/.exec(header.slice(0, 4_096))
  return match?.[1] ?? match?.[2] ?? null
}

function nameIn(header: string, uri: URI): string | null {
  const name = displayNameIn(header)
  return name === uri.user ? null : name
}

const splitOnce = (text: string, separator: string): [string, string] => {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** sip.js takes a `maddr` for the host itself, so that who is shown would be somebody else than who was named. */
function withoutWay(text: string): string {
  const host = text.lastIndexOf('@') + 1
  return text.slice(0, host) + text.slice(host).replace(/;\s*maddr\s*=[^;]*/gi, '')
}

function parse(text: string): URI | null {
  try {
    const uri = Grammar.URIParse(text)
    return uri !== undefined && /^sips?$/.test(uri.scheme) && Boolean(uri.host) ? uri : null
  } catch {
    return null
  }
}

/** Names in lower case, values decoded; null when one cannot be or stands twice. */
function readHeaders(text: string): Map<string, string> | null {
  const headers = new Map<string, string>()
  for (const part of text.split('&').filter(Boolean)) {
    const [name, value] = splitOnce(part, '=')
    try {
      const key = decodeURIComponent(name).toLowerCase()
      const decoded = decodeURIComponent(value)
      if (headers.has(key) || /[\r\n\0]/.test(decoded)) return null
      headers.set(key, decoded)
    } catch {
      return null
    }
  }
  return headers
}

/** `transport` stays: it is part of the address of many phones, and our way is the server's connection whatever it says. */
function plainUri(uri: URI): URI {
  const plain = uri.clone()
  plain.clearHeaders()
  for (const name of ['method', 'ttl', 'lr']) plain.deleteParam(name)
  return plain
}

/** A telephone number is called at our own server (RFC 3261 section 19.1.6). */
function numberOn(uri: URI, host: string): URI | null {
  const number = (uri.user ?? '').split(';')[0]?.replace(/[().-]/g, '') ?? ''
  if (!/^\+?[0-9*#]{1,64}$/.test(number)) return null
  return parse(`sip:${number.replaceAll('#', '%23')}@${host};user=phone`)
}

function handleOf(uri: URI, ownHost: string): Handle {
  if (!uri.user) return { type: 'generic', value: restoreAliases(uri.host).slice(0, 500) }
  return identify(ownHost, {
    displayName: undefined,
    uri: { scheme: uri.scheme, user: uri.user, host: restoreAliases(uri.host) },
  }).handle
}

/** Only its address: what else a Referred-By may say belongs to a body we do not pass on. */
const referrer = (value: string | undefined): string | null =>
  value === undefined
    ? null
    : (/^\s*(?:(?:"(?:[^"\\]|\\.)*"|[^"<]{0,256})\s*<(sips?:[^<>\s?"]{1,256})>|(sips?:[^<>\s?;"]{1,256}))/i
        .exec(value.slice(0, 1_024))
        ?.slice(1)
        .find((address) => address !== undefined) ?? null)
