/*
 * Two ways to show a notification, one in reserve: what the desktop cannot show, or not with its buttons, the second one
 * shows until the desktop can. Only what waits for the user is worth
 * that.
 */
import { EventSource } from './event-source'
import type { DesktopNotification, NotificationCenter, NotificationEvent } from './notification-center'

export class NotificationsWithFallback implements NotificationCenter {
  readonly #desktop: NotificationCenter
  readonly #reserve: NotificationCenter
  readonly #events = new EventSource<NotificationEvent>()
  readonly #wanted = new Map<string, DesktopNotification>()
  readonly #inReserve = new Set<string>()

  constructor(options: { desktop: NotificationCenter; reserve: NotificationCenter }) {
    this.#desktop = options.desktop
    this.#reserve = options.reserve
    this.#desktop.onEvent((event) => this.#desktopSays(event))
    this.#reserve.onEvent((event) => this.#reserveSays(event))
  }

  onEvent(listener: (event: NotificationEvent) => void): () => void {
    return this.#events.on(listener)
  }

  show(notification: DesktopNotification): void {
    this.#wanted.set(notification.key, notification)
    if (this.#inReserve.has(notification.key)) this.#reserve.show(notification)
    this.#desktop.show(notification)
  }

  close(key: string): void {
    this.#wanted.delete(key)
    this.#desktop.close(key)
    this.#leaveReserve(key)
  }

  dispose(): void {
    this.#desktop.dispose()
    this.#reserve.dispose()
    this.#events.clear()
  }

  #desktopSays(event: NotificationEvent): void {
    const notification = this.#wanted.get(event.key)
    if (notification === undefined) return
    if (event.type === 'unable' && notification.kind !== 'missed') {
      this.#inReserve.add(event.key)
      this.#reserve.show(notification)
    }
    if (event.type === 'shown' || event.type === 'dismissed') this.#leaveReserve(event.key)
    if (event.type === 'dismissed') this.#wanted.delete(event.key)
    this.#events.emit(event)
  }

  #reserveSays(event: NotificationEvent): void {
    if (!this.#inReserve.has(event.key)) return
    if (event.type === 'dismissed') this.close(event.key)
    this.#events.emit(event)
  }

  #leaveReserve(key: string): void {
    if (this.#inReserve.delete(key)) this.#reserve.close(key)
  }
}
