/*
 * Where one account's network facts enter the phone (CXProvider). A report changes calls and never comes back as an
 * action; one that is late, repeated or about somebody else's call changes nothing. It knows no SIP.
 */
import type { CallId, Referral, Transfer } from '../../common/call'
import type { EndCause } from '../../common/errors'
import type { ActionKind, ActionOf } from './action'
import type { Admission } from './admission'
import { configurationError, copied, type ProviderConfiguration } from './configuration'
import type { ProviderDelegate } from './delegate'
import type { CallKitError } from './errors'
import { passOn, type PushClient, type PushPayload } from './push-payload'
import type { Switchboard } from './switchboard'
import type { Transaction } from './transaction'
import { updated, type CallUpdate } from './update'

/** How a call ended. `at` is wall-clock ms, now when left out. */
export interface EndReport {
  readonly cause: EndCause
  readonly sipStatus: number | null
  readonly reason: string | null
  readonly at?: number
}

/** The network side of one account (CXProvider): its reports change calls, its delegate carries out what is asked of them. */
export class Provider {
  /** Whether the phone can be one at all: always, unlike CallKit, which some regions do without. */
  static readonly isSupported: boolean = true

  private owner: ProviderDelegate | null = null
  private settings: ProviderConfiguration
  private valid = true
  /** The registration that the delegate has not been told of yet. */
  private begun = false

  /** For the switchboard, which makes providers with `addProvider`. @internal */
  constructor(
    readonly id: string,
    configuration: ProviderConfiguration,
    private readonly switchboard: Switchboard,
  ) {
    this.settings = copied(configuration)
  }

  /** Passes on what was found to be a call in an encrypted message; null, or why not. `client` null: an ordinary one. */
  static reportNewIncomingVoIPPushPayload(
    payload: PushPayload,
    client: PushClient | null = null,
  ): Promise<CallKitError<'notificationServiceExtension'> | null> {
    return passOn(payload, client)
  }

  get delegate(): ProviderDelegate | null {
    return this.owner
  }

  /** Whoever comes late is told of the registration all the same; CallKit forgets to. */
  set delegate(delegate: ProviderDelegate | null) {
    this.owner = delegate
    this.announce()
  }

  /** A copy: what is done to it has no effect until it is assigned with `configure`. */
  get configuration(): ProviderConfiguration {
    return copied(this.settings)
  }

  /** Takes effect for calls that begin from now on; an invalid one is refused and changes nothing. */
  configure(configuration: ProviderConfiguration): CallKitError<'general'> | null {
    const error = configurationError(configuration)
    if (!error) this.settings = copied(configuration)
    return error
  }

  /**
   * Adds a ringing call; resolves with whether it may go on. One that may not was never seen by anyone. `decided` is told first of all,
   * before any observer sees the call, so that a caller in a hurry need not wait for them.
   */
  reportNewIncomingCall(
    callId: CallId,
    update: CallUpdate,
    decided: (admission: Admission) => void = () => {},
  ): Promise<Admission> {
    return new Promise((resolve) => {
      this.switchboard.run(() => resolve(this.switchboard.admit(this, callId, update, decided)))
    })
  }

  /** What is known of the call has changed, from its caller's name to what it can do. What the update leaves out stays as it is. */
  reportUpdated(callId: CallId, update: CallUpdate): void {
    this.report(callId, () => {
      const call = this.switchboard.registry.find(callId)
      if (call) this.switchboard.registry.apply(callId, updated(call, update))
    })
  }

  /** The far end holds us or stopped doing so. CallKit has no such report. */
  reportRemoteHeld(callId: CallId, held: boolean): void {
    this.report(callId, () => this.switchboard.registry.apply(callId, { type: 'remoteHeld', held }))
  }

  /** How far a transfer of this call has come at whom it is handed to. CallKit has none. */
  reportTransferProgress(callId: CallId, progress: Transfer['progress']): void {
    this.report(callId, () => {
      const call = this.switchboard.registry.find(callId)
      const transfer = call && (call.state === 'active' || call.state === 'held') ? call.transfer : null
      if (transfer) {
        this.switchboard.registry.apply(callId, { type: 'transfer', transfer: { ...transfer, progress } })
      }
    })
  }

  /** The far end asks us to call somebody; null: it no longer does. Nothing is dialled by it. */
  reportReferral(callId: CallId, referral: Referral | null): void {
    this.report(callId, () => this.switchboard.registry.apply(callId, { type: 'referral', referral }))
  }

  /** `alerting`: 180. `early`: sound before the answer (183 with SDP). `accepted`: 200, media not connected yet. */
  reportOutgoingProgress(callId: CallId, stage: 'alerting' | 'early' | 'accepted'): void {
    this.report(callId, () =>
      this.switchboard.registry.apply(
        callId,
        stage === 'accepted' ? { type: 'accepted' } : { type: 'alerting', earlyMedia: stage === 'early' },
      ),
    )
  }

  /** Both sides can communicate. For an incoming call this is what its answer action waits for. */
  reportConnected(callId: CallId, at?: number): void {
    this.report(callId, () => {
      const [answer] = this.pendingCallActions('answer', callId)
      if (answer) answer.fulfill(at)
      else this.switchboard.registry.apply(callId, { type: 'connected', at: at ?? this.switchboard.clock.date() })
    })
  }

  /** The end always wins: what was still to be done to the call fails. */
  reportEnded(callId: CallId, { cause, sipStatus, reason, at }: EndReport): void {
    this.report(callId, () =>
      this.switchboard.registry.apply(callId, {
        type: 'ended',
        cause,
        sipStatus,
        reason,
        at: at ?? this.switchboard.clock.date(),
      }),
    )
  }

  /** The owner of the dialogs lost them all: every call ends with `cause`, pending actions are dropped. */
  reset(cause: EndCause): void {
    this.switchboard.run(() => {
      if (!this.valid) return
      this.switchboard.reset(this, cause)
      // It is registered again at once: the next call works.
      this.begun = false
      this.announce()
    })
  }

  /** Ends every call as failed and is told so by one last reset; afterwards it does nothing and hears nothing. */
  invalidate(): void {
    this.switchboard.run(() => {
      if (!this.valid) return
      this.valid = false
      this.switchboard.reset(this, 'failed')
      this.switchboard.remove(this)
      this.owner = null
    })
  }

  /** Transactions with an incomplete action for one of this provider's calls. */
  get pendingTransactions(): readonly Transaction[] {
    return this.switchboard.pendingTransactions(this)
  }

  /** Incomplete actions of this kind for one of this provider's calls; in `execute` too, what is being offered. */
  pendingCallActions<Kind extends ActionKind>(kind: Kind, callId: CallId): readonly ActionOf<Kind>[] {
    return this.switchboard
      .pendingActions(kind, callId)
      .filter((action) => this.switchboard.providerOf(action) === this)
  }

  /** Registration finishes asynchronously, so that whoever made the provider has set a delegate by then. */
  private announce(): void {
    void Promise.resolve().then(() =>
      this.switchboard.run(() => {
        if (this.begun || !this.valid || !this.owner) return
        this.begun = true
        this.owner.providerDidBegin?.(this)
      }),
    )
  }

  private report(callId: CallId, change: () => void): void {
    this.switchboard.run(() => {
      if (!this.valid) return
      if (this.switchboard.registry.find(callId)?.accountId === this.id) change()
      else this.switchboard.log.debug(`report for a call that is not there: ${callId}`)
    })
  }
}
