/*
 * Notifications on Linux, spoken to the desktop directly (Desktop Notifications Specification 1.2): Electron's own have
 * no buttons there. Keeps on the screen what was asked for: shows it again when the server drops it, restarts, or the
 * bus is lost, and says `unable` when it cannot. Knows nothing of calls.
 */
import type { Clock, Timer } from '../../../common/clock'
import type { Log } from '../../../common/log'
import { EventSource } from './event-source'
import type { DesktopNotification, NotificationCenter, NotificationEvent } from './notification-center'
import { defaultAction } from './notification-center'
import { NotificationServer, notificationServer, type ServerEvent } from './notification-server'
import { notifyCall, type NotifyingApp } from './notify-call'
import type { Bus } from './session-bus'

/** The server must have taken it by then, ms; otherwise somebody else has to show it. */
const patience = 1000

/** A server that drops a notification sooner than this, ms, and does so this often, does not want it. */
const quick = 2000
const quickDropsAllowed = 3

/** NotificationClosed, reason 2 of the specification. */
const dismissedByUser = 2

/** One Notify on its way (`pending`) or on the screen. `id` is the server's; while pending that of the one it replaces. */
interface Presentation {
  id: number | null
  pending: boolean
  readonly sentAt: number
}

interface Entry {
  wanted: DesktopNotification
  presentation: Presentation | null
  deadline: Timer | null
  quickDrops: number
  /** The user has pressed something: whatever closes it now, it was the user's doing. */
  used: boolean
  /** Last thing told to listeners. */
  told: 'shown' | 'unable' | null
}

export class DbusNotifications implements NotificationCenter {
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #log: Log
  readonly #app: NotifyingApp
  readonly #server: NotificationServer
  readonly #events = new EventSource<NotificationEvent>()
  readonly #entries = new Map<string, Entry>()

  constructor(options: NotifyingApp & { bus: Bus; clock: Clock; log: Log }) {
    const { bus, clock, log, ...app } = options
    this.#bus = bus
    this.#clock = clock
    this.#log = log
    this.#app = app
    this.#server = new NotificationServer({ bus, isNeeded: () => this.#entries.size > 0 })
    this.#server.onEvent((event) => this.#hear(event))
  }

  onEvent(listener: (event: NotificationEvent) => void): () => void {
    return this.#events.on(listener)
  }

  show(notification: DesktopNotification): void {
    const known = this.#entries.get(notification.key)
    if (known !== undefined) {
      if (sameNotification(known.wanted, notification)) return
      known.wanted = notification
      this.#present(notification.key, known)
      return
    }
    const entry: Entry = {
      wanted: notification,
      presentation: null,
      deadline: null,
      quickDrops: 0,
      used: false,
      told: null,
    }
    this.#entries.set(notification.key, entry)
    this.#bus.wake()
    this.#startDeadline(notification.key, entry)
    this.#present(notification.key, entry)
  }

  close(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#forget(key, entry)
    // One that is still on its way is closed when its own id comes (see #present).
    const id = entry.presentation?.id ?? null
    if (id !== null) this.#closeOnServer(id)
  }

