/*
 * From what an account calls its server to the places to try, in order (RFC 3263 section 4). A bare domain is asked for all it announces,
 * WebSocket included (RFC 7118), and tried at the usual ports when it announces nothing. It connects nowhere.
 */
import { isIP } from 'node:net'
import type { SipTransport } from '../../common/contract/gateway'
import { plainServer } from '../../common/server-address'
import type { Names, SrvRecord } from './names'
import { orderServers } from './order-servers'
import type { Target } from './target'

/** `unknown-host`: the name leads nowhere; `invalid-account`: it is not of any form there is. */
export type FoundTargets =
  | { readonly ok: true; readonly targets: readonly Target[] }
  | { readonly ok: false; readonly failure: 'unknown-host' | 'invalid-account' }

/** Places tried for one server. */
const maxTargets = 16

const services: Readonly<Record<string, SipTransport>> = {
  'SIPS+D2T': 'tls',
  'SIPS+D2W': 'wss',
  'SIP+D2T': 'tcp',
  'SIP+D2U': 'udp',
  'SIP+D2W': 'ws',
}
const srvPrefix: Readonly<Record<SipTransport, string>> = {
  tls: '_sips._tcp',
  wss: '_sips._ws',
  tcp: '_sip._tcp',
  udp: '_sip._udp',
  ws: '_sip._ws',
}
/** What is best of what a domain announces without saying what it prefers. Unencrypted WebSocket is nobody's best. */
const announcedOrder: readonly SipTransport[] = ['wss', 'tls', 'tcp', 'udp']
const usualOrder: readonly SipTransport[] = ['tls', 'tcp', 'udp']
const plainFirst: readonly SipTransport[] = ['tcp', 'udp', 'tls']
const usualPort = (transport: SipTransport): number => (transport === 'tls' ? 5061 : 5060)

interface Way {
  readonly transport: SipTransport
  readonly host: string
  readonly port: number
  readonly why: string
  readonly guessed: boolean
}

/**
 * `server`: `udp:`, `tcp:`, `tls:` or `sip:` with `host[:port]`, or a WebSocket URL, which is its own only target.
 * `random`: as Math.random, for the weights of servers.
 */
export async function findTargets(server: string, names: Names, random: () => number): Promise<FoundTargets> {
  if (/^wss?:\/\//i.test(server)) return webSocket(server, names)
  const parsed = plainServer(server)
  if (parsed === null || (parsed.port !== null && (parsed.port < 1 || parsed.port > 65_535)))
    return { ok: false, failure: 'invalid-account' }
  const host = parsed.host.replace(/^\[|\]$/g, '')
  const ways = await findWays({ ...parsed, host }, names, random)
  const addresses = new Map<string, Promise<readonly string[]>>()
  const addressesOf = (name: string): Promise<readonly string[]> => {
    const known = addresses.get(name) ?? (isIP(name) ? Promise.resolve([name]) : names.addresses(name))
    addresses.set(name, known)
    return known
  }
  const found = await Promise.all(
    ways.map(async (way) =>
      (await addressesOf(way.host)).map((address) => ({ ...way, address, domain: host, path: null })),
    ),
  )
  const targets = found.flat().slice(0, maxTargets)
  return targets.length === 0 ? { ok: false, failure: 'unknown-host' } : { ok: true, targets }
}

interface Server {
  readonly transport: 'udp' | 'tcp' | 'tls' | 'sip'
  readonly host: string
  readonly port: number | null
}

async function findWays({ transport, host, port }: Server, names: Names, random: () => number): Promise<Way[]> {
  const isAny = transport === 'sip'
  if (port !== null || isIP(host)) {
    // RFC 3263 section 4.1 leaves it at UDP here. What a port is rarely used for comes last: it may not even be refused.
    const transports = !isAny ? [transport] : port === null || port === 5061 ? usualOrder : plainFirst
    const why = (what: SipTransport): string =>
      isAny ? `${what.toUpperCase()} at ${host}, tried in the usual order` : 'the address of the account'
    return transports.map((what) => ({
      transport: what,
      host,
      port: port ?? usualPort(what),
      why: why(what),
      guessed: isAny,
    }))
  }
  const announced = isAny
    ? await announcedBy(host, names, random)
    : serversOf(
        await names.srv(`${srvPrefix[transport]}.${host}`),
        transport,
        `${srvPrefix[transport]}.${host}`,
        random,
      )
  if (announced.length > 0) return announced
  const transports = isAny ? usualOrder : [transport]
  return transports.map((what) => ({
    transport: what,
    host,
    port: usualPort(what),
    why: isAny
      ? `${what.toUpperCase()} at the usual port: ${host} announces no SIP servers`
      : `${what.toUpperCase()} at the usual port of ${host}`,
    guessed: isAny,
  }))
}

async function announcedBy(domain: string, names: Names, random: () => number): Promise<Way[]> {
  // Asked at once, not one after the other: where there is no answer, each question takes seconds.
  const usual = Promise.all(
    announcedOrder.map(async (transport) => {
      const name = `${srvPrefix[transport]}.${domain}`
      return serversOf(await names.srv(name), transport, name, random)
    }),
  )
  const pointers = (await names.naptr(domain))
    .filter(({ service, flags }) => services[service.toUpperCase()] !== undefined && /^s$/i.test(flags))
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
    .slice(0, 8)
  const named = await Promise.all(
    pointers.map(async ({ service, replacement }) => {
      const transport = services[service.toUpperCase()]
      return transport === undefined ? [] : serversOf(await names.srv(replacement), transport, replacement, random)
    }),
  )
  const ways = named.flat()
  return ways.length > 0 ? ways : (await usual).flat()
}

function serversOf(records: readonly SrvRecord[], transport: SipTransport, name: string, random: () => number): Way[] {
  // A single record that names the root says that there is no such service (RFC 2782).
  const real = records.filter((record) => record.name !== '' && record.name !== '.' && record.port > 0)
  return orderServers(real, random).map((record) => ({
    transport,
    host: record.name.replace(/\.$/, '').toLowerCase(),
    port: record.port,
    why: `SRV ${name}, priority ${record.priority}`,
    guessed: false,
  }))
}

async function webSocket(server: string, names: Names): Promise<FoundTargets> {
  let url: URL
  try {
    url = new URL(server)
  } catch {
    return { ok: false, failure: 'invalid-account' }
  }
  const transport = url.protocol === 'wss:' ? 'wss' : 'ws'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const [address] = isIP(host) ? [host] : await names.addresses(host)
  if (address === undefined) return { ok: false, failure: 'unknown-host' }
  const port = Number(url.port || (transport === 'wss' ? 443 : 80))
  const path = `${url.pathname}${url.search}`
  const why = 'an address of the account'
  return { ok: true, targets: [{ transport, host, address, port, domain: host, path, why, guessed: false }] }
}
