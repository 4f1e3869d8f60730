/*
 * Two sockets that are each other's network: what one sends the other receives, a turn later, in order. They carry text and know
 * nothing of what it means.
 */
import type { MinimalWebSocket } from '../sip/guard/socket'

class MemorySocket implements MinimalWebSocket {
  onopen: ((event: unknown) => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code?: number; reason?: string }) => void) | null = null
  onerror: ((event: unknown) => void) | null = null
  peer: MemorySocket | null = null
  #open = true

  send(data: string): void {
    if (this.#open) queueMicrotask(() => this.peer?.receive(data))
  }

  close(code = 1000): void {
    if (!this.#open) return
    this.#open = false
    const { peer } = this
    queueMicrotask(() => {
      this.onclose?.({ code })
      peer?.close(code)
    })
  }

  receive(data: string): void {
    if (this.#open) this.onmessage?.({ data })
  }
}

/** Both open in the next turn, when their owners had time to listen. */
export function memorySockets(): [MinimalWebSocket, MinimalWebSocket] {
  const a = new MemorySocket()
  const b = new MemorySocket()
  a.peer = b
  b.peer = a
  queueMicrotask(() => {
    a.onopen?.({})
    b.onopen?.({})
  })
  return [a, b]
}
