/*
 * A notification as the Notify call of the Desktop Notifications Specification 1.2, cut to what a server can show. Pure.
 */
import { Variant } from '@jellybrick/dbus-next'
import type { DesktopNotification } from './notification-center'
import { defaultAction } from './notification-center'
import { notificationServer } from './notification-server'
import type { BusCall } from './session-bus'

/** How the application is named to the server. `icon`: name in the icon theme or path of an image, '' for none. */
export interface NotifyingApp {
  readonly appName: string
  /** Without `.desktop`. */
  readonly desktopEntry: string
  readonly icon: string
}

/** What GNOME shows; more would push each other out of the bubble elsewhere. */
const maximumButtons = 3

/** The specification's, section 6. */
const categories = { incoming: 'call.incoming', question: 'call', missed: 'call.unanswered' } as const

/** `replaces`: the server's id of the one it takes the place of, 0 for none. */
export function notifyCall(
  app: NotifyingApp,
  content: DesktopNotification,
  replaces: number,
  capabilities: ReadonlySet<string>,
): BusCall {
  const markup = capabilities.has('body-markup')
  const hasBody = capabilities.has('body')
  const hints: Record<string, Variant> = {
    urgency: new Variant('y', content.urgent ? 2 : 1),
    category: new Variant('s', categories[content.kind]),
    'desktop-entry': new Variant('s', app.desktopEntry),
    // The phone rings by itself, on the device the user chose.
    'suppress-sound': new Variant('b', true),
    ...(content.kind === 'incoming' ? { resident: new Variant('b', true) } : {}),
  }
  return {
    ...notificationServer,
    member: 'Notify',
    signature: 'susssasa{sv}i',
    body: [
      app.appName,
      replaces,
      app.icon,
      hasBody || content.body === '' ? content.title : `${content.title} · ${content.body}`,
      hasBody ? (markup ? escapeMarkup(content.body) : content.body) : '',
      capabilities.has('actions') ? actions(content) : [],
      hints,
      0, // never expires: it lives as long as it is true
    ],
  }
}

/** Key and label of each in turn; of the buttons, which are in order of need, the first few. */
function actions(content: DesktopNotification): string[] {
  const buttons = content.actions.filter(({ key }) => key !== defaultAction).slice(0, maximumButtons)
  const click = content.actions.filter(({ key }) => key === defaultAction)
  return [...click, ...buttons].flatMap(({ key, label }) => [key, label])
}

/** For servers that read markup in the body. */
const escapeMarkup = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
