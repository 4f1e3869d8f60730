/*
 * The far end asks us to call somebody (REFER, RFC 3515). Taking it means asking the user; whoever asked is told how it goes (NOTIFY), and
 * leaves when we have reached whom it named. Nothing here dials.
 */
import type { Core, Referral as IncomingRefer, URI } from 'sip.js'
import { done, refused, type Result } from '../../../common/errors'
import { hangUp } from './end'
import { countAlong } from './in-dialog'
import type { LiveCall } from './live-call'
import { readReferTo, type ReferTarget } from './refer-to'
import { contactOf } from './session-inside'
import { writeFragment } from './sipfrag'

/** How long the user may think, and how long the call may ring then; each NOTIFY says it anew, s. */
const subscriptionLength = 180
/** Whoever named the new party hangs up when we reached it; if not within this, we do, ms. */
const courtesy = 3_000

/** A far end that goes on asking after so many that came to nothing is not put through to the user any more. */
const patience = 3
const failures = new WeakMap<LiveCall, number>()

/** How many were taken in a call: the later ones are named in their NOTIFYs (RFC 3515 section 2.4.6). */
const counts = new WeakMap<LiveCall, number>()

export class Referral {
  readonly #call: LiveCall
  readonly #target: ReferTarget
  /** Value of the Event header of its NOTIFYs; null: none are wanted (RFC 4488). */
  readonly #event: string | null
  #state: 'asked' | 'dialing' | 'over' = 'asked'
  #announced = false
  #told = 0
  #stopWaiting = (): void => {}

  constructor(call: LiveCall, target: ReferTarget, event: string | null) {
    this.#call = call
    this.#target = target
    this.#event = event
    call.referral = this
    this.#stopWaiting = call.later(() => {
      this.tell(408, 'Request Timeout')
    }, subscriptionLength * 1_000)
  }

  /** What is sent to the address that main was told; null for any other, which nobody asked for. */
  inviteTo(target: string): { readonly uri: URI; readonly extraHeaders: string[] } | null {
    const { uri, replaces, referredBy } = this.#target
    if (target !== this.#target.target) return null
    const extraHeaders = [
      ...(referredBy === null ? [] : [`Referred-By: ${referredBy}`]),
      ...(replaces === null ? [] : [`Replaces: ${replaces}`, 'Require: replaces']),
    ]
    return { uri: uri.clone(), extraHeaders }
  }

  /** What the new far end is called by whoever named it, until it is known better; null: nothing. */
  get name(): string | null {
    return this.#target.name
  }

  get asked(): boolean {
    return this.#state === 'asked'
  }

  /** Tells main, once the call is one that it can show something in. */
  announce(): void {
    if (this.#announced || this.#state !== 'asked' || this.#call.stage !== 'established') return
    this.#announced = true
    const { target, handle, name, by } = this.#target
    this.#report({ target, handle, name, by })
  }

  /** The user agreed: it is being dialled. */
  begin(): void {
    if (this.#state !== 'asked') return
    this.#state = 'dialing'
    this.#stopWaiting()
    this.#report(null)
  }

  /** A status of the call that was asked for; from 200 on the last. What comes after the last one is not told. */
  tell(status: number, reason: string): void {
    if (this.#state === 'over' || status === this.#told) return
    this.#told = status
    const final = status >= 200
    if (final) this.#finish()
    this.#notify(
      final ? 'terminated;reason=noresource' : `active;expires=${subscriptionLength}`,
      writeFragment(status, reason),
    )
    const call = this.#call
    if (status >= 300) failures.set(call, (failures.get(call) ?? 0) + 1)
    if (status < 200 || status >= 300) return
    call.endsAs = 'remote-transferred'
    call.later(() => hangUp(call, 'remote-transferred'), courtesy)
  }

  /** The dialog in which it was asked is no more. */
  forget(): void {
    if (this.#state !== 'over') this.#finish()
  }

  #finish(): void {
    const wasAsked = this.#state === 'asked'
    this.#state = 'over'
    this.#stopWaiting()
    if (this.#call.referral === this) this.#call.referral = null
    if (wasAsked && this.#announced) this.#report(null)
  }

  #notify(state: string, fragment: string): void {
    const { session, surroundings } = this.#call
    const dialog = session?.dialog
    if (this.#event === null || !session || !dialog || this.#call.stage === 'ended') return
    const options = {
      extraHeaders: [`Event: ${this.#event}`, `Subscription-State: ${state}`, `Contact: ${contactOf(session)}`],
      body: { contentDisposition: 'render', contentType: 'message/sipfrag;version=2.0', content: fragment },
    }
    try {
      countAlong(dialog.notify({ onAccept: () => this.#call.recordDialog() }, options), session)
    } catch (error) {
      surroundings.log.warn(`telling of a referral: ${String(error)}`)
    }
  }

  #report(referral: Pick<ReferTarget, 'target' | 'handle' | 'name' | 'by'> | null): void {
    this.#call.report({ type: 'referred', callId: this.#call.id, referral })
  }
}

/** The `onRefer` of a call. `secure`: our way to the server is TLS. */
export function takeRefer(call: LiveCall, refer: IncomingRefer, secure: boolean): void {
  const refuse = (statusCode: number): void => void refer.reject({ statusCode }).catch(() => {})
  const { request } = refer
  if (call.stage !== 'established' && call.stage !== 'connecting') return refuse(480)
  if (call.referral !== null || call.transfer !== null || call.endsAs !== null) return refuse(491)
  if ((failures.get(call) ?? 0) >= patience) return refuse(603)
  if (request.getHeaders('refer-to').length !== 1) return refuse(400)
  const verdict = readReferTo(request.getHeader('refer-to') ?? '', request.getHeader('referred-by'), {
    ownHost: call.ownHost,
    secure,
  })
  if (!verdict.ok) return refuse(verdict.status)
  const silent = /^\s*false\b/i.test(request.getHeader('refer-sub') ?? '')
  accept(call, refer, silent)
  const referral = new Referral(call, verdict, silent ? null : eventOf(call, request))
  referral.tell(100, 'Trying')
  referral.announce()
}

/** The `refuseReferral` command. */
export function refuseReferral(call: LiveCall): Result {
  const { referral } = call
  if (referral === null || !referral.asked) return refused('invalid-action')
  referral.tell(603, 'Declined')
  return done
}

function accept(call: LiveCall, refer: IncomingRefer, silent: boolean): void {
  const contact = call.session === null ? [] : [`Contact: ${contactOf(call.session)}`]
  const extraHeaders = [...contact, ...(silent ? ['Refer-Sub: false'] : [])]
  void refer.accept({ statusCode: 202, extraHeaders }).catch(() => {})
}

function eventOf(call: LiveCall, { cseq }: Core.IncomingRequestMessage): string {
  const count = counts.get(call) ?? 0
  counts.set(call, count + 1)
  return count === 0 ? 'refer' : `refer;id=${cseq}`
}
