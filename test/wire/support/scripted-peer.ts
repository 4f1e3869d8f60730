/*
 * The server and the far end in one: answers as a test tells it, and writes down what was said, like `INVITE 180 200 ACK`. A
 * REGISTER and an OPTIONS are answered 200 unless a test says otherwise; pings of the guard stay out of the transcript, and so do subscriptions, to
 * which the server has nothing to offer, until a test answers them.
 */
import { headerValue, parseWire, type WireMessage } from '../../../common/wire-message'
import { MemoryServer } from './memory-socket'

export const SDP =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=sendrecv\r\n'

export interface Said {
  readonly message: WireMessage
  readonly text: string
  /** Method of a request, status of a response as text. */
  readonly word: string
  /** 0 for a request. */
  readonly status: number
  /** The method in CSeq. */
  readonly method: string
  header(name: string): string
}

export const readSaid = (text: string): Said => {
  const parsed = parseWire(text)
  if (!parsed.ok) throw new Error(`the phone sent a malformed message: ${parsed.why}`)
  const { message } = parsed
  const status = message.start.startsWith('SIP/') ? Number(message.start.slice(8, 11)) : 0
  const method = /\s(\S+)$/.exec(headerValue(message, 'cseq') ?? '')?.[1] ?? ''
  const word = status ? String(status) : message.start.slice(0, message.start.indexOf(' '))
  return { message, text, status, method, word, header: (name) => headerValue(message, name) ?? '' }
}

export interface RequestParts {
  readonly method?: string
  readonly uri?: string
  readonly callId?: string
  readonly sequence?: number
  readonly branch?: string
  readonly from?: string
  readonly to?: string
  /** Complete lines. */
  readonly extra?: readonly string[]
  readonly body?: string | null
  /** Replaces or, with null, leaves out a header line. */
  readonly replace?: Readonly<Record<string, string | null>>
}

let serial = 0
export const fresh = (prefix: string): string => `${prefix}${++serial}`

/** A well-formed request to `sip:alice@example.com`, with what `parts` says different. */
export const makeRequest = (parts: RequestParts = {}): string => {
  const method = parts.method ?? 'INVITE'
  const body = parts.body === undefined && method === 'INVITE' ? SDP : (parts.body ?? '')
  const lines: Record<string, string | null> = {
    Via: `SIP/2.0/WS pbx.example.com;branch=${parts.branch ?? fresh('z9hG4bKpeer')}`,
    'Max-Forwards': '70',
    From: parts.from ?? '"Bob" <sip:bob@example.com>;tag=bobtag',
    To: parts.to ?? '<sip:alice@example.com>',
    'Call-ID': parts.callId ?? fresh('call-'),
    CSeq: `${parts.sequence ?? 1} ${method}`,
    Contact: '<sip:bob@pbx.example.com:5060>',
    'Content-Type': body ? 'application/sdp' : null,
    'Content-Length': String(new TextEncoder().encode(body).length),
    ...parts.replace,
  }
  const head = Object.entries(lines).filter(([, value]) => value !== null)
  return [
    `${method} ${parts.uri ?? 'sip:alice@example.com'} SIP/2.0`,
    ...head.map(([name, value]) => `${name}: ${value}`),
    ...(parts.extra ?? []),
    '',
    body,
  ].join('\r\n')
}

const isPing = (callId: string): boolean => callId.startsWith('ping-')

type Answer = (request: Said) => void

const textOf = (request: Said, status: number, extra: readonly string[] = [], body = ''): string => {
  const copied = request.message.headers.filter(({ name }) => ['via', 'from', 'call-id', 'cseq'].includes(name))
  const to = request.header('to')
  const lines = copied.map(({ label, value }) => `${label}: ${value}`)
  const contact =
    status > 100 && status < 300 && request.word === 'INVITE' ? ['Contact: <sip:bob@pbx.example.com>'] : []
  const tagged = status > 100 && !/;tag=/.test(to) ? `${to};tag=peertag` : to
  const type = body ? ['Content-Type: application/sdp'] : []
  return [
    `SIP/2.0 ${status} Said`,
    ...lines,
    `To: ${tagged}`,
    ...contact,
    ...extra,
    ...type,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

export class ScriptedPeer {
  readonly server = new MemoryServer()
  /** Everything the phone said, pings left out. */
  readonly said: Said[] = []
  /** Both directions in order. */
  readonly words: string[] = []
  /** How often the guard asked whether the connection lives. */
  pings = 0
  readonly #answers = new Map<string, Answer>()

  /** RFC 6665 section 4.1.2.2: no such event package here. */
  readonly #noEvents: Answer = (request) => this.server.send(textOf(request, 489))

  constructor() {
    this.server.onFrame = (text) => this.#onFrame(text)
    this.on('REGISTER', (request) => this.acceptRegister(request))
    this.on('OPTIONS', (request) => this.reply(request, 200))
    this.#answers.set('SUBSCRIBE', this.#noEvents)
  }

  /** What happens when the phone sends this method. */
  on(method: string, answer: Answer): this {
    this.#answers.set(method, answer)
    return this
  }

  get transcript(): string {
    return this.words.join(' ')
  }

  requests(method: string): Said[] {
    return this.said.filter((said) => said.word === method)
  }

  responses(method: string): Said[] {
    return this.said.filter((said) => said.status > 0 && said.method === method)
  }

  send(text: string): void {
    const parsed = parseWire(text)
    if (parsed.ok && parsed.message.start && !isPing(headerValue(parsed.message, 'call-id') ?? '')) {
      const start = parsed.message.start
      this.words.push(start.startsWith('SIP/') ? start.slice(8, 11) : (start.split(' ')[0] ?? ''))
    }
    this.server.send(text)
  }

  request(parts: RequestParts = {}): void {
    this.send(makeRequest(parts))
  }

  reply(request: Said, status: number, extra: readonly string[] = [], body = ''): void {
    this.send(textOf(request, status, extra, body))
  }

  /** 200 with the Contact as it was sent. */
  acceptRegister(request: Said, expires = 600): void {
    const contact = request.header('contact').replace(/;expires=\d+/, '')
    const gone = /;expires=0\b/.test(request.header('contact'))
    this.reply(request, 200, gone ? [] : [`Contact: ${contact};expires=${expires}`])
  }

  #onFrame(text: string): void {
    if (/^[\r\n]*$/.test(text)) return
    const said = readSaid(text)
    if (said.word === 'SUBSCRIBE' && this.#answers.get('SUBSCRIBE') === this.#noEvents) return this.#noEvents(said)
    if (isPing(said.header('call-id'))) this.pings++
    else {
      this.said.push(said)
      this.words.push(said.word)
    }
    if (said.status === 0) this.#answers.get(said.word)?.(said)
  }
}
