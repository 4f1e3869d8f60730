/*
 * The few messages between main and the alert page, the small window that shows ringing calls where the desktop cannot.
 * Down: every card there is, whole, at each change. Up: what was pressed, validated in main.
 */
import * as v from 'valibot'

export interface AlertCard {
  readonly key: string
  readonly title: string
  readonly body: string
  /** Buttons, in order. */
  readonly buttons: readonly { readonly key: string; readonly label: string }[]
  /** What a press on the card itself does, for screen readers; null when it does nothing. */
  readonly open: string | null
  /** Name of the button that sends the card away. */
  readonly dismiss: string
}

export interface AlertDown {
  readonly type: 'cards'
  readonly cards: readonly AlertCard[]
}

/** `action`: a button's key, `default` for the card itself, `dismiss` to send it away. */
export const alertUpSchema = v.strictObject({
  key: v.pipe(v.string(), v.maxLength(128)),
  action: v.pipe(v.string(), v.maxLength(64)),
})
export type AlertUp = v.InferOutput<typeof alertUpSchema>

/** Size of the window and of each card in it, in CSS px; the page draws to it. */
export const alertSize = { width: 360, card: 124, maxCards: 3 } as const
