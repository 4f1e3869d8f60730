/*
 * Turns what a person typed for a server into one of the forms an account has: a WebSocket URL, `udp:`, `tcp:` or `tls:` with a host, or
 * `sip:` with a domain whose server is to be found. Pure: nothing is looked up.
 */
import { isDemo } from '../../common/account'
import { plainServer } from '../../common/server-address'

export type ServerForm =
  | { readonly ok: true; readonly value: string }
  /** Reads after the field's name: `must name a host`. */
  | { readonly ok: false; readonly problem: string }

export const hostPattern =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*\.?|\[[0-9A-Fa-f:.]+\])$/

/** A port with leading zeros or out of range is none. */
export const isPort = (text: string): boolean => Number(text) >= 1 && Number(text) <= 65_535

/** Where Asterisk and FreePBX answer SIP over secure WebSocket unless they were told otherwise. */
const usualServer = (host: string): string => `wss://${host}:8089/ws`

/** Ports where SIP over WebSocket is usual and SIP over anything else is not. */
const webPorts = new Set([443, 7443, 8088, 8089, 8443])

const schemes = 'must begin with udp:, tcp:, tls:, sip:, ws: or wss:'

/** `host`: of the address of record, whose usual server serves when nothing was typed. */
export function parseServer(text: string, host: string): ServerForm {
  if (text === '') return host === '' ? bad('must not be empty') : good(usualServer(host))
  if (isDemo({ server: text.toLowerCase() })) return bad('must not be demo:, which is the built-in line')
  const plain = /^(udp|tcp|tls|sips?):(?:\/\/)?(.*)$/i.exec(text)
  if (plain) return parsePlain((plain[1] ?? '').toLowerCase(), plain[2] ?? '')
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'ws' && scheme !== 'wss') return bad(schemes)
  if (scheme === undefined) {
    const bare = /^(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?$/.exec(text)
    if (bare && !webPorts.has(Number(bare[2]))) return parsePlain('sip', text)
  }
  return parseWebSocket(text, scheme)
}

function parseWebSocket(text: string, scheme: string | undefined): ServerForm {
  let url: URL
  try {
    url = new URL(scheme === undefined ? `wss://${text}` : text)
  } catch {
    return bad(scheme === undefined ? schemes : 'must be a URL like wss://pbx.example:8089/ws')
  }
  if (url.username !== '' || url.password !== '') return bad('must not contain a user or password')
  if (url.hash !== '') return bad('must not contain #')
  if (!hostPattern.test(url.hostname)) return bad('must name a host')
  if (scheme !== undefined || url.pathname !== '/' || url.search !== '') return good(url.href)
  // Only a host and a port of WebSocket were typed: the usual path.
  return good(`wss://${url.hostname}:${url.port || '443'}/ws`)
}

/** `rest`: `host[:port][;transport=…]`. */
function parsePlain(scheme: string, rest: string): ServerForm {
  const [target = '', ...parameters] = rest.split(';')
  if (target.includes('@')) return bad('must not contain a user or password')
  const split = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(target)
  const host = split?.[1]?.toLowerCase() ?? ''
  const port = split?.[2]
  if (!hostPattern.test(host)) return bad('must name a host, or host:port')
  if (port !== undefined && !isPort(port)) return bad('has a port outside 1 to 65535')
  const transport = parameters.map((one) => /^transport=(udp|tcp|tls)$/i.exec(one)?.[1]?.toLowerCase())
  if (transport.includes(undefined) || transport.length > 1) return bad('must have nothing after the host and port')
  // `sips:` asks for nothing but TLS.
  const form = scheme === 'sips' ? 'tls' : scheme === 'sip' ? (transport[0] ?? 'sip') : scheme
  return good(`${form}:${host}${port === undefined ? '' : `:${Number(port)}`}`)
}

/** The host in a server of any form, or in a bare `host[:port]`; null when there is none. */
export function serverHost(server: string): string | null {
  const plain = plainServer(
    server
      .replace(/^sips:/i, 'tls:')
      .replace(/^([a-z]+:)\/\//i, (all, scheme: string) => (/^(udp|tcp|tls|sip):$/i.test(scheme) ? scheme : all))
      .replace(/;.*$/, ''),
  )
  if (plain) return plain.host
  try {
    const { hostname } = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `wss://${server}`)
    return hostname === '' ? null : hostname
  } catch {
    return null
  }
}

const good = (value: string): ServerForm => ({ ok: true, value })
const bad = (problem: string): ServerForm => ({ ok: false, problem })
