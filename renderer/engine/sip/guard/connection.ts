/*
 * One socket at a time between us and the server: opened, given up when it takes too long, abandoned when it is believed dead. Its state is
 * always right, whatever the callbacks do. It reads nothing of what it carries.
 */
import { TransportState } from 'sip.js'
import type { Clock, Timer } from '../../../../common/clock'
import type { MinimalWebSocket, SocketFactory, SocketFailure } from './socket'

export interface ConnectionOptions {
  /** `ws:` or `wss:` URL. */
  readonly url: string
  readonly openSocket: SocketFactory
  readonly clock: Clock
  readonly connectTimeoutMs?: number | undefined
}

export interface ConnectionEvents {
  onState(state: TransportState): void
  onOpen(): void
  onFrame(data: unknown): void
  /** The socket is gone, nothing is sent any more; the state has not changed yet. */
  onGone(): void
  /** A connection that was up is down. `error` null: it was wanted. */
  onDown(reason: string, error: Error | null): void
  /** Runs foreign code. True when it did not throw. */
  safely(what: string, task: () => void): boolean
}

/** Why connect() failed, or a connection was lost. */
export class ConnectError extends Error {
  constructor(
    readonly reason: 'timeout' | 'closed' | 'refused' | 'aborted',
    readonly code: number | null = null,
    /** Why, when the socket knew. */
    readonly failure: SocketFailure | null = null,
  ) {
    super(`connect ${reason}${code === null ? '' : ` ${code}`}`)
  }
}

interface Pending {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const CONNECT_TIMEOUT = 8_000

export class Connection {
  readonly #options: ConnectionOptions
  readonly #events: ConnectionEvents
  #state: TransportState = TransportState.Disconnected
  #socket: MinimalWebSocket | null = null
  #connecting: Pending | null = null
  #timer: Timer | null = null
  #generation = 0

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options
    this.#events = events
  }

  get state(): TransportState {
    return this.#state
  }

  /** Counts the sockets opened so far: the same number means the same connection. */
  get generation(): number {
    return this.#generation
  }

  /** Always settles: resolves when the socket is open, rejects with ConnectError when it closes, is refused or takes too long. */
  connect(): Promise<void> {
    if (this.#state === TransportState.Connected) return Promise.resolve()
    if (this.#connecting) return this.#connecting.promise
    let resolve = () => {}
    let reject: (error: Error) => void = () => {}
    const promise = new Promise<void>((yes, no) => {
      resolve = yes
      reject = no
    })
    this.#connecting = { promise, resolve, reject }
    this.#setState(TransportState.Connecting)
    try {
      this.#openSocket()
    } catch {
      this.#end('refused', new ConnectError('refused'))
    }
    return promise
  }

  /** Closes at once; a peer that never confirms the close is not waited for. */
  disconnect(): void {
    if (this.#state !== TransportState.Connected && this.#state !== TransportState.Connecting) return
    this.#setState(TransportState.Disconnecting)
    this.#end('disconnect', null)
  }

  /** Abandons a socket believed dead: the state is Disconnected when this returns. */
  drop(reason: string): void {
    if (this.#state === TransportState.Connected || this.#state === TransportState.Connecting)
      this.#end(reason, new Error(`connection dropped: ${reason}`))
  }

  /** False when it could not be sent. */
  write(text: string): boolean {
    const socket = this.#socket
    if (!socket || this.#state !== TransportState.Connected) return false
    return this.#events.safely('send', () => socket.send(text))
  }

  #openSocket(): void {
    const socket = this.#options.openSocket(this.#options.url, 'sip')
    this.#socket = socket
    this.#generation += 1
    if ('binaryType' in socket) socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      if (socket === this.#socket) this.#onOpen()
    }
    socket.onmessage = (event) => {
      if (socket !== this.#socket || this.#state !== TransportState.Connected) return
      this.#events.safely('frame', () => this.#events.onFrame(event.data))
    }
    socket.onerror = () => {} // a close always follows; without a listener some sockets throw
    socket.onclose = (event) => {
      if (socket !== this.#socket) return
      const code = event.code ?? 1006
      this.#end(`closed ${code}`, new ConnectError('closed', code, event.failure ?? null))
    }
    const patience = this.#options.connectTimeoutMs ?? CONNECT_TIMEOUT
    this.#timer = this.#options.clock.setTimeout(() => this.#end('timeout', new ConnectError('timeout')), patience)
  }

  #onOpen(): void {
    if (this.#state !== TransportState.Connecting) return
    const connecting = this.#connecting
    this.#connecting = null
    this.#clearTimer()
    this.#setState(TransportState.Connected)
    this.#events.onOpen()
    connecting?.resolve()
  }

  /** The socket's end, wanted (`error` null) or not. Whatever the callbacks do, the state is right and connect() settles. */
  #end(reason: string, error: Error | null): void {
    const socket = this.#socket
    const wasUp =
      this.#state === TransportState.Connected || (this.#state === TransportState.Disconnecting && !this.#connecting)
    const connecting = this.#connecting
    this.#socket = null
    this.#connecting = null
    this.#clearTimer()
    this.#events.onGone()
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.onerror = () => {}
      this.#events.safely('close', () => socket.close(1000))
    }
    this.#setState(TransportState.Disconnected)
    if (wasUp) this.#events.onDown(reason, error)
    connecting?.reject(error instanceof ConnectError ? error : new ConnectError('aborted'))
  }

  #clearTimer(): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer)
    this.#timer = null
  }

  #setState(state: TransportState): void {
    if (state === this.#state) return
    this.#state = state
    this.#events.safely('stateChange', () => this.#events.onState(state))
  }
}
