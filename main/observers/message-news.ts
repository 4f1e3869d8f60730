/*
 * A notification for each person with messages that came since the phone was started and that nobody has read, with the newest of them; a click opens the
 * conversation. What is said is hidden as names are, and while the user is not to be disturbed. It knows no desktop.
 */
import type { AccountId } from '../../common/account'
import type { Clock, Timer } from '../../common/clock'
import type { Conversation } from '../../common/colleague'
import { hidesCallers } from '../../common/named-calls'
import { plain } from '../../common/plain-text'
import type { PhoneState } from '../../common/phone-state'
import type { NotificationCenter, NotificationEvent } from '../os/notifications/notification-center'
import { defaultAction } from '../os/notifications/notification-center'
import { words } from '../words'
import { accountName, who } from './describe-call'
import type { Observer } from './observer'

export interface MessageNewsOptions {
  readonly center: NotificationCenter
  readonly clock: Clock
  /** Opens the window at the messages with this number on this account. */
  readonly openConversation: (accountId: AccountId, number: string) => void
}

/** Who looks at the conversation has read it by then, ms: no notification for what is on the screen. */
const patienceMs = 400
/** Of a message's text, graphemes. */
const longest = 160

export class MessageNews implements Observer {
  /** When the newest message of each conversation came that is not to be told any more: read, sent away, or there before the start. */
  readonly #settled = new Map<string, number>()
  /** What is asked of the center, by key. */
  readonly #shown = new Map<string, { readonly content: string; readonly about: Conversation }>()
  #state: PhoneState | null = null
  #timer: Timer | null = null

  constructor(private readonly options: MessageNewsOptions) {
    options.center.onEvent((event) => this.#hear(event))
  }

  update(now: PhoneState): void {
    if (this.#state === null) for (const one of now.unread) this.#settled.set(keyOf(one), one.at)
    this.#state = now
    const news = new Map(now.unread.filter((one) => this.#isNews(one)).map((one) => [keyOf(one), one]))
    for (const key of [...this.#shown.keys()]) {
      if (news.has(key)) continue
      this.#shown.delete(key)
      this.options.center.close(key)
    }
    if (news.size > 0 && this.#timer === null)
      this.#timer = this.options.clock.setTimeout(() => this.#tell(), patienceMs)
  }

  #tell(): void {
    this.#timer = null
    const state = this.#state
    for (const one of state?.unread ?? []) if (state && this.#isNews(one)) this.#show(state, one)
  }

  #show(state: PhoneState, about: Conversation): void {
    const key = keyOf(about)
    const hidden = hidesCallers(state) || state.quiet.on
    const title = hidden
      ? words.hiddenMessages(about.unread)
      : words.messages(who({ ...about, handle: about.with }), about.unread)
    const body = hidden ? (accountName(state, about.accountId) ?? '') : plain(about.last, longest)
    const content = JSON.stringify([title, body, about.at])
    if (this.#shown.get(key)?.content === content) return
    this.#shown.set(key, { content, about })
    const actions = [{ key: defaultAction, label: words.open }]
    this.options.center.show({ key, kind: 'missed', title, body, actions, urgent: false })
  }

  #hear(event: NotificationEvent): void {
    const shown = this.#shown.get(event.key)
    if (!shown || (event.type !== 'dismissed' && event.type !== 'action')) return
    this.#shown.delete(event.key)
    this.#settled.set(event.key, shown.about.at)
    if (event.type === 'dismissed') return
    this.options.center.close(event.key)
    this.options.openConversation(shown.about.accountId, shown.about.with.value)
  }

  #isNews(one: Conversation): boolean {
    return one.at > (this.#settled.get(keyOf(one)) ?? -1)
  }
}

const keyOf = ({ accountId, with: { type, value } }: Conversation): string => `message:${accountId}:${type}:${value}`
