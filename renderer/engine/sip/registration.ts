/*
 * One account's REGISTER over one connection at a time: sent, refreshed, taken back (RFC 3261 section 10). It owns the refresh
 * timer and a deadline for every answer instead of leaving them to sip.js's Registerer, which stops or storms on what some servers
 * answer. It does not connect, does not wait between attempts and does not decide whether to try again.
 */
import type { Core, UserAgent } from 'sip.js'
import type { Clock, Timer } from '../../../common/clock'
import type { RegistrationFailure } from '../../../common/errors'
import { splitList } from '../../../common/wire-message'
import { allowedMethods } from './guard/allowed-methods'
import { heldBack } from './guard/held-back'
import { registrationFailureOf } from './registration-failure'

export type RegisterOutcome =
  | { readonly ok: true; /** Seconds. */ readonly expires: number }
  | {
      readonly ok: false
      readonly failure: RegistrationFailure
      readonly sipStatus: number | null
      /** What the server asked us to wait (RFC 3261 section 20.33), ms; null when it did not. */
      readonly retryAfterMs: number | null
      /** It was not sent: as many as may be were sent of late. */
      readonly isHeldBack?: true
    }

export interface RegistrationOptions {
  readonly userAgent: UserAgent
  readonly clock: Clock
  /** UUID without `urn:uuid:`. */
  readonly instance: string
  /** Which of the phone's registrations of this account it is (RFC 5626 section 4.2), from 1; left out: the first. */
  readonly regId?: number
  /** Seconds asked for. Default 600. */
  readonly expires?: number
  /** Called for the outcome of every REGISTER that was not taken back, refreshes included. */
  readonly onOutcome: (outcome: RegisterOutcome) => void
}

/** Seconds asked for, and the bounds of what is believed. */
const askedExpires = 600
const shortest = 10
const longest = 86_400
/** Proxies on the way out. */
const maxRoutes = 8
/** How long a REGISTER may stay unanswered, ms; sip.js would wait 32 s. */
const patience = 8_000

export class Registration {
  readonly #options: RegistrationOptions
  readonly #fromTag = crypto.randomUUID().slice(0, 8)
  readonly #callId = crypto.randomUUID()
  #sequence = Math.floor(Math.random() * 1000) + 1
  #expires: number
  /** It says which flow it is. */
  #isFlow = true
  #attempt = 0
  #registered = false
  /** A REGISTER is out, so the server may hold a binding by the time we leave. */
  #pending = false
  #timer: Timer | null = null

  constructor(options: RegistrationOptions) {
    this.#options = options
    this.#expires = options.expires ?? askedExpires
  }

  /** The server holds a binding of ours, as far as we know. */
  get registered(): boolean {
    return this.#registered
  }

  /** Sends REGISTER now. What was pending is forgotten. */
  register(): void {
    this.#send(++this.#attempt, 0)
  }

  /** The connection is gone or given up: nothing pending is heard any more, nothing is refreshed. */
  forget(): void {
    this.#attempt++
    this.#registered = false
    this.#pending = false
    this.#setTimer(null, 0)
  }

