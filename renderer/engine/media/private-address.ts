/*
 * Addresses that mean something in their own network only (RFC 1918, RFC 4193, RFC 6598, RFC 3927), for telling a description that names one to somebody
 * elsewhere. Pure; it never throws, whatever the text is.
 */

/** The block of a private address, which may have many networks; null: it is a public one, or none. */
function blockOf(address: string): string | null {
  const [a = -1, b = -1, c = -1, d = -1] = /^\d+(\.\d+){3}$/.test(address) ? address.split('.').map(Number) : []
  if (d >= 0) {
    if (a === 10) return `10.${b}`
    if (a === 172 && b >= 16 && b <= 31) return `172.${b}`
    if (a === 192 && b === 168) return `192.168.${c}`
    if (a === 100 && b >= 64 && b <= 127) return '100.64'
    if (a === 169 && b === 254) return '169.254'
    return a === 127 ? '127' : null
  }
  const words = address.toLowerCase().split(':')
  if (/^f[cd]/.test(address.toLowerCase())) return words.slice(0, 3).join(':')
  return /^fe[89ab]/.test(address.toLowerCase()) ? 'fe80' : null
}

const hostOf = (place: string): string => /^\[(.*)\]/.exec(place)?.[1] ?? place.replace(/:\d+$/, '')

/**
 * `named` (`address:port`) is an address that `own` is not beside, and that nobody outside its network can reach. Ours not known: any private address is
 * taken for reachable.
 */
export function isOtherPrivateNetwork(named: string, own: string | null): boolean {
  const block = blockOf(hostOf(named))
  return own !== null && block !== null && block !== blockOf(hostOf(own))
}
