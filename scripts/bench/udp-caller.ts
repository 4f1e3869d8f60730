/*
 * A server over UDP that takes every registration and calls who is registered: how long a phone takes to say that it rings, measured where the
 * messages leave and arrive. It calls one at a time and gives up as soon as it rings.
 */
import { createSocket, type Socket } from 'node:dgram'
import { header, reply } from '../../test/lab/support/go-between'

interface Registered {
  /** Its Contact. */
  readonly uri: string
  readonly port: number
  readonly address: string
}

/** An INVITE that was made. */
interface Call {
  readonly id: string
  readonly text: string
  /** A request of its transaction without a body; `to`: with the far end's tag. */
  bare(method: string, to?: string): string
  /** The first answer that fits, also one that came before. Rejects after 5 s. */
  hears(wanted: RegExp): Promise<{ text: string; at: number }>
}

/** What comes back to a call, by its Call-ID. */
type Listener = (text: string, at: number) => void

export class UdpCaller {
  readonly #registered = new Map<string, Registered>()
  readonly #calls = new Map<string, Listener>()
  #count = 0

  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
  ) {
    socket.on('message', (bytes, from) => this.#take(bytes.toString('latin1'), performance.now(), from))
  }

  static async open(address: string, port: number): Promise<UdpCaller> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(port, address, resolve))
    return new UdpCaller(socket, `${address}:${port}`)
  }

  isRegistered(user: string): boolean {
    return this.#registered.has(user)
  }

  /** Calls a user; `ms` from the INVITE to the 180. Resolves when the call is given up and over. */
  async ring(user: string): Promise<number> {
    const call = this.#invite(user)
    const begun = performance.now()
    this.#send(user, call.text)
    const rung = await call.hears(/^SIP\/2\.0 180 /)
    await this.#giveUp(user, call, rung.text)
    return rung.at - begun
  }

  /** Lets a user's phone ring until the function that is returned is called. */
  async keepRinging(user: string): Promise<() => Promise<void>> {
    const call = this.#invite(user)
    this.#send(user, call.text)
    const rung = await call.hears(/^SIP\/2\.0 180 /)
    return () => this.#giveUp(user, call, rung.text)
  }

  close(): void {
    this.socket.close()
  }

  #invite(user: string): Call {
    const registered = this.#registered.get(user)
    if (registered === undefined) throw new Error(`${user} is not registered`)
    const id = `bench-${process.pid}-${++this.#count}`
    const body = [
      ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 40000 RTP/AVP 0 8'],
      ...['a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', ''],
    ].join('\r\n')
    const lines = (method: string, to: string): string[] => [
      `${method} ${registered.uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.host};branch=z9hG4bK${id};rport`,
      'Max-Forwards: 70',
      `From: "Bench" <sip:bench@${this.host}>;tag=${id}`,
      `To: ${to}`,
      `Call-ID: ${id}`,
      `CSeq: 1 ${method}`,
    ]
    const to = `<sip:${user}@${this.host}>`
    const rest = [
      `Contact: <sip:bench@${this.host}>`,
      'Content-Type: application/sdp',
      `Content-Length: ${body.length}`,
    ]
    const heard: { text: string; at: number }[] = []
    let wake = (): void => {}
    this.#calls.set(id, (text, at) => {
      heard.push({ text, at })
      wake()
    })
    const hears = async (wanted: RegExp): Promise<{ text: string; at: number }> => {
      const limit = performance.now() + 5_000
      for (;;) {
        const found = heard.find(({ text }) => wanted.test(text))
        if (found !== undefined) return found
        if (performance.now() > limit) {
          throw new Error(
            `${user} did not say ${wanted.source}, but ${heard.map(({ text }) => text.slice(0, 30)).join()}`,
          )
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 500)
          wake = () => (clearTimeout(timer), resolve())
        })
      }
    }
    const bare = (method: string, whom = to): string =>
      [...lines(method, whom), 'Content-Length: 0', '\r\n'].join('\r\n')
    return { id, text: [...lines('INVITE', to), ...rest, '', body].join('\r\n'), bare, hears }
  }

  async #giveUp(user: string, call: Call, rung: string): Promise<void> {
    this.#send(user, call.bare('CANCEL'))
    await call.hears(/^SIP\/2\.0 487 /)
    this.#send(user, call.bare('ACK', header(rung, 'To')))
    this.#calls.delete(call.id)
  }

  #send(user: string, text: string): void {
    const to = this.#registered.get(user)
    if (to !== undefined) this.socket.send(text, to.port, to.address)
  }

  #take(text: string, at: number, from: { readonly address: string; readonly port: number }): void {
    if (text.startsWith('SIP/2.0 ')) return this.#calls.get(header(text, 'Call-ID'))?.(text, at)
    if (text.trim() === '' || text.startsWith('ACK ')) return
    const answer = (status: string, more: readonly string[] = []): void =>
      this.socket.send(reply(text, status, more), from.port, from.address)
    if (!text.startsWith('REGISTER ')) return answer(text.startsWith('OPTIONS ') ? '200 OK' : '489 Bad Event')
    const contact = header(text, 'Contact')
    const user = /sip:([^@>]+)@/.exec(header(text, 'To'))?.[1] ?? ''
    const uri = /<([^>]*)>/.exec(contact)?.[1]
    if (uri !== undefined) this.#registered.set(user, { uri, address: from.address, port: from.port })
    answer('200 OK', [`Contact: <${uri ?? ''}>;expires=600`])
  }
}
