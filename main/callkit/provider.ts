/*
 * Where one account's network facts enter the phone (CXProvider, contract section 2.1). A report changes calls and never
 * comes back as an action; one that is late, repeated or about somebody else's call changes nothing. It knows no SIP.
 */
import type { CallId, Referral, Transfer } from '../../common/call'
import type { EndCause } from '../../common/errors'
import type { ActionKind, ActionOf } from './action'
import type { Admission } from './admission'
import { configurationError, type ProviderConfiguration } from './configuration'
import type { ProviderDelegate } from './delegate'
import type { CallKitError } from './errors'
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

export class Provider {
  delegate: ProviderDelegate | null = null
  private valid = true

  /** For the switchboard, which makes providers with `addProvider`. */
  constructor(
    readonly id: string,
    private settings: ProviderConfiguration,
    private readonly switchboard: Switchboard,
  ) {}

  get configuration(): ProviderConfiguration {
    return this.settings
  }

  /** Takes effect for calls that begin from now on; an invalid one is refused and changes nothing. */
  configure(configuration: ProviderConfiguration): CallKitError<'general'> | null {
    const error = configurationError(configuration)
    if (!error) this.settings = configuration
    return error
  }

  /** Adds a ringing call; resolves with whether it may go on. One that may not was never seen by anyone. */
  reportNewIncomingCall(callId: CallId, update: CallUpdate): Promise<Admission> {
    return new Promise((resolve) => {
      this.switchboard.run(() => resolve(this.switchboard.admit(this, callId, update)))
    })
  }

  reportUpdated(callId: CallId, update: CallUpdate): void {
    this.report(callId, () => {
      const call = this.switchboard.registry.find(callId)
      if (call) this.switchboard.registry.apply(callId, updated(call, update))
    })
  }

  /** The far end holds us or stopped doing so. CallKit has no such report (contract section 3.7). */
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
      if (this.valid) this.switchboard.reset(this, cause)
    })
  }

  /** Ends every call as failed and is told so by one last reset; afterwards it does nothing and hears nothing. */
  invalidate(): void {
    this.switchboard.run(() => {
      if (!this.valid) return
      this.valid = false
      this.switchboard.reset(this, 'failed')
      this.switchboard.remove(this)
      this.delegate = null
    })
  }

  /** Transactions with an incomplete action for one of this provider's calls. */
  get pendingTransactions(): readonly Transaction[] {
    return this.switchboard.pendingTransactions(this)
  }

  pendingCallActions<Kind extends ActionKind>(kind: Kind, callId: CallId): readonly ActionOf<Kind>[] {
    return this.switchboard
      .pendingActions(kind, callId)
      .filter((action) => this.switchboard.providerOf(action) === this)
  }

  private report(callId: CallId, change: () => void): void {
    this.switchboard.run(() => {
      if (!this.valid) return
      if (this.switchboard.registry.find(callId)?.accountId === this.id) change()
      else this.switchboard.log.debug(`report for a call that is not there: ${callId}`)
    })
  }
}
