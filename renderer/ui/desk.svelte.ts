/*
 * What the person is in the middle of: the open view, half-typed text, the call that has the screen. It belongs to this
 * page alone and dies with it; it never holds what main knows better.
 */
import { canDeflect, canTransfer, type Call, type CallId } from '../../common/call'
import type { UiCommand, UiError } from '../../common/contract/ui'
import { hasEar } from '../../common/party'
import type { CallView } from '../../common/phone-state'
import type { AccountForm } from './account-form.svelte'
import { successor } from './foreground'
import type { Phone, Reply } from './phone.svelte'

export type Tab = 'phone' | 'recents' | 'settings'
/** A call we are in, or one that still rings here. */
export type Sending = 'transfer' | 'deflect'
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
  /** Whom the call in front is to be sent to is being chosen. */
  sending = $state<Sending | null>(null)
  sendText = $state('')
  /** A transfer that asks first: whom it is about, and the call made to ask. */
  consulting = $state.raw<{ readonly callId: CallId; readonly toCallId: CallId } | null>(null)
  /** The list of all keys is open. */
  keysShown = $state(false)
  /** The last wish that was not granted, until it is put away or another one is. */
  problem = $state.raw<UiError | null>(null)

  /** The calls worth showing. */
  shown(calls: readonly CallView[]): readonly CallView[] {
    return calls.filter(({ call }) => !(call.state === 'ended' && this.closed.includes(call.id)))
  }

  /** Asks the phone, and keeps the refusal where it can be read. A call that is already over needs no words. */
  async ask(phone: Phone, command: UiCommand): Promise<Reply> {
    const reply = await phone.request(command)
    this.problem = reply.ok || reply.error.code === 'unknown-call' ? null : reply.error
    return reply
  }

  /** Several wishes that are one to the person. */
  async askAll(phone: Phone, commands: readonly UiCommand[]): Promise<void> {
    const replies = await Promise.all(commands.map((command) => this.ask(phone, command)))
    const failed = replies.find((reply) => !reply.ok && reply.error.code !== 'unknown-call')
    if (failed && !failed.ok) this.problem = failed.error
  }

  /**
   * Obeys a change of the calls: who has the screen now. A call that was dialled or picked up takes it, a first caller
   * too unless somebody is `typing`; a second caller never does.
   */
  follow(calls: readonly CallView[], before: readonly CallView[], typing: boolean): void {
    const shown = this.shown(calls)
    const next = successor(shown, before, this.chosen)
    if (next !== this.chosen) this.choose(next)
    const chosen = shown.find(({ call }) => call.id === this.chosen)?.call
    if (!chosen || (this.sending && !(this.sending === 'transfer' ? canTransfer(chosen) : canDeflect(chosen))))
      this.sending = null
    this.forgetConsultation(shown)
    const was = (call: Call): Call | undefined => before.find((other) => other.call.id === call.id)?.call
    const live = shown.filter(({ call }) => call.state !== 'ended')
    const [caller, ...more] = live.filter(({ call }) => call.state === 'incoming' && !was(call))
    const taken = shown.some(({ call }) => hasEar(call) && (was(call)?.state ?? 'incoming') === 'incoming')
    if (shown.length === 0 || taken) this.away = false
    else if (caller && more.length + 1 === live.length) {
      // A call that is over has no use for the screen any more.
      if (!typing) this.choose(caller.call.id)
      this.away = typing && (this.away || chosen?.state !== 'ended')
    }
  }

  /** Once one of the two is gone there is nothing to complete. */
  private forgetConsultation(shown: readonly CallView[]): void {
    const { consulting } = this
    if (!consulting) return
    const isThere = (id: CallId): boolean =>
      shown.some(({ call }) => call.id === id && call.state !== 'ended' && call.state !== 'ending')
    if (!isThere(consulting.callId) || !isThere(consulting.toCallId)) this.consulting = null
  }

  choose(id: CallId | null): void {
    this.chosen = id
    this.digits = ''
    this.callKeypad = false
    this.sending = null
  }

  /** Opens the choice of whom this call is to be sent to. */
  send(call: Call, how: Sending): void {
    if (this.chosen !== call.id) this.choose(call.id)
    this.sending = how
    this.sendText = ''
    this.callKeypad = false
    this.away = false
  }

  close(id: CallId): void {
    this.closed = [...this.closed, id]
    if (this.chosen === id) this.choose(null)
  }

  goTo(tab: Tab): void {
    this.tab = tab
    this.away = true
    if (tab === 'phone') this.dialerFocus++
  }

  /** Opens the form for a new account, or for this one, with whatever was typed into it before. */
  openForm(form: AccountForm): void {
    if (this.form?.accountId !== form.accountId) this.form = form
    this.formOpen = true
  }

  /** Leaves the form; `done`: what was typed is no longer needed. */
  closeForm(done: boolean): void {
    this.formOpen = false
    if (done) this.form = null
  }
}
