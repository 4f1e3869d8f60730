/*
 * Stands between the engine and CallKit's model: one provider per account, and the engine's questions and reports become reports of that
 * provider. What the model asks of the engine is engine-actions.ts. It holds no call state of its own beyond what the engine still owes,
 * and the dialogs that would have to be closed if the engine died.
 */
import type { Account } from '../../common/account'
import type { CallId, Referral } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { DialogRecord, EngineReport, IncomingOffer, Verdict } from '../../common/contract/engine'
import type { Handle } from '../../common/handle'
import type { Log } from '../../common/log'
import type { Admission } from '../callkit/admission'
import { defaultConfiguration, type ProviderConfiguration } from '../callkit/configuration'
import { normalHandle } from '../callkit/handle'
import type { EndReport, Provider } from '../callkit/provider'
import type { Switchboard } from '../callkit/switchboard'
import type { CallUpdate } from '../callkit/update'
import { visibleText } from '../callkit/visible-text'
import type { Engine } from './engine'
import { EngineActions } from './engine-actions'
import { LostDialogs, type LostDialog } from './lost-dialogs'
import type { Offered } from './offered'

export interface SipProviderOptions {
  readonly engine: Engine
  readonly clock: Clock
  readonly log: Log
  readonly switchboard: Switchboard
  readonly accounts: () => readonly Account[]
  /** Where a caller is sent without ringing here, as a SIP URI, and why; null, and when left out: nowhere. */
  readonly forward?: (
    offer: IncomingOffer,
    admitted: Admission,
  ) => Omit<Extract<Verdict, { type: 'deflect' }>, 'type'> | null
  /** Finds out about a caller before anything is decided of the call; soon, and never rejects. */
  readonly look?: (offer: IncomingOffer) => void | Promise<void>
  /** A far end's handle as people read it; as it came when left out. */
  readonly normal?: (handle: Handle, accountId: string) => Handle
  /** Told of every call that is to ring or is refused, before that is decided, with what its caller's server says of it. */
  readonly offered?: (offered: Offered) => void
  /** How long a caller hears it ring whom nobody is to hear, s; 60 when left out. */
  readonly ignoreSeconds?: () => number
  /** The far end of one call asked us to make the other in its stead, and we do. */
  readonly referred?: (from: CallId, to: CallId) => void
}

export class SipProvider {
  private readonly providers = new Map<string, Provider>()
  private readonly focuses = new Map<CallId, string>()
  /** Offers that wait for what is found out about the caller, and how they ended meanwhile. */
  private readonly offered = new Map<CallId, EndReport | null>()
  private readonly dialogs: LostDialogs
  private readonly actions: EngineActions

  constructor(private readonly options: SipProviderOptions) {
    this.dialogs = new LostDialogs(options.engine)
    const { engine, clock, log, switchboard } = options
    const { registry } = switchboard
    this.actions = new EngineActions({
      engine,
      clock,
      log,
      registry,
      onEnded: (id) => this.dialogs.forget(id),
      onReferred: (from, to) => options.referred?.(from, to),
    })
    this.sync()
  }

  /** Makes the providers what the accounts are. Call it after any change of accounts. */
  sync(): void {
    const accounts = this.options.accounts()
    for (const account of accounts) {
      const existing = this.providers.get(account.id)
      if (existing) existing.configure(configurationOf(account))
      else this.add(account)
    }
    for (const [id, provider] of [...this.providers]) {
      if (accounts.some((account) => account.id === id)) continue
      this.providers.delete(id)
      for (const call of this.options.switchboard.registry.live()) {
        if (call.accountId === id) void this.options.engine.request({ type: 'end', callId: call.id })
      }
      provider.invalidate()
    }
  }

  /** The engine's question about an INVITE. */
  engineAsked(offer: IncomingOffer, answer: (verdict: Verdict) => void): void {
    const account = this.options.accounts().find(({ id }) => id === offer.accountId)
    const provider = this.providers.get(offer.accountId)
    if (!account?.enabled || !provider) return answer({ type: 'reject', status: 480 })
    const looking = this.options.look?.(offer)
    if (!looking) return this.decide(provider, offer, answer)
    this.offered.set(offer.callId, null)
    void looking.then(() => {
      const ended = this.offered.get(offer.callId)
      // The engine that asked is gone.
      if (ended === undefined) return
      this.offered.delete(offer.callId)
      this.decide(provider, offer, answer)
      // Whoever gave up meanwhile called all the same.
      if (ended) provider.reportEnded(offer.callId, ended)
    })
  }

  /** Takes in what the engine says of calls; other reports are for others. */
  engineReported(report: EngineReport): void {
    switch (report.type) {
      case 'progress':
        return this.providerOf(report.callId)?.reportOutgoingProgress(report.callId, report.stage)
      case 'connected':
        return this.providerOf(report.callId)?.reportConnected(report.callId)
      case 'updated': {
        const provider = this.providerOf(report.callId)
        if (report.focus !== undefined) this.focuses.set(report.callId, report.focus)
        if (report.remoteHeld !== undefined) provider?.reportRemoteHeld(report.callId, report.remoteHeld)
        return provider?.reportUpdated(report.callId, this.updateOf(report, provider.id))
      }
      case 'ended': {
        const { callId, cause, sipStatus, reason } = report
        if (this.offered.has(callId)) this.offered.set(callId, { cause, sipStatus, reason })
        this.dialogs.forget(callId)
        this.actions.forget(callId)
        this.focuses.delete(callId)
        const provider = this.providerOf(callId)
        // Sent elsewhere, but whether by the user or by a rule only the action knows.
        const [deflect] = cause === 'deflected' ? (provider?.pendingCallActions('deflect', callId) ?? []) : []
        return provider?.reportEnded(callId, { cause: deflect?.body.cause ?? cause, sipStatus, reason })
      }
      case 'transfer':
        return this.providerOf(report.callId)?.reportTransferProgress(report.callId, report.progress)
      case 'referred':
        return this.providerOf(report.callId)?.reportReferral(report.callId, referralOf(report.referral))
      case 'dialog':
        return this.keep(report.callId, report.dialog)
      case 'speaking':
      case 'ready':
      case 'registration':
      case 'reach':
      case 'devices':
      case 'quality':
      case 'level':
      case 'fault':
      case 'log':
        return
    }
  }

