/*
 * A SIP address cut into the parts that matter on the way through the gateway; all else stays as it was written (RFC 3261 section 19.1).
 * Pure.
 */
import { writeHost } from './endpoint'

export interface SipUri {
  /** `sip` or `sips`. */
  readonly scheme: string
  /** With its password and parameters, if any; null: none. */
  readonly user: string | null
  /** Lower case, IPv6 without brackets. */
  readonly host: string
  readonly port: number | null
  /** Parameters and headers, each with its `;` or `?`. */
  readonly rest: string
}

const pattern = /^(sips?):(?:([^@<>\s]*)@)?(\[[\da-f:.]+\]|[^@:;?[\]<>\s]+)(?::(\d{1,5}))?([;?][^<>\s]*)?$/i

/** null: not an address of SIP's. */
export function parseSipUri(text: string): SipUri | null {
  const [, scheme, user, host, port, rest] = pattern.exec(text.trim()) ?? []
  if (scheme === undefined || host === undefined) return null
  return {
    scheme: scheme.toLowerCase(),
    user: user ?? null,
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    port: port === undefined ? null : Number(port),
    rest: rest ?? '',
  }
}

export const writeSipUri = ({ scheme, user, host, port, rest }: SipUri): string =>
  `${scheme}:${user === null ? '' : `${user}@`}${writeHost(host)}${port === null ? '' : `:${port}`}${rest}`

/** The port a request to the address goes to when it names none. */
export const usualPort = ({ scheme, rest }: Pick<SipUri, 'scheme' | 'rest'>): number =>
  scheme === 'sips' || /;transport=tls(?=[;?]|$)/i.test(rest) ? 5061 : 5060

/** The same parameters with this transport instead of theirs; null: without any. */
export function setTransport(rest: string, transport: string | null): string {
  const [parameters = '', ...headers] = rest.split('?')
  const others = parameters.replace(/;transport=[^;]*/gi, '')
  const query = headers.length === 0 ? '' : `?${headers.join('?')}`
  return `${transport === null ? '' : `;transport=${transport}`}${others}${query}`
}
