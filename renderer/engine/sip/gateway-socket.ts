/*
 * A line of the gateway in the shape of a WebSocket, so that all that is above a socket need not know the difference. When the server
 * was found to speak WebSocket best, it becomes one.
 */
import type { MinimalWebSocket, SocketFactory, SocketFailure } from './guard/socket'

export interface GatewaySocketNeeds {
  readonly send: (text: string) => void
  readonly close: () => void
  readonly openSocket: SocketFactory
}

export class GatewaySocket implements MinimalWebSocket {
  /** Its number at the gateway. */
  line = 0
  /** The gateway was asked to open it. */
  opening = false
  binaryType?: string
  onopen: MinimalWebSocket['onopen'] = null
  onmessage: MinimalWebSocket['onmessage'] = null
  onclose: MinimalWebSocket['onclose'] = null
  onerror: MinimalWebSocket['onerror'] = null
  /** A server that is preferred to the one it leads to answers again. */
  onbetter: (() => void) | null = null
  #elsewhere: MinimalWebSocket | null = null
  #closed = false

  constructor(
    readonly accountId: string,
    private readonly needs: GatewaySocketNeeds,
    /** Which of the account's registrations at once it is for, from 0. */
    readonly flow = 0,
  ) {}

  /** It became a WebSocket: then sound is between the browser and the server alone. */
  get isElsewhere(): boolean {
    return this.#elsewhere !== null
  }

  send(data: string): void {
    if (this.#elsewhere) this.#elsewhere.send(data)
    else this.needs.send(data)
  }

  close(code?: number, reason?: string): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#elsewhere) this.#elsewhere.close(code, reason)
    else this.needs.close()
  }

  opened(): void {
    this.onopen?.({})
  }

  received(text: string): void {
    this.onmessage?.({ data: text })
  }

  /** `failure` null: the gateway itself is gone. */
  closed(failure: SocketFailure | null): void {
    if (this.#closed) return
    this.#closed = true
    this.onclose?.({ code: 1006, ...(failure === null ? {} : { failure }) })
  }

  continueAt(url: string): void {
    if (this.#closed) return
    let socket: MinimalWebSocket
    try {
      socket = this.needs.openSocket(url, 'sip')
    } catch {
      return this.closed({ reason: 'unreachable', certificate: null })
    }
    this.#elsewhere = socket
    if ('binaryType' in socket) socket.binaryType = 'arraybuffer'
    socket.onopen = (event) => this.onopen?.(event)
    socket.onmessage = (event) => this.onmessage?.(event)
    socket.onerror = (event) => this.onerror?.(event)
    socket.onclose = (event) => {
      this.#closed = true
      this.onclose?.(event)
    }
  }
}
