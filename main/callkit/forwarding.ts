/*
 * Calls that an account's own rules send elsewhere: always, when the phone is busy, when nobody answers. It says where to;
 * the provider and the ring time-out do it. Such a call is in the list of recents, but nobody missed it.
 */
import type { Account, AccountFeatures } from '../../common/account'
import type { Call, CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import { sameHandle, type Handle } from '../../common/handle'
import type { ActionBody } from './action'
import type { Admission } from './admission'
import type { IncomingCallError } from './errors'
import { normalHandle } from './handle'
import { incomingFacts } from './new-call'
import type { Registry } from './registry'
import type { Dialled, DialRules } from './transfer-verbs'

export interface ForwardingOptions {
  readonly registry: Registry
  readonly clock: Clock
  readonly accounts: () => readonly Account[]
  readonly dialTarget: DialRules
  /** Whether do not disturb counts as busy. */
  readonly quietIsBusy: () => boolean
}

/** A call that nobody has seen yet. */
export interface Caller {
  readonly callId: CallId
  readonly accountId: string
  readonly handle: Handle
  readonly name: string | null
}

/** A place without the phone's ringing: a SIP URI, and why it is there (in the words of RFC 5806). */
export interface SentOn {
  readonly target: string
  readonly reason: 'unconditional' | 'user-busy' | 'do-not-disturb'
}

type Rule = keyof Pick<AccountFeatures, 'forwardAlways' | 'forwardBusy' | 'forwardNoAnswer'>

/** Refusals that are not about the caller. */
const busy: ReadonlySet<IncomingCallError['name']> = new Set(['callWaitingDisabled', 'maximumCallGroupsReached'])

/** What a caller is told who is sent elsewhere: Moved Temporarily. */
const moved = 302

export class Forwarding {
  constructor(private readonly options: ForwardingOptions) {}

  /**
   * Where this caller is sent without ringing here; null: nowhere. `admitted`: what would become of the call
   * otherwise; whom the user does not want to hear is not sent on to others. A call that is sent away is recorded.
   */
  atOnce(caller: Caller, admitted: Admission): SentOn | null {
    const refusal = admitted.ok ? null : admitted.error.name
    const isQuiet = refusal === 'filteredByDoNotDisturb'
    if (refusal !== null && !isQuiet && !busy.has(refusal)) return null
    const always = this.target(caller.accountId, 'forwardAlways', caller.handle)
    const isBusy = isQuiet ? this.options.quietIsBusy() : refusal !== null
    const to = always ?? (isBusy ? this.target(caller.accountId, 'forwardBusy', caller.handle) : null)
    if (!to) return null
    this.record(caller)
    return { target: to.uri, reason: always ? 'unconditional' : isQuiet ? 'do-not-disturb' : 'user-busy' }
  }

  /** What is done with a call that has rung for long enough; null: it ends unanswered. */
  whenUnanswered(call: Call): ActionBody | null {
    const to = this.target(call.accountId, 'forwardNoAnswer', call.handle)
    return to && { kind: 'deflect', callId: call.id, handle: to.handle, target: to.uri, cause: 'forwarded' }
  }

  private target(accountId: string, rule: Rule, caller: Handle): Dialled | null {
    const account = this.options.accounts().find(({ id }) => id === accountId)
    const wish = account?.features[rule] ?? null
    if (!account || wish === null) return null
    const dialled = this.options.dialTarget(wish, account.uri)
    if (!dialled.ok) return null
    // To us again, or back to the caller, is nowhere.
    const toUs = dialled.value.uri.toLowerCase() === account.uri.toLowerCase()
    return toUs || sameHandle(dialled.value.handle, normalHandle(caller)) ? null : dialled.value
  }

  private record({ callId, accountId, handle, name }: Caller): void {
    const { registry, clock } = this.options
    const at = clock.date()
    const given = { id: callId, accountId, startedAt: at, waiting: false }
    const ended = { state: 'ended', cause: 'forwarded', sipStatus: moved, reason: null, at, connectedAt: null } as const
    registry.recordRefused({ ...incomingFacts(given, { remoteHandle: handle, localizedCallerName: name }), ...ended })
  }
}