  /** The engine died: every call in it is over, and what it left behind is remembered. */
  engineLost(): void {
    this.dialogs.engineLost()
    this.offered.clear()
    this.actions.engineLost()
    this.focuses.clear()
    for (const provider of this.providers.values()) provider.reset('engine-lost')
  }

  /** The SIP URI by which the far end of a call names itself a conference (RFC 4579 section 5.2); null when it is none. */
  focusOf(callId: CallId): string | null {
    return this.focuses.get(callId) ?? null
  }

  /** Dialogs a former engine left open, oldest first. */
  lostDialogs(): readonly LostDialog[] {
    return this.dialogs.list
  }

  /** Closes the account's lost dialogs. Call it when the account is registered again. */
  sayFarewell(accountId: string): Promise<void> {
    return this.dialogs.sayFarewell(accountId)
  }

  private add(account: Account): void {
    const added = this.options.switchboard.addProvider(account.id, configurationOf(account))
    if (!added.ok) return
    added.provider.delegate = this.actions
    this.providers.set(account.id, added.provider)
  }

  private decide(provider: Provider, offer: IncomingOffer, answer: (verdict: Verdict) => void): void {
    const { forward, switchboard, ignoreSeconds } = this.options
    const { callId, accountId, name } = offer
    const handle = this.normal(offer.handle, accountId)
    const update: CallUpdate = { remoteHandle: handle, localizedCallerName: name }
    const elsewhere = forward?.({ ...offer, handle }, switchboard.admission(provider, callId, update)) ?? null
    if (elsewhere !== null) return answer({ type: 'deflect', ...elsewhere })
    this.options.offered?.(this.offeredIn(offer))
    void provider.reportNewIncomingCall(callId, update, (admission) => {
      if (admission.ok) answer({ type: 'alert' })
      else if (admission.sipStatus === null) answer({ type: 'ignore', seconds: ignoreSeconds?.() ?? 60 })
      else answer({ type: 'reject', status: admission.sipStatus })
    })
  }

  private updateOf(report: EngineReport & { type: 'updated' }, accountId: string): CallUpdate {
    const { handle, ...rest } = report
    return updateOf({ ...rest, ...(handle ? { handle: this.normal(handle, accountId) } : {}) })
  }

  private offeredIn({ callId, accountId, diverted = [], answerAfter, answerOrRefuse }: IncomingOffer): Offered {
    const stations = diverted.map(({ handle, name, reason }) => ({
      handle: normalHandle(this.normal(handle, accountId)),
      name: visibleText(name ?? '') || null,
      reason: visibleText(reason ?? '') || null,
    }))
    return { callId, diverted: stations, answerAfter: answerAfter ?? null, insists: answerOrRefuse === true }
  }

  private normal(handle: Handle, accountId: string): Handle {
    return this.options.normal?.(handle, accountId) ?? handle
  }

  private providerOf(callId: CallId): Provider | undefined {
    const call = this.options.switchboard.registry.find(callId)
    return call && this.providers.get(call.accountId)
  }

  private keep(callId: CallId, dialog: DialogRecord | null): void {
    const call = this.options.switchboard.registry.find(callId)
    if (dialog === null || !call) this.dialogs.forget(callId)
    else this.dialogs.keep(callId, { accountId: call.accountId, dialog })
  }
}

const configurationOf = (account: Account): ProviderConfiguration => ({
  ...defaultConfiguration,
  localizedName: account.name,
  includesCallsInRecents: account.listsCalls !== false,
  audioMixer: 'engine',
  // The call to a conference server comes on top of those who are to meet there.
  maximumCallGroups: defaultConfiguration.maximumCallGroups + (account.features.conference === null ? 0 : 1),
  supportedHandleTypes: new Set(['generic', 'phoneNumber', 'emailAddress']),
})

const referralOf = (referral: Referral | null): Referral | null =>
  referral && {
    handle: normalHandle(referral.handle),
    name: visibleText(referral.name ?? '') || null,
    target: referral.target,
    by: referral.by && normalHandle(referral.by),
  }

function updateOf(report: EngineReport & { type: 'updated' }): CallUpdate {
  const { handle, name, capabilities } = report
  return {
    ...(handle === undefined ? {} : { remoteHandle: handle }),
    ...(name === undefined ? {} : { localizedCallerName: name }),
    ...(capabilities === undefined
      ? {}
      : {
          supportsHolding: capabilities.holding,
          supportsGrouping: capabilities.grouping,
          supportsUngrouping: capabilities.ungrouping,
          supportsDtmf: capabilities.dtmf,
        }),
  }
}
