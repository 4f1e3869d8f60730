/*
 * A desktop's notification server that tests can see through and make misbehave: it records what it is asked, with time,
 * and hangs, dies, drops notifications or lies about what it can do when told to. It draws nothing.
 */
import { Message, type MessageBus, MessageType, NameFlag, sessionBus, Variant } from '@jellybrick/dbus-next'
import { until } from '../support/until'

export const notificationName = 'org.freedesktop.Notifications'
export const notificationPath = '/org/freedesktop/Notifications'
const properties = 'org.freedesktop.DBus.Properties'

export interface Notify {
  /** What the server answered, or will. */
  readonly id: number
  /** performance.now() of the arrival. */
  readonly at: number
  readonly sender: string
  readonly appName: string
  readonly replaces: number
  readonly icon: string
  readonly summary: string
  readonly body: string
  /** Keys and labels in turn, as on the wire. */
  readonly actions: readonly string[]
  /** Values without their variants. */
  readonly hints: Readonly<Record<string, unknown>>
  /** D-Bus type of each hint. */
  readonly hintTypes: Readonly<Record<string, string>>
  readonly expireTimeout: number
}

export interface Closed {
  readonly id: number
  readonly at: number
}

/** `expired`, `dismissed` by the user, `closed` by CloseNotification, `undefined`: reasons of NotificationClosed. */
export const reasons = { expired: 1, dismissed: 2, closed: 3, undefined: 4 } as const

/** A connection to the bus at this address. */
export async function busOf(address: string): Promise<MessageBus> {
  const bus = sessionBus({ busAddress: address })
  // The library tells of errors but does not declare it; a bus that goes away is part of the tests.
  ;(bus as unknown as NodeJS.EventEmitter).on('error', () => {})
  await new Promise((resolve) => bus.once('connect', () => resolve(null)))
  return bus
}

export class NotificationServer {
  /** Every Notify there was. */
  readonly notified: Notify[] = []
  /** Every CloseNotification there was. */
  readonly closed: Closed[] = []
  /** What is on its screen. */
  readonly open = new Map<number, Notify>()
  capabilities = ['actions', 'body', 'body-markup', 'icon-static', 'persistence']
  /** While true nothing is answered; what came meanwhile is answered when it ends. */
  #hanging = false
  #inhibited: boolean | null = null
  #nextId: number
  #unanswered: (() => void)[] = []

  private constructor(
    readonly bus: MessageBus,
    firstId: number,
  ) {
    this.#nextId = firstId
    bus.addMethodHandler((message) => this.#handle(message))
  }

  /** Takes the name on this bus; resolves when it is its owner. `firstId`: servers after a restart begin anew. */
  static async start(address: string, options: { capabilities?: string[]; firstId?: number } = {}) {
    const bus = await busOf(address)
    const server = new NotificationServer(bus, options.firstId ?? 1)
    if (options.capabilities) server.capabilities = options.capabilities
    await bus.requestName(
      notificationName,
      NameFlag.REPLACE_EXISTING | NameFlag.ALLOW_REPLACEMENT | NameFlag.DO_NOT_QUEUE,
    )
    return server
  }

  /** The newest Notify, once there are `count`. */
  async notify(count = 1, ms = 5000): Promise<Notify> {
    await until(() => this.notified.length >= count, { what: `Notify number ${count}`, ms, every: 1 })
    return this.notified[count - 1] as Notify
  }

  /** The user presses a button. */
  press(id: number, action: string): void {
    this.emit('ActionInvoked', 'us', [id, action])
  }

  /** It leaves the screen for this reason. */
  drop(id: number, reason: number): void {
    this.open.delete(id)
    this.emit('NotificationClosed', 'uu', [id, reason])
  }

  /** As on KDE: nobody is to be disturbed, or is again. */
  inhibit(inhibited: boolean): void {
    this.#inhibited = inhibited
    const changed = [notificationName, { Inhibited: new Variant('b', inhibited) }, []]
    this.bus.send(Message.newSignal(notificationPath, properties, 'PropertiesChanged', 'sa{sv}as', changed))
  }

  hang(): void {
    this.#hanging = true
  }

  recover(): void {
    this.#hanging = false
    for (const answer of this.#unanswered.splice(0)) answer()
  }

  /** Leaves the bus as a crashed process would. */
  die(): void {
    this.open.clear()
    this.bus.disconnect()
  }

  emit(member: string, signature: string, body: unknown[], destination?: string): void {
    const signal = Message.newSignal(notificationPath, notificationName, member, signature, body)
    if (destination !== undefined) signal.destination = destination
    this.bus.send(signal)
  }

  #handle(message: Message): boolean {
    if (message.type !== MessageType.METHOD_CALL) return false
    if (message.interface === properties && message.body[1] === 'Inhibited' && this.#inhibited !== null) {
      this.bus.send(Message.newMethodReturn(message, 'v', [new Variant('b', this.#inhibited)]))
      return true
    }
    if (message.interface !== notificationName) return false
    const answer = (signature: string, body: unknown[]): boolean => {
      const send = (): void => this.bus.send(Message.newMethodReturn(message, signature, body))
      if (this.#hanging) this.#unanswered.push(send)
      else send()
      return true
    }
    switch (message.member) {
      case 'GetCapabilities':
        return answer('as', [this.capabilities])
      case 'GetServerInformation':
        return answer('ssss', ['Test notifications', 'Patchcord', '1', '1.2'])
      case 'Notify': {
        const notify = this.#record(message)
        return answer('u', [notify.id])
      }
      case 'CloseNotification': {
        const id = message.body[0] as number
        this.closed.push({ id, at: performance.now() })
        const known = this.open.delete(id)
        answer('', [])
        if (known) this.emit('NotificationClosed', 'uu', [id, reasons.closed])
        return true
      }
      default:
        return false
    }
  }

  #record(message: Message): Notify {
    const [appName, replaces, icon, summary, body, actions, hints, expireTimeout] = message.body as [
      string,
      number,
      string,
      string,
      string,
      string[],
      Record<string, Variant>,
      number,
    ]
    const of = (pick: (hint: Variant) => unknown) =>
      Object.fromEntries(Object.entries(hints).map(([key, hint]) => [key, pick(hint)]))
    const id = this.open.has(replaces) ? replaces : this.#nextId++
    const notify: Notify = {
      id,
      at: performance.now(),
      sender: message.sender ?? '',
      appName,
      replaces,
      icon,
      summary,
      body,
      actions,
      hints: of((hint) => hint.value),
      hintTypes: of((hint) => hint.signature) as Record<string, string>,
      expireTimeout,
    }
    this.notified.push(notify)
    this.open.set(id, notify)
    return notify
  }
}
