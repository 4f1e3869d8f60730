/*
 * One Via header entry: who sent a message, by what, and as whom the next hop saw it (RFC 3261 section 20.42, RFC 3581). Pure.
 */
import { splitList, type WireMessage } from '../../common/wire-message'
import type { Endpoint } from './endpoint'
import { plainAddress, sameEndpoint, writeHost } from './endpoint'

export interface Via {
  /** Upper case: `UDP`, `TCP`, `TLS`, `WS`, `WSS`. */
  readonly transport: string
  /** Lower case, IPv6 without brackets. */
  readonly host: string
  readonly port: number | null
  /** Names in lower case; null: without a value. In order. */
  readonly parameters: ReadonlyMap<string, string | null>
}

const pattern =
  /^SIP\s*\/\s*2\.0\s*\/\s*([\w!%'*+.`~-]+)\s+(\[[\da-f:.]+\]|[^\s:;,[\]]+)\s*(?::\s*(\d{1,5}))?\s*(;.*)?$/i

/** null: nothing that could be answered. */
export function parseVia(text: string): Via | null {
  const [, transport, host, port, rest = ''] = pattern.exec(text.trim()) ?? []
  if (transport === undefined || host === undefined) return null
  const parameters = new Map<string, string | null>()
  for (const part of rest.split(';').slice(1, 33)) {
    const at = part.indexOf('=')
    const name = (at < 0 ? part : part.slice(0, at)).trim().toLowerCase()
    if (name !== '' && !parameters.has(name)) parameters.set(name, at < 0 ? null : part.slice(at + 1).trim())
  }
  return {
    transport: transport.toUpperCase(),
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    port: port === undefined ? null : Number(port),
    parameters,
  }
}

export function writeVia({ transport, host, port, parameters }: Via): string {
  let text = `SIP/2.0/${transport} ${writeHost(host)}${port === null ? '' : `:${port}`}`
  for (const [name, value] of parameters) text += value === null ? `;${name}` : `;${name}=${value}`
  return text
}

const withParameters = (via: Via, more: Readonly<Record<string, string | null>>): Via => ({
  ...via,
  parameters: new Map([...via.parameters, ...Object.entries(more)]),
})

/** The topmost Via as it was written, whether or not others share its header line; null: none. */
export function topVia(message: WireMessage): string | null {
  const header = message.headers.find(({ name }) => name === 'via')
  return header === undefined ? null : (splitList(header.value)[0] ?? null)
}

/** Puts another in its place. */
export function setTopVia(message: WireMessage, value: string): void {
  const header = message.headers.find(({ name }) => name === 'via')
  if (header === undefined) return
  header.value = [value, ...splitList(header.value).slice(1)].join(', ')
  message.changed = true
}

/** How many there are; a response to us has one (RFC 3261 section 18.1.2). */
export const countVias = (message: WireMessage): number =>
  message.headers.reduce((count, { name, value }) => count + (name === 'via' ? splitList(value).length : 0), 0)

/** As whom the next hop saw the sender, if it says so in its response. */
export function seenAs(via: Via): Endpoint | null {
  const received = via.parameters.get('received') ?? null
  const rport = Number(via.parameters.get('rport') ?? 0)
  const isPort = rport > 0 && rport < 65_536
  if (received === null && !isPort) return null
  const port = isPort ? rport : via.port
  const address = plainAddress((received ?? via.host).replace(/^\[|\]$/g, ''))
  if (port === null || !/^[\d.]+$|^[\da-f:.]*:[\da-f:.]*$/i.test(address)) return null
  return { address: address.toLowerCase(), port }
}

/** Ours, on a request (RFC 3581). */
export function viaOf(transport: string, local: Endpoint, branch: string): Via {
  const parameters = new Map<string, string | null>([
    ['rport', null],
    ['branch', branch],
  ])
  return { transport: transport.toUpperCase(), host: local.address, port: local.port, parameters }
}

/**
 * RFC 3261 section 18.2.1 and RFC 3581: the Via that an answer carries, and where it goes. `server`: where our own requests go, and are heard; a server
 * behind a NAT writes another port of its own.
 */
export function answerTo(via: Via, from: Endpoint, server: Endpoint | null = null): readonly [Via, Endpoint] {
  if (via.parameters.has('rport'))
    return [withParameters(via, { received: from.address, rport: String(from.port) }), from]
  const seen = via.host === from.address ? via : withParameters(via, { received: from.address })
  return [
    seen,
    server !== null && sameEndpoint(from, server) ? from : { address: from.address, port: via.port ?? 5060 },
  ]
}
