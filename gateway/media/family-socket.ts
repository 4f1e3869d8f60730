/*
 * A socket of a call's that speaks IPv4 or IPv6, and both when the computer's network came to be of the other family under the call: at one port, each
 * packet by the family of where it goes to. It knows no packets.
 */
import { familyOf } from './own-address'
import type { Target } from './sdp-model'
import type { Udp, UdpSocket } from './udp'

export class FamilySocket implements UdpSocket {
  readonly port: number
  readonly #sockets = new Map<4 | 6, UdpSocket>()
  #listener: (packet: Buffer, from: Target) => void = () => {}
  #isClosed = false

  /** `first`: is of this family. */
  constructor(
    private readonly udp: Udp,
    family: 4 | 6,
    first: UdpSocket,
  ) {
    this.port = first.port
    this.#add(family, first)
  }

  /** False when its port is taken in this family, or there is no such family here. */
  async reach(family: 4 | 6): Promise<boolean> {
    if (this.#sockets.has(family)) return true
    const socket = await this.udp.bind(this.port, family)
    if (socket === null) return false
    if (this.#isClosed) socket.close()
    else this.#add(family, socket)
    return !this.#isClosed
  }

  send(packet: Uint8Array, to: Target): void {
    this.#sockets.get(familyOf(to.address))?.send(packet, to)
  }

  isTurnedAway(to: Target, ms: number): Promise<boolean> {
    return this.#sockets.get(familyOf(to.address))?.isTurnedAway(to, ms) ?? Promise.resolve(false)
  }

  onPacket(listener: (packet: Buffer, from: Target) => void): void {
    this.#listener = listener
  }

  close(): void {
    this.#isClosed = true
    for (const socket of this.#sockets.values()) socket.close()
  }

  #add(family: 4 | 6, socket: UdpSocket): void {
    this.#sockets.set(family, socket)
    socket.onPacket((packet, from) => this.#listener(packet, from))
  }
}
