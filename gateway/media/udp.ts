/*
 * The seam to this computer's UDP: sockets for media, which of our addresses leads to a server, and names. Types only.
 */
import type { Target } from './sdp-model'

export interface UdpSocket {
  readonly port: number
  /** The bytes are not kept longer than the call. Errors are nobody's: the packet is lost, as packets are. */
  send(packet: Uint8Array, to: Target): void
  /** One listener; the packet is its own. */
  onPacket(listener: (packet: Buffer, from: Target) => void): void
  close(): void
}

export interface Udp {
  /** On all addresses of the family; null when the port is taken or cannot be had. */
  bind(port: number, family: 4 | 6): Promise<UdpSocket | null>
  /** Our address on the way to a numeric one; null without a way. */
  sourceTowards(address: string): Promise<string | null>
  /** A numeric address of this family; null when there is none. */
  resolve(host: string, family: 4 | 6): Promise<string | null>
}
