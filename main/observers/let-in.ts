/*
 * A notification for each call that was answered by itself, from the tone that goes before it to its end: nobody is listened to without being able to see
 * it, and to hang up. It knows no desktop.
 */
import { canEnd, type CallId } from '../../common/call'
import type { Log } from '../../common/log'
import { hidesCallers, namedCalls } from '../../common/named-calls'
import type { PhoneState } from '../../common/phone-state'
import type { CallVerbs } from '../callkit/verbs'
import type { NotificationCenter, NotificationEvent } from '../os/notifications/notification-center'
import { defaultAction } from '../os/notifications/notification-center'
import { words } from '../words'
import { accountName, detail, who } from './describe-call'
import { logOutcome } from './log-outcome'
import type { Observer } from './observer'

export class LetIn implements Observer {
  readonly #center: NotificationCenter
  readonly #verbs: Pick<CallVerbs, 'end'>
  readonly #openWindow: () => void
  readonly #log: Log
  /** What is asked of the center, by call; null once the user sent it away. */
  readonly #shown = new Map<CallId, string | null>()

  constructor(options: {
    center: NotificationCenter
    verbs: Pick<CallVerbs, 'end'>
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
    const letIn = new Set(now.calls.filter((view) => view.autoAnswered && canEnd(view.call)).map(({ call }) => call.id))
    for (const id of [...this.#shown.keys()]) {
      if (letIn.has(id)) continue
      this.#shown.delete(id)
      this.#center.close(keyOf(id))
    }
    const hidden = hidesCallers(now)
    for (const call of namedCalls(now)) {
      if (!letIn.has(call.id)) continue
      const title = hidden ? words.hiddenLetIn : words.letIn(who(call))
      const body = hidden ? (accountName(now, call.accountId) ?? '') : detail(now, call)
      const content = JSON.stringify([title, body])
      const shown = this.#shown.get(call.id)
      if (shown === null || shown === content) continue
      this.#shown.set(call.id, content)
      const actions = [
        { key: defaultAction, label: words.open },
        { key: 'end', label: words.tray.end },
      ]
      this.#center.show({ key: keyOf(call.id), kind: 'question', title, body, actions, urgent: true })
    }
  }

  #hear(event: NotificationEvent): void {
    const id = [...this.#shown.keys()].find((callId) => keyOf(callId) === event.key)
    if (id === undefined) return
    if (event.type === 'dismissed') this.#shown.set(id, null)
    if (event.type !== 'action') return
    if (event.action === defaultAction) this.#openWindow()
    if (event.action === 'end')
      void logOutcome('end from the notification', this.#verbs.end(id, 'notification'), this.#log)
  }
}

const keyOf = (callId: CallId): string => `let-in:${callId}`
