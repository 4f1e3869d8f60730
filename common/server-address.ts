/*
 * Where a server is, seen from its address alone: on this machine, on a private network, or anywhere. An unencrypted
 * connection to the last kind deserves a warning. Pure; nothing is looked up.
 */

/** What a server's address promises about who can listen in. */
export type ServerSecurity =
  | 'encrypted' // wss:, tls:
  | 'unencrypted-private' // ws:, udp:, tcp: to this machine or a private network
  | 'unencrypted-public' // … across the open internet: passwords are hashed, calls' details and numbers are readable
  | 'best-found' // sip: encrypted if the server can be
  | 'invalid'

/** SIP without WebSocket: `udp:`, `tcp:`, `tls:` and what is to be found first (`sip:`). */
const plainPattern = /^(udp|tcp|tls|sip):([^:]+|\[[^\]]+\])(?::(\d{1,5}))?$/i

/** A server of the forms `udp:host[:port]`, `tcp:…`, `tls:…`, `sip:…`, taken apart; null for any other. IPv6 in brackets. */
export function plainServer(
  server: string,
): { readonly transport: 'udp' | 'tcp' | 'tls' | 'sip'; readonly host: string; readonly port: number | null } | null {
  const [, transport, host, port] = plainPattern.exec(server) ?? []
  if (transport === undefined || host === undefined) return null
  return {
    transport: transport.toLowerCase() as 'udp' | 'tcp' | 'tls' | 'sip',
    host: host.toLowerCase(),
    port: port === undefined ? null : Number(port),
  }
}

/** Reached by the gateway, not by a WebSocket of the engine page. */
export const needsGateway = (account: { readonly server: string }): boolean => plainServer(account.server) !== null

export function serverSecurity(server: string): ServerSecurity {
  const plain = plainServer(server)
  if (plain?.transport === 'tls') return 'encrypted'
  if (plain?.transport === 'sip') return 'best-found'
  if (plain) return isPrivateHost(plain.host) ? 'unencrypted-private' : 'unencrypted-public'
  let url: URL
  try {
    url = new URL(server)
  } catch {
    return 'invalid'
  }
  if (url.protocol === 'wss:') return 'encrypted'
  if (url.protocol !== 'ws:') return 'invalid'
  return isPrivateHost(url.hostname) ? 'unencrypted-private' : 'unencrypted-public'
}

/**
 * True for this machine, private and link-local addresses (RFC 1918, RFC 3927, RFC 4193, RFC 4291), shared address space
 * (RFC 6598), and names that cannot exist on the public internet (RFC 6761, RFC 6762, RFC 8375, single labels).
 * `host`: as `URL.hostname` gives it, IPv6 in brackets.
 */
export function isPrivateHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (name.startsWith('[')) return isPrivateIpv6(name.slice(1, -1))
  const v4 = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(name)
  if (v4) return isPrivateIpv4(Number(v4[1]), Number(v4[2]))
  return name !== '' && (!name.includes('.') || /\.(localhost|local|lan|internal|home\.arpa|test)$/.test(name))
}

const isPrivateIpv4 = (a: number, b: number): boolean =>
  a === 127 ||
  a === 10 ||
  (a === 172 && b >= 16 && b <= 31) ||
  (a === 192 && b === 168) ||
  (a === 169 && b === 254) ||
  (a === 100 && b >= 64 && b <= 127)

function isPrivateIpv6(address: string): boolean {
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address)
  if (mapped) {
    const high = Number.parseInt(mapped[1] ?? '', 16)
    return isPrivateIpv4(high >> 8, high & 0xff)
  }
  return address === '::1' || /^f[cd][0-9a-f]{2}:/.test(address) || /^fe[89ab][0-9a-f]:/.test(address)
}
