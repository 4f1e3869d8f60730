/*
 * What each verb of the control door does: the same verbs the window and the notification use, with the call and account
 * that are meant worked out. Knows nothing of sockets.
 */
import type { Clock } from '../../common/clock'
import type { Call, CallId } from '../../common/call'
import type { AccountTest, TestLine } from '../../common/diagnosis'
import { done, type RequestErrorCode, type Result } from '../../common/errors'
import type { AccountState, PhoneState } from '../../common/phone-state'
import { endOf } from '../../common/weekly-times'
import type { CallVerbs, Requested } from '../callkit/verbs'
import { chooseCall, chooseCalls } from './choose-call'
import { controlError, type CallVerb, type ControlError, type ControlRequest } from './control-request'
import { iso, statusOf, type Status } from './status'

export interface ControlVerbsOptions {
  readonly calls: CallVerbs
  readonly state: () => PhoneState
  /** The Electron version, for `status`. */
  readonly electron: string
  /** Opens the window or brings it to the front. */
  readonly show: () => void
  readonly clock: Clock
  /** `minutes` null: until it is switched off. */
  readonly setDoNotDisturb: (on: boolean, minutes: number | null) => Result<unknown>
  /** Resolves when the test is over. */
  readonly testAccount: (accountId: string) => Result<Promise<AccountTest>>
}

/** What is printed: one JSON object. */
export type ControlAnswer =
  | Status
  | { readonly call: CallId }
  | { readonly ok: true }
  /** Of a test: each step, how it went and what was seen. */
  | { readonly account: string; readonly lines: readonly TestLine[] }
  | Rest
  | ControlError

/** Of do not disturb. Ends are ISO 8601; null: it does not end by itself, or nobody knows when. */
interface Rest {
  /** The user's own switch, and when it goes off. */
  readonly doNotDisturb: boolean
  readonly until: string | null
  /** Whether it is quiet now, whoever wants that: the switch, its timer, the weekly times, the desktop. */
  readonly quiet: PhoneState['quiet'] & { readonly until: string | null }
}

type Verb = Exclude<ControlRequest, { verb: 'events' | 'quit' }>
type AboutACall = Extract<Verb, { verb: CallVerb }>

export class ControlVerbs {
  constructor(private readonly options: ControlVerbsOptions) {}

  /** `events` and `quit` are the server's: they outlive the answer. Never rejects. */
  async perform(request: Verb): Promise<ControlAnswer> {
    const { calls, state, electron, show } = this.options
    const wait = request.wait === true
    switch (request.verb) {
      case 'status':
        return statusOf(state(), electron, this.options.clock.date())
      case 'show':
        show()
        return { ok: true }
      case 'dnd':
        return this.rest(request)
      case 'test':
        return this.test(request.account)
      case 'call':
      case 'pickup': {
        const account = request.account === undefined ? null : findAccount(state().accounts, request.account)
        if (account !== null && typeof account !== 'string') return account
        const asked =
          request.verb === 'call'
            ? calls.call(request.target, account, 'control')
            : calls.pickUp(request.extension ?? null, account, 'control')
        return answered(await asked, wait, (call) => ({ call }))
      }
      case 'swap':
        return answered(await calls.swap('control'), wait, () => ({ ok: true }))
      case 'merge': {
        const chosen = chooseCalls(this.calls, request.calls)
        if ('error' in chosen) return chosen
        return answered(await calls.merge(chosen, 'control'), wait, () => ({ ok: true }))
      }
      default: {
        if (request.verb === 'transfer' && (request.target === undefined) === (request.to === undefined)) {
          return controlError('invalid-argument', 'transfer: a target or another call, one of the two')
        }
        const calls = 'to' in request ? this.otherThan(request.to) : this.calls
        const call = chooseCall(request.verb, calls, request.call)
        if (typeof call !== 'string') return call
        const asked = this.toCall(request, call)
        return 'error' in asked ? asked : answered(await asked, wait, (other) => ({ call: other ?? call }))
      }
    }
  }

  private get calls(): readonly Call[] {
    return this.options.state().calls.map((view) => view.call)
  }

  /** Who could be handed to the call that is named. */
  private otherThan(to: string | undefined): readonly Call[] {
    const other = to === undefined ? null : chooseCall('transfer', this.calls, to)
    return this.calls.filter(({ id }) => id !== other)
  }

  private toCall(request: AboutACall, call: CallId): Promise<Requested<CallId | null | void>> | ControlError {
    const { calls } = this.options
    switch (request.verb) {
      case 'answer':
        return calls.answer(call, 'control')
      case 'hold-and-answer':
        return calls.holdAndAnswer(call, 'control')
      case 'end-and-answer':
        return calls.endAndAnswer(call, 'control')
      case 'decline':
        return calls.decline(call, 'control')
      case 'voicemail':
        return calls.sendToVoicemail(call, 'control')
      case 'deflect':
        return calls.deflect(call, request.target, 'control')
      case 'end':
        return calls.end(call, 'control')
      case 'hold':
        return calls.setHeld(call, true, 'control')
      case 'resume':
        return calls.setHeld(call, false, 'control')
      case 'mute':
        return calls.setMuted(call, true, 'control')
      case 'unmute':
        return calls.setMuted(call, false, 'control')
      case 'dtmf':
        return calls.playDtmf(call, request.digits, 'control')
      case 'continue':
        return calls.continueDigits(call, true, 'control')
      case 'forget-digits':
        return calls.continueDigits(call, false, 'control')
      case 'split':
        return calls.split(call, 'control')
      case 'end-conference':
        return calls.endGroup(call, 'control')
      case 'transfer':
        return this.transfer(request, call)
      case 'consult':
        return calls.consult(call, request.target, 'control')
      case 'park':
        return calls.park(call, 'control')
      case 'accept-transfer':
        return calls.answerReferral(call, true, 'control')
      case 'refuse-transfer':
        return calls.answerReferral(call, false, 'control')
    }
  }

