/*
 * Two ends of a WebSocket in memory: the phone's end looks like a browser's, the server's end belongs to the test. Frames travel in a
 * microtask, so nobody is called back in the middle of a send. No network, no timers.
 */
import type { MinimalWebSocket } from '../../../renderer/engine/sip/guard/socket'

type Listener = (event: never) => void

/** The phone's end. Also speaks addEventListener, for sip.js's own transport. */
export class MemorySocket implements MinimalWebSocket {
  binaryType = 'blob'
  onopen: ((event: unknown) => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code?: number; reason?: string }) => void) | null = null
  onerror: ((event: unknown) => void) | null = null
  readonly #listeners = new Map<string, Listener[]>()
  readonly server: MemoryServer
  closed = false

  constructor(server: MemoryServer) {
    this.server = server
    queueMicrotask(() => this.#open())
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }

  send(data: string): void {
    if (this.closed) return
    queueMicrotask(() => {
      if (this.server.blackHole) return
      this.server.frames.push(data)
      this.server.onFrame?.(data, this)
    })
  }

  /** Closing needs the other side, as in life: a black hole never confirms. */
  close(code = 1000): void {
    if (this.closed || this.server.blackHole) return
    this.closed = true
    queueMicrotask(() => this.#emit('close', { code, reason: '' }))
  }

  /** The server says something. */
  deliver(data: unknown): void {
    queueMicrotask(() => {
      if (!this.closed && !this.server.blackHole) this.#emit('message', { data })
    })
  }

  /** The server, or the network, ends it. */
  end(code = 1006): void {
    if (this.closed) return
    this.closed = true
    queueMicrotask(() => this.#emit('close', { code, reason: '' }))
  }

  #open(): void {
    if (this.server.mode === 'hang') return
    if (this.server.mode === 'refuse') return this.end(1006)
    this.server.current = this
    this.#emit('open', {})
  }

  #emit(type: 'open' | 'message' | 'close' | 'error', event: never | object): void {
    const handler = this[`on${type}`] as ((event: unknown) => void) | null
    handler?.(event)
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never)
  }
}

/** The server's side of all connections. `blackHole`: nothing passes in either direction, and nobody is told. */
export class MemoryServer {
  mode: 'accept' | 'refuse' | 'hang' = 'accept'
  blackHole = false
  readonly frames: string[] = []
  readonly sockets: MemorySocket[] = []
  current: MemorySocket | null = null
  onFrame: ((data: string, socket: MemorySocket) => void) | null = null

  readonly open = (): MemorySocket => {
    const socket = new MemorySocket(this)
    this.sockets.push(socket)
    return socket
  }

  send(data: unknown): void {
    this.current?.deliver(data)
  }
}