  /** Takes the binding back. Resolves at the server's answer, whatever it is, or after `limitMs`. */
  unregister(limitMs: number): Promise<void> {
    const mayBeBound = this.#registered || this.#pending
    this.forget()
    if (!mayBeBound) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimeout(resolve, limitMs)
      const done = (): void => {
        this.#options.clock.clearTimeout(timer)
        resolve()
      }
      try {
        const delegate = { onAccept: done, onReject: done, onRedirect: done }
        this.#options.userAgent.userAgentCore.register(this.#request(0), delegate)
      } catch {
        done()
      }
    })
  }

  #send(attempt: number, tooBrief: number): void {
    const current = (): boolean => attempt === this.#attempt
    const fail = (outcome: RegisterOutcome): void => {
      this.#registered = false
      this.#pending = false
      this.#setTimer(null, 0)
      this.#options.onOutcome(outcome)
    }
    this.#setTimer(() => {
      this.#attempt++
      fail({ ok: false, failure: 'timeout', sipStatus: null, retryAfterMs: null })
    }, patience)
    const request = this.#request(this.#expires)
    this.#pending = true
    this.#options.userAgent.userAgentCore.register(request, {
      onAccept: (response) => {
        if (current()) this.#accepted(response)
      },
      onRedirect: ({ message }) => {
        if (!current()) return
        fail({ ok: false, failure: 'server-error', sipStatus: message.statusCode ?? null, retryAfterMs: null })
      },
      onReject: ({ message }) => {
        if (!current()) return
        const status = message.statusCode ?? 500
        if (status === 439 && this.#isFlow) {
          // A proxy on the way knows no flows, and the registrar wants none through it (RFC 5626 section 11.6).
          this.#isFlow = false
          return this.#send(attempt, tooBrief)
        }
        if (status === 423 && tooBrief < 2) {
          const minimum = Number(message.getHeader('min-expires'))
          // A server that repeats itself, or names no number, is asked twice and no more.
          this.#expires = minimum > this.#expires && minimum <= longest ? minimum : longest
          return this.#send(attempt, tooBrief + 1)
        }
        const retryAfterMs = retryAfter(message.getHeader('retry-after'))
        if (message.reasonPhrase === heldBack)
          return fail({ ok: false, failure: 'connection-lost', sipStatus: null, retryAfterMs, isHeldBack: true })
        const local = !message.callId
        fail({
          ok: false,
          failure: registrationFailureOf({
            status,
            local,
            authenticated: request.hasHeader('authorization') || request.hasHeader('proxy-authorization'),
          }),
          sipStatus: local ? null : status,
          retryAfterMs,
        })
      },
    })
  }

  #accepted({ message }: Core.IncomingResponse): void {
    const expires = this.#grantedExpires(message)
    this.#registered = true
    this.#pending = false
    // RFC 3608: what we ask for outside a dialog goes through these from now on, REGISTER excepted.
    this.#options.userAgent.userAgentCore.configuration.routeSet = serviceRoute(message)
    // Ahead of the end by half a minute, or by half of a short binding.
    const refreshIn = expires >= 60 ? expires - 30 : expires / 2
    this.#setTimer(() => this.register(), refreshIn * 1000)
    this.#options.onOutcome({ ok: true, expires })
  }

  /** The expiry of our own binding among all the server lists; servers leave it out, or out of reason. */
  #grantedExpires(message: Core.IncomingResponseMessage): number {
    const own = this.#options.userAgent.contact.uri
    const candidates: unknown[] = []
    try {
      for (let index = 0; index < Math.min(message.getHeaders('contact').length, 32); index++) {
        const contact = message.parseHeader('contact', index)
        if (contact?.uri?.user === own.user && contact?.uri?.host === own.host)
          candidates.push(contact.getParam('expires'))
      }
    } catch {
      // An unreadable list grants nothing; the headers below decide.
    }
    candidates.push(message.getHeader('expires'), this.#expires)
    const seconds = candidates.map(Number).find((value) => Number.isFinite(value) && value > 0) ?? askedExpires
    return Math.min(longest, Math.max(shortest, Math.floor(seconds)))
  }

  #request(expires: number): Core.OutgoingRequestMessage {
    const { userAgent, instance, regId = 1 } = this.#options
    const core = userAgent.userAgentCore
    const aor = userAgent.configuration.uri
    const registrar = aor.clone()
    registrar.user = undefined
    const flow = this.#isFlow ? `;reg-id=${regId}` : ''
    const contact = `${userAgent.contact.toString({ register: true })}${flow};+sip.instance="<urn:uuid:${instance}>"`
    return core.makeOutgoingRequestMessage(
      'REGISTER',
      registrar,
      aor,
      aor,
      { callId: this.#callId, fromTag: this.#fromTag, cseq: this.#nextSequence(), routeSet: [] },
      [`Contact: ${contact};expires=${expires}`, `Allow: ${allowedMethods}`],
    )
  }

  /** Each challenge uses one more number, registrar's and proxy's, stale or not: step over them. */
  #nextSequence(): number {
    return (this.#sequence += 6)
  }

  #setTimer(task: (() => void) | null, ms: number): void {
    if (this.#timer !== null) this.#options.clock.clearTimeout(this.#timer)
    this.#timer = task === null ? null : this.#options.clock.setTimeout(task, ms)
  }
}

/** Service-Route header fields that can be used: few, and loose routers all. */
function serviceRoute(message: Core.IncomingResponseMessage): string[] {
  const routes = message.getHeaders('service-route').flatMap((value) => splitList(value))
  const usable = routes.every((route) =>
    /^(?:"[^"]*"\s*)?<sips?:[^<>\s]+;lr(?:[;=][^<>\s]*)?>(?:;[^<>\s]*)?$/i.test(route),
  )
  return usable && routes.length <= maxRoutes ? routes : []
}

function retryAfter(header: string | undefined): number | null {
  const seconds = header?.match(/^\s*(\d{1,9})\b/)?.[1]
  return seconds === undefined ? null : Math.min(Number(seconds), 3600) * 1000
}