  private transfer(
    { target, to }: Extract<Verb, { verb: 'transfer' }>,
    call: CallId,
  ): Promise<Requested> | ControlError {
    const { calls } = this.options
    if (target !== undefined) return calls.transfer(call, target, 'control')
    const other = chooseCall('transfer', this.calls, to)
    return typeof other === 'string' ? calls.transferToCall(call, other, 'control') : other
  }

  private async test(wanted: string | undefined): Promise<ControlAnswer> {
    const { state, testAccount } = this.options
    const { accounts } = state()
    const account = wanted === undefined ? theOnly(accounts) : findAccount(accounts, wanted)
    if (typeof account !== 'string') return account
    const begun = testAccount(account)
    if (!begun.ok) return explain(begun)
    const { lines } = await begun.value
    return { account: accounts.find((one) => one.account.id === account)?.account.name ?? account, lines }
  }

  private rest({ on, minutes }: Extract<Verb, { verb: 'dnd' }>): ControlAnswer {
    const { state, setDoNotDisturb } = this.options
    const result = on === undefined ? done : setDoNotDisturb(on, minutes ?? null)
    if (!result.ok) return explain(result)
    const { quiet, settings } = state()
    const { doNotDisturb, doNotDisturbUntil, doNotDisturbSchedule } = settings
    const until = doNotDisturbUntil === null ? null : iso(doNotDisturbUntil)
    const scheduled = quiet.because === 'schedule' ? endOf(doNotDisturbSchedule, this.options.clock.date()) : null
    const quietUntil = quiet.because === 'timer' ? until : scheduled === null ? null : iso(scheduled)
    return { doNotDisturb, until, quiet: { on: quiet.on, because: quiet.because, until: quietUntil } }
  }
}

/** With `wait` the outcome, else the acceptance. */
async function answered<T>(
  requested: Requested<T>,
  wait: boolean,
  words: (value: T) => ControlAnswer,
): Promise<ControlAnswer> {
  if (!requested.ok) return explain(requested)
  const outcome = wait ? await requested.completed : done
  return outcome.ok ? words(requested.value) : explain(outcome)
}

function theOnly(accounts: readonly AccountState[]): string | ControlError {
  const [first, ...others] = accounts
  if (first === undefined) return controlError('no-account', 'there is no account')
  return others.length === 0 ? first.account.id : controlError('ambiguous-account', 'there are several: name one')
}

/** By name, id or SIP address; first as it is written, then in any case. */
function findAccount(accounts: readonly AccountState[], wanted: string): string | ControlError {
  const names = ({ account }: AccountState): string[] => [
    account.name,
    account.id,
    account.uri,
    account.uri.replace(/^sip:/, ''),
  ]
  const lower = wanted.toLowerCase()
  const exact = accounts.filter((state) => names(state).includes(wanted))
  const matches =
    exact.length > 0 ? exact : accounts.filter((state) => names(state).some((name) => name.toLowerCase() === lower))
  const [only] = matches
  if (!only) return controlError('unknown-account', 'there is no account of that name')
  if (matches.length > 1) return controlError('ambiguous-account', 'several accounts have that name; use the address')
  return only.account.id
}

/** English for scripts and terminals; the window has its own words. Details are redacted where they are made. */
const messages: Record<RequestErrorCode, string> = {
  'invalid-argument': 'something in the request is malformed',
  'unknown-call': 'there is no such call',
  'unknown-account': 'there is no such account',
  'no-account': 'there is no account to call with',
  'not-registered': 'the account cannot reach its server now',
  'invalid-target': 'that is neither a number nor a SIP address',
  'invalid-action': 'the call is not in a state that allows this',
  'too-many-calls': 'there are too many calls; end or hold one first',
  'engine-unavailable': 'the phone is still starting; try again in a second',
  'timed-out': 'it took too long',
  'microphone-denied': 'the microphone may not be used',
  'microphone-missing': 'there is no microphone',
  'microphone-busy': 'the microphone cannot be opened',
  'media-failed': 'no sound connection could be made',
  'transfer-refused': 'the far end does not let itself be transferred; it is still here',
  'transfer-failed': 'whom it was to be handed to could not be reached; it is still here',
  'not-set-up': 'the account names no number for this',
  'dtmf-unsupported': 'this call cannot carry digits',
  'storage-failed': 'the settings could not be written',
  'needs-consent': 'the password could only be kept unprotected',
  'account-exists': 'this address is already set up',
  'registration-failed': 'the account could not be registered',
  failed: 'it failed; the log says more',
}

function explain({ code, detail }: { code: RequestErrorCode; detail?: string }): ControlError {
  return controlError(code, detail === undefined ? messages[code] : `${messages[code]} (${detail})`)
}
