/*
 * A SIP server on a real socket of this computer, UDP, TCP or TLS: answers as a test tells it and writes down what was said. What it loses
 * is decided by the test, so that a lossy network is the same each time.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { StreamFramer } from '../../../../gateway/sip/stream-framer'
import { makeRequest, readSaid, type RequestParts, type Said } from '../../support/scripted-peer'
import type { Keys } from './keys'

export type PeerTransport = 'udp' | 'tcp' | 'tls'

export interface Source {
  readonly address: string
  readonly port: number
  readonly write: (text: string | Buffer) => void
}

type Answer = (request: Said, from: Source) => void

export interface WirePeerOptions {
  readonly transport: PeerTransport
  readonly address?: string
  readonly port?: number
  readonly keys?: Keys
}

export class WirePeer {
  readonly said: Said[] = []
  /** What was said, as sent and lost too: `INVITE`, `180`. */
  readonly heard: string[] = []
  /** The last that spoke to us. */
  source: Source | null = null
  /** True: this message does not arrive here (`in`) or at the phone (`out`). */
  loses: (direction: 'in' | 'out', text: string) => boolean = () => false
  /** What clients are told they are seen as; null: the truth. */
  seenAs: { address: string; port: number } | null = null
  /** Knows RFC 3581: tells clients how it sees them, and answers there. */
  knowsRport = true
  pings = 0
  readonly #answers = new Map<string, Answer>()
  readonly #sockets = new Set<Socket>()

  private constructor(
    private readonly options: WirePeerOptions,
    private readonly listener: UdpSocket | Server,
    readonly port: number,
  ) {
    this.on('OPTIONS', (request) => this.reply(request, 200))
    this.on('REGISTER', (request) => this.acceptRegister(request))
  }

  static async open(options: WirePeerOptions): Promise<WirePeer> {
    const { transport, address = '127.0.0.1', port = 0, keys } = options
    if (transport === 'udp') {
      const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
      await new Promise<void>((resolve) => socket.bind(port, address, resolve))
      const peer = new WirePeer(options, socket, socket.address().port)
      socket.on('message', (bytes, from) => {
        const write = (text: string | Buffer): void => socket.send(text, from.port, from.address, () => {})
        peer.#hear(bytes.toString(), { address: from.address, port: from.port, write })
      })
      return peer
    }
    const server = transport === 'tls' ? createTlsServer({ key: keys?.key, cert: keys?.certificate }) : createServer()
    await new Promise<void>((resolve) => server.listen(port, address, resolve))
    const peer = new WirePeer(options, server, (server.address() as { port: number }).port)
    server.on('tlsClientError', () => {})
    server.on(transport === 'tls' ? 'secureConnection' : 'connection', (socket: Socket) => peer.#accept(socket))
    return peer
  }

  get server(): string {
    const { transport, address = '127.0.0.1' } = this.options
    return `${transport}:${address.includes(':') ? `[${address}]` : address}:${this.port}`
  }

  get connections(): number {
    return this.#sockets.size
  }

  on(method: string, answer: Answer): this {
    this.#answers.set(method, answer)
    return this
  }

  requests(method: string): Said[] {
    return this.said.filter((said) => said.word === method)
  }

  responses(method: string): Said[] {
    return this.said.filter((said) => said.status > 0 && said.method === method)
  }

  send(text: string, to = this.source): void {
    if (!this.loses('out', text)) to?.write(text)
  }

  /** Speaks by UDP to somebody who has not spoken. */
  aim({ address, port }: Pick<Source, 'address' | 'port'>): void {
    const socket = this.listener as UdpSocket
    this.source = { address, port, write: (text) => socket.send(text, port, address, () => {}) }
  }

  /** A request to the phone, by default to the Contact it last registered. */
  request(parts: RequestParts = {}): void {
    const contact = /<([^>]*)>/.exec(this.requests('REGISTER').at(-1)?.header('contact') ?? '')?.[1]
    const via = `SIP/2.0/${this.options.transport.toUpperCase()} 127.0.0.1:${this.port};rport;branch=${parts.branch ?? `z9hG4bKw${Math.random()}`}`
    const replace = { Via: via, Contact: `<sip:bob@127.0.0.1:${this.port}>`, ...parts.replace }
    this.send(makeRequest({ uri: contact ?? 'sip:alice@example.com', ...parts, replace }))
  }

  reply(request: Said, status: number, extra: readonly string[] = [], body = ''): void {
    const source = this.source
    if (source === null) return
    const lines: string[] = []
    for (const { name, label, value } of request.message.headers) {
      if (!['via', 'from', 'call-id', 'cseq'].includes(name)) continue
      const seen = this.seenAs ?? source
      lines.push(
        `${label}: ${name === 'via' && this.knowsRport ? value.replace(/;rport(?=;|$)/, `;rport=${seen.port};received=${seen.address}`) : value}`,
      )
    }
    const to = request.header('to')
    const isDialog = status > 100 && status < 300 && request.word === 'INVITE'
    if (isDialog && !extra.some((line) => line.startsWith('Contact:')))
      lines.push(`Contact: <sip:bob@127.0.0.1:${this.port};transport=${this.options.transport}>`)
    if (body) lines.push('Content-Type: application/sdp')
    lines.push(`To: ${status > 100 && !/;tag=/.test(to) ? `${to};tag=peertag` : to}`)
    const head = [`SIP/2.0 ${status} Said`, ...lines, ...extra, `Content-Length: ${Buffer.byteLength(body)}`]
    this.send([...head, '', body].join('\r\n'), source)
  }

  acceptRegister(request: Said): void {
    const contact = request.header('contact').replace(/;expires=\d+/, '')
    const gone = /;expires=0\b/.test(request.header('contact'))
    this.reply(request, 200, gone ? [] : [`Contact: ${contact};expires=600`])
  }

  /** Ends every connection there is. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): Promise<void> {
    this.hangUp()
    return new Promise((resolve) => this.listener.close(() => resolve()))
  }

  #accept(socket: Socket): void {
    const framer = new StreamFramer()
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    const { remoteAddress = '', remotePort = 0 } = socket
    const source = {
      address: remoteAddress,
      port: remotePort,
      write: (text: string | Buffer) => void socket.write(text),
    }
    socket.on('data', (chunk) => {
      for (const text of framer.push(chunk as Buffer).messages) this.#hear(text, source)
    })
  }

  #hear(text: string, source: Source): void {
    if (/^[\r\n]*$/.test(text)) return void this.pings++
    const said = readSaid(text)
    this.heard.push(said.word)
    if (this.loses('in', text)) return
    this.source = source
    if (said.word !== 'OPTIONS' && said.method !== 'OPTIONS') this.said.push(said)
    if (said.status === 0) this.#answers.get(said.word)?.(said, source)
  }
}
