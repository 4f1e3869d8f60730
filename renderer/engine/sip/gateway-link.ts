/*
 * The engine page's end of the gateway: lines to servers as sockets, the media of calls as descriptions, over one port that may be
 * replaced when the gateway's process was. It knows accounts by their ids alone, and of SIP nothing.
 */
import type { Clock } from '../../../common/clock'
import type { EngineToGateway, GatewayToEngine } from '../../../common/contract/gateway'
import type { Log } from '../../../common/log'
import type { GatewayMedia } from '../media/gateway-media'
import { GatewaySocket } from './gateway-socket'
import type { SocketFactory } from './guard/socket'

/** One end of a channel to the gateway. */
export interface LinkPort {
  send(message: EngineToGateway): void
  /** Nothing is heard before. */
  onMessage(listener: (message: unknown) => void): void
  /** The other end is gone. */
  onClose(listener: () => void): void
  close(): void
}

export interface GatewayLinkOptions {
  readonly clock: Clock
  readonly log: Log
  /** For servers that were found to speak WebSocket best. */
  readonly openSocket: SocketFactory
  /** Loads what reads the gateway's messages; null for one that cannot be read. Called when the first port comes. */
  readonly loadReader: () => Promise<(message: unknown) => GatewayToEngine | null>
}

type Answer<Kind extends GatewayToEngine['kind']> = Extract<GatewayToEngine, { kind: Kind }>

/** How long a description may take, ms; gathering a STUN answer is part of it. */
const describeLimit = 8_000
const countLimit = 1_000

export class GatewayLink {
  readonly #options: GatewayLinkOptions
  #port: LinkPort | null = null
  /** What comes from the port is read. */
  #listening = false
  #lastLine = 0
  #lastQuestion = 0
  readonly #sockets = new Map<number, GatewaySocket>()
  readonly #questions = new Map<number, (answer: Answer<'described'> | Answer<'counters'> | null) => void>()
  readonly #renegotiations = new Map<string, (sdp: string) => void>()

  constructor(options: GatewayLinkOptions) {
    this.#options = options
  }

  /** The gateway was started; whatever hung on another port is over. */
  async use(port: LinkPort): Promise<void> {
    this.#drop()
    this.#port = port
    const read = await this.#options.loadReader()
    if (port !== this.#port) return port.close()
    port.onClose(() => {
      if (port === this.#port) this.#drop()
    })
    port.onMessage((data) => {
      if (port !== this.#port) return
      const message = read(data)
      if (message === null) this.#options.log.error('gateway: malformed message')
      else this.#receive(message)
    })
    this.#listening = true
    for (const socket of this.#sockets.values()) this.#open(socket)
  }

  /**
   * A line to the account's server; `flow`: for which of its registrations at once, from 0. It is opened when there is a gateway; whoever asked decides
   * how long to wait.
   */
  open(accountId: string, flow = 0): GatewaySocket {
    const line = ++this.#lastLine
    const socket = new GatewaySocket(
      accountId,
      {
        send: (text) => this.#send({ kind: 'send', line, text }),
        close: () => {
          if (this.#sockets.delete(line)) this.#send({ kind: 'close', line })
        },
        openSocket: this.#options.openSocket,
      },
      flow,
    )
    socket.line = line
    this.#sockets.set(line, socket)
    if (this.#listening) this.#open(socket)
    return socket
  }

  /** The media of one call at the gateway. `flow`: as for `open`. */
  media(
    accountId: string,
    { offers, iceServers }: Pick<GatewayMedia, 'offers' | 'iceServers'>,
    flow = 0,
  ): GatewayMedia {
    const session = crypto.randomUUID()
    return {
      offers,
      iceServers,
      describe: async (step, sdp, dtls) => {
        const form = offers === 'keyed' || offers === 'feedback' ? offers : null
        const named = { session, ...naming(accountId, flow) }
        const what = { ...named, step, sdp, ...(form && { form }), ...(dtls && { dtls }) } as const
        const ask = (id: number): EngineToGateway => ({ kind: 'describe', id, ...what })
        const answer = await this.#ask(ask, describeLimit)
        return answer?.kind === 'described' ? answer : { sdp: null, error: 'media-failed' }
      },
      rollback: () => this.#send({ kind: 'rollback', session }),
      release: () => {
        this.#renegotiations.delete(session)
        this.#send({ kind: 'release', session })
      },
      count: async () => {
        const answer = await this.#ask((id) => ({ kind: 'count', id, session }), countLimit)
        return answer?.kind === 'counters' ? answer.counters : null
      },
      onRenegotiate: (listener) => void this.#renegotiations.set(session, listener),
    }
  }

  #open(socket: GatewaySocket): void {
    if (socket.opening) return
    socket.opening = true
    this.#send({ kind: 'open', line: socket.line, ...naming(socket.accountId, socket.flow) })
  }

  #receive(message: GatewayToEngine): void {
    switch (message.kind) {
      case 'opened':
        return this.#sockets.get(message.line)?.opened()
      case 'message':
        return this.#sockets.get(message.line)?.received(message.text)
      case 'closed': {
        const { line, reason, certificate, detail } = message
        if (detail !== null) this.#options.log.info(`gateway: ${reason}: ${detail}`)
        const socket = this.#sockets.get(line)
        this.#sockets.delete(line)
        return socket?.closed({ reason, certificate })
      }
      case 'better':
        this.#options.log.info(`gateway: ${message.why}`)
        return this.#sockets.get(message.line)?.onbetter?.()
      case 'elsewhere': {
        const socket = this.#sockets.get(message.line)
        this.#sockets.delete(message.line)
        this.#send({ kind: 'close', line: message.line })
        this.#options.log.info(`gateway: ${message.why}`)
        return socket?.continueAt(message.url)
      }
      case 'described':
      case 'counters': {
        const settle = this.#questions.get(message.id)
        this.#questions.delete(message.id)
        return settle?.(message)
      }
      case 'renegotiate':
        return this.#renegotiations.get(message.session)?.(message.sdp)
    }
  }

  #ask(
    question: (id: number) => EngineToGateway,
    limit: number,
  ): Promise<Answer<'described'> | Answer<'counters'> | null> {
    if (this.#port === null) return Promise.resolve(null)
    const id = ++this.#lastQuestion
    const { clock } = this.#options
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => {
        this.#questions.delete(id)
        resolve(null)
      }, limit)
      this.#questions.set(id, (answer) => {
        clock.clearTimeout(timer)
        resolve(answer)
      })
      this.#send(question(id))
    })
  }

  #send(message: EngineToGateway): void {
    this.#port?.send(message)
  }

  #drop(): void {
    const port = this.#port
    this.#port = null
    if (port === null) return
    this.#listening = false
    port.close()
    for (const settle of [...this.#questions.values()]) settle(null)
    this.#questions.clear()
    for (const [line, socket] of [...this.#sockets]) {
      // Those that were not even asked for wait for the next.
      if (!socket.opening) continue
      this.#sockets.delete(line)
      socket.closed(null)
    }
  }
}

const naming = (accountId: string, flow: number): { readonly accountId: string; readonly flow?: number } =>
  flow === 0 ? { accountId } : { accountId, flow }
