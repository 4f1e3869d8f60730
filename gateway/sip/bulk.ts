/*
 * The way for requests too large for UDP: TCP to the same server, opened when the first comes and kept while it lasts (RFC 3261 section
 * 18.1.1). A server that does not take it is sent them by UDP after all, and not asked again for a while.
 */
import type { Clock } from '../../common/clock'
import type { Channel, OpenedChannel } from './channel'

/** Bytes; more do not fit one packet everywhere. */
export const largestDatagram = 1_300
const askAgainAfter = 600_000
const maxWaiting = 32

export class Bulk {
  readonly #clock: Clock
  readonly #open: () => Promise<OpenedChannel>
  #channel: Channel | null = null
  #waiting: ((channel: Channel | null) => void)[] | null = null
  #refusedAt = -Infinity
  #closed = false

  constructor(clock: Clock, open: () => Promise<OpenedChannel>) {
    this.#clock = clock
    this.#open = open
  }

  /** Calls back, at once or later, with the way there; null: by UDP. */
  use(task: (channel: Channel | null) => void): void {
    if (this.#channel !== null || this.#clock.now() - this.#refusedAt < askAgainAfter) return task(this.#channel)
    if (this.#waiting !== null) {
      if (this.#waiting.length < maxWaiting) this.#waiting.push(task)
      return
    }
    this.#waiting = [task]
    void this.#open().then((opened) => {
      const waiting = this.#waiting ?? []
      this.#waiting = null
      if (this.#closed) {
        if (opened.ok) opened.channel.close()
        return
      }
      if (opened.ok) this.#channel = opened.channel
      else this.#refusedAt = this.#clock.now()
      for (const waiter of waiting) waiter(this.#channel)
    })
  }

  /** The server closed it; the next request opens another. */
  lost(): void {
    this.#channel = null
  }

  close(): void {
    this.#closed = true
    this.#channel?.close()
    this.#channel = null
  }
}
