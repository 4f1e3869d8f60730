/*
 * A notification for each call that rings here, exactly as long as it rings, in the order they began; and what its buttons
 * do. It knows no desktop: the notification center shows, the verbs act.
 */
import type { Call, CallId } from '../../common/call'
import { canAnswer } from '../../common/call'
import type { Log } from '../../common/log'
import { hidesCallers, namedCalls } from '../../common/named-calls'
import type { PhoneState } from '../../common/phone-state'
import type { CallVerbs } from '../callkit/verbs'
import type {
  DesktopNotification,
  NotificationCenter,
  NotificationEvent,
} from '../os/notifications/notification-center'
import { defaultAction } from '../os/notifications/notification-center'
import { words } from '../words'
import { answerChoices, hasVoicemail } from './answer-choices'
import { accountName, detail, who } from './describe-call'
import { logOutcome } from './log-outcome'
import type { Observer } from './observer'

type Verb = 'answer' | 'endAndAnswer' | 'decline' | 'sendToVoicemail'
type Button = DesktopNotification['actions'][number] & { readonly verb: Verb }

export class Notifier implements Observer {
  readonly #center: NotificationCenter
  readonly #verbs: Pick<CallVerbs, Verb>
  readonly #openWindow: () => void
  readonly #log: Log
  /** What is asked of the center, by call; null once the user sent it away: it stays away, the call rings on. */
  readonly #shown = new Map<CallId, string | null>()
  /** The buttons of every call that rings. */
  #ringing: ReadonlyMap<CallId, readonly Button[]> = new Map()

  constructor(options: { center: NotificationCenter; verbs: Pick<CallVerbs, Verb>; openWindow: () => void; log: Log }) {
    this.#center = options.center
    this.#verbs = options.verbs
    this.#openWindow = options.openWindow
    this.#log = options.log
    this.#center.onEvent((event) => this.#hear(event))
  }

  update(now: PhoneState): void {
    const letIn = new Set(now.calls.filter(({ autoAnswered }) => autoAnswered).map(({ call }) => call.id))
    // Who is about to be answered by itself has a notification of its own.
    const ringing = namedCalls(now).filter((call) => canAnswer(call) && !letIn.has(call.id))
    this.#ringing = new Map(ringing.map((call) => [call.id, buttons(now, call)]))
    for (const id of [...this.#shown.keys()]) {
      if (this.#ringing.has(id)) continue
      this.#shown.delete(id)
      this.#center.close(id)
    }
    for (const call of ringing) this.#show(now, call)
  }

  #show(state: PhoneState, call: Call): void {
    const hidden = hidesCallers(state)
    const title = hidden ? words.incomingCall : who(call)
    const body = hidden ? (accountName(state, call.accountId) ?? '') : detail(state, call)
    // Who does not want to be disturbed, or silenced it, is not to be torn from anything either.
    const urgent = !state.silenced.includes(call.id)
    const actions = (this.#ringing.get(call.id) ?? []).map(({ key, label }) => ({ key, label }))
    const content = JSON.stringify([title, body, actions, urgent])
    const shown = this.#shown.get(call.id)
    if (shown === null || shown === content) return
    this.#shown.set(call.id, content)
    this.#center.show({
      key: call.id,
      kind: 'incoming',
      title,
      body,
      actions: [{ key: defaultAction, label: words.open }, ...actions],
      urgent,
    })
  }

  #hear(event: NotificationEvent): void {
    if (!this.#shown.has(event.key)) return
    if (event.type === 'dismissed') this.#shown.set(event.key, null)
    if (event.type === 'action') this.#act(event.key, event.action)
  }

  #act(callId: CallId, action: string): void {
    // A button of a call that no longer rings is nobody's wish any more.
    const offered = this.#ringing.get(callId)
    if (offered === undefined) return
    if (action === defaultAction) return this.#openWindow()
    const verb = offered.find(({ key }) => key === action)?.verb
    if (verb === undefined) return
    void logOutcome(`${verb} from the notification`, this.#verbs[verb](callId, 'notification'), this.#log)
  }
}

/**
 * Most desktops show three buttons and leave out the rest, so the least needed is the last. `answer` and `decline` are
 * always there, and always first and last of what has to be decided.
 */
function buttons(state: PhoneState, call: Call): readonly Button[] {
  const [best, ...others] = answerChoices(state, call)
  return [
    { key: 'answer', label: best.label, verb: best.verb },
    ...others.map(({ label, verb }) => ({ key: 'end-answer', label, verb })),
    { key: 'decline', label: words.decline, verb: 'decline' },
    ...(hasVoicemail(state, call)
      ? [{ key: 'voicemail', label: words.voicemail, verb: 'sendToVoicemail' as const }]
      : []),
  ]
}
