/*
 * Who is at the other end, out of P-Asserted-Identity (RFC 3325), From or To: a handle and a name fit to be shown.
 * Everything here was written by strangers. It knows neither contacts nor calls.
 */
import { anonymous, sameHandle, type Handle } from '../../../common/handle'
import { plainText } from './plain-text'

export interface Identity {
  readonly handle: Handle
  readonly name: string | null
}

export const sameIdentity = (a: Identity, b: Identity): boolean => a.name === b.name && sameHandle(a.handle, b.handle)

/** The parts of sip.js's NameAddrHeader that matter here. */
export interface NameAddress {
  /** Undefined when the header has none, whatever sip.js's types say. */
  readonly displayName: string | undefined
  readonly uri: { readonly scheme: string; readonly user?: string | undefined; readonly host: string }
}

/** The first address that is there and can be read decides. `ownHost`: addresses on it are shown as bare extensions. */
export function identify(ownHost: string, ...addresses: readonly (NameAddress | undefined)[]): Identity {
  const address = addresses.find((candidate) => candidate !== undefined)
  if (address === undefined) return { handle: anonymous, name: null }
  const user = plainText(decode(address.uri.user ?? ''), 128) ?? ''
  const host = address.uri.host.toLowerCase()
  if (host === 'anonymous.invalid' || user === '' || /^(anonymous|restricted|unknown)$/i.test(user)) {
    return { handle: anonymous, name: null }
  }
  return { handle: handleOf(user, host, ownHost.toLowerCase()), name: nameOf(address.displayName, user) }
}

/**
 * The first address of a P-Asserted-Identity header (RFC 3325 section 9.1), sip or tel, read leniently: sip.js gives up on a name with
 * a stray character. Undefined when there is none.
 */
export function assertedAddress(header: string | undefined): NameAddress | undefined {
  const match = header
    ?.slice(0, 1024)
    .match(/^\s*(?:"((?:[^"\\]|\\.)*)"|([^<">]*?))\s*<?(sips?|tel):(?:([^@<>\s,]*)@)?([^<>;,\s]+)/i)
  if (!match) return undefined
  const [, quoted, plain, scheme = '', user, rest = ''] = match
  if (scheme.toLowerCase() === 'tel')
    return { displayName: quoted ?? plain ?? '', uri: { scheme, user: rest, host: '' } }
  return { displayName: quoted ?? plain ?? '', uri: { scheme, user, host: rest.replace(/:\d+$/, '') } }
}

/**
 * Who the server says it is: P-Asserted-Identity, or Remote-Party-ID of servers that are older. Not when it is told to us as to a part of the
 * network, and not meant to be shown (RFC 3325 section 9.3).
 */
export function assertedIn(header: (name: string) => string | undefined): NameAddress | undefined {
  if (/(?:^|[;,\s])(?:id|full)(?:[;,\s]|$)/i.test(header('privacy') ?? '')) return undefined
  const asserted = assertedAddress(header('p-asserted-identity'))
  if (asserted !== undefined) return asserted
  const older = header('remote-party-id')
  return older === undefined || /;\s*privacy\s*=\s*"?(full|uri|name)/i.test(older) ? undefined : assertedAddress(older)
}

/** The display name in front of an address, as it is to be shown; null when there is none. */
export const displayNameIn = (header: string): string | null => {
  const [, quoted, plain] = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<">]*?))\s*</.exec(header.slice(0, 1_024)) ?? []
  return plainText((quoted ?? plain ?? '').replace(/\\(.)/g, '$1'))
}

function handleOf(user: string, host: string, ownHost: string): Handle {
  // Visual separators (RFC 3966 section 3) are for readers; compare and dial without them.
  const digits = user.split(';')[0]?.replace(/[\s().-]/g, '') ?? ''
  if (/^\+?\d+$/.test(digits)) return { type: 'phoneNumber', value: prefixOf(user, digits) + digits }
  return { type: 'generic', value: host === ownHost ? user : `${user}@${host}`.slice(0, 500) }
}

/** A local number says what it is a part of (RFC 3966 section 5.1.5); only a number can be put before a number. */
function prefixOf(user: string, digits: string): string {
  const context = /;phone-context=(\+[\d().-]{1,32})(?:;|$)/i.exec(user)?.[1] ?? ''
  return digits.startsWith('+') ? '' : context.replace(/[().-]/g, '')
}

function nameOf(displayName: string | undefined, user: string): string | null {
  const name = plainText((displayName ?? '').replace(/\\(.)/g, '$1'))
  return name === user ? null : name
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
