/*
 * Stands between the phone and a server on their WebSocket: passes every message on, and says when it was on the wire.
 * Times are of this relay's own sends and receives, so what the server takes is never counted as the phone's.
 */
import WebSocket, { WebSocketServer } from 'ws'
import { MediaRelay, type PacketKind, type Side } from './media-relay'

export interface Passed {
  readonly from: Side
  readonly text: string
  /** performance.now(): when it was received from the phone, or was sent to it. */
  readonly at: number
}

export class SipRelay {
  private readonly listeners = new Set<(message: Passed) => void>()
  private readonly sockets = new Set<WebSocket>()
  private media: MediaRelay | null = null
  private mediaListeners = new Set<(side: Side, kind: PacketKind, at: number) => void>()

  private constructor(
    private readonly server: WebSocketServer,
    private readonly target: string,
  ) {
    server.on('connection', (phone) => this.join(phone))
  }

  /** @param target `ws:` address of the server */
  static async open(target: string): Promise<SipRelay> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'sip' })
    await new Promise((resolve) => server.once('listening', resolve))
    return new SipRelay(server, target)
  }

  /** What the phone is told to use as its server. */
  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as { port: number }).port}/ws`
  }

  /** The next message that fits; rejects after `ms`. */
  next(what: string, fits: (message: Passed) => boolean, ms = 20_000): Promise<Passed> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        this.listeners.delete(listener)
        reject(new Error(`waited ${ms} ms in vain for ${what}`))
      }, ms)
      const listener = (message: Passed): void => {
        if (!fits(message)) return
        clearTimeout(limit)
        this.listeners.delete(listener)
        resolve(message)
      }
      this.listeners.add(listener)
    })
  }

  /** The first packet of this kind from `side` in the call that is set up next. */
  firstPacket(side: Side, kind: PacketKind, ms = 20_000): Promise<number> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${kind} from the ${side}`)), ms)
      const listener = (from: Side, what: PacketKind, at: number): void => {
        if (from !== side || what !== kind) return
        clearTimeout(limit)
        this.mediaListeners.delete(listener)
        resolve(at)
      }
      this.mediaListeners.add(listener)
    })
  }

  close(): void {
    this.media?.close()
    for (const socket of this.sockets) socket.terminate()
    this.server.close()
  }

  private join(phone: WebSocket): void {
    const server = new WebSocket(this.target, 'sip', { perMessageDeflate: false })
    const opened = new Promise((resolve) => server.once('open', resolve))
    const pass = (from: Side, to: WebSocket) => {
      let turn: Promise<unknown> = opened
      return (data: Buffer): void => {
        const received = performance.now()
        const original = data.toString()
        turn = turn.then(async () => {
          const text = await this.withOurAddresses(from, original)
          const at = from === 'phone' ? received : performance.now()
          if (to.readyState === WebSocket.OPEN) to.send(text)
          for (const listener of [...this.listeners]) listener({ from, text, at })
        })
      }
    }
    phone.on('message', pass('phone', server))
    server.on('message', pass('server', phone))
    for (const [one, other] of [
      [phone, server],
      [server, phone],
    ] as const) {
      this.sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        this.sockets.delete(one)
        other.terminate()
      })
    }
  }

  /** A message with a session description leads media through us. One call at a time. */
  private async withOurAddresses(from: Side, text: string): Promise<string> {
    const split = text.indexOf('\r\n\r\n')
    const body = text.slice(split + 4)
    if (!body.startsWith('v=0')) return text
    if (from === 'server' && text.startsWith('INVITE')) {
      this.media?.close()
      this.media = new MediaRelay((side, kind, at) => {
        for (const listener of [...this.mediaListeners]) listener(side, kind, at)
      })
    }
    const changed = (await this.media?.replaceAddresses(from, body)) ?? body
    const head = text
      .slice(0, split)
      .replace(/^(Content-Length|l)\s*:.*$/im, `Content-Length: ${Buffer.byteLength(changed)}`)
    return `${head}\r\n\r\n${changed}`
  }
}

/** Whether it is this request. */
export const isRequest = (from: Side, method: string) => (message: Passed) =>
  message.from === from && message.text.startsWith(`${method} `)

/** Whether it is this answer to a request of this method. */
export const isAnswer = (from: Side, status: number, method: string) => (message: Passed) =>
  message.from === from &&
  message.text.startsWith(`SIP/2.0 ${status} `) &&
  new RegExp(`^CSeq:\\s*\\d+\\s+${method}\\s*$`, 'im').test(message.text)
