/*
 * Notifications as cards in a small window of our own, for desktops that cannot show them. Decides what is on the cards
 * and what a press means; the surface draws them. Only what waits for the user comes
 * here.
 */
import * as v from 'valibot'
import { type AlertCard, alertUpSchema } from '../../../common/contract/alert'
import { words } from '../../words'
import { EventSource } from './event-source'
import type { DesktopNotification, NotificationCenter, NotificationEvent } from './notification-center'
import { defaultAction } from './notification-center'

/** A window, or a test's. */
export interface AlertSurface {
  /** Shows exactly these cards, without taking the focus; none: it goes away. */
  show(cards: readonly AlertCard[]): void
  /** What the page sent, unchecked. */
  onMessage(listener: (message: unknown) => void): void
}

const dismiss = 'dismiss'

export class AlertNotifications implements NotificationCenter {
  readonly #surface: AlertSurface
  readonly #events = new EventSource<NotificationEvent>()
  readonly #shown = new Map<string, DesktopNotification>()

  constructor(options: { surface: AlertSurface }) {
    this.#surface = options.surface
    this.#surface.onMessage((message) => this.#hear(message))
  }

  onEvent(listener: (event: NotificationEvent) => void): () => void {
    return this.#events.on(listener)
  }

  show(notification: DesktopNotification): void {
    this.#shown.set(notification.key, notification)
    this.#draw()
  }

  close(key: string): void {
    if (this.#shown.delete(key)) this.#draw()
  }

  dispose(): void {
    this.#events.clear()
    this.#shown.clear()
    this.#draw()
  }

  #draw(): void {
    this.#surface.show([...this.#shown.values()].map(cardOf))
  }

  #hear(message: unknown): void {
    const parsed = v.safeParse(alertUpSchema, message)
    const notification = parsed.success ? this.#shown.get(parsed.output.key) : undefined
    if (!parsed.success || notification === undefined) return
    const { key, action } = parsed.output
    if (action === dismiss) {
      this.close(key)
      this.#events.emit({ type: 'dismissed', key })
    } else if (notification.actions.some((one) => one.key === action)) {
      this.#events.emit({ type: 'action', key, action })
    }
  }
}

function cardOf(notification: DesktopNotification): AlertCard {
  const { key, title, body, actions } = notification
  return {
    key,
    title,
    body,
    buttons: actions.filter((action) => action.key !== defaultAction),
    open: actions.find((action) => action.key === defaultAction)?.label ?? null,
    dismiss: words.hide,
  }
}