  dispose(): void {
    for (const key of [...this.#entries.keys()]) this.close(key)
    this.#server.dispose()
    this.#events.clear()
  }

  /** Sends what is wanted, unless the server is not known well enough or an answer is still outstanding. */
  #present(key: string, entry: Entry): void {
    if (!this.#bus.up) return
    const { capabilities } = this.#server
    if (capabilities === null) return this.#server.ask()
    const former = entry.presentation
    if (former?.pending) return // its answer will see that something newer is wanted
    const content = entry.wanted
    const presentation: Presentation = { id: former?.id ?? null, pending: true, sentAt: this.#clock.now() }
    entry.presentation = presentation
    const able = capabilities.has('actions') || content.actions.length === 0
    if (!able) this.#tell(key, entry, 'unable', 'the notification server has no buttons')
    void this.#bus.call(notifyCall(this.#app, content, former?.id ?? 0, capabilities)).then((reply) => {
      const id = reply.ok ? reply.body[0] : null
      if (this.#entries.get(key) !== entry || entry.presentation !== presentation) {
        // Closed, or the server changed, while it was on its way: nothing may stay on the screen.
        if (typeof id === 'number') this.#closeOnServer(id)
        return
      }
      if (typeof id !== 'number') {
        entry.presentation = null
        if (!reply.ok && reply.error === 'disconnected') return // the deadline runs
        this.#tell(key, entry, 'unable', reply.ok ? 'the notification server answered nonsense' : reply.error)
        return
      }
      presentation.id = id
      presentation.pending = false
      this.#stopDeadline(entry)
      if (able) this.#tell(key, entry, 'shown', '')
      if (!sameNotification(entry.wanted, content)) this.#present(key, entry)
    })
  }

  #closeOnServer(id: number): void {
    void this.#bus.call({
      ...notificationServer,
      member: 'CloseNotification',
      signature: 'u',
      body: [id],
      noAutoStart: true,
    })
  }

  #hear(event: ServerEvent): void {
    switch (event.type) {
      case 'ready':
        for (const [key, entry] of this.#entries) this.#present(key, entry)
        return
      case 'refused':
        for (const [key, entry] of this.#entries) this.#tell(key, entry, 'unable', event.error)
        return
      case 'gone':
        for (const [key, entry] of this.#entries) {
          entry.presentation = null
          this.#startDeadline(key, entry)
        }
        return
      case 'action':
      case 'closed': {
        const found = [...this.#entries].find(([, { presentation }]) => presentation?.id === event.id)
        if (found === undefined) return
        if (event.type === 'action') this.#invoked(...found, event.action)
        else this.#closed(...found, event.reason)
      }
    }
  }

  #invoked(key: string, entry: Entry, action: string): void {
    if (action !== defaultAction && !entry.wanted.actions.some((one) => one.key === action)) return
    entry.used = true
    this.#events.emit({ type: 'action', key, action })
  }

  #closed(key: string, entry: Entry, reason: unknown): void {
    if (entry.presentation?.pending && reason !== dismissedByUser) return // its replacement is on the way
    const lived = this.#clock.now() - (entry.presentation?.sentAt ?? 0)
    entry.presentation = null
    // What waits for the user has to stay; a missed call that left the screen has been there.
    if (reason === dismissedByUser || entry.used || entry.wanted.kind === 'missed') {
      this.#forget(key, entry)
      this.#events.emit({ type: 'dismissed', key })
      return
    }
    entry.quickDrops = lived < quick ? entry.quickDrops + 1 : 0
    this.#log.info(`notification server dropped a notification (reason ${String(reason)})`)
    if (entry.quickDrops > quickDropsAllowed) {
      this.#tell(key, entry, 'unable', 'the notification server keeps dropping it')
      return
    }
    this.#startDeadline(key, entry)
    this.#present(key, entry)
  }

  #tell(key: string, entry: Entry, what: 'shown' | 'unable', why: string): void {
    if (what === 'unable') this.#stopDeadline(entry)
    if (entry.told === what) return
    entry.told = what
    if (what === 'unable') this.#log.warn(`no notification: ${why}`)
    this.#events.emit(what === 'shown' ? { type: 'shown', key } : { type: 'unable', key, why })
  }

  #startDeadline(key: string, entry: Entry): void {
    if (entry.deadline !== null || entry.told === 'unable') return
    entry.deadline = this.#clock.setTimeout(() => {
      entry.deadline = null
      this.#tell(key, entry, 'unable', 'no answer from a notification server')
    }, patience)
  }

  #stopDeadline(entry: Entry): void {
    if (entry.deadline !== null) this.#clock.clearTimeout(entry.deadline)
    entry.deadline = null
  }

  #forget(key: string, entry: Entry): void {
    this.#stopDeadline(entry)
    this.#entries.delete(key)
  }
}

function sameNotification(a: DesktopNotification, b: DesktopNotification): boolean {
  return (
    a.title === b.title &&
    a.body === b.body &&
    a.kind === b.kind &&
    a.urgent === b.urgent &&
    JSON.stringify(a.actions) === JSON.stringify(b.actions)
  )
}
