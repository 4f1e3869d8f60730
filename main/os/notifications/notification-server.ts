/*
 * The desktop's notification server as it comes, goes and is replaced on the session bus (Desktop Notifications
 * Specification 1.2): who it is, what it can do, and what it says of notifications, by the server's own ids. It does not
 * know what is shown.
 */
import { EventSource } from './event-source'
import type { Bus, BusSignal } from './session-bus'
import { daemon } from './session-bus'

export const notificationServer = {
  destination: 'org.freedesktop.Notifications',
  path: '/org/freedesktop/Notifications',
  interface: 'org.freedesktop.Notifications',
} as const

/** The signals of the server, and of its coming and going; to be given to the session bus. */
export const notificationMatches: readonly string[] = [
  `type='signal',sender='${notificationServer.destination}',interface='${notificationServer.interface}',path='${notificationServer.path}'`,
  `type='signal',sender='${daemon.destination}',interface='${daemon.interface}',member='NameOwnerChanged',arg0='${notificationServer.destination}'`,
]

export type ServerEvent =
  /** Its capabilities are known: it can be given notifications. */
  | { readonly type: 'ready' }
  /** It did not say what it can do; `error` is the D-Bus error name. */
  | { readonly type: 'refused'; readonly error: string }
  /** No server any more, or another one; whatever was shown went with it. */
  | { readonly type: 'gone' }
  | { readonly type: 'action'; readonly id: number; readonly action: string }
  /** `reason`: as in NotificationClosed, unchecked. */
  | { readonly type: 'closed'; readonly id: number; readonly reason: unknown }

export class NotificationServer {
  readonly #bus: Bus
  readonly #isNeeded: () => boolean
  readonly #events = new EventSource<ServerEvent>()
  readonly #stopListening: () => void
  /** Unique name of the server; '' for none, null for not known yet. */
  #owner: string | null = null
  #capabilities: ReadonlySet<string> | null = null
  /** The GetCapabilities whose answer counts. */
  #question: object | null = null

  /** `isNeeded`: there is something to show, so a server that is not there may be started. */
  constructor(options: { bus: Bus; isNeeded: () => boolean }) {
    this.#bus = options.bus
    this.#isNeeded = options.isNeeded
    this.#stopListening = options.bus.onEvent((event) => {
      if (event.type === 'up') this.#busUp()
      else if (event.type === 'down') this.#gone(null)
      else this.#signal(event.signal)
    })
    if (options.bus.up) this.#busUp()
  }

  /** null: not known yet; `ask`, and wait for `ready`. */
  get capabilities(): ReadonlySet<string> | null {
    return this.#capabilities
  }

  onEvent(listener: (event: ServerEvent) => void): () => void {
    return this.#events.on(listener)
  }

  dispose(): void {
    this.#stopListening()
    this.#events.clear()
  }

  /** Asks what it can do, unless that is being asked already. Starts a server that can be started (D-Bus activation). */
  ask(): void {
    if (this.#question !== null || !this.#bus.up) return
    const question = {}
    this.#question = question
    void this.#bus.call({ ...notificationServer, member: 'GetCapabilities' }).then((reply) => {
      if (this.#question !== question) return
      this.#question = null
      if (!reply.ok) return this.#events.emit({ type: 'refused', error: reply.error })
      this.#owner = reply.sender
      const list = reply.body[0]
      this.#capabilities = new Set(Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [])
      this.#events.emit({ type: 'ready' })
    })
  }

  #busUp(): void {
    this.#meet(null)
    // At start nobody is woken for us: a server that is not there yet is asked when there is something to show.
    if (this.#isNeeded()) return this.ask()
    void this.#bus
      .call({ ...daemon, member: 'GetNameOwner', signature: 's', body: [notificationServer.destination] })
      .then((reply) => {
        if (this.#owner === null && reply.ok && typeof reply.body[0] === 'string') this.#here(reply.body[0])
      })
  }

  /** The server's name belongs to somebody (new). */
  #here(owner: string): void {
    if (this.#owner === owner) return
    this.#meet(owner)
    this.ask()
  }

  /** No server any more; `owner` null: and no bus either. */
  #gone(owner: '' | null): void {
    this.#meet(owner)
    this.#events.emit({ type: 'gone' })
    if (owner === '' && this.#isNeeded()) this.ask()
  }

  /** Everything known of a former server, or of none, is void. */
  #meet(owner: string | null): void {
    this.#owner = owner
    this.#capabilities = null
    this.#question = null
  }

  #signal(signal: BusSignal): void {
    if (signal.interface === daemon.interface) {
      const [name, , owner] = signal.body
      if (signal.sender !== daemon.destination || signal.member !== 'NameOwnerChanged') return
      if (name !== notificationServer.destination || typeof owner !== 'string') return
      // A server that replaces another is first the end of the other.
      if (this.#owner && this.#owner !== owner) this.#gone('')
      if (owner !== '') this.#here(owner)
      return
    }
    // Anybody may send us a signal of this name; only the server's own counts.
    if (signal.interface !== notificationServer.interface || signal.sender === '' || signal.sender !== this.#owner)
      return
    const [id, second] = signal.body
    if (typeof id !== 'number') return
    if (signal.member === 'ActionInvoked' && typeof second === 'string')
      this.#events.emit({ type: 'action', id, action: second })
    else if (signal.member === 'NotificationClosed') this.#events.emit({ type: 'closed', id, reason: second })
  }
}
