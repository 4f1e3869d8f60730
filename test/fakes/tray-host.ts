/*
 * A desktop's tray as a program sees it: the StatusNotifierWatcher that items register with, and a host that reads their
 * icon, tooltip and menu (com.canonical.dbusmenu) and clicks. It draws nothing.
 */
import { Message, type MessageBus, MessageType, Variant } from '@jellybrick/dbus-next'
import { until } from '../support/until'
import { busOf } from './notification-server'

const watcher = 'org.kde.StatusNotifierWatcher'
const properties = 'org.freedesktop.DBus.Properties'

export interface MenuItem {
  readonly id: number
  /** Without marks of access keys. */
  readonly label: string
  readonly enabled: boolean
  readonly separator: boolean
  /** null: not a check box. */
  readonly checked: boolean | null
  /** Of the menu it opens; empty for none. */
  readonly items: readonly MenuItem[]
}

/** A node of com.canonical.dbusmenu's layout: id, properties, children. */
type Layout = [number, Record<string, Variant>, Variant<Layout>[]]

function menuItem([id, facts, children]: Layout): MenuItem {
  const of = (name: string): unknown => facts[name]?.value
  return {
    id,
    label: String(of('label') ?? '').replace(/__?/g, (mark) => (mark === '__' ? '_' : '')),
    enabled: of('enabled') !== false,
    separator: of('type') === 'separator',
    checked: of('toggle-type') === 'checkmark' ? of('toggle-state') === 1 : null,
    items: children.map(({ value }) => menuItem(value)),
  }
}

export class TrayHost {
  #item: { service: string; path: string } | null = null

  private constructor(readonly bus: MessageBus) {
    bus.addMethodHandler((message) => this.#handle(message))
  }

  /** To be started before the program whose tray item is wanted. */
  static async start(address: string): Promise<TrayHost> {
    const bus = await busOf(address)
    const host = new TrayHost(bus)
    await bus.requestName(watcher)
    return host
  }

  stop(): void {
    this.bus.disconnect()
  }

  /** Resolves when an item has registered. */
  async registered(ms = 10_000): Promise<void> {
    await until(() => this.#item, { what: 'a tray item', ms })
  }

  async tooltip(): Promise<string> {
    const [, , title] = (await this.#property('ToolTip')) as [string, unknown, string, string]
    return title
  }

  /** The icon's pixels (ARGB32, network order), the largest there is. */
  async icon(): Promise<{ width: number; height: number; pixels: Buffer }> {
    const pictures = (await this.#property('IconPixmap')) as [number, number, Buffer][]
    const [width, height, pixels] = [...pictures].sort((a, b) => b[0] - a[0])[0] ?? [0, 0, Buffer.alloc(0)]
    return { width, height, pixels: Buffer.from(pixels) }
  }

  async menu(): Promise<readonly MenuItem[]> {
    const menu = String(await this.#property('Menu'))
    // Hosts announce themselves; not every item cares.
    await this.#call(menu, 'com.canonical.dbusmenu', 'AboutToShow', 'i', [0]).catch(() => [])
    const [, root] = await this.#call(menu, 'com.canonical.dbusmenu', 'GetLayout', 'iias', [0, -1, []])
    return menuItem(root as Layout).items
  }

  /** Clicks the item with this label, in the menu with the label before it if there are two. */
  async choose(...labels: [string, ...string[]]): Promise<void> {
    let items = await this.menu()
    let found: MenuItem | undefined
    for (const label of labels) {
      found = items.find((one) => one.label === label)
      if (found === undefined) throw new Error(`no item ${label} in the tray's menu`)
      items = found.items
    }
    if (found === undefined) return
    const menu = String(await this.#property('Menu'))
    const click = [found.id, 'clicked', new Variant('s', ''), 0]
    await this.#call(menu, 'com.canonical.dbusmenu', 'Event', 'isvu', click)
  }

  /** Clicks the icon itself. */
  async activate(): Promise<void> {
    const path = this.#item?.path ?? ''
    await this.#call(path, 'org.kde.StatusNotifierItem', 'Activate', 'ii', [0, 0])
  }

  async #property(name: string): Promise<unknown> {
    const path = this.#item?.path ?? ''
    const [value] = await this.#call(path, properties, 'Get', 'ss', ['org.kde.StatusNotifierItem', name])
    return (value as Variant).value
  }

  async #call(path: string, iface: string, member: string, signature: string, body: unknown[]): Promise<unknown[]> {
    await this.registered()
    const destination = this.#item?.service ?? ''
    const reply = await this.bus.call(new Message({ destination, path, interface: iface, member, signature, body }))
    return reply?.body ?? []
  }

  #handle(message: Message): boolean {
    if (message.type !== MessageType.METHOD_CALL || message.path !== '/StatusNotifierWatcher') return false
    const answer = (signature: string, body: unknown[]): boolean => {
      this.bus.send(Message.newMethodReturn(message, signature, body))
      return true
    }
    if (message.interface === properties && message.member === 'Get') {
      const [, name] = message.body
      if (name === 'IsStatusNotifierHostRegistered') return answer('v', [new Variant('b', true)])
      if (name === 'ProtocolVersion') return answer('v', [new Variant('i', 0)])
      return answer('v', [new Variant('as', [])])
    }
    if (message.interface !== watcher) return false
    if (message.member === 'RegisterStatusNotifierItem') {
      // The first that comes is the one that is looked at. Either a service with its item at the usual path, or a path of the sender (both are in use).
      const given = String(message.body[0])
      this.#item ??= given.startsWith('/')
        ? { service: message.sender ?? '', path: given }
        : { service: given, path: '/StatusNotifierItem' }
    }
    return answer('', [])
  }
}
