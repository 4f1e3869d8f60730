/*
 * What the person is in the middle of: the open view, half-typed text, the call that has the screen. It belongs to this
 * page alone and dies with it; it never holds what main knows better.
 */
import type { CallId } from '../../common/call'
import type { Call } from '../../common/call'
import type { CallView } from '../../common/phone-state'
import { AccountForm } from './account-form.svelte'
import { foreground, isWaiting } from './foreground'

export type Tab = 'phone' | 'recents' | 'settings'
export type SettingsPage = 'accounts' | 'audio' | 'general' | 'about'

export class Desk {
  tab = $state<Tab>('phone')
  settingsPage = $state<SettingsPage>('accounts')
  dialText = $state('')
  /** The account to call with; null: main's choice. */
  dialAccount = $state<string | null>(null)
  keypad = $state(true)
  missedOnly = $state(false)
  /** Grows when the dial field should take the focus. */
  dialerFocus = $state(0)
  /** The account being typed, or null. It outlives the view, so nothing typed is lost. */
  form = $state.raw<AccountForm | null>(null)
  formOpen = $state(false)
  /** The calls are out of sight because the user went elsewhere. */
  away = $state(false)
  chosen = $state<CallId | null>(null)
  /** Ended calls that were closed before main forgot them. */
  closed = $state.raw<readonly CallId[]>([])
  /** Digits played in the call on screen. */
  digits = $state('')
  callKeypad = $state(false)

  /** The calls worth showing. */
  shown(calls: readonly CallView[]): readonly CallView[] {
    return calls.filter(({ call }) => !(call.state === 'ended' && this.closed.includes(call.id)))
  }

  /** Obeys a change of the calls: who has the screen now. `typing`: somebody is, and must not be interrupted. */
  follow(calls: readonly CallView[], before: readonly CallView[], typing: boolean): void {
    const shown = this.shown(calls)
    const fresh = shown.filter(({ call }) => !before.some((other) => other.call.id === call.id)).map(({ call }) => call)
    const next = foreground(shown, this.preferred(fresh, shown) ?? this.chosen)
    if ((next?.call.id ?? null) !== this.chosen) this.choose(next?.call.id ?? null)
    if (shown.length === 0) this.away = false
    else if (fresh.some((call) => call.state !== 'incoming')) this.away = false
    else if (fresh.length > 0 && shown.length === fresh.length) this.away = typing
  }

  choose(id: CallId | null): void {
    this.chosen = id
    this.digits = ''
    this.callKeypad = false
  }

  close(id: CallId): void {
    this.closed = [...this.closed, id]
  }

  /** Opens the form for a new account, or for this one, with whatever was typed into it before. */
  openForm(form: AccountForm): void {
    if (this.form?.accountId !== form.accountId) this.form = form
    this.formOpen = true
  }

  /** A call that was just dialled takes the screen; so does a first caller; a second caller never does. */
  private preferred(fresh: readonly Call[], shown: readonly CallView[]): CallId | null {
    return fresh.find((call) => call.state !== 'ended' && !isWaiting(call, shown) && call.state !== 'incoming')?.id ?? null
  }
}
