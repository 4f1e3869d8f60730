/*
 * The verbs of every client (verbs.ts) as transactions. It forgives what people and notifications do twice or too late, and
 * leaves everything else to the controller's judgement. It knows who asks, not how they look.
 */
import { canTransfer, isMuted, type CallId } from '../../common/call'
import { refused, type Result } from '../../common/errors'
import type { AccountState } from '../../common/phone-state'
import { ConferenceVerbs } from './conference-verbs'
import { PostDial, splitDialString } from './post-dial'
import { Requests, settled, type RequestsOptions } from './requests'
import { SecondCallVerbs } from './second-call-verbs'
import { ServerConference, type ServerConferenceOptions } from './server-conference'
import { TransferVerbs, type DialRules } from './transfer-verbs'
import type { CallVerbs, Originator, Requested } from './verbs'

export interface PhoneVerbsOptions extends RequestsOptions {
  readonly accounts: () => readonly AccountState[]
  readonly dialTarget: DialRules
  /** Told of a call that is to leave no trace before it begins. */
  readonly beginPrivate?: (callId: CallId) => void
  readonly focusOf?: NonNullable<ServerConferenceOptions['focusOf']>
}

export class PhoneVerbs implements CallVerbs {
  private readonly requests: Requests
  private readonly postDial: PostDial
  private readonly secondCall: SecondCallVerbs
  private readonly conference: ConferenceVerbs
  private readonly server: ServerConference
  private readonly transfers: TransferVerbs

  constructor(private readonly options: PhoneVerbsOptions) {
    const { registry, switchboard, accounts, dialTarget } = options
    const requests = (this.requests = new Requests(options))
    this.postDial = new PostDial({ registry, switchboard, requests })
    this.secondCall = new SecondCallVerbs(requests)
    this.conference = new ConferenceVerbs(requests)
    this.server = new ServerConference({ ...options, requests })
    this.transfers = new TransferVerbs({ requests, accounts, dialTarget })
  }

  call(target: string, accountId: string | null, by: Originator, isPrivate = false): Promise<Requested<CallId>> {
    return this.start(target, accountId, by, { isPrivate })
  }

  async consult(callId: CallId, target: string, by: Originator): Promise<Requested<CallId>> {
    const call = this.requests.find(callId)
    if (!call) return refused('unknown-call')
    if (!canTransfer(call)) return refused('invalid-action')
    // Asking twice would ring twice.
    return this.requests.once(`consult ${callId}`, () =>
      this.start(target, call.accountId, by, { consultationOf: callId }),
    )
  }

  private async start(
    target: string,
    accountId: string | null,
    by: Originator,
    about: { readonly isPrivate?: boolean; readonly consultationOf?: CallId },
  ): Promise<Requested<CallId>> {
    const { isPrivate = false, ...rest } = about
    const account = this.callingAccount(accountId)
    if (!account.ok) return account
    const { id, uri } = account.value.account
    const typed = splitDialString(target)
    const dialled = this.options.dialTarget(typed.target, uri)
    if (!dialled.ok) return dialled
    const callId = crypto.randomUUID()
    const { handle, uri: wire } = dialled.value
    this.postDial.remember(callId, typed.digits, by)
    if (isPrivate) this.options.beginPrivate?.(callId)
    const asked = await this.requests.ask(
      [{ kind: 'start', callId, providerId: id, handle, target: wire, referral: null, ...rest }],
      by,
    )
    if (!asked.ok) this.postDial.forget(callId)
    return asked.ok ? { ok: true, value: callId, completed: asked.completed } : asked
  }

  async pickUp(extension: string | null, accountId: string | null, by: Originator): Promise<Requested<CallId>> {
    const account = this.callingAccount(accountId, ({ account: { features } }) => features.pickup !== null)
    if (!account.ok) return account
    const { id, uri, features } = account.value.account
    if (features.pickup === null) return refused('not-set-up')
    const whose = extension === null ? null : this.options.dialTarget(extension, uri)
    if (whose?.ok === false) return whose
    const target = pickUpTarget(features.pickup, whose?.value.handle.value ?? '')
    return target === null ? refused('invalid-target') : this.call(target, id, by)
  }

  answer(callId: CallId, by: Originator): Promise<Requested> {
    return this.secondCall.holdAndAnswer(callId, by)
  }

  holdAndAnswer(callId: CallId, by: Originator): Promise<Requested> {
    return this.secondCall.holdAndAnswer(callId, by)
  }

  endAndAnswer(callId: CallId, by: Originator): Promise<Requested> {
    return this.secondCall.endAndAnswer(callId, by)
  }

