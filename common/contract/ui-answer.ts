/*
 * What main answers to a ui page that asked for something; the command's type decides which. Plain values, made by main.
 */
import type { Conversation, Message } from '../colleague'
import type { Contact, Person } from '../contact'
import type { HistoryEntry } from '../phone-state'

export type UiAnswer =
  | { readonly type: 'people'; readonly people: readonly Person[] }
  | { readonly type: 'contacts'; readonly contacts: readonly Contact[]; readonly total: number }
  | { readonly type: 'contact'; readonly contact: Contact }
  | { readonly type: 'imported'; readonly added: number; readonly updated: number; readonly skipped: number }
  | { readonly type: 'calls'; readonly calls: readonly HistoryEntry[]; readonly more: boolean }
  | { readonly type: 'messages'; readonly messages: readonly Message[] }
  | { readonly type: 'conversations'; readonly conversations: readonly Conversation[] }
  | { readonly type: 'diagnostics'; readonly parts: readonly { readonly name: string; readonly text: string }[] }
  | { readonly type: 'path'; readonly path: string | null }
  | {
      readonly type: 'number'
      /** `+` and digits, or null when it is an extension or no number. */
      readonly e164: string | null
      /** As it is shown to a person. */
      readonly shown: string
      /** What goes into the request's URI. */
      readonly dialled: string
      /** In words: which rule did what. */
      readonly why: string
    }
