/*
 * One transfer that we asked for: the REFER (RFC 3515), what its NOTIFYs tell, and the end of the calls that it makes superfluous. Which
 * address stands in it is for whoever starts it. It is over when whoever we talk to has been handed on, or is still here.
 */
import type { Core, Notification } from 'sip.js'
import { done, refused, type EndCause, type RequestErrorCode, type Result } from '../../../common/errors'
import { hangUp } from './end'
import { countAlong } from './in-dialog'
import { listenForNews } from './late-news'
import type { LiveCall } from './live-call'
import { contactOf } from './session-inside'
import { fragmentLimit, isFragmentType, readFragment, statusText } from './sipfrag'

/** A subscription that says nothing for so long is over, ms. What the far end says of its own length counts within these. */
const longestSilence = 180_000
const shortestSilence = 32_000
/** Whoever was handed on hangs up; if not within this, we do, ms. */
const courtesy = 2_000

/** After its BYE the far end may still say that it failed, ms. */
const lastWord = 500

const handedOn: EndCause = 'transferred'

export interface TransferNeeds {
  readonly call: LiveCall
  /** Value of the Refer-To header. */
  readonly referTo: string
  /** The call whose far end replaces ours (RFC 5589 section 7.1); null: none. */
  readonly consultation: LiveCall | null
}

export class Transfer {
  /** `transfer-refused`, `transfer-failed`, or `failed` when the call ended meanwhile. */
  readonly result: Promise<Result>
  readonly #needs: TransferNeeds
  readonly #calls: readonly LiveCall[]
  #state: 'asked' | 'accepted' | 'over' = 'asked'
  #progress: 'trying' | 'ringing' | null = null
  #request: Core.OutgoingRequest | null = null
  #firstSequence = 0
  #isParting = false
  #stopWaiting = (): void => {}
  #resolve: (result: Result) => void = () => {}

