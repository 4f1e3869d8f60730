/*
 * A notification for each caller whose calls rang here and were missed, until the user has seen them or sent it away; its
 * buttons call back, or remind of it later. Calls that were answered but came to nothing here are told with their reason: whoever answered by a
 * notification sees no window. Calls missed in an earlier run are left to the window and the badge.
 */
import type { CallId } from '../../common/call'
import { canAnswer } from '../../common/call'
import type { Log } from '../../common/log'
import { hidesCallers } from '../../common/named-calls'
import type { HistoryEntry, PhoneState } from '../../common/phone-state'
import type { CallVerbs } from '../callkit/verbs'
import type { NotificationCenter, NotificationEvent } from '../os/notifications/notification-center'
import { defaultAction } from '../os/notifications/notification-center'
import { answerFailure, words } from '../words'
import { accountName, detail, number, who } from './describe-call'
import { logOutcome } from './log-outcome'
import type { Observer } from './observer'

/** Rings that are remembered before those of no use are forgotten. */
const remembered = 1000

/** One notification: its calls, newest first. `key` stays the same while calls join, so it is replaced in place. */
interface Shown {
  readonly key: string
  readonly entries: readonly [HistoryEntry, ...HistoryEntry[]]
  /** It does not say who called. */
  readonly hidden: boolean
}

export class MissedCalls implements Observer {
  readonly #center: NotificationCenter
  readonly #verbs: Pick<CallVerbs, 'call'>
  readonly #openWindow: () => void
  readonly #remind: (entry: HistoryEntry) => void
  readonly #log: Log
  /** Calls that have rung here since the start. */
  #rang = new Set<CallId>()
  /** Calls whose notification the user has dealt with. */
  #settled = new Set<CallId>()
  /** By caller and kind of news. */
  readonly #shown = new Map<string, Shown>()

  constructor(options: {
    center: NotificationCenter
    verbs: Pick<CallVerbs, 'call'>
    openWindow: () => void
    /** The user wants to hear of it again. */
    remind: (entry: HistoryEntry) => void
    log: Log
  }) {
    this.#center = options.center
    this.#verbs = options.verbs
    this.#openWindow = options.openWindow
    this.#remind = options.remind
    this.#log = options.log
    this.#center.onEvent((event) => this.#hear(event))
  }

  update(now: PhoneState): void {
    for (const { call } of now.calls) if (canAnswer(call)) this.#rang.add(call.id)
    this.#forget(now)
    const news = new Map<string, [HistoryEntry, ...HistoryEntry[]]>()
    for (const entry of now.history) {
      if (!this.#rang.has(entry.id) || this.#settled.has(entry.id) || !isNews(entry)) continue
      const caller = callerOf(entry)
      const known = news.get(caller)
      if (known) known.push(entry)
      else news.set(caller, [entry])
    }
    for (const [caller, { key }] of [...this.#shown]) {
      if (news.has(caller)) continue
      this.#shown.delete(caller)
      this.#center.close(key)
    }
    for (const [caller, entries] of news) this.#show(now, caller, entries)
  }

  #show(state: PhoneState, caller: string, entries: Shown['entries']): void {
    const before = this.#shown.get(caller)
    const hidden = hidesCallers(state)
    if (before && before.hidden === hidden && sameCalls(before.entries, entries)) return
    // Who it was is what the phone says of them, and only then what they said of themselves.
    const newest = { ...entries[0], name: entries[0].label ?? entries[0].name }
    const key = before?.key ?? `missed:${newest.id}`
    this.#shown.set(caller, { key, entries, hidden })
    const title = newest.missed ? words.missedCalls : words.unansweredCalls
    const hiddenTitle = newest.missed ? words.hiddenMissedCalls : words.hiddenUnansweredCalls
    const line = hidden ? accountName(state, newest.accountId) : detail(state, newest)
    this.#center.show({
      key,
      kind: 'missed',
      title: hidden ? hiddenTitle(entries.length) : title(who(newest), entries.length),
      body: words.detail([answerFailure(newest.cause), line]),
      actions: [
        { key: defaultAction, label: words.open },
        ...(number(newest) === ''
          ? []
          : [
              { key: 'call-back', label: words.callBack },
              { key: 'remind', label: words.remindMe },
            ]),
      ],
      urgent: false,
    })
  }

  #hear(event: NotificationEvent): void {
    if (event.type !== 'dismissed' && event.type !== 'action') return
    const found = [...this.#shown].find(([, { key }]) => key === event.key)
    if (found === undefined) return
    const [caller, { entries }] = found
    this.#shown.delete(caller)
    for (const { id } of entries) this.#settled.add(id)
    if (event.type === 'dismissed') return
    this.#center.close(event.key)
    if (event.action === 'remind') return this.#remind(entries[0])
    // Whoever calls back wants to see it dial, and why it could not.
    this.#openWindow()
    if (event.action !== 'call-back') return
    const [{ handle, accountId }] = entries
    const wish = this.#verbs.call(handle.value, accountId, 'notification')
    void logOutcome('call back from the notification', wish, this.#log)
  }

  /** Nothing is remembered of calls that are neither up nor in the history. */
  #forget({ calls, history }: PhoneState): void {
    if (this.#rang.size < remembered) return
    const known = new Set([...calls.map(({ call }) => call.id), ...history.map(({ id }) => id)])
    this.#rang = new Set([...this.#rang].filter((id) => known.has(id)))
    this.#settled = new Set([...this.#settled].filter((id) => known.has(id)))
  }
}

/** Missed and not seen, or lost by this computer while it was being answered. */
function isNews(entry: HistoryEntry): boolean {
  if (entry.missed) return !entry.seen
  return entry.direction === 'incoming' && entry.connectedAt === null && answerFailure(entry.cause) !== null
}

/** The same for calls that are told of together: of one number, or of one name where the number is withheld. */
const callerOf = (entry: HistoryEntry): string =>
  JSON.stringify([entry.missed ? null : entry.cause, number(entry) || [entry.name]])

const sameCalls = (a: Shown['entries'], b: Shown['entries']): boolean =>
  a.length === b.length && a.every(({ id, name }, index) => id === b[index]?.id && name === b[index]?.name)
