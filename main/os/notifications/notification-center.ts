/*
 * What the phone needs of a desktop's notifications, whatever the desktop: show, replace and close by key, and hear what
 * the user did. It knows nothing of calls; the text it is given is plain and short already, escaping is the adapter's.
 */

/** What happened to a notification that this process showed and did not yet close. */
export type NotificationEvent =
  /** The user pressed a button, or the notification itself (`default`). */
  | { readonly type: 'action'; readonly key: string; readonly action: string }
  /** The user sent it away. It is forgotten: showing the key again makes a new one. */
  | { readonly type: 'dismissed'; readonly key: string }
  /** It is on the screen with its buttons, as far as the desktop tells. May come again. */
  | { readonly type: 'shown'; readonly key: string }
  /** It is not, or not with its buttons: someone else has to do its job until `shown` comes. */
  | { readonly type: 'unable'; readonly key: string; readonly why: string }

/** The action key of a click on the notification itself. */
export const defaultAction = 'default'

export interface DesktopNotification {
  /** Chosen by the caller; one notification a key. */
  readonly key: string
  /** A call that rings, something only the user can decide, or news. */
  readonly kind: 'incoming' | 'question' | 'missed'
  readonly title: string
  readonly body: string
  /** Buttons, in order; `default` is not a button, it names what a click on the notification itself does. */
  readonly actions: readonly { readonly key: string; readonly label: string }[]
  /** Breaks through, stays until closed. */
  readonly urgent: boolean
}

export interface NotificationCenter {
  /** Shows it, or replaces what is shown under its key. Never throws, never waits. */
  show(notification: DesktopNotification): void
  /** Takes it away; unknown keys are ignored. No event follows for the key. */
  close(key: string): void
  /** Returns how to stop listening. Listeners are called in order of subscription and must not throw. */
  onEvent(listener: (event: NotificationEvent) => void): () => void
  /** Closes everything that is shown and lets go of the desktop. */
  dispose(): void
}
