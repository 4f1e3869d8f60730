/*
 * Where requests within a dialog go, and come from, when no proxy asked to stay on their way: to the far end itself and back (RFC 3261
 * section 12.2.1.1). Pure.
 */
import { isIP } from 'node:net'
import { isPrivateHost } from '../../common/server-address'
import { headerValue, isResponse, parameter, splitList, type WireMessage } from '../../common/wire-message'
import { allowed } from '../media/addresses'
import { writeHost, type Endpoint } from './endpoint'
import { parseSipUri } from './sip-uri'

const isPrivate = (address: string): boolean => isPrivateHost(writeHost(address))

/** null: the way every other request goes, which leads to `server`. Only for UDP. */
export function nextHop(
  message: WireMessage,
  server: Endpoint,
  isServers: (address: string) => boolean,
): Endpoint | null {
  if (parameter(headerValue(message, 'to') ?? '', 'tag') === undefined) return null
  if (headerValue(message, 'route') !== undefined || message.start.startsWith('REGISTER ')) return null
  return endpointOf(message.start.split(' ')[1] ?? '', server, isServers)
}

/**
 * Whoever sent this INVITE, or an answer to ours, or the proxy next to us that stays between, if it may speak to us past the server from now on;
 * null: it may not.
 */
export function farEnd(message: WireMessage, server: Endpoint, isServers: (address: string) => boolean): string | null {
  const routes = message.headers.flatMap(({ name, value }) => (name === 'record-route' ? splitList(value) : []))
  // Each proxy put itself before those the INVITE had passed (RFC 3261 section 16.6).
  const nearest = isResponse(message) ? routes.at(-1) : routes[0]
  const uri = /<([^>]*)>/.exec(nearest ?? headerValue(message, 'contact') ?? '')?.[1] ?? ''
  return endpointOf(uri, server, isServers)?.address ?? null
}

function endpointOf(text: string, server: Endpoint, isServers: (address: string) => boolean): Endpoint | null {
  const uri = parseSipUri(text)
  if (uri === null || uri.scheme !== 'sip' || !isIP(uri.host)) return null
  // Another port of the server's own computer is somebody else: a phone there, or what is behind a proxy.
  if (isServers(uri.host) && (uri.host !== server.address || (uri.port ?? 5060) === server.port)) return null
  if (!/^udp$/i.test(/;transport=([^;?]*)/i.exec(uri.rest)?.[1] ?? 'udp')) return null
  // A private address behind a public server is behind its translator too; the server knows the way.
  if (isPrivate(uri.host) && !isPrivate(server.address)) return null
  return allowed({ address: uri.host, port: uri.port ?? 5060 }, server.address)
}
