/*
 * The server of an account as far as REGISTER goes, and beyond that a wire between the phone and whoever plays its far end over UDP: it passes
 * messages on as they are, unless a test has some lost, said twice or held back. It keeps everything that was said.
 */
import { createSocket, type Socket } from 'node:dgram'
import { createServer, type Server, type Socket as Stream } from 'node:net'

export interface Said {
  readonly by: 'phone' | 'far'
  readonly text: string
  /** performance.now() */
  readonly at: number
}

/** What becomes of a message: after how many ms each copy is passed on; none, and it is lost. */
export type Weather = (said: Said) => readonly number[]

export const fairWeather: Weather = () => [0]

/** Where the far end, sipp, is waiting. */
export const farPort = 5_090

export class GoBetween {
  readonly said: Said[] = []
  weather: Weather = fairWeather
  /** What REGISTER is answered with; null: with nothing. */
  registrar: ((request: string) => string) | null = (request) =>
    reply(request, '200 OK', [`Contact: ${header(request, 'Contact')};expires=600`])
  /** The address the phone registered, to call it. */
  contact = ''
  /** Calls of scenarios that are over: sipp has forgotten them. */
  readonly #over = new Set<string>()
  #phone: ((bytes: Buffer) => void) | null = null
  readonly #timers = new Set<NodeJS.Timeout>()

  private constructor(
    readonly port: number,
    readonly transport: 'udp' | 'tcp',
    private readonly far: Socket,
    private readonly near: { close(): void },
  ) {}

  static async open(transport: 'udp' | 'tcp', port: number, address = '127.0.0.1'): Promise<GoBetween> {
    const far = createSocket('udp4')
    await new Promise<void>((resolve) => far.bind(0, address, resolve))
    let between: GoBetween | null = null
    const heard = (bytes: Buffer, answer: (bytes: Buffer) => void): void => between?.fromPhone(bytes, answer)
    const near = transport === 'udp' ? createSocket('udp4') : createServer()
    if (transport === 'udp') {
      const socket = near as Socket
      socket.on('message', (bytes, from) => heard(bytes, (answer) => socket.send(answer, from.port, from.address)))
      await new Promise<void>((resolve) => socket.bind(port, address, resolve))
    } else {
      const server = near as Server
      server.on('connection', (stream: Stream) => readMessages(stream, (bytes) => heard(bytes, (a) => stream.write(a))))
      await new Promise<void>((resolve) => server.listen(port, address, resolve))
    }
    between = new GoBetween(port, transport, far, near)
    const made = between
    far.on('message', (bytes) => made.fromFar(bytes))
    return made
  }

  /** The port the far end sends its requests to. */
  get farSide(): number {
    return this.far.address().port
  }

  /** What was said by one of them, of this first line. */
  heard(by: Said['by'], start: string): string[] {
    return this.said.filter((one) => one.by === by && one.text.startsWith(start)).map(({ text }) => text)
  }

  /** Where the phone wants its sound in the last description it gave; null: it gave none. */
  get sound(): { readonly address: string; readonly port: number } | null {
    const text = this.said.findLast((one) => one.by === 'phone' && /^m=audio/m.test(one.text))?.text ?? ''
    const address = /^c=IN IP4 (\S+)/m.exec(text)?.[1]
    const port = Number(/^m=audio (\d+)/m.exec(text)?.[1])
    return address !== undefined && port > 0 ? { address, port } : null
  }

  /** Fair weather, and nothing was said yet; the calls there were are none of the far end's any more. */
  begin(): void {
    for (const { text } of this.said) this.#over.add(header(text, 'Call-ID'))
    this.weather = fairWeather
    this.said.length = 0
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.far.close()
    this.near.close()
  }

  private fromPhone(bytes: Buffer, answer: (bytes: Buffer) => void): void {
    const text = bytes.toString('latin1')
    // Signs of life.
    if (text.trim() === '') return void (text === '\r\n\r\n' && answer(Buffer.from('\r\n')))
    this.#phone = answer
    if (text.startsWith('REGISTER ')) {
      this.contact = /<(sip:[^>]*)>/.exec(header(text, 'Contact'))?.[1] ?? this.contact
      if (this.registrar !== null) answer(Buffer.from(this.registrar(text)))
      return
    }
    if (text.startsWith('OPTIONS ') && !/^To:.*;tag=/im.test(text)) return answer(Buffer.from(reply(text, '200 OK')))
    if (text.startsWith('SUBSCRIBE ') || text.startsWith('PUBLISH ')) {
      return answer(Buffer.from(reply(text, '489 Bad Event')))
    }
    if (this.#over.has(header(text, 'Call-ID'))) {
      if (!/^(SIP\/2\.0|ACK) /.test(text)) answer(Buffer.from(reply(text, '481 Call/Transaction Does Not Exist')))
      return
    }
    this.#pass({ by: 'phone', text, at: performance.now() }, () => this.far.send(bytes, farPort, '127.0.0.1'))
  }

  private fromFar(bytes: Buffer): void {
    const said: Said = { by: 'far', text: bytes.toString('latin1'), at: performance.now() }
    this.#pass(said, () => this.#phone?.(bytes))
  }

  #pass(said: Said, on: () => void): void {
    this.said.push(said)
    for (const ms of this.weather(said)) {
      if (ms === 0) on()
      else {
        const timer = setTimeout(() => (this.#timers.delete(timer), on()), ms)
        this.#timers.add(timer)
      }
    }
  }
}

/** The value of a header, '' without one. */
export function header(text: string, name: string): string {
  return new RegExp(`^${name}:\\s*(.*?)\\r?$`, 'im').exec(text)?.[1] ?? ''
}

/** An answer to a request, without a body. */
export function reply(request: string, status: string, more: readonly string[] = []): string {
  const same = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${header(request, name)}`)
  return [
    `SIP/2.0 ${status}`,
    ...same,
    `To: ${header(request, 'To')};tag=server`,
    ...more,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n')
}

/** Cuts a stream into messages (RFC 3261 section 18.3). */
function readMessages(stream: Stream, take: (bytes: Buffer) => void): void {
  let rest = Buffer.alloc(0)
  stream.on('error', () => stream.destroy())
  stream.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes])
    for (;;) {
      const alive = rest.subarray(0, 4).toString() === '\r\n\r\n'
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = alive ? 0 : Number(header(rest.subarray(0, end + 2).toString('latin1'), 'Content-Length') || 0)
      if (rest.length < end + 4 + length) return
      take(rest.subarray(0, end + 4 + length))
      rest = rest.subarray(end + 4 + length)
    }
  })
}
