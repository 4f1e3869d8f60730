/*
 * What the person is in the middle of: the open view, half-typed text, the call that has the screen. It belongs to this
 * page alone and dies with it, but for a transfer that asks first; it never holds what main knows better.
 */
import type { AccountId } from '../../common/account'
import { canDeflect, canTransfer, type Call, type CallId } from '../../common/call'
import type { UiCommand, UiError } from '../../common/contract/ui'
import { hasEar } from '../../common/party'
import type { ContactId } from '../../common/contact'
import type { CallView, HistoryEntry } from '../../common/phone-state'
import type { AccountForm } from './account-form.svelte'
import { named } from './caller'
import { ContactForm, type Stranger } from './contact-form.svelte'
import { successor } from './foreground'
import type { RecentFilter } from './past-calls.svelte'
import type { Phone, Reply } from './phone.svelte'
import type { RuleForm } from './rule-form.svelte'
import type { SourceForm } from './source-form.svelte'
import type { WatchForm } from './watch-form.svelte'

export type Tab = 'phone' | 'recents' | 'contacts' | 'messages' | 'settings'
/** Whom messages are exchanged with. `accountId` null: on whichever account that was so far, or on main's choice. */
export interface Writing {
  readonly accountId: AccountId | null
  readonly number: string
}
/** A call we are in, or one that still rings here. */
export type Sending = 'transfer' | 'deflect'
export type SettingsPage =
  'accounts' | 'audio' | 'quiet' | 'blocking' | 'directories' | 'general' | 'privacy' | 'diagnostics' | 'about'

export class Desk {
  tab = $state<Tab>('phone')
  /** null: the list of them. */
  settingsPage = $state<SettingsPage | null>(null)
  dialText = $state('')
  /** The account to call with; null: main's choice. */
  dialAccount = $state<string | null>(null)
  keypad = $state(true)
  /** The next call leaves no trace. */
  dialPrivate = $state(false)
  recentFilter = $state<RecentFilter>('all')
  recentText = $state('')
  /** The past call that is looked at. */
  recent = $state.raw<HistoryEntry | null>(null)
  contactFilter = $state('')
  /** The contact that is looked at. */
  contact = $state<ContactId | null>(null)
  /** The contact being typed; it outlives the view. */
  contactForm = $state.raw<ContactForm | null>(null)
  /** Whose messages are read; no number: whom to write to is being chosen. */
  conversation = $state.raw<Writing | null>(null)
  /** Messages being typed, by whom they are for. */
  drafts = $state.raw<Readonly<Record<string, string>>>({})
  /** Which people are looked at. */
  people = $state<'contacts' | 'colleagues'>('contacts')
  /** The colleague being typed; `name` and `number` as far as they are known. */
  watching = $state.raw<WatchForm | null>(null)
  /** The directory, or the rule of the own list, being typed. */
  sourceForm = $state.raw<SourceForm | null>(null)
  ruleForm = $state.raw<RuleForm | null>(null)
  /** The account whose test is looked at. */
  testing = $state<AccountId | null>(null)
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
  /** The list of all keys is open. */
  keysShown = $state(false)
  /** The last wish that was not granted, until it is put away or another one is. */
  problem = $state.raw<UiError | null>(null)

  /** The calls worth showing, under the names the phone knows. */
  shown(calls: readonly CallView[]): readonly CallView[] {
    return calls.filter(({ call }) => !(call.state === 'ended' && this.closed.includes(call.id))).map(named)
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

  /** Going where one is already leads back to its first page. */
  goTo(tab: Tab): void {
    if (tab === this.tab) this.home(tab)
    this.tab = tab
    this.away = true
    if (tab === 'phone') this.dialerFocus++
  }

  private home(tab: Tab): void {
    if (tab === 'recents') this.recent = null
    if (tab === 'contacts') this.contact = this.watching = null
    if (tab === 'messages') this.conversation = null
    if (tab === 'settings') this.settingsPage = this.testing = null
  }

  openSettings(page: SettingsPage): void {
    this.goTo('settings')
    this.testing = null
    this.settingsPage = page
  }

  /** Looks at the test of an account, and begins one unless one runs. */
  openTest(phone: Phone, id: AccountId): void {
    this.openSettings('accounts')
    this.testing = id
    const test = phone.state?.accountTest
    if (test?.accountId !== id || test.done) void this.ask(phone, { type: 'testAccount', accountId: id })
  }

  /** Looks at a contact. */
  openContact(id: ContactId): void {
    this.contactForm = null
    this.contact = id
    this.goTo('contacts')
    this.contact = id
  }

  /** Looks at the messages with somebody, to write another one. `number`: as it would be dialled on that account. */
  openConversation(accountId: AccountId | null, number: string): void {
    this.formOpen = false
    this.goTo('messages')
    this.conversation = { accountId, number }
  }

  /** Opens the form for somebody whose line is to be watched. */
  watch(form: WatchForm): void {
    this.goTo('contacts')
    this.contact = null
    this.people = 'colleagues'
    this.watching = form
  }

  /** Opens the form for somebody who is to become a contact. */
  addContact(stranger: Stranger | null): void {
    this.goTo('contacts')
    this.contactForm = new ContactForm(stranger)
  }

  /** One step out of what is open in this tab; false: nothing is. */
  stepBack(): boolean {
    if (this.tab === 'contacts' && this.contactForm) this.contactForm = null
    else if (this.tab === 'contacts' && this.contact !== null) this.contact = null
    else if (this.tab === 'contacts' && this.watching) this.watching = null
    else if (this.tab === 'recents' && this.recent) this.recent = null
    else if (this.tab === 'messages' && this.conversation) this.conversation = null
    else if (this.tab === 'settings' && this.testing !== null) this.testing = null
    else if (this.tab === 'settings' && this.sourceForm) this.sourceForm = null
    else if (this.tab === 'settings' && this.ruleForm) this.ruleForm = null
    else if (this.tab === 'settings' && this.settingsPage !== null) this.settingsPage = null
    else return false
    return true
  }

  /** Opens the form for a new account, or for this one, with whatever was typed into it before; the one that is open then. */
  openForm(form: AccountForm): AccountForm {
    const kept = this.form?.accountId === form.accountId && this.form.isChanged ? this.form : form
    this.form = kept
    this.formOpen = true
    return kept
  }

  /** Leaves the form; `done`: what was typed is no longer needed. */
  closeForm(done: boolean): void {
    this.formOpen = false
    if (done) this.form = null
  }
}
