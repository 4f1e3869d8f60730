/*
 * Short plain texts between phones (MESSAGE, RFC 3428): those that come are acknowledged and told once, those that go are answered by what the far end says.
 * It keeps none of them.
 */
import { Messager, UserAgent, type Message } from 'sip.js'
import type { Clock } from '../../../../common/clock'
import type { EngineReport } from '../../../../common/contract/engine'
import { done, refused, type Result } from '../../../../common/errors'
import { assertedIn, identify } from '../identity'

/** Of a message's text, UTF-16 units (RFC 3428 section 8: what fits into one datagram, and a little more). */
const maximum = 8_192
/** More in ten seconds than any person writes; the rest is refused. */
const burst = 20
const patienceMs = 32_000

export class Messages {
  #recent: number[] = []

  constructor(
    private readonly options: {
      readonly clock: Clock
      readonly report: (report: EngineReport) => void
    },
  ) {}

  /** One came to this account. `host`: the account's own. */
  take(accountId: string, host: string, message: Message): void {
    const { request } = message
    const refuse = (statusCode: number, ...extraHeaders: string[]): void =>
      void message.reject({ statusCode, extraHeaders }).catch(() => {})
    if (request.body.length > maximum) return refuse(413)
    const now = this.options.clock.now()
    this.#recent = this.#recent.filter((at) => at > now - 10_000)
    if (this.#recent.length >= burst) return refuse(486, 'Retry-After: 10')
    this.#recent.push(now)
    message.accept().catch(() => {})
    if (request.body.trim() === '') return
    const identity = identify(
      host,
      assertedIn((name) => request.getHeader(name)),
      request.from,
    )
    this.options.report({ type: 'message', accountId, ...identity, text: request.body })
  }

  /** Resolves when the far end, or its server, has it: `failed` with the SIP status in its detail when not. */
  send(userAgent: UserAgent, target: string, text: string): Promise<Result> {
    const uri = UserAgent.makeURI(target)
    if (uri === undefined) return Promise.resolve(refused('invalid-target'))
    return new Promise((resolve) => {
      const limit = this.options.clock.setTimeout(() => resolve(refused('failed', 'no answer')), patienceMs)
      const settle = (result: Result): void => {
        this.options.clock.clearTimeout(limit)
        resolve(result)
      }
      new Messager(userAgent, uri, text.slice(0, maximum), 'text/plain;charset=UTF-8')
        .message({
          requestDelegate: {
            onAccept: () => settle(done),
            onReject: ({ message }) => settle(refused('failed', `SIP ${message.statusCode ?? 0}`)),
          },
        })
        .catch(() => settle(refused('failed')))
    })
  }
}
