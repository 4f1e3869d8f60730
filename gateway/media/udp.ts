/*
 * The seam to this computer's UDP: sockets for media, which of our addresses leads to a server, and names. Types only.
 */
import type { Target } from './sdp-model'

export interface UdpSocket {
  readonly port: number
  /** The bytes are not kept longer than the call. Errors are nobody's: the packet is lost, as packets are. */
  send(packet: Uint8Array, to: Target): void
  /**
   * Whether nobody is there to take what is sent to it, as its host or a router on the way says (ICMP unreachable), within `ms`. What is sent meanwhile to
   * others is lost, and what comes from others is not heard, so it is for a silent way only.
   */
  isTurnedAway(to: Target, ms: number): Promise<boolean>
  /** One listener; the packet is its own. */
  onPacket(listener: (packet: Buffer, from: Target) => void): void
  close(): void
}

export interface Udp {
  /** On all addresses of the family, or on this one; null when the port is taken or cannot be had. Port 0: any that is free. */
  bind(port: number, family: 4 | 6, address?: string): Promise<UdpSocket | null>
  /** Our address on the way to a numeric one; null without a way. */
  sourceTowards(address: string): Promise<string | null>
  /** Whether this computer has the numeric address now. */
  isOurs(address: string): Promise<boolean>
  /** A numeric address of this family; null when there is none. */
  resolve(host: string, family: 4 | 6): Promise<string | null>
}
