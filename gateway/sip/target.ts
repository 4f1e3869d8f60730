/*
 * One place to try a server at, and how it was come by. Pure.
 */
import type { SipTransport } from '../../common/contract/gateway'
import type { Endpoint } from './endpoint'

export interface Target {
  readonly transport: SipTransport
  /** Whose addresses were looked up. */
  readonly host: string
  /** Numeric. */
  readonly address: string
  readonly port: number
  /** The name the user gave, which a certificate must be for (RFC 5922 section 7.3). */
  readonly domain: string
  /** Of a WebSocket, when it is known. */
  readonly path: string | null
  /** How it was found, for a person. */
  readonly why: string
  /** Nobody named this transport: it is tried because it is usual. */
  readonly guessed: boolean
}

/** The same place, whatever name led there. */
export const targetKey = ({ transport, address, port }: Target): string => `${transport} ${address} ${port}`

/** The place a key of UDP's names; empty: it names none. */
export function udpEndpoint(key: string): readonly Endpoint[] {
  const [transport, address, port] = key.split(' ')
  return transport === 'udp' && address !== undefined ? [{ address, port: Number(port) }] : []
}
