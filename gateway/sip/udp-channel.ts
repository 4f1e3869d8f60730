/*
 * SIP over UDP: one unconnected socket, because answers may come from another address of the server's than it was asked at. Who may speak to
 * us is decided above; here nothing a network reports ends the process.
 */
import { createSocket, type Socket } from 'node:dgram'
import type { ChannelEvents, ChannelFailure, ChannelNeeds, Channel, OpenedChannel } from './channel'
import { decodeMessage } from './decode-message'
import { familyOf, plainAddress, writeEndpoint, type Endpoint } from './endpoint'

const failed = (detail: string): OpenedChannel => ({
  ok: false,
  failure: { reason: 'unreachable', detail, certificate: null },
})

/** See `OpenChannel`. */
export async function openUdp(needs: ChannelNeeds, events: ChannelEvents): Promise<OpenedChannel> {
  const { target, localPort } = needs
  const where = `udp ${writeEndpoint(target)}`
  const type = familyOf(target.address) === 6 ? 'udp6' : 'udp4'
  // Connected, so that it knows which of our addresses leads there, and hears when nobody listens (ICMP).
  const scout = createSocket(type)
  const address = await connectScout(scout, target)
  if (address === null) return failed(`${where}: no way there`)
  const socket = (await bind(type, localPort)) ?? (await bind(type, 0))
  if (socket === null || needs.signal.aborted) {
    for (const opened of [scout, socket]) opened?.close()
    return failed(`${where}: no socket`)
  }
  const channel = new UdpChannel(needs, socket, scout, { address, port: socket.address().port }, events)
  const failure: ChannelFailure = { reason: 'unreachable', detail: `${where}: connection refused`, certificate: null }
  scout.on('error', () => channel.refused(failure))
  scout.send('\r\n\r\n', () => {})
  return { ok: true, channel }
}

class UdpChannel implements Channel {
  readonly target
  readonly reliable = false
  #scout: Socket | null
  #closed = false
  #sending = 0

  constructor(
    needs: ChannelNeeds,
    private readonly socket: Socket,
    scout: Socket,
    readonly local: Endpoint,
    private readonly events: ChannelEvents,
  ) {
    this.target = needs.target
    this.#scout = scout
    socket.on('error', () => {}) // what is sent later fails or does not; silence is noticed above
    socket.on('message', (bytes, { address, port }) => {
      if (this.#closed || bytes.length === 0) return
      this.#dismissScout()
      const first = bytes[0] ?? 0
      // Neither SIP nor a keep-alive: STUN, or noise.
      if (first < 10) return
      this.events.onMessage(decodeMessage(bytes), { address: plainAddress(address), port })
    })
  }

  send(text: string, to: Endpoint = this.target): void {
    if (this.#closed) return
    this.#sending++
    try {
      this.socket.send(text, to.port, to.address, () => this.#sent())
    } catch {
      // An address or a port that nobody can have, in a stranger's message.
      this.#sent()
    }
  }

  refused(failure: ChannelFailure): void {
    if (this.#closed || this.#scout === null) return
    this.close()
    this.events.onClosed(failure)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#dismissScout()
    if (this.#sending === 0) this.socket.close()
  }

  /** What was just said, a farewell perhaps, is still sent. */
  #sent(): void {
    this.#sending--
    if (this.#closed && this.#sending === 0) this.socket.close()
  }

  /** Somebody is there. */
  #dismissScout(): void {
    this.#scout?.close()
    this.#scout = null
  }
}

const connectScout = (scout: Socket, { address, port }: Endpoint): Promise<string | null> =>
  new Promise((resolve) => {
    const give = (local: string | null): void => {
      if (local === null) scout.close()
      resolve(local)
    }
    try {
      scout.once('error', () => give(null))
      scout.connect(port, address, () => {
        scout.removeAllListeners('error')
        scout.on('error', () => {})
        give(plainAddress(scout.address().address))
      })
    } catch {
      give(null)
    }
  })

/** null: this port is taken, or there are no sockets. */
const bind = (type: 'udp4' | 'udp6', port: number): Promise<Socket | null> =>
  new Promise((resolve) => {
    const socket = createSocket({ type, ipv6Only: type === 'udp6' })
    socket.once('error', () => {
      socket.close()
      resolve(null)
    })
    socket.bind(port, () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
