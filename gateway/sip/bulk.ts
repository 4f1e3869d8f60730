/*
 * The way for requests too large for UDP: TCP to the same server, opened when the first comes and kept while it lasts (RFC 3261 section
 * 18.1.1). A server that does not take it is sent them by UDP after all, and not asked again for a while. A proxy that looks through address
 * translators sends what the far end says in a call back along the connection its INVITE came by, so that is kept from being closed as idle.
 */
import type { Clock, Timer } from '../../common/clock'
import type { Channel, OpenedChannel } from './channel'

/** Bytes; more do not fit one packet everywhere. */
export const largestDatagram = 1_300
const askAgainAfter = 600_000
const maxWaiting = 32
/** Kamailio closes a connection on which nothing was said for 120 s. */
const keptEvery = 30_000

export class Bulk {
  readonly #clock: Clock
  readonly #open: () => Promise<OpenedChannel>
  #channel: Channel | null = null
  #waiting: ((channel: Channel | null) => void)[] | null = null
  #keeping: Timer | null = null
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
      if (opened.ok) this.#keep(opened.channel)
      else this.#refusedAt = this.#clock.now()
      for (const waiter of waiting) waiter(this.#channel)
    })
  }

  /** The server closed it; the next request opens another. */
  lost(): void {
    this.#forget()
  }

  close(): void {
    this.#closed = true
    this.#channel?.close()
    this.#forget()
  }

  #keep(channel: Channel): void {
    this.#channel = channel
    const again = (): void => {
      this.#keeping = this.#clock.setTimeout(() => {
        channel.send('\r\n\r\n')
        again()
      }, keptEvery)
    }
    again()
  }

  #forget(): void {
    this.#channel = null
    if (this.#keeping !== null) this.#clock.clearTimeout(this.#keeping)
    this.#keeping = null
  }
}
