/*
 * The browser's way to one call's encrypted sound: a socket on this computer that is an ICE-lite agent to it (RFC 8445 section 2.5), and behind that a
 * pipe. Only who answers for credentials of ours gets through; what goes through is not looked at.
 */
import { answerCheck, isSigned, readCheck, type IceCredentials } from './ice-check'
import type { Target } from './sdp-model'
import { isStun } from './stun'
import type { UdpSocket } from './udp'

export interface BrowserDoorEvents {
  /** It checked the way by these credentials, which says whom it wants to speak with. Told again and again: these are its signs of life. */
  onCheck(ufrag: string): void
  /** `ufrag`: by which its sender checked last. */
  onPacket(packet: Buffer, ufrag: string): void
}

/** Sockets of the browser's that may speak: it has one for each network card. */
const mostPlaces = 32

export class BrowserDoor {
  readonly #admitted = new Map<string, string>()
  /** The browser's sockets, and by which credentials each checked last. */
  readonly #places = new Map<string, string>()
  /** Where it wants to be spoken to, by each. */
  readonly #nominated = new Map<string, Target>()

  /** `socket`: of this computer alone. */
  constructor(
    private readonly socket: UdpSocket,
    private readonly events: BrowserDoorEvents,
  ) {
    socket.onPacket((packet, from) => {
      const ufrag = this.#places.get(nameOf(from))
      if (isStun(packet)) this.#answer(packet, from)
      else if (ufrag !== undefined) events.onPacket(packet, ufrag)
    })
  }

  /** As a description for the browser names it. */
  get candidate(): string {
    return `candidate:1 1 udp 2130706431 127.0.0.1 ${this.socket.port} typ host`
  }

  /** Who knows these is let in from now on. */
  admit({ ufrag, pwd }: IceCredentials): void {
    this.#admitted.set(ufrag, pwd)
  }

  dismiss(ufrag: string): void {
    this.#admitted.delete(ufrag)
    this.#nominated.delete(ufrag)
  }

  /** Lost while the browser has not called by these credentials. */
  send(packet: Buffer, ufrag: string): void {
    const to = this.#nominated.get(ufrag)
    if (to !== undefined) this.socket.send(packet, to)
  }

  close(): void {
    this.socket.close()
  }

  #answer(packet: Buffer, from: Target): void {
    const check = readCheck(packet)
    const ufrag = check?.username.split(':')[0] ?? ''
    const pwd = this.#admitted.get(ufrag)
    if (check === null || pwd === undefined || !isSigned(packet, check, pwd)) return
    if (!this.#places.has(nameOf(from)) && this.#places.size >= mostPlaces) this.#places.clear()
    this.#places.set(nameOf(from), ufrag)
    if (check.nominates || !this.#nominated.has(ufrag)) this.#nominated.set(ufrag, from)
    this.socket.send(answerCheck(packet, from, pwd), from)
    this.events.onCheck(ufrag)
  }
}

const nameOf = ({ address, port }: Target): string => `${address} ${port}`
