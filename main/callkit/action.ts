/*
 * One thing to be done to one call, and its life (CXAction and its subclasses).
 *
 * ```
 *   constructed ──hold()──▶ held by a provider ──fulfill() / fail()──▶ complete
 *       deadline fixed           │        └──deadline passes──▶ complete (timed out)
 *                                └──discard() (reset)──▶ discarded, never complete
 * ```
 *
 * It knows what it asks for and whether it is complete; what completion does to a call is the switchboard's business.
 */
import type { CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { EndCause, RequestErrorCode } from '../../common/errors'
import type { Handle } from '../../common/handle'

/** What is asked for, by its `kind`. */
export type ActionBody =
  /** `target`: the SIP URI for the wire, made by the dial rules; `handle` is what people read. */
  | {
      readonly kind: 'start'
      readonly callId: CallId
      readonly providerId: string
      readonly handle: Handle
      readonly target: string
      /** The call whose far end asked for this one; null: the user's own wish. */
      readonly referral: CallId | null
      /** Whom the requester's address book knows under this handle; for the provider's own use. */
      readonly contactIdentifier?: string | null
      /** Left out: no. */
      readonly video?: boolean
      /** The call that whoever is called may take over; left out: none. */
      readonly consultationOf?: CallId
    }
  | { readonly kind: 'answer'; readonly callId: CallId }
  /** `cause` null: whatever the call's state makes of it (declined, cancelled or hung up). */
  | { readonly kind: 'end'; readonly callId: CallId; readonly cause: EndCause | null }
  | { readonly kind: 'setHeld'; readonly callId: CallId; readonly held: boolean }
  | { readonly kind: 'setMuted'; readonly callId: CallId; readonly muted: boolean }
  /** `groupWith` null: leave the group. */
  | { readonly kind: 'setGroup'; readonly callId: CallId; readonly groupWith: CallId | null }
  | {
      readonly kind: 'playDtmf'
      readonly callId: CallId
      readonly digits: string
      readonly type: 'singleTone' | 'softPause' | 'hardPause'
    }
  | {
      readonly kind: 'setTranslating'
      readonly callId: CallId
      readonly translating: boolean
      readonly localLanguage: string
      readonly remoteLanguage: string
    }
  // Ours; CallKit knows none of these.
  /** Performed when the far end has reached whom it was handed to. */
  | { readonly kind: 'transfer'; readonly callId: CallId; readonly to: TransferTarget }
  /** Sends a ringing call elsewhere (302). `cause`: by the user or by a rule. */
  | {
      readonly kind: 'deflect'
      readonly callId: CallId
      readonly handle: Handle
      readonly target: string
      readonly cause: 'deflected' | 'forwarded'
    }
  /** The far end asked us to call somebody, and the user does not want to. */
  | { readonly kind: 'refuseReferral'; readonly callId: CallId }

/** `target`: the SIP URI for the wire. */
export type TransferTarget =
  | { readonly kind: 'address'; readonly handle: Handle; readonly target: string }
  | { readonly kind: 'call'; readonly callId: CallId }

/** Names an action; CallKit's eight and three more. */
export type ActionKind = ActionBody['kind']
/** What an action of this kind asks for. */
export type BodyOf<Kind extends ActionKind> = Extract<ActionBody, { kind: Kind }>
/** An action of this kind. */
export type ActionOf<Kind extends ActionKind> = Action<BodyOf<Kind>>

/** Whose engine translates (CXTranslationEngine): the system's, or the provider's own. */
export type TranslationEngine = 'default' | 'custom'

/**
 * How an action ended. `at` is wall-clock ms; `cause` tells why the call ends with it, null to derive it from `code`; `detail` is for a
 * line of details, such as `SIP 404 Not Found`.
 */
export type Outcome =
  | { readonly ok: true; readonly at: number }
  | { readonly ok: false; readonly code: RequestErrorCode; readonly cause: EndCause | null; readonly detail?: string }

/** Time to complete, ms, counted from construction (measured on CallKit). */
const timeLimits: Readonly<Record<ActionKind, number>> = {
  start: 600_000,
  answer: 60_000,
  end: 5_000,
  setHeld: 5_000,
  setMuted: 5_000,
  setGroup: 5_000,
  playDtmf: 5_000,
  setTranslating: 5_000,
  // As long as the one it is handed to may ring; RFC 3515's subscription lives as long with Asterisk and others.
  transfer: 180_000,
  deflect: 5_000,
  refuseReferral: 5_000,
}

/** One thing to be done to one call (CXCallAction). Complete once, by whoever fulfils or fails it first, or by its deadline. */
export class Action<Body extends ActionBody = ActionBody> {
  /** Monotonic ms, as `clock.now()`. */
  readonly createdAt: number
  readonly deadline: number
  private onComplete: ((outcome: Outcome) => void) | null = null
  private discarded = false
  private engine: TranslationEngine = 'default'
  private result: Outcome | null = null

  constructor(
    readonly body: Body,
    private readonly clock: Clock,
    readonly id: string = crypto.randomUUID(),
    createdAt: number = clock.now(),
    /** Told of mistakes of whoever completes it; a warning of the process when left out. */
    private readonly warn: (message: string) => void = (message) => process.emitWarning(message),
  ) {
    this.createdAt = createdAt
    this.deadline = createdAt + timeLimits[body.kind]
  }

  get callId(): CallId {
    return this.body.callId
  }

  get isComplete(): boolean {
    return this.result !== null
  }

  /** null while it is not complete. */
  get outcome(): Outcome | null {
    return this.result
  }

  /** Whether it is of this kind; its body is known then. */
  is<Wanted extends ActionKind>(kind: Wanted): this is ActionOf<Wanted> {
    return (this.body.kind as ActionKind) === kind
  }

  /** An action of the same identity and deadline that no provider holds yet. */
  copy(): Action<Body> {
    return new Action(this.body, this.clock, this.id, this.createdAt, this.warn)
  }

  /** It is done. `at`: when the invitation went out, the call connected or ended; wall-clock ms, now when left out. */
  fulfill(at: number = this.clock.date()): void {
    this.complete({ ok: true, at })
  }

  /** A set-translating action is done, and this engine does it (CXTranslationEngine). */
  fulfillUsing(engine: TranslationEngine): void {
    if (this.onComplete) this.engine = engine
    this.fulfill()
  }

  /** Whose engine translates since this action was fulfilled. */
  get translationEngine(): TranslationEngine {
    return this.engine
  }

  /** It could not be done. Without effect, like `fulfill`, unless a provider holds it and it is not complete yet. */
  fail(code: RequestErrorCode = 'failed', cause: EndCause | null = null, detail?: string): void {
    this.complete({ ok: false, code, cause, ...(detail === undefined ? {} : { detail }) })
  }

  /** A provider holds it from now on; `onComplete` is called at most once. For the switchboard. @internal */
  hold(onComplete: (outcome: Outcome) => void): void {
    if (!this.isComplete) this.onComplete = onComplete
  }

  /** Nobody waits for it any more: after a reset it is never answered. For the switchboard. @internal */
  discard(): void {
    this.onComplete = null
    this.discarded = true
  }

  private complete(outcome: Outcome): void {
    const notify = this.onComplete
    if (!notify) {
      // Late is normal, for nobody to hold it is a bug: the action that was requested is a copy of the one that was built.
      if (!this.isComplete && !this.discarded)
        this.warn(`${this.body.kind} ${this.id} completed, but no provider holds it`)
      return
    }
    this.onComplete = null
    this.result = outcome
    notify(outcome)
  }
}
