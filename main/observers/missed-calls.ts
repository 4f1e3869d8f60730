/*
 * A notification for each call that rang here and was missed, until the user has seen it or sent it away; its button
 * calls back. One that was answered but came to nothing here is told with its reason: whoever answered it by a notification
 * sees no window. Calls missed in an earlier run are left to the window and the badge.
 */
import type { CallId } from '../../common/call'
import { canAnswer } from '../../common/call'
import type { Log } from '../../common/log'
import type { HistoryEntry, PhoneState } from '../../common/phone-state'
import type { CallVerbs } from '../callkit/verbs'
import type { NotificationCenter, NotificationEvent } from '../os/notifications/notification-center'
import { defaultAction } from '../os/notifications/notification-center'
import { answerFailure, words } from '../words'
import { detail, number, who } from './describe-call'
import type { Observer } from './observer'

const keyOf = (id: CallId): string => `missed:${id}`

export class MissedCalls implements Observer {
  readonly #center: NotificationCenter
  readonly #verbs: Pick<CallVerbs, 'call'>
  readonly #openWindow: () => void
  readonly #log: Log
  /** Calls that have rung here since the start. */
  readonly #rang = new Set<CallId>()
  /** By notification key; null once the user has dealt with it. */
  readonly #shown = new Map<string, HistoryEntry | null>()

  constructor(options: {
    center: NotificationCenter
    verbs: Pick<CallVerbs, 'call'>
    openWindow: () => void
    log: Log
  }) {
    this.#center = options.center
    this.#verbs = options.verbs
    this.#openWindow = options.openWindow
    this.#log = options.log
    this.#center.onEvent((event) => this.#hear(event))
  }

  update(now: PhoneState): void {
    for (const { call } of now.calls) if (canAnswer(call)) this.#rang.add(call.id)
    const missed = now.history.filter((entry) => this.#rang.has(entry.id) && isNews(entry))
    const wanted = new Set(missed.map(({ id }) => keyOf(id)))
    for (const key of [...this.#shown.keys()]) {
      if (wanted.has(key)) continue
      this.#shown.delete(key)
      this.#center.close(key)
    }
    for (const entry of missed) if (!this.#shown.has(keyOf(entry.id))) this.#show(now, entry)
  }

  #show(state: PhoneState, entry: HistoryEntry): void {
    const key = keyOf(entry.id)
    this.#shown.set(key, entry)
    this.#center.show({
      key,
      kind: 'missed',
      title: entry.missed ? words.missedCall(who(entry)) : words.unansweredCall(who(entry)),
      body: words.detail([answerFailure(entry.cause), detail(state, entry)]),
      actions: [
        { key: defaultAction, label: words.open },
        ...(number(entry) === '' ? [] : [{ key: 'call-back', label: words.callBack }]),
      ],
      urgent: false,
    })
  }

  #hear(event: NotificationEvent): void {
    const entry = this.#shown.get(event.key)
    if (!entry) return
    if (event.type === 'dismissed') this.#shown.set(event.key, null)
    if (event.type !== 'action') return
    this.#shown.set(event.key, null)
    this.#center.close(event.key)
    // Whoever calls back wants to see it dial, and why it could not.
    this.#openWindow()
    if (event.action === 'call-back') void this.#callBack(entry)
  }

  async #callBack(entry: HistoryEntry): Promise<void> {
    const result = await this.#verbs.call(entry.handle.value, entry.accountId, 'notification')
    if (!result.ok) this.#log.warn(`call back from the notification: ${result.code}`)
  }
}

/** Missed and not seen, or lost by this computer while it was being answered. */
function isNews(entry: HistoryEntry): boolean {
  if (entry.missed) return !entry.seen
  return entry.direction === 'incoming' && entry.connectedAt === null && answerFailure(entry.cause) !== null
}
