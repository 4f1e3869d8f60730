/*
 * Notifications on macOS and Windows, by Electron's own class, which has buttons there: macOS shows them natively (signed
 * builds only, others say `failed`), Windows gets the call toast. It is handed the class, so tests run it in Node.
 */
import type { NotificationConstructorOptions } from 'electron'
import type { Clock, Timer } from '../../../common/clock'
import type { Log } from '../../../common/log'
import { EventSource } from './event-source'
import type { DesktopNotification, NotificationCenter, NotificationEvent } from './notification-center'
import { defaultAction } from './notification-center'
import { parseActivation, toastXml } from './toast-xml'

/** The part of Electron's Notification that is used. */
export interface NativeNotification {
  on(event: string, listener: (...details: never[]) => void): unknown
  show(): void
  close(): void
}

/** Electron's Notification class, or a test's. */
export interface NativeNotifications {
  new (options: NotificationConstructorOptions): NativeNotification
  isSupported(): boolean
  /** Windows, Electron 42 and later: hears every press, also of toasts from the Action Center. */
  handleActivation?(callback: (details: { readonly arguments: string }) => void): void
}

/** The system must have shown it by then, ms. */
const patience = 1000
const quick = 2000
const quickDropsAllowed = 3

/** On Windows a pressed button may be told as a click too; the button is told apart within this time, ms. */
const clickDelay = 60

interface Entry {
  wanted: DesktopNotification
  native: NativeNotification
  shownAt: number
  quickDrops: number
  told: 'shown' | 'unable' | null
  timers: Set<Timer>
}

export class ElectronNotifications implements NotificationCenter {
  readonly #Native: NativeNotifications
  readonly #platform: 'darwin' | 'win32'
  readonly #clock: Clock
  readonly #log: Log
  readonly #toasts: boolean
  readonly #events = new EventSource<NotificationEvent>()
  readonly #entries = new Map<string, Entry>()

