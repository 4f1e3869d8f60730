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

function handleOf(user: string, host: string, ownHost: string): Handle {
  // Visual separators (RFC 3966 section 3) are for readers; compare and dial without them.
  const number = user.split(';')[0]?.replace(/[\s().-]/g, '') ?? ''
  if (/^\+?\d+$/.test(number)) return { type: 'phoneNumber', value: number }
  return { type: 'generic', value: host === ownHost ? user : `${user}@${host}`.slice(0, 500) }
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
