/*
 * Where a server is, seen from its address alone: on this machine, on a private network, or anywhere. An unencrypted
 * connection to the last kind deserves a warning. Pure; nothing is looked up.
 */

/** What a server's WebSocket URL promises about who can listen in. */
export type ServerSecurity =
  | 'encrypted' // wss:
  | 'unencrypted-private' // ws: to this machine or a private network
  | 'unencrypted-public' // ws: across the open internet: passwords are hashed, calls' details and numbers are readable
  | 'invalid'

export function serverSecurity(server: string): ServerSecurity {
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