  constructor(options: { Native: NativeNotifications; platform: 'darwin' | 'win32'; clock: Clock; log: Log }) {
    this.#Native = options.Native
    this.#platform = options.platform
    this.#clock = options.clock
    this.#log = options.log
    // Without activations a button of a toast could not be told from a click on it.
    this.#toasts = options.platform === 'win32' && options.Native.handleActivation !== undefined
    if (this.#toasts) this.#Native.handleActivation?.((details) => this.#activated(details.arguments))
  }

  onEvent(listener: (event: NotificationEvent) => void): () => void {
    return this.#events.on(listener)
  }

  show(notification: DesktopNotification): void {
    const known = this.#entries.get(notification.key)
    if (known !== undefined && JSON.stringify(known.wanted) === JSON.stringify(notification)) return
    if (known !== undefined) {
      this.#entries.delete(notification.key)
      this.#retire(known)
    }
    if (!this.#Native.isSupported()) {
      this.#events.emit({ type: 'unable', key: notification.key, why: 'not supported' })
      return
    }
    this.#present(notification, known?.quickDrops ?? 0, known?.told ?? null)
  }

  close(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#retire(entry)
  }

  dispose(): void {
    for (const key of [...this.#entries.keys()]) this.close(key)
    this.#events.clear()
  }

  #present(wanted: DesktopNotification, quickDrops: number, told: Entry['told']): void {
    const native = new this.#Native(this.#options(wanted))
    const entry: Entry = { wanted, native, shownAt: this.#clock.now(), quickDrops, told, timers: new Set() }
    this.#entries.set(wanted.key, entry)
    const current = (): boolean => this.#entries.get(wanted.key) === entry
    native.on('show', () => {
      if (!current()) return
      this.#stopTimers(entry)
      this.#tell(entry, 'shown', '')
    })
    native.on('failed', (_event: unknown, error: unknown) => {
      if (!current()) return
      this.#stopTimers(entry)
      this.#tell(entry, 'unable', typeof error === 'string' ? error : 'failed')
    })
    native.on('action', (details: unknown, index: unknown) => {
      const button = buttons(wanted)[actionIndex(details, index)]
      if (current() && button !== undefined) this.#used(entry, button.key)
    })
    native.on('click', () => {
      if (!current()) return
      if (this.#toasts) this.#later(entry, clickDelay, () => this.#used(entry, defaultAction))
      else this.#used(entry, defaultAction)
    })
    native.on('close', (details: unknown) => {
      if (current()) this.#closed(entry, details)
    })
    this.#later(entry, patience, () => this.#tell(entry, 'unable', 'not shown within a second'))
    native.show()
  }

  #options(wanted: DesktopNotification): NotificationConstructorOptions {
    if (this.#toasts) return { id: wanted.key, toastXml: toastXml(wanted) }
    return {
      id: wanted.key,
      title: wanted.title,
      body: wanted.body,
      // The phone rings by itself, on the device the user chose.
      silent: true,
      actions: buttons(wanted).map(({ label }) => ({ type: 'button', text: label })),
      ...(this.#platform === 'win32' ? { timeoutType: wanted.urgent ? 'never' : 'default' } : {}),
    }
  }

  /** Windows hands back the string that the toast carried. Stale and foreign ones name no notification of ours. */
  #activated(text: string): void {
    const pressed = parseActivation(text)
    const entry = pressed === null ? undefined : this.#entries.get(pressed.key)
    if (pressed === null || entry === undefined) return
    if (pressed.action !== defaultAction && !entry.wanted.actions.some(({ key }) => key === pressed.action)) return
    this.#used(entry, pressed.action)
  }

  /** Both systems take a notification away once something on it was pressed. */
  #used(entry: Entry, action: string): void {
    const { key } = entry.wanted
    this.#entries.delete(key)
    this.#retire(entry)
    this.#events.emit({ type: 'action', key, action })
    this.#events.emit({ type: 'dismissed', key })
  }

  #closed(entry: Entry, details: unknown): void {
    if (reasonOf(details) !== 'timedOut') {
      // A press that closes may be told a moment later.
      const gone = (): void => {
        this.#entries.delete(entry.wanted.key)
        this.#retire(entry)
        this.#events.emit({ type: 'dismissed', key: entry.wanted.key })
      }
      if (this.#toasts) this.#later(entry, clickDelay * 2, gone)
      else gone()
      return
    }
    // A missed call waits in the Action Center, where it can still be pressed.
    if (entry.wanted.kind === 'missed') return
    const quickDrops = this.#clock.now() - entry.shownAt < quick ? entry.quickDrops + 1 : 0
    this.#entries.delete(entry.wanted.key)
    this.#retire(entry)
    if (quickDrops > quickDropsAllowed) this.#tell(entry, 'unable', 'the system keeps dropping it')
    else this.#present(entry.wanted, quickDrops, entry.told)
  }

  #tell(entry: Entry, what: 'shown' | 'unable', why: string): void {
    if (entry.told === what) return
    entry.told = what
    const { key } = entry.wanted
    if (what === 'unable') this.#log.warn(`no notification: ${why}`)
    this.#events.emit(what === 'shown' ? { type: 'shown', key } : { type: 'unable', key, why })
  }

  #later(entry: Entry, ms: number, task: () => void): void {
    const timer = this.#clock.setTimeout(() => {
      entry.timers.delete(timer)
      if (this.#entries.get(entry.wanted.key) === entry) task()
    }, ms)
    entry.timers.add(timer)
  }

  #stopTimers(entry: Entry): void {
    for (const timer of entry.timers) this.#clock.clearTimeout(timer)
    entry.timers.clear()
  }

  #retire(entry: Entry): void {
    this.#stopTimers(entry)
    entry.native.close()
  }
}

const buttons = (notification: DesktopNotification) => notification.actions.filter(({ key }) => key !== defaultAction)

/** Newer Electron puts the index into the event, older passes it beside it. */
function actionIndex(details: unknown, index: unknown): number {
  const inside = details !== null && typeof details === 'object' ? Reflect.get(details, 'actionIndex') : undefined
  return typeof inside === 'number' ? inside : typeof index === 'number' ? index : -1
}

const reasonOf = (details: unknown): unknown =>
  details !== null && typeof details === 'object' ? Reflect.get(details, 'reason') : undefined
