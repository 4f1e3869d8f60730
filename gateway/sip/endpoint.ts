/*
 * One end of a conversation in an IP network, and how SIP writes it. Pure; it looks nothing up.
 */

export interface Endpoint {
  /** Numeric; IPv6 without brackets, IPv4 never mapped into it. */
  readonly address: string
  readonly port: number
}

export const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4)

/** As sockets report addresses, without zone, and IPv4 as such. */
export const plainAddress = (address: string): string =>
  address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')

/** The host of a URI or a Via: IPv6 in brackets (RFC 3261 section 25.1). */
export const writeHost = (host: string): string => (host.includes(':') ? `[${host}]` : host)

export const writeEndpoint = ({ address, port }: Endpoint): string => `${writeHost(address)}:${port}`

export const sameEndpoint = (one: Endpoint, other: Endpoint): boolean =>
  one.port === other.port && one.address === other.address
