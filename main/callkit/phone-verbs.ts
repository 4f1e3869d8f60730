/*
 * The verbs of every client (verbs.ts) as transactions. It forgives what people and notifications do twice or too late, and
 * leaves everything else to the controller's judgement. It knows who asks, not how they look.
 */
import { isLive, isMuted, type Call, type CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import { done, refused, type Result } from '../../common/errors'
import type { Handle } from '../../common/handle'
import type { AccountState } from '../../common/phone-state'
import { Action, type ActionBody } from './action'
import type { CallController } from './controller'
import { requestErrorCode } from './errors'
import type { Registry } from './registry'
import type { Switchboard } from './switchboard'
import type { CallVerbs, Originator } from './verbs'

export interface PhoneVerbsOptions {
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly clock: Clock
  readonly accounts: () => readonly AccountState[]
  /** Makes what a person typed a target for the wire and a handle to show; `invalid-target` when it is neither. */
  readonly dialTarget: (text: string, accountUri: string) => Result<{ readonly uri: string; readonly handle: Handle }>
}

export class PhoneVerbs implements CallVerbs {
  constructor(private readonly options: PhoneVerbsOptions) {}

  async call(target: string, accountId: string | null, by: Originator): Promise<Result<CallId>> {
    const account = this.callingAccount(accountId)
    if (!account.ok) return account
    const { id, uri } = account.value.account
    const dialled = this.options.dialTarget(target, uri)
    if (!dialled.ok) return dialled
    const callId = crypto.randomUUID()
    const { handle, uri: wire } = dialled.value
    const result = await this.request({ kind: 'start', callId, providerId: id, handle, target: wire }, by)
    return result.ok ? { ok: true, value: callId } : result
  }

  async answer(callId: CallId, by: Originator): Promise<Result> {
    const call = this.find(callId)
    if (!call || call.state === 'ending') return refused('unknown-call')
    // The notification and the window may both be clicked: one answer is enough.
    const answered = call.state !== 'incoming' || this.options.switchboard.pendingActions('answer', callId).length > 0
    if (answered && call.direction === 'incoming') return done
    return this.request({ kind: 'answer', callId }, by)
  }

  async decline(callId: CallId, by: Originator): Promise<Result> {
    const call = this.options.registry.find(callId)
    if (!call) return refused('unknown-call')
    // Too late, but what was wanted is true: it does not ring any more.
    if (call.state === 'ended' || call.state === 'ending') return done
    // Never hangs up a call that was answered a moment before.
    if (call.state !== 'incoming') return refused('invalid-action')
    return this.request({ kind: 'end', callId, cause: 'declined' }, by)
  }

  async end(callId: CallId, by: Originator): Promise<Result> {
    const call = this.find(callId)
    if (!call) return refused('unknown-call')
    return call.state === 'ending' ? done : this.request({ kind: 'end', callId, cause: null }, by)
  }

  async setHeld(callId: CallId, held: boolean, by: Originator): Promise<Result> {
    const call = this.find(callId)
    if (!call) return refused('unknown-call')
    const settled = call.state === (held ? 'held' : 'active') && !this.isPending('setHeld', callId)
    return settled ? done : this.request({ kind: 'setHeld', callId, held }, by)
  }

  async setMuted(callId: CallId, muted: boolean, by: Originator): Promise<Result> {
    const call = this.find(callId)
    if (!call) return refused('unknown-call')
    const settled = 'muted' in call && isMuted(call) === muted && !this.isPending('setMuted', callId)
    return settled ? done : this.request({ kind: 'setMuted', callId, muted }, by)
  }

  async playDtmf(callId: CallId, digits: string, by: Originator): Promise<Result> {
    const call = this.find(callId)
    if (!call) return refused('unknown-call')
    if (!/^[0-9A-D*#,]{1,64}$/i.test(digits)) return refused('invalid-argument')
    if (call.state === 'active' && !call.capabilities.dtmf) return refused('dtmf-unsupported')
    const type = digits.length === 1 ? 'singleTone' : 'softPause'
    return this.request({ kind: 'playDtmf', callId, digits: digits.toUpperCase(), type }, by)
  }

  private find(callId: CallId): Call | undefined {
    const call = this.options.registry.find(callId)
    return call && isLive(call) ? call : undefined
  }

  private isPending(kind: 'setHeld' | 'setMuted', callId: CallId): boolean {
    return this.options.switchboard.pendingActions(kind, callId).length > 0
  }

  private async request(body: ActionBody, by: Originator): Promise<Result> {
    const { controller, clock } = this.options
    const accepted = await controller.requestActions([new Action(body, clock)], by)
    return accepted.ok ? done : refused(requestErrorCode(accepted.error))
  }

  private callingAccount(accountId: string | null): Result<AccountState> {
    const accounts = this.options.accounts()
    const canCall = ({ account, registration }: AccountState) => account.enabled && registration.state === 'registered'
    if (accountId !== null) {
      const named = accounts.find(({ account }) => account.id === accountId)
      if (!named) return refused('unknown-account')
      return canCall(named) ? { ok: true, value: named } : refused('not-registered')
    }
    const usable = accounts.filter(({ account }) => account.enabled)
    const first = usable.find(canCall)
    if (first) return { ok: true, value: first }
    return refused(usable.length === 0 ? 'no-account' : 'not-registered')
  }
}
