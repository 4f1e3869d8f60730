/*
 * SIP over UDP: one unconnected socket, because answers may come from another address of the server's than it was asked at. Who may speak to
 * us is decided above; here nothing a network reports ends the process.
 */
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import type { Clock } from '../../common/clock'
import { StunQuestion } from '../media/stun'
import type { Channel, ChannelEvents, ChannelFailure, ChannelNeeds, OpenChannel, OpenedChannel } from './channel'
import { decodeMessage } from './decode-message'
import { familyOf, plainAddress, sameEndpoint, writeEndpoint, type Endpoint } from './endpoint'

const failed = (detail: string): OpenedChannel => ({
  ok: false,
  failure: { reason: 'unreachable', detail, certificate: null },
})

/** Questions to STUN servers at once. */
const maxQuestions = 4

export const openUdp =
  (clock: Clock): OpenChannel =>
  (needs, events) =>
    open(clock, needs, events)

async function open(clock: Clock, needs: ChannelNeeds, events: ChannelEvents): Promise<OpenedChannel> {
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
  const local = { address, port: socket.address().port }
  const channel = new UdpChannel(clock, needs, socket, scout, local, events)
  const failure: ChannelFailure = { reason: 'unreachable', detail: `${where}: connection refused`, certificate: null }
  scout.on('error', () => channel.refused(failure))
  scout.send('\r\n\r\n', () => {})
  return { ok: true, channel }
}

class UdpChannel implements Channel {
  readonly target
  readonly reliable = false
  sentBy?: Endpoint
  readonly #questions = new Map<StunQuestion, Endpoint>()
  #scout: Socket | null
  #closed = false
  #sending = 0

  constructor(
    private readonly clock: Clock,
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
      const from = { address: plainAddress(address), port }
      // Neither SIP nor a keep-alive: STUN, or noise.
      if ((bytes[0] ?? 0) < 10) return this.#answered(bytes, from)
      this.#dismissScout()
      this.events.onMessage(decodeMessage(bytes), from)
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

  async ask(server: Endpoint): Promise<Endpoint | null> {
    if (this.#closed || this.#questions.size >= maxQuestions) return null
    const question = new StunQuestion(this.clock, randomBytes(12), (packet) => {
      if (!this.#closed) this.socket.send(packet, server.port, server.address, () => {})
    })
    this.#questions.set(question, server)
    const seen = await question.answer
    this.#questions.delete(question)
    return seen
  }

  refused(failure: ChannelFailure): void {
    if (this.#closed || this.#scout === null) return
    this.close()
    this.events.onClosed(failure)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const question of this.#questions.keys()) question.cancel()
    this.#dismissScout()
    if (this.#sending === 0) this.socket.close()
  }

  #answered(bytes: Buffer, from: Endpoint): void {
    for (const [question, server] of this.#questions) if (sameEndpoint(server, from)) question.receive(bytes)
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
      scout.connect(port, address, (error?: Error) => {
        scout.removeAllListeners('error')
        scout.on('error', () => {})
        give(error ? null : plainAddress(scout.address().address))
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
