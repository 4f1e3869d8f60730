/*
 * Where desktops and notification servers on Linux say that nobody is to be disturbed, each with the question, how to read
 * the answer, and the signal after which to ask again. KDE: Inhibited; dunst: paused; GNOME: banners off; Xfce: notifyd's switch.
 */
import type { Ask } from './desktop-focus'
import { notificationServer } from '../notifications/notification-server'
import { daemon, type Bus, type BusCall, type BusSignal } from '../notifications/session-bus'

export interface FocusSource {
  /** For the log. */
  readonly name: string
  /** null: nobody there says so. Never rejects. */
  readonly ask: (bus: Bus) => Promise<boolean | null>
  /** What it says may have changed. Anybody may send such a signal, so it is only a reason to ask. */
  readonly isNews: (signal: BusSignal) => boolean
}

export interface LinuxFocusSourcesOptions {
  /** As in XDG_CURRENT_DESKTOP. */
  readonly desktop: string
  readonly ask: Ask
}

const properties = 'org.freedesktop.DBus.Properties'
const portal = { name: 'org.freedesktop.portal.Desktop', path: '/org/freedesktop/portal/desktop' } as const
const xfconf = { name: 'org.xfce.Xfconf', path: '/org/xfce/Xfconf', interface: 'org.xfce.Xfconf' } as const
const dunst = 'org.dunstproject.cmd0'
const gnomeKeys = ['org.gnome.desktop.notifications', 'show-banners'] as const
const gnomeFolder = '/org/gnome/desktop/notifications/'
const xfceKeys = ['xfce4-notifyd', '/do-not-disturb'] as const

/** To be given to the session bus. */
export const focusMatches: readonly string[] = [
  `type='signal',sender='${notificationServer.destination}',path='${notificationServer.path}',interface='${properties}',member='PropertiesChanged'`,
  `type='signal',sender='${daemon.destination}',interface='${daemon.interface}',member='NameOwnerChanged',arg0='${notificationServer.destination}'`,
  `type='signal',sender='${portal.name}',path='${portal.path}',interface='org.freedesktop.portal.Settings',member='SettingChanged',arg0='${gnomeKeys[0]}'`,
  `type='signal',interface='ca.desrt.dconf.Writer',member='Notify'`,
  `type='signal',sender='${xfconf.name}',path='${xfconf.path}',interface='${xfconf.interface}',member='PropertyChanged',arg0='${xfceKeys[0]}'`,
]

export function linuxFocusSources({ desktop, ask }: LinuxFocusSourcesOptions): readonly FocusSource[] {
  const isServerNews = ({ interface: from, member, path }: BusSignal): boolean =>
    (from === properties && path === notificationServer.path) ||
    (from === daemon.interface && member === 'NameOwnerChanged')
  const property = (of: string, name: string): BusCall => ({
    destination: notificationServer.destination,
    path: notificationServer.path,
    interface: properties,
    member: 'Get',
    signature: 'ss',
    body: [of, name],
    noAutoStart: true,
  })
  const says = (name: string, call: BusCall, isNews: FocusSource['isNews'], quietWhen = true): FocusSource => ({
    name,
    isNews,
    ask: async (bus) => {
      const reply = await bus.call(call)
      const value = reply.ok ? inside(reply.body[0]) : null
      return typeof value === 'boolean' ? value === quietWhen : null
    },
  })
  const gnome = /GNOME|Unity|Budgie/i.test(desktop)
  return [
    says('notification server', property(notificationServer.interface, 'Inhibited'), isServerNews),
    says('dunst', property(dunst, 'paused'), isServerNews),
    says(
      'desktop portal',
      {
        destination: portal.name,
        path: portal.path,
        interface: 'org.freedesktop.portal.Settings',
        member: 'Read',
        signature: 'ss',
        body: gnomeKeys,
        noAutoStart: true,
      },
      ({ member, body }) => member === 'SettingChanged' && body[1] === gnomeKeys[1],
      false,
    ),
    says(
      'Xfce',
      {
        destination: xfconf.name,
        path: xfconf.path,
        interface: xfconf.interface,
        member: 'GetProperty',
        signature: 'ss',
        body: xfceKeys,
        noAutoStart: true,
      },
      ({ interface: from, body }) => from === xfconf.interface && body[1] === xfceKeys[1],
    ),
    // Portals keep this key to themselves; what a session writes there is told by dconf all the same.
    ...(gnome
      ? [
          {
            name: 'GNOME',
            ask: async () => {
              const shown = (await ask('gsettings', ['get', ...gnomeKeys]))?.trim()
              return shown === 'true' ? false : shown === 'false' ? true : null
            },
            isNews: ({ interface: from, body: [prefix] }: BusSignal) =>
              from === 'ca.desrt.dconf.Writer' &&
              typeof prefix === 'string' &&
              (prefix.startsWith(gnomeFolder) || gnomeFolder.startsWith(prefix)),
          },
        ]
      : []),
  ]
}

/** Values come in variants, from the portal in two. */
function inside(value: unknown): unknown {
  let inner = value
  for (let depth = 0; depth < 3 && typeof inner === 'object' && inner !== null && 'value' in inner; depth++) {
    inner = inner.value
  }
  return inner
}
