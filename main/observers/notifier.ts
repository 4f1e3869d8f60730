/*
 * A notification for each call that rings here, exactly as long as it rings, and what its buttons do. It knows no desktop:
 * the notification center shows, the verbs act.
 */
import type { Call, CallId } from '../../common/call'
import { canAnswer } from '../../common/call'
import type { Log } from '../../common/log'
import type { PhoneState } from '../../common/phone-state'
import type { CallVerbs } from '../callkit/verbs'
import type { NotificationCenter, NotificationEvent } from '../os/notifications/notification-center'
import { defaultAction } from '../os/notifications/notification-center'
import { words } from '../words'
import { detail, who } from './describe-call'
import type { Observer } from './observer'

export class Notifier implements Observer {
  readonly #center: NotificationCenter
  readonly #verbs: Pick<CallVerbs, 'answer' | 'decline'>
  readonly #openWindow: () => void
  readonly #log: Log
  /** What is asked of the center, by call; null once the user sent it away: it stays away, the call rings on. */
  readonly #shown = new Map<CallId, string | null>()
  #ringing: ReadonlySet<CallId> = new Set()

  constructor(options: {
    center: NotificationCenter
    verbs: Pick<CallVerbs, 'answer' | 'decline'>
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
    const ringing = now.calls.map(({ call }) => call).filter(canAnswer)
    this.#ringing = new Set(ringing.map(({ id }) => id))
    for (const id of [...this.#shown.keys()]) {
      if (this.#ringing.has(id)) continue
      this.#shown.delete(id)
      this.#center.close(id)
    }
    for (const call of ringing) this.#show(now, call)
  }

  #show(state: PhoneState, call: Call): void {
    const title = who(call)
    const body = detail(state, call)
    const content = `${title}\n${body}`
    const shown = this.#shown.get(call.id)
    if (shown === null || shown === content) return
    this.#shown.set(call.id, content)
    this.#center.show({
      key: call.id,
      kind: 'incoming',
      title,
      body,
      actions: [
        { key: defaultAction, label: words.open },
        { key: 'answer', label: words.answer },
        { key: 'decline', label: words.decline },
      ],
      urgent: true,
    })
  }

  #hear(event: NotificationEvent): void {
    if (!this.#shown.has(event.key)) return
    if (event.type === 'dismissed') this.#shown.set(event.key, null)
    // A button of a call that no longer rings is nobody's wish any more.
    if (event.type === 'action' && this.#ringing.has(event.key)) void this.#act(event.key, event.action)
  }

  async #act(callId: CallId, action: string): Promise<void> {
    if (action === defaultAction) return this.#openWindow()
    if (action !== 'answer' && action !== 'decline') return
    const result = await this.#verbs[action](callId, 'notification')
    if (!result.ok) this.#log.warn(`${action} from the notification: ${result.code}`)
  }
}
