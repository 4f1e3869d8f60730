/*
 * Reminds of missed calls a while after the user asked for it, also when the phone was started anew meanwhile; not when the
 * two have talked since, nor when the list of calls was cleared. Clocks that are set and computers that sleep only delay it.
 */
import type { Clock, Timer } from '../../common/clock'
import type { Log } from '../../common/log'
import { hidesCallers } from '../../common/named-calls'
import type { HistoryEntry, PhoneState } from '../../common/phone-state'
import type { CallVerbs } from '../callkit/verbs'
import { defaultAction, type NotificationCenter, type NotificationEvent } from '../os/notifications/notification-center'
import type { Reminder } from '../recents/reminder-file'
import { words } from '../words'
import { accountName, detail, who } from './describe-call'
import { logOutcome } from './log-outcome'
import type { Observer } from './observer'

export interface RemindersOptions {
  readonly center: NotificationCenter
  readonly verbs: Pick<CallVerbs, 'call'>
  readonly openWindow: () => void
  readonly clock: Clock
  readonly log: Log
  readonly file: { load(): readonly Reminder[]; save(reminders: readonly Reminder[]): void }
}

/** So long after it was asked for, ms. */
const remindAfterMs = 15 * 60_000
/** A timer does not run while the computer sleeps: it is looked at the wall clock this often, ms. */
const lookEveryMs = 60_000

export class Reminders implements Observer {
  #list: readonly Reminder[]
  readonly #due = new Set<string>()
  #timer: Timer | null = null
  #state: PhoneState | null = null
  #hidden = false

  constructor(private readonly options: RemindersOptions) {
    this.#list = options.file.load()
    options.center.onEvent((event) => this.#hear(event))
  }

  /** Reminds of this call in a quarter of an hour. */
  remind(entry: Pick<HistoryEntry, 'id' | 'accountId' | 'handle' | 'name' | 'label'>): void {
    const now = this.options.clock.date()
    const { id, accountId, handle, name, label } = entry
    const others = this.#list.filter((one) => one.handle.value !== handle.value)
    this.#change([...others, { id, accountId, handle, name: label ?? name, since: now, at: now + remindAfterMs }])
    this.#look()
  }

  update(now: PhoneState): void {
    const first = this.#state === null
    this.#state = now
    const left = this.#list.filter((reminder) => isWanted(reminder, now.history))
    if (left.length < this.#list.length) this.#change(left)
    const hidden = hidesCallers(now)
    if (first || hidden !== this.#hidden) {
      this.#hidden = hidden
      for (const reminder of this.#list) if (this.#due.has(reminder.id)) this.#show(now, reminder)
      this.#look()
    }
  }

  #look(): void {
    const { clock } = this.options
    if (this.#timer !== null) clock.clearTimeout(this.#timer)
    this.#timer = null
    const state = this.#state
    if (!state) return
    const now = clock.date()
    for (const reminder of this.#list) {
      // A clock that was set back must not delay it for years.
      const isDue = reminder.at <= now || reminder.at > now + remindAfterMs
      if (!isDue || this.#due.has(reminder.id)) continue
      this.#due.add(reminder.id)
      this.#show(state, reminder)
    }
    const next = Math.min(...this.#list.filter(({ id }) => !this.#due.has(id)).map(({ at }) => at))
    if (next !== Infinity)
      this.#timer = clock.setTimeout(() => this.#look(), Math.max(1, Math.min(next - now, lookEveryMs)))
  }

  #show(state: PhoneState, reminder: Reminder): void {
    this.options.center.show({
      key: keyOf(reminder),
      kind: 'missed',
      title: this.#hidden ? words.hiddenReminder : words.reminder(who(reminder)),
      body: this.#hidden ? (accountName(state, reminder.accountId) ?? '') : detail(state, reminder),
      actions: [
        { key: defaultAction, label: words.open },
        { key: 'call-back', label: words.callBack },
        { key: 'remind', label: words.remindMe },
      ],
      urgent: false,
    })
  }

  #hear(event: NotificationEvent): void {
    if (event.type !== 'dismissed' && event.type !== 'action') return
    const reminder = this.#list.find((one) => keyOf(one) === event.key)
    if (!reminder || !this.#due.has(reminder.id)) return
    const { verbs, openWindow, center, log } = this.options
    this.#change(this.#list.filter((one) => one !== reminder))
    if (event.type === 'dismissed') return
    center.close(event.key)
    if (event.action === 'remind') return this.remind({ ...reminder, label: null })
    openWindow()
    if (event.action !== 'call-back') return
    const wish = verbs.call(reminder.handle.value, reminder.accountId, 'notification')
    void logOutcome('call back from a reminder', wish, log)
  }

  #change(list: readonly Reminder[]): void {
    for (const gone of this.#list.filter((one) => !list.includes(one)))
      if (this.#due.delete(gone.id)) this.options.center.close(keyOf(gone))
    this.#list = list
    this.options.file.save(list)
  }
}

const keyOf = ({ id }: Reminder): string => `reminder:${id}`

/** They have not talked since, and the call is not forgotten. */
function isWanted({ handle, since }: Reminder, history: readonly HistoryEntry[]): boolean {
  if (history.length === 0) return false
  return !history.some(
    (entry) => entry.handle.value === handle.value && entry.connectedAt !== null && entry.startedAt > since,
  )
}
