/*
 * Whom the user works with, as the server tells of them: their lines (BLF, RFC 4235), their presence (PIDF, RFC 3863), messages between us
 * (RFC 3428), and the voicemail that waits (RFC 3842).
 */
import * as v from 'valibot'
import type { AccountId } from './account'
import type { Handle } from './handle'

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))

/** One whose line is watched, as the user set it up. */
export const watchedSchema = v.strictObject({
  accountId: text(128),
  /** As it would be dialled on that account. */
  number: v.pipe(text(256), v.trim(), v.minLength(1)),
  name: text(128),
})
export type Watched = Readonly<v.InferOutput<typeof watchedSchema>>

export const lineStates = ['unknown', 'idle', 'ringing', 'busy', 'held', 'offline'] as const
export type LineState = (typeof lineStates)[number]

export interface Colleague extends Watched {
  readonly line: LineState
  /** Who calls, or is talked to, when the server says so. */
  readonly withWhom: Handle | null
  /** A pick-up code or a dialog to replace is known, and the line rings. */
  readonly canPickUp: boolean
  /** `open` null: not said. */
  readonly presence: { readonly open: boolean | null; readonly note: string | null } | null
}

export interface Voicemail {
  readonly accountId: AccountId
  readonly waiting: boolean
  /** null: the server only says that there are some. */
  readonly fresh: number | null
  readonly old: number | null
  readonly urgent: number | null
}

export interface Message {
  readonly id: string
  readonly accountId: AccountId
  readonly with: Handle
  readonly name: string | null
  readonly direction: 'incoming' | 'outgoing'
  /** Plain text, at most 8 kB. */
  readonly text: string
  /** Wall-clock ms. */
  readonly at: number
  readonly state: 'sending' | 'sent' | 'failed' | 'received'
  readonly seen: boolean
}

/** Messages exchanged with one person on one account. */
export interface Conversation {
  readonly accountId: AccountId
  readonly with: Handle
  readonly name: string | null
  /** Of those nobody has read. */
  readonly unread: number
  /** Of the newest, cut short. */
  readonly last: string
  /** What became of the newest; `received`: it is theirs. */
  readonly lastState: Message['state']
  /** Wall-clock ms of the newest. */
  readonly at: number
}
