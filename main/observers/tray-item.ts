/*
 * What a tray menu is made of, as data: words, verbs, and menus within the menu. It does not know who draws it.
 */
import type { AccountId } from '../../common/account'
import type { CallId } from '../../common/call'

export type TrayVerb =
  | {
      readonly type:
        'answer' | 'endAndAnswer' | 'decline' | 'sendToVoicemail' | 'silence' | 'end' | 'endGroup' | 'split' | 'park'
      readonly callId: CallId
    }
  | { readonly type: 'setHeld'; readonly callId: CallId; readonly held: boolean }
  /** A conference is muted towards each of its members. */
  | { readonly type: 'setMuted'; readonly callIds: readonly CallId[]; readonly muted: boolean }
  | { readonly type: 'swap' }
  | { readonly type: 'merge'; readonly callIds: readonly CallId[] }
  | { readonly type: 'transferToCall'; readonly callId: CallId; readonly toCallId: CallId }
  | { readonly type: 'answerReferral'; readonly callId: CallId; readonly accept: boolean }
  | { readonly type: 'continueDigits'; readonly callId: CallId; readonly send: boolean }
  /** `lasts`: minutes, until the next morning, or (null) until it is switched off. */
  | { readonly type: 'setDoNotDisturb'; readonly on: boolean; readonly lasts: number | 'until-morning' | null }
  /** The screen is shared: notifications do not say who calls. */
  | { readonly type: 'setSharing'; readonly on: boolean }
  /** Calls the account's mailbox. */
  | { readonly type: 'listenToVoicemail'; readonly accountId: AccountId; readonly number: string }
  | { readonly type: 'open' }
  | { readonly type: 'quit' }

export type TrayItem =
  | { readonly type: 'separator' }
  /** Words only. */
  | { readonly type: 'label'; readonly label: string }
  /** `checked` null: not a check box. */
  | { readonly type: 'verb'; readonly label: string; readonly checked: boolean | null; readonly verb: TrayVerb }
  | { readonly type: 'menu'; readonly label: string; readonly items: readonly TrayItem[] }

export const separator: TrayItem = { type: 'separator' }

export const label = (text: string): TrayItem => ({ type: 'label', label: text })

export const item = (text: string, verb: TrayVerb, checked: boolean | null = null): TrayItem => ({
  type: 'verb',
  label: text,
  checked,
  verb,
})