  async decline(callId: CallId, by: Originator): Promise<Requested> {
    const call = this.requests.registry.find(callId)
    if (!call) return refused('unknown-call')
    // Too late, but what was wanted is true: it does not ring any more.
    if (call.state === 'ended' || call.state === 'ending') return settled()
    // Never hangs up a call that was answered a moment before.
    if (call.state !== 'incoming') return refused('invalid-action')
    return this.requests.ask([{ kind: 'end', callId, cause: 'declined' }], by)
  }

  sendToVoicemail(callId: CallId, by: Originator): Promise<Requested> {
    return this.transfers.sendToVoicemail(callId, by)
  }

  deflect(callId: CallId, target: string, by: Originator): Promise<Requested> {
    return this.transfers.deflect(callId, target, by)
  }

  end(callId: CallId, by: Originator): Promise<Requested> {
    return this.requests.once(`end ${callId}`, async () => {
      const call = this.requests.find(callId)
      if (!call) return refused('unknown-call')
      return call.state === 'ending' ? settled() : this.requests.ask([{ kind: 'end', callId, cause: null }], by)
    })
  }

  endGroup(callId: CallId, by: Originator): Promise<Requested> {
    return this.conference.endGroup(callId, by)
  }

  setHeld(callId: CallId, held: boolean, by: Originator): Promise<Requested> {
    return this.conference.setHeld(callId, held, by)
  }

  swap(by: Originator): Promise<Requested> {
    return this.secondCall.swap(by)
  }

  async setMuted(callId: CallId, muted: boolean, by: Originator): Promise<Requested> {
    const call = this.requests.find(callId)
    if (!call) return refused('unknown-call')
    const isSo = 'muted' in call && isMuted(call) === muted && !this.requests.isPending('setMuted', callId)
    return isSo ? settled() : this.requests.ask([{ kind: 'setMuted', callId, muted }], by)
  }

  async playDtmf(callId: CallId, digits: string, by: Originator): Promise<Requested> {
    const call = this.requests.find(callId)
    if (!call) return refused('unknown-call')
    if (!/^[0-9A-D*#,]{1,64}$/i.test(digits)) return refused('invalid-argument')
    if (call.state === 'active' && !call.capabilities.dtmf) return refused('dtmf-unsupported')
    const type = digits.length === 1 ? 'singleTone' : 'softPause'
    return this.requests.ask([{ kind: 'playDtmf', callId, digits: digits.toUpperCase(), type }], by)
  }

  merge(callIds: readonly CallId[], by: Originator): Promise<Requested> {
    return this.server.serves(callIds) ? this.server.merge(callIds, by) : this.conference.merge(callIds, by)
  }

  split(callId: CallId, by: Originator): Promise<Requested> {
    return this.conference.split(callId, by)
  }

  transfer(callId: CallId, target: string, by: Originator): Promise<Requested> {
    return this.transfers.transfer(callId, target, by)
  }

  transferToCall(callId: CallId, toCallId: CallId, by: Originator): Promise<Requested> {
    return this.transfers.transferToCall(callId, toCallId, by)
  }

  park(callId: CallId, by: Originator): Promise<Requested> {
    return this.transfers.park(callId, by)
  }

  answerReferral(callId: CallId, accept: boolean, by: Originator): Promise<Requested<CallId | null>> {
    return this.transfers.answerReferral(callId, accept, by)
  }

  continueDigits(callId: CallId, send: boolean, by: Originator): Promise<Requested> {
    return this.postDial.continue(callId, send, by)
  }

  /** The account that is named; else the first that can call, one that is `fit` before all others. */
  private callingAccount(
    accountId: string | null,
    fit: (account: AccountState) => boolean = () => true,
  ): Result<AccountState> {
    const accounts = this.options.accounts()
    const canCall = ({ account, registration }: AccountState) => account.enabled && registration.state === 'registered'
    if (accountId !== null) {
      const named = accounts.find(({ account }) => account.id === accountId)
      if (!named) return refused('unknown-account')
      return canCall(named) ? { ok: true, value: named } : refused('not-registered')
    }
    const usable = accounts.filter(({ account }) => account.enabled)
    const able = usable.filter(canCall)
    const first = able.find(fit) ?? able[0]
    if (first) return { ok: true, value: first }
    return refused(usable.length === 0 ? 'no-account' : 'not-registered')
  }
}

/** The code with the colleague's number behind it; null for somebody at another server, whom no code of this one reaches. */
function pickUpTarget(code: string, number: string): string | null {
  if (/[@,;]/.test(number)) return null
  const at = code.includes('@') ? code.indexOf('@') : code.length
  return code.slice(0, at) + number + code.slice(at)
}
