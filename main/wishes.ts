/*
 * What a person may wish at a window, and which part of the phone fulfils it. Calls go to the same verbs everyone uses;
 * accounts are tried before they are kept. It holds no state and draws nothing.
 */
import type { Account } from '../common/account'
import type { CallId } from '../common/call'
import type { UiCommand, UiError } from '../common/contract/ui'
import type { Engine } from './engine/engine'
import type { Registrar } from './engine/registrar'
import { outcomeOf } from './callkit/requests'
import type { CallVerbs, Requested } from './callkit/verbs'
import type { Accounts } from './settings/accounts'
import type { KeepPassword } from './settings/secret-vault'
import type { RequestErrorCode, Result } from '../common/errors'
import type { SettingsPatch } from '../common/settings'
import type { AccountDraft } from '../common/account'
import type { WishOutcome } from './windows/phone-api'
import type { SecretStorage } from '../common/phone-state'

export interface WishesOptions {
  readonly verbs: CallVerbs
  readonly accounts: Accounts
  readonly registrar: Registrar
  readonly engine: Engine
  readonly secretStorage: () => SecretStorage
  /** After any change of accounts or passwords. */
  readonly accountsChanged: () => void
  /** `minutes` null: until it is switched off. */
  readonly setDoNotDisturb: (on: boolean, minutes: number | null) => Result<unknown>
  readonly changeSettings: (patch: SettingsPatch) => Result<unknown>
  /** Makes no sound for this call any more, should it still ring. */
  readonly silence: (callId: CallId) => void
  readonly markHistorySeen: () => void
  readonly clearHistory: () => void
  readonly dismissNotice: (id: string) => void
}

/** How long "Call me" takes to ring, ms: time to close the window and see the notification. */
const callMeDelayMs = 3_000

export class Wishes {
  constructor(private readonly options: WishesOptions) {}

  async perform(command: UiCommand): Promise<WishOutcome> {
    const { verbs, accounts, engine, accountsChanged } = this.options
    switch (command.type) {
      case 'call': {
        const called = await verbs.call(command.target, command.accountId, 'window')
        return called.ok ? { callId: called.value, error: null } : outcome(called)
      }
      case 'answer':
        return this.carriedOut(verbs.answer(command.callId, 'window'))
      case 'holdAndAnswer':
        return this.carriedOut(verbs.holdAndAnswer(command.callId, 'window'))
      case 'endAndAnswer':
        return this.carriedOut(verbs.endAndAnswer(command.callId, 'window'))
      case 'decline':
        return this.carriedOut(verbs.decline(command.callId, 'window'))
      case 'sendToVoicemail':
        return this.carriedOut(verbs.sendToVoicemail(command.callId, 'window'))
      case 'deflect':
        return this.carriedOut(verbs.deflect(command.callId, command.target, 'window'))
      case 'silence':
        this.options.silence(command.callId)
        return fulfilled
      case 'end':
        return this.carriedOut(verbs.end(command.callId, 'window'))
      case 'endGroup':
        return this.carriedOut(verbs.endGroup(command.callId, 'window'))
      case 'setHeld':
        return this.carriedOut(verbs.setHeld(command.callId, command.held, 'window'))
      case 'swap':
        return this.carriedOut(verbs.swap('window'))
      case 'setMuted':
        return this.carriedOut(verbs.setMuted(command.callId, command.muted, 'window'))
      case 'playDtmf':
        return this.carriedOut(verbs.playDtmf(command.callId, command.digits, 'window'))
      case 'merge':
        return this.carriedOut(verbs.merge(command.callIds, 'window'))
      case 'split':
        return this.carriedOut(verbs.split(command.callId, 'window'))
      case 'transfer':
        return this.carriedOut(verbs.transfer(command.callId, command.target, 'window'))
      case 'transferToCall':
        return this.carriedOut(verbs.transferToCall(command.callId, command.toCallId, 'window'))
      case 'park':
        return this.carriedOut(verbs.park(command.callId, 'window'))
      case 'answerReferral': {
        const answered = await verbs.answerReferral(command.callId, command.accept, 'window')
        return answered.ok ? { callId: answered.value, error: null } : outcome(answered)
      }
      case 'continueDigits':
        return this.carriedOut(verbs.continueDigits(command.callId, command.send, 'window'))
      case 'addAccount':
        return this.addAccount(command.draft, command.keep, command.evenIfUnreachable)
      case 'changeAccount':
        return this.after(accounts.change(command.accountId, command.draft, command.keep), accountsChanged)
      case 'removeAccount':
        return this.after(accounts.remove(command.accountId), accountsChanged)
      case 'setAccountEnabled':
        return this.after(accounts.setEnabled(command.accountId, command.enabled), accountsChanged)
      case 'enterPassword':
        return this.after(accounts.enterPassword(command.accountId, command.password, command.keep), accountsChanged)
      case 'tryDemo':
        return this.after(accounts.addDemo(), accountsChanged)
      case 'callMe':
        return outcome(await engine.request({ type: 'demoCall', delayMs: callMeDelayMs }))
      case 'setDoNotDisturb':
        return outcome(this.options.setDoNotDisturb(command.on, command.minutes))
      case 'changeSettings':
        return outcome(this.options.changeSettings(command.patch))
      case 'testRing':
        return outcome(await engine.request({ type: 'setTone', tone: 'test' }))
      case 'testEcho':
        return outcome(await engine.request({ type: 'testEcho' }))
      case 'setMeter':
        return outcome(await engine.request({ type: 'setMeter', on: command.on }))
      case 'reconnect':
        return outcome(await engine.request({ type: 'reconnect' }))
      case 'markHistorySeen':
        this.options.markHistorySeen()
        return fulfilled
      case 'clearHistory':
        this.options.clearHistory()
        return fulfilled
      case 'dismissNotice':
        this.options.dismissNotice(command.noticeId)
        return fulfilled
      default:
        return failure('failed')
    }
  }

  /** A person waits for the outcome, not for its acceptance: what was not done is to be read. */
  private async carriedOut(asked: Promise<Requested>): Promise<WishOutcome> {
    return outcome(await outcomeOf(asked))
  }

  /** Nothing is kept of an account that does not work, unless its user wants it kept. */
  private async addAccount(draft: AccountDraft, keep: KeepPassword, evenIfUnreachable: boolean): Promise<WishOutcome> {
    const { accounts, registrar, accountsChanged, secretStorage } = this.options
    if (keep === 'keychain' && secretStorage() === 'plain-text') return failure('needs-consent')
    const prepared = accounts.prepare(draft)
    if (!prepared.ok) return outcome(prepared)
    if (!evenIfUnreachable) {
      const registration = await registrar.trial(prepared.value.account, prepared.value.credentials)
      if (registration.state === 'failed') {
        const { reason, certificate, sipStatus } = registration
        const detail = sipStatus === null ? null : `SIP ${sipStatus}`
        return { callId: null, error: { code: 'registration-failed', detail, registration: reason, certificate } }
      }
    }
    const added: Result<Account> = accounts.add(prepared.value, keep)
    accountsChanged()
    return outcome(added)
  }

  private after(result: Result<unknown>, then: () => void): WishOutcome {
    if (result.ok) then()
    return outcome(result)
  }
}

const fulfilled: WishOutcome = { callId: null, error: null }

const failure = (code: RequestErrorCode, detail?: string): WishOutcome => ({
  callId: null,
  error: { code, detail: detail ?? null, registration: null, certificate: null } satisfies UiError,
})

const outcome = (result: Result<unknown>): WishOutcome => (result.ok ? fulfilled : failure(result.code, result.detail))
