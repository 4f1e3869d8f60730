/*
 * A notification for each thing a call waits for the user's word with: the far end asks us to call somebody, or digits are
 * to be sent. Nothing happens without an answer, and the window may be closed. It knows no desktop.
 */
import type { Call } from '../../common/call'
import type { Log } from '../../common/log'
import { hidesCallers, namedCalls } from '../../common/named-calls'
import type { PhoneState } from '../../common/phone-state'
import type { CallVerbs } from '../callkit/verbs'
import type { NotificationCenter, NotificationEvent } from '../os/notifications/notification-center'
import { defaultAction } from '../os/notifications/notification-center'
import { words } from '../words'
import { accountName, detail, who, whom } from './describe-call'
import { logOutcome } from './log-outcome'
import type { Observer } from './observer'

type Verbs = Pick<CallVerbs, 'answerReferral' | 'continueDigits'>

interface Question {
  readonly key: string
  readonly title: string
  readonly body: string
  /** null: it can only be read and answered in the window. */
  readonly yes: string | null
  readonly no: string
  readonly verb: keyof Verbs
  readonly callId: string
  /** Another question is another string. */
  readonly content: string
}

export class Questions implements Observer {
  readonly #center: NotificationCenter
  readonly #verbs: Verbs
  readonly #openWindow: () => void
  readonly #log: Log
  #asked: ReadonlyMap<string, Question> = new Map()
  /** Keys of what the user sent away or answered, with what was asked then: it does not come again. */
  readonly #settled = new Map<string, string>()

  constructor(options: { center: NotificationCenter; verbs: Verbs; openWindow: () => void; log: Log }) {
    this.#center = options.center
    this.#verbs = options.verbs
    this.#openWindow = options.openWindow
    this.#log = options.log
    this.#center.onEvent((event) => this.#hear(event))
  }

  update(now: PhoneState): void {
    const questions = namedCalls(now).flatMap((call) =>
      hidesCallers(now) ? hidden(now, call) : questionsOf(now, call),
    )
    const open = new Map(questions.map((question) => [question.key, question]))
    for (const key of this.#settled.keys()) if (!open.has(key)) this.#settled.delete(key)
    for (const [key, { content }] of open) if (this.#settled.get(key) === content) open.delete(key)
    for (const key of this.#asked.keys()) if (!open.has(key)) this.#center.close(key)
    for (const question of open.values())
      if (this.#asked.get(question.key)?.content !== question.content) this.#show(question)
    this.#asked = open
  }

  #show({ key, title, body, yes, no }: Question): void {
    this.#center.show({
      key,
      kind: 'question',
      title,
      body,
      actions: [
        { key: defaultAction, label: words.open },
        ...(yes === null
          ? []
          : [
              { key: 'yes', label: yes },
              { key: 'no', label: no },
            ]),
      ],
      urgent: false,
    })
  }

  #hear(event: NotificationEvent): void {
    const question = this.#asked.get(event.key)
    if (question === undefined || (event.type !== 'action' && event.type !== 'dismissed')) return
    if (event.type === 'action' && event.action === defaultAction) return this.#openWindow()
    this.#settled.set(question.key, question.content)
    this.#asked = new Map([...this.#asked].filter(([key]) => key !== question.key))
    if (event.type === 'dismissed') return
    this.#center.close(question.key)
    if (question.yes === null || (event.action !== 'yes' && event.action !== 'no')) return
    const wish = this.#verbs[question.verb](question.callId, event.action === 'yes', 'notification')
    void logOutcome(`${question.verb} from the notification`, wish, this.#log)
  }
}

/** Nobody decides whom to call without reading it, and nobody else is to read it. */
const hidden = (state: PhoneState, call: Call): readonly Question[] =>
  questionsOf(state, call).map((question) => ({
    ...question,
    title: words.callAsks,
    body: accountName(state, call.accountId) ?? '',
    yes: null,
    content: `hidden ${question.content}`,
  }))

function questionsOf(state: PhoneState, call: Call): readonly Question[] {
  if (call.state !== 'active' && call.state !== 'held') return []
  const { id: callId, referral, digitsWaiting } = call
  const questions: Question[] = []
  const body = detail(state, call)
  if (referral !== null) {
    const target = whom(referral)
    questions.push({
      key: `referral:${callId}`,
      title: words.asksToCall(who(call), target),
      body,
      yes: words.callTarget(target),
      no: words.doNotCall,
      verb: 'answerReferral',
      callId,
      content: JSON.stringify([who(call), referral.target, target]),
    })
  }
  if (digitsWaiting > 0) {
    questions.push({
      key: `digits:${callId}`,
      title: words.digitsWait(who(call), digitsWaiting),
      body,
      yes: words.sendDigits,
      no: words.forgetDigits,
      verb: 'continueDigits',
      callId,
      content: JSON.stringify([who(call), digitsWaiting]),
    })
  }
  return questions
}
