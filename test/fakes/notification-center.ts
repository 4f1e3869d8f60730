/*
 * A notification center that remembers what is shown and lets a test be its user.
 */
import { EventSource } from '../../main/os/notifications/event-source'
import type {
  DesktopNotification,
  NotificationCenter,
  NotificationEvent,
} from '../../main/os/notifications/notification-center'

export class FakeNotificationCenter implements NotificationCenter {
  readonly shown = new Map<string, DesktopNotification>()
  /** Every call, as `show KEY` or `close KEY`. */
  readonly asked: string[] = []
  readonly #events = new EventSource<NotificationEvent>()

  show(notification: DesktopNotification): void {
    this.asked.push(`show ${notification.key}`)
    this.shown.set(notification.key, notification)
  }

  close(key: string): void {
    this.asked.push(`close ${key}`)
    this.shown.delete(key)
  }

  onEvent(listener: (event: NotificationEvent) => void): () => void {
    return this.#events.on(listener)
  }

  dispose(): void {
    this.shown.clear()
  }

  emit(event: NotificationEvent): void {
    if (event.type === 'dismissed') this.shown.delete(event.key)
    this.#events.emit(event)
  }

  press(key: string, action: string): void {
    this.emit({ type: 'action', key, action })
  }
}
