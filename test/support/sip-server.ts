/*
 * A SIP server on a real WebSocket that tests own byte by byte: it registers the phone, keeps all that is said, and sends
 * what no honest server would. It has no mind of its own beyond answering REGISTER and OPTIONS.
 */
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { headerValue } from '../../common/wire-message'
import { fresh, makeRequest, readSaid, type RequestParts, type Said } from '../wire/support/scripted-peer'
import { until } from './until'

/** What a browser would offer: sound, and where it could be reached. */
export const offer = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 0',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=sendrecv',
  'a=rtcp-mux',
  'a=rtpmap:0 PCMU/8000',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789abcdef01234567',
  `a=fingerprint:sha-256 ${Array<string>(32).fill('AB').join(':')}`,
  'a=setup:actpass',
  'a=candidate:1 1 udp 2113937151 127.0.0.1 9 typ host',
  '',
].join('\r\n')

export class SipServer {
  /** Everything the phone said, its pings left out. */
  readonly said: Said[] = []
  /** What it proved its password with. */
  readonly authorizations: string[] = []
  /** What happens when the phone sends this method. */
  readonly on = new Map<string, (request: Said) => void>()
  /** Where the phone said it can be reached. */
  contact = ''
  #socket: WebSocket | null = null

  private constructor(
    private readonly server: WebSocketServer,
    private readonly realm: string | null,
  ) {
    server.on('connection', (socket) => {
      this.#socket = socket
      socket.on('error', () => {})
      socket.on('message', (data: Buffer) => this.#hear(data.toString()))
    })
  }

  /** `realm`: asks for a password; without it everybody is let in. */
  static async start({ realm = null }: { realm?: string | null } = {}): Promise<SipServer> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'sip' })
    await new Promise((resolve) => server.once('listening', resolve))
    return new SipServer(server, realm)
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/ws`
  }

  /** One frame of any kind and content. A buffer may go as text although it is none. */
  send(data: string | Buffer, binary = false): void {
    this.#socket?.send(data, { binary })
  }

  /** Sends a request to the phone and gives its Call-ID and branch. */
  request(parts: RequestParts = {}): { callId: string; branch: string } {
    const name = { callId: parts.callId ?? fresh('call-'), branch: parts.branch ?? fresh('z9hG4bKserver') }
    const body = parts.body ?? ((parts.method ?? 'INVITE') === 'INVITE' ? offer : '')
    this.send(makeRequest({ to: '<sip:100@127.0.0.1>', ...parts, ...name, uri: parts.uri ?? this.contact, body }))
    return name
  }

  /** Takes back an INVITE. */
  cancel(name: { callId: string; branch: string }, from?: string): void {
    this.request({ method: 'CANCEL', ...name, ...(from === undefined ? {} : { from }) })
  }

  /** What the phone answered in this call to this method, provisional answers too. */
  answers(callId: string, method: string): Said[] {
    return this.said.filter((one) => one.status > 0 && one.method === method && one.header('call-id') === callId)
  }

  /** The first answer of at least this status. */
  answer(callId: string, method: string, least = 200, ms = 5_000): Promise<Said> {
    return until(() => this.answers(callId, method).find(({ status }) => status >= least), {
      what: `an answer to ${method}`,
      ms,
      every: 5,
    })
  }

  requests(method: string): Said[] {
    return this.said.filter((one) => one.word === method)
  }

  reply(request: Said, status: number, extra: readonly string[] = [], body = ''): void {
    const copied = request.message.headers.filter(({ name }) => ['via', 'from', 'call-id', 'cseq'].includes(name))
    const to = request.header('to')
    this.send(
      [
        `SIP/2.0 ${status} Said`,
        ...copied.map(({ label, value }) => `${label}: ${value}`),
        `To: ${status === 100 || to.includes(';tag=') ? to : `${to};tag=server`}`,
        ...extra,
        `Content-Length: ${Buffer.byteLength(body)}`,
        '',
        body,
      ].join('\r\n'),
    )
  }

  stop(): void {
    for (const client of this.server.clients) client.terminate()
    this.server.close()
  }

  #hear(text: string): void {
    if (text.trim() === '') return
    const said = readSaid(text)
    if (said.word === 'OPTIONS') return this.reply(said, 200)
    this.said.push(said)
    const own = this.on.get(said.word)
    if (own) own(said)
    else if (said.word === 'REGISTER') this.#register(said)
    else if (said.status === 0 && said.word !== 'ACK') this.reply(said, said.word === 'BYE' ? 200 : 404)
  }

  #register(said: Said): void {
    const proof = headerValue(said.message, 'authorization')
    if (proof) this.authorizations.push(proof)
    if (this.realm !== null && !proof) {
      return this.reply(said, 401, [`WWW-Authenticate: Digest realm="${this.realm}", nonce="n0nce", qop="auth"`])
    }
    this.contact = /<([^>]+)>/.exec(said.header('contact'))?.[1] ?? this.contact
    const contact = said.header('contact').replace(/;expires=\d+/, '')
    this.reply(said, 200, [`Contact: ${contact};expires=600`])
  }
}
