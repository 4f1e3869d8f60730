/*
 * Handing calls on: transfers, parking, a ringing call sent elsewhere, and what to do when the far end asks us to call
 * somebody. What people type goes through the dial rules of the call's account.
 */
import { canHold, type Call, type CallId } from '../../common/call'
import type { AccountFeatures } from '../../common/account'
import { refused, type Result } from '../../common/errors'
import type { Handle } from '../../common/handle'
import type { AccountState } from '../../common/phone-state'
import type { ActionBody } from './action'
import type { Requests } from './requests'
import type { CallVerbs, Originator, Requested } from './verbs'

/** A target for the wire, and what people read. */
export interface Dialled {
  readonly uri: string
  readonly handle: Handle
}

/** Makes a `Dialled` of what a person typed; `invalid-target` when it is neither a number nor an address. */
export type DialRules = (text: string, accountUri: string) => Result<Dialled>

export interface TransferVerbsOptions {
  readonly requests: Requests
  readonly accounts: () => readonly AccountState[]
  readonly dialTarget: DialRules
}

type Verbs = 'transfer' | 'transferToCall' | 'park' | 'deflect' | 'sendToVoicemail' | 'answerReferral'

export class TransferVerbs implements Pick<CallVerbs, Verbs> {
  constructor(private readonly options: TransferVerbsOptions) {}

  transfer(callId: CallId, target: string, by: Originator): Promise<Requested> {
    return this.onward(callId, target, (call, to) =>
      this.options.requests.once(`transfer ${callId} ${to.uri}`, () => {
        const { handle, uri } = to
        return this.handOver(call, { kind: 'address', handle, target: uri }, by)
      }),
    )
  }

  async transferToCall(callId: CallId, toCallId: CallId, by: Originator): Promise<Requested> {
    const { requests } = this.options
    const call = requests.find(callId)
    if (!call || !requests.find(toCallId)) return refused('unknown-call')
    return requests.once(`transfer ${callId} ${toCallId}`, () =>
      this.handOver(call, { kind: 'call', callId: toCallId }, by),
    )
  }

  park(callId: CallId, by: Originator): Promise<Requested> {
    return this.toFeature(callId, 'park', (place) => this.transfer(callId, place, by))
  }

  deflect(callId: CallId, target: string, by: Originator): Promise<Requested> {
    return this.onward(callId, target, (_call, { handle, uri }) =>
      this.options.requests.once(`deflect ${callId}`, () =>
        this.options.requests.ask([{ kind: 'deflect', callId, handle, target: uri, cause: 'deflected' }], by),
      ),
    )
  }

  sendToVoicemail(callId: CallId, by: Originator): Promise<Requested> {
    return this.toFeature(callId, 'voicemail', (box) => this.deflect(callId, box, by))
  }

  async answerReferral(callId: CallId, accept: boolean, by: Originator): Promise<Requested<CallId | null>> {
    const { requests } = this.options
    // Agreed to and refused are two wishes, but only one of them can be carried out.
    return requests.once<CallId | null>(`referral ${callId}`, async () => {
      const call = requests.find(callId)
      if (!call) return refused('unknown-call')
      const referral = call.state === 'active' || call.state === 'held' ? call.referral : null
      if (!referral) return refused('invalid-action')
      if (!accept) return named(await requests.ask([{ kind: 'refuseReferral', callId }], by), null)
      const { handle, target } = referral
      const newId = crypto.randomUUID()
      const start: ActionBody = {
        kind: 'start',
        callId: newId,
        providerId: call.accountId,
        handle,
        target,
        referral: callId,
      }
      return named(await requests.ask([start], by), newId)
    })
  }

  /** Nobody is to listen in while somebody else's phone rings. */
  private handOver(call: Call, to: (ActionBody & { kind: 'transfer' })['to'], by: Originator): Promise<Requested> {
    const transfer: ActionBody = { kind: 'transfer', callId: call.id, to }
    const hold: ActionBody = { kind: 'setHeld', callId: call.id, held: true }
    return this.options.requests.ask(canHold(call) ? [hold, transfer] : [transfer], by)
  }

  private async onward(
    callId: CallId,
    target: string,
    then: (call: Call, to: Dialled) => Promise<Requested>,
  ): Promise<Requested> {
    const { requests, dialTarget } = this.options
    const call = requests.find(callId)
    if (!call) return refused('unknown-call')
    const account = this.accountOf(call)
    if (!account) return refused('unknown-account')
    const dialled = dialTarget(target, account.account.uri)
    return dialled.ok ? then(call, dialled.value) : dialled
  }

  private async toFeature(
    callId: CallId,
    feature: keyof AccountFeatures,
    then: (place: string) => Promise<Requested>,
  ): Promise<Requested> {
    const call = this.options.requests.find(callId)
    if (!call) return refused('unknown-call')
    const place = this.accountOf(call)?.account.features[feature] ?? null
    return place === null ? refused('not-set-up') : then(place)
  }

  private accountOf(call: Call): AccountState | undefined {
    return this.options.accounts().find(({ account }) => account.id === call.accountId)
  }
}

function named<T>(requested: Requested, value: T): Requested<T> {
  return requested.ok ? { ok: true, value, completed: requested.completed } : requested
}
