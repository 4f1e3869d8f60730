/*
 * Knows requests that came by one of an account's registrations when they come by another: a registrar that knows no flows sends what is for the account to
 * each of them. Only the first is for the phone, and the others are refused as that one is. It knows no calls.
 */
import { Invitation, SessionState, type Message } from 'sip.js'
import type { Clock } from '../../../common/clock'

interface First {
  readonly flow: number
  readonly at: number
  /** How the others are to be refused; null: it is not decided yet. */
  decided: number | null
  readonly twins: Invitation[]
}

/** As long as a request may be on its way, 64 times T1, ms. */
const remembered = 32_000
const most = 256
/** Loop Detected (RFC 3261 section 8.2.2.2). */
const again = 482

export class TwinRequests {
  readonly #seen = new Map<string, First>()

  /** `isUp`: whether there is a connection for what came by this flow. */
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly isUp: (flow: number) => boolean,
  ) {}

  /** True: it came before, by another flow that is up still, and is answered here. Where that is gone, a proxy has sent it by the one that is left. */
  takes(request: Invitation | Message, flow: number): boolean {
    const { callId, fromTag, cseq } = request.request
    const name = `${request.request.method} ${cseq} ${fromTag} ${callId}`
    const now = this.clock.now()
    const first = this.#seen.get(name)
    if (first === undefined || first.at <= now - remembered || !this.isUp(first.flow)) {
      this.#remember(name, request, { flow, at: now, decided: null, twins: [] })
      return false
    }
    if (first.flow === flow) return false
    if (first.decided === null && request instanceof Invitation) first.twins.push(request)
    else refuse(request, first.decided ?? again)
    return true
  }

  #remember(name: string, request: Invitation | Message, first: First): void {
    this.#seen.delete(name)
    this.#seen.set(name, first)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > most && oldest !== undefined) this.#seen.delete(oldest)
    if (request instanceof Invitation) follow(request, first)
  }
}

/** Of several refusals a proxy passes on the one it likes best: none is to say anything else than what the user said. */
function follow(invitation: Invitation, first: First): void {
  let status = again
  const reject = invitation.reject.bind(invitation)
  invitation.reject = (options = {}) => {
    const { statusCode = 480 } = options
    // One way elsewhere is enough.
    if (statusCode >= 400) status = statusCode
    return reject(options)
  }
  invitation.stateChange.addListener((state) => {
    if (state !== SessionState.Established && state !== SessionState.Terminated) return
    first.decided ??= state === SessionState.Established ? again : status
    for (const twin of first.twins.splice(0)) refuse(twin, first.decided)
  })
}

/** One that is cancelled meanwhile was answered by sip.js. */
const refuse = (request: Invitation | Message, statusCode: number): void =>
  void Promise.resolve()
    .then(() => request.reject({ statusCode }))
    .catch(() => {})