  /** Sends the REFER at once. The call is established, has a dialog and no other transfer. */
  constructor(needs: TransferNeeds) {
    this.#needs = needs
    this.#calls = [needs.call, ...(needs.consultation === null ? [] : [needs.consultation])]
    this.result = new Promise((resolve) => {
      this.#resolve = resolve
    })
    const { call } = needs
    call.transfer = this
    call.onEnd(() => this.#ended())
    // Its far end may be replaced, and hang up here, before we hear of it.
    if (needs.consultation !== null) needs.consultation.endsAs = handedOn
    this.#ask()
  }

  /** A NOTIFY of event `refer` in the call's dialog. */
  notified(notification: Notification): void {
    const { request } = notification
    const reject = (statusCode: number, extraHeaders: string[] = []): void =>
      void notification.reject({ statusCode, extraHeaders }).catch(() => {})
    if (!this.#owns(request.getHeader('event') ?? '')) return reject(481)
    if (request.body.length > fragmentLimit) return reject(413)
    const terminated = /^\s*terminated\b/i.test(request.getHeader('subscription-state') ?? '')
    if (request.body === '') {
      void notification.accept().catch(() => {})
      if (terminated) this.#lose('transfer-failed', 'the far end tells no more')
      else this.#heard(request)
      return
    }
    if (!isFragmentType(request.getHeader('content-type') ?? '')) return reject(415, ['Accept: message/sipfrag'])
    const fragment = readFragment(request.body)
    if (fragment === null) return reject(400)
    void notification.accept().catch(() => {})
    const { status, reason } = fragment
    if (status >= 300) return this.#lose('transfer-failed', statusText(status, reason))
    if (status >= 200) return this.#succeed()
    // Terminated by a provisional status is a contradiction that sip.js's own referees live in: the next NOTIFY comes all the same.
    this.#heard(request)
    this.#tell(status >= 180 && status < 190 ? 'ringing' : 'trying')
  }

  /**
   * The far end hung up. After it took the REFER that is how most servers carry it out, and no news are good news. True: `finish` will be
   * called when that is settled; main hears of the outcome first.
   */
  farewell(finish: () => void): boolean {
    const { call } = this.#needs
    if (this.#state === 'asked') return false
    if (this.#isParting) return true
    this.#isParting = true
    if (this.#state === 'accepted' && call.session !== null) {
      call.onEnd(listenForNews(call.session, (notification) => this.notified(notification)))
      call.later(() => this.#succeed(), lastWord)
    }
    void this.result.then(() => call.later(finish, 0))
    return true
  }

  #ask(): void {
    const { call, referTo } = this.#needs
    const { session } = call
    const dialog = session?.dialog
    if (!session || !dialog) return this.#lose('failed', 'the call ended')
    const { userAgent } = session
    const extraHeaders = [
      `Refer-To: ${referTo}`,
      `Referred-By: <${userAgent.configuration.uri.toString()}>`,
      `Contact: ${contactOf(session)}`,
    ]
    const refusal = ({ message }: Core.IncomingResponse): void => this.#refusal(message)
    try {
      const request = dialog.refer(
        {
          onAccept: ({ message }) => this.#accepted(message),
          onRedirect: refusal,
          onReject: refusal,
        },
        { extraHeaders },
      )
      this.#request = countAlong(request, session)
      this.#firstSequence = request.message.cseq
    } catch (error) {
      call.surroundings.log.warn(`transferring: ${String(error)}`)
      this.#lose('failed')
    }
  }

  #accepted(message: Core.IncomingResponseMessage): void {
    this.#needs.call.recordDialog()
    if (this.#state !== 'asked') return
    this.#state = 'accepted'
    this.#expectEnd(handedOn)
    this.#wait(longestSilence)
    // RFC 4488: it will tell nothing, although we did not ask for silence.
    if (/^\s*false\b/i.test(message.getHeader('refer-sub') ?? '')) this.#succeed()
  }

  #refusal(message: Core.IncomingResponseMessage): void {
    const { call } = this.#needs
    if (this.#state !== 'asked') return
    call.recordDialog()
    this.#lose('transfer-refused', statusText(message.statusCode, message.reasonPhrase))
    // The far end no longer knows the dialog (RFC 5057 section 5.1).
    if (message.statusCode === 481) hangUp(call, 'connection-lost')
  }

  /** A NOTIFY may come before the 202, and says the same. */
  #heard(request: Core.IncomingRequestMessage): void {
    if (this.#state === 'over') return
    this.#state = 'accepted'
    this.#expectEnd(handedOn)
    const expires = /;\s*expires\s*=\s*(\d{1,9})\b/i.exec(request.getHeader('subscription-state') ?? '')?.[1]
    this.#wait(
      expires === undefined
        ? longestSilence
        : Math.min(Math.max(Number(expires) * 1_000, shortestSilence), longestSilence),
    )
  }

  #tell(progress: 'trying' | 'ringing'): void {
    const { call } = this.#needs
    if (this.#state === 'over' || this.#progress === progress || this.#progress === 'ringing') return
    this.#progress = progress
    call.report({ type: 'transfer', callId: call.id, progress })
  }

  #wait(ms: number): void {
    this.#stopWaiting()
    this.#stopWaiting = this.#needs.call.later(() => this.#lose('transfer-failed', 'the far end tells no more'), ms)
  }

  #succeed(): void {
    if (this.#state === 'over') return
    this.#settle(done)
    this.#expectEnd(handedOn)
    for (const call of this.#calls) call.later(() => hangUp(call, handedOn), courtesy)
  }

  #lose(code: RequestErrorCode, detail?: string): void {
    if (this.#state === 'over') return
    this.#needs.call.transfer = null
    this.#expectEnd(null)
    this.#settle(refused(code, detail))
  }

  #ended(): void {
    // Our user hung up after it was taken: whether it succeeds is out of our hands, and the other call stays until it is known.
    if (this.#state === 'accepted') this.#settle(done)
    else this.#lose('failed', 'the call ended')
  }

  #settle(result: Result): void {
    this.#state = 'over'
    this.#stopWaiting()
    this.#resolve(result)
  }

  /** A far end that hangs up while it is handed on does so for this reason. */
  #expectEnd(cause: EndCause | null): void {
    for (const call of this.#calls) call.endsAs = cause
  }

  /** RFC 3515 section 2.4.6: the id is the number of the REFER; a challenged one has been sent with two. */
  #owns(event: string): boolean {
    const id = /;\s*id\s*=\s*([^;\s]+)/i.exec(event)?.[1]
    if (id === undefined) return true
    const sequence = /^\d{1,10}$/.test(id) ? Number(id) : -1
    return sequence >= this.#firstSequence && sequence <= (this.#request?.message.cseq ?? this.#firstSequence)
  }
}

/** The `onNotify` of a call: nobody subscribes to anything in it but by REFER. */
export function takeNotify(call: LiveCall, notification: Notification): void {
  const event = notification.request.getHeader('event') ?? ''
  if (!/^\s*refer\s*(?:;|$)/i.test(event)) {
    return void notification.reject({ statusCode: 489, extraHeaders: ['Allow-Events: refer'] }).catch(() => {})
  }
  if (call.transfer === null) return void notification.reject({ statusCode: 481 }).catch(() => {})
  call.transfer.notified(notification)
}
