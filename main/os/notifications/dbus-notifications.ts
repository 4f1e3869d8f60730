/*
 * Notifications on Linux, spoken to the desktop directly (Desktop Notifications Specification 1.2): Electron's own have
 * no buttons there. Keeps on the screen what was asked for: shows it again when the server drops it, restarts, or the
 * bus is lost, and says `unable` when it cannot. Knows nothing of calls.
 */
import { Variant } from '@jellybrick/dbus-next'
import type { Clock, Timer } from '../../../common/clock'
import type { Log } from '../../../common/log'
import { EventSource } from './event-source'
import type { DesktopNotification, NotificationCenter, NotificationEvent } from './notification-center'
import { defaultAction } from './notification-center'
import type { Bus, BusSignal } from './session-bus'
import { daemon } from './session-bus'

const server = {
  destination: 'org.freedesktop.Notifications',
  path: '/org/freedesktop/Notifications',
  interface: 'org.freedesktop.Notifications',
} as const

/** The signals this adapter lives on; to be given to the session bus. */
export const notificationMatches: readonly string[] = [
  `type='signal',sender='${server.destination}',interface='${server.interface}',path='${server.path}'`,
  `type='signal',sender='${daemon.destination}',interface='${daemon.interface}',member='NameOwnerChanged',arg0='${server.destination}'`,
]

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
  readonly #appName: string
  readonly #desktopEntry: string
  readonly #icon: string
  readonly #events = new EventSource<NotificationEvent>()
  readonly #entries = new Map<string, Entry>()
  readonly #stopListening: () => void
  /** Unique name of the server; '' for none, null for not known yet. */
  #owner: string | null = null
  #capabilities: ReadonlySet<string> | null = null
  /** The GetCapabilities whose answer counts. */
  #question: object | null = null

  /** `icon`: name in the icon theme or path of an image, '' for none. `desktopEntry`: without `.desktop`. */
  constructor(options: { bus: Bus; clock: Clock; log: Log; appName: string; desktopEntry: string; icon: string }) {
    this.#bus = options.bus
    this.#clock = options.clock
    this.#log = options.log
    this.#appName = options.appName
    this.#desktopEntry = options.desktopEntry
    this.#icon = options.icon
    this.#stopListening = options.bus.onEvent((event) => {
      if (event.type === 'up') this.#busUp()
      else if (event.type === 'down') this.#serverGone(null)
      else this.#signal(event.signal)
    })
    if (options.bus.up) this.#busUp()
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
    this.#stopListening()
    this.#events.clear()
  }

  /** Sends what is wanted, unless the server is not known well enough or an answer is still outstanding. */
  #present(key: string, entry: Entry): void {
    if (!this.#bus.up) return
    if (this.#capabilities === null) {
      this.#askCapabilities()
      return
    }
    const former = entry.presentation
    if (former?.pending) return // its answer will see that something newer is wanted
    const content = entry.wanted
    const presentation: Presentation = { id: former?.id ?? null, pending: true, sentAt: this.#clock.now() }
    entry.presentation = presentation
    const able = this.#capabilities.has('actions') || content.actions.length === 0
    if (!able) this.#tell(key, entry, 'unable', 'the notification server has no buttons')
    void this.#bus.call(this.#notify(content, former?.id ?? 0, this.#capabilities)).then((reply) => {
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

  #notify(content: DesktopNotification, replaces: number, capabilities: ReadonlySet<string>) {
    const markup = capabilities.has('body-markup')
    const hasBody = capabilities.has('body')
    const incoming = content.kind === 'incoming'
    const hints: Record<string, Variant> = {
      urgency: new Variant('y', content.urgent ? 2 : 1),
      category: new Variant('s', incoming ? 'call.incoming' : 'call.unanswered'),
      'desktop-entry': new Variant('s', this.#desktopEntry),
      // The phone rings by itself, on the device the user chose.
      'suppress-sound': new Variant('b', true),
      ...(incoming ? { resident: new Variant('b', true) } : {}),
    }
    return {
      ...server,
      member: 'Notify',
      signature: 'susssasa{sv}i',
      body: [
        this.#appName,
        replaces,
        this.#icon,
        hasBody || content.body === '' ? content.title : `${content.title} · ${content.body}`,
        hasBody ? (markup ? escapeMarkup(content.body) : content.body) : '',
        capabilities.has('actions') ? content.actions.flatMap(({ key, label }) => [key, label]) : [],
        hints,
        0, // never expires: it lives as long as it is true
      ],
    }
  }

  #closeOnServer(id: number): void {
    void this.#bus.call({ ...server, member: 'CloseNotification', signature: 'u', body: [id], noAutoStart: true })
  }

  #busUp(): void {
    this.#meet(null)
    // At start nobody is woken for us: a server that is not there yet is asked when there is something to show.
    if (this.#entries.size > 0) this.#askCapabilities()
    else
      void this.#bus
        .call({ ...daemon, member: 'GetNameOwner', signature: 's', body: [server.destination] })
        .then((reply) => {
          if (this.#owner === null && reply.ok && typeof reply.body[0] === 'string') this.#serverHere(reply.body[0])
        })
  }

  /** The server's name belongs to somebody (new). */
  #serverHere(owner: string): void {
    if (this.#owner === owner) return
    this.#meet(owner)
    this.#askCapabilities()
  }

  /** No server any more; `owner` null: and no bus either. Whatever was shown went with it. */
  #serverGone(owner: '' | null): void {
    this.#meet(owner)
    for (const [key, entry] of this.#entries) {
      entry.presentation = null
      this.#startDeadline(key, entry)
    }
    // Asking starts a server that can be started (D-Bus activation).
    if (owner === '' && this.#entries.size > 0) this.#askCapabilities()
  }

  /** Everything known of a former server, or of none, is void. */
  #meet(owner: string | null): void {
    this.#owner = owner
    this.#capabilities = null
    this.#question = null
  }

  #askCapabilities(): void {
    if (this.#question !== null || !this.#bus.up) return
    const question = {}
    this.#question = question
    void this.#bus.call({ ...server, member: 'GetCapabilities' }).then((reply) => {
      if (this.#question !== question) return
      this.#question = null
      if (!reply.ok) {
        for (const [key, entry] of this.#entries) this.#tell(key, entry, 'unable', reply.error)
        return
      }
      this.#owner = reply.sender
      const list = reply.body[0]
      this.#capabilities = new Set(Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [])
      for (const [key, entry] of this.#entries) this.#present(key, entry)
    })
  }

  #signal(signal: BusSignal): void {
    if (signal.interface === daemon.interface) {
      const [name, , owner] = signal.body
      if (signal.sender !== daemon.destination || signal.member !== 'NameOwnerChanged') return
      if (name !== server.destination || typeof owner !== 'string') return
      // A server that replaces another is first the end of the other.
      if (this.#owner && this.#owner !== owner) this.#serverGone('')
      if (owner !== '') this.#serverHere(owner)
      return
    }
    // Anybody may send us a signal of this name; only the server's own counts.
    if (signal.interface !== server.interface || signal.sender === '' || signal.sender !== this.#owner) return
    const [id, second] = signal.body
    const found = [...this.#entries].find(([, entry]) => typeof id === 'number' && entry.presentation?.id === id)
    if (found === undefined) return
    const [key, entry] = found
    if (signal.member === 'ActionInvoked' && typeof second === 'string') this.#invoked(key, entry, second)
    else if (signal.member === 'NotificationClosed') this.#closed(key, entry, second)
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
    // Only a ringing call has to stay; a missed one that left the screen has been there.
    if (reason === dismissedByUser || entry.used || entry.wanted.kind !== 'incoming') {
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

/** For servers that read markup in the body. */
const escapeMarkup = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

function sameNotification(a: DesktopNotification, b: DesktopNotification): boolean {
  return (
    a.title === b.title &&
    a.body === b.body &&
    a.kind === b.kind &&
    a.urgent === b.urgent &&
    JSON.stringify(a.actions) === JSON.stringify(b.actions)
  )
}
