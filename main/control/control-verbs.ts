/*
 * What each verb of the control door does: the same verbs the window and the notification use, with the call and account
 * that are meant worked out. Knows nothing of sockets.
 */
import type { CallId } from '../../common/call'
import type { RequestErrorCode, Result } from '../../common/errors'
import type { AccountState, PhoneState } from '../../common/phone-state'
import type { CallVerbs } from '../callkit/verbs'
import { chooseCall } from './choose-call'
import { controlError, type CallVerb, type ControlError, type ControlRequest } from './control-request'
import { statusOf, type Status } from './status'

export interface ControlVerbsOptions {
  readonly calls: CallVerbs
  readonly state: () => PhoneState
  /** The Electron version, for `status`. */
  readonly electron: string
  /** Opens the window or brings it to the front. */
  readonly show: () => void
}

/** What is printed: one JSON object. */
export type ControlAnswer = Status | { readonly call: CallId } | { readonly ok: true } | ControlError

export class ControlVerbs {
  constructor(private readonly options: ControlVerbsOptions) {}

  /** `events` and `quit` are the server's: they outlive the answer. Never rejects. */
  async perform(request: Exclude<ControlRequest, { verb: 'events' | 'quit' }>): Promise<ControlAnswer> {
    const { calls, state, electron, show } = this.options
    switch (request.verb) {
      case 'status':
        return statusOf(state(), electron)
      case 'show':
        show()
        return { ok: true }
      case 'call': {
        const account = request.account === undefined ? null : findAccount(state().accounts, request.account)
        if (account !== null && typeof account !== 'string') return account
        const called = await calls.call(request.target, account, 'control')
        return called.ok ? { call: called.value } : explain(called)
      }
      default: {
        const call = chooseCall(
          request.verb,
          state().calls.map((view) => view.call),
          request.call,
        )
        if (typeof call !== 'string') return call
        const result = await this.toCall(request.verb, call, request.verb === 'dtmf' ? request.digits : '')
        return result.ok ? { call } : explain(result)
      }
    }
  }

  private toCall(verb: CallVerb, call: CallId, digits: string): Promise<Result> {
    const { calls } = this.options
    switch (verb) {
      case 'answer':
        return calls.answer(call, 'control')
      case 'decline':
        return calls.decline(call, 'control')
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
        return calls.playDtmf(call, digits, 'control')
    }
  }
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
