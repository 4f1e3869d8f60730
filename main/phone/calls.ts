/*
 * The calls of the phone put together: their one truth, who may change it, the policies that watch over it, and the verbs
 * everybody uses. It needs no engine and no window; tests make the same phone with it.
 */
import { canEnd, type Call, type CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import type { AccountState } from '../../common/phone-state'
import type { Settings } from '../../common/settings'
import type { Refusal } from '../callkit/admission'
import { AudioSession } from '../callkit/audio-session'
import { AutoAnswer } from '../callkit/auto-answer'
import { CallController } from '../callkit/controller'
import { Forwarding } from '../callkit/forwarding'
import { PhoneVerbs } from '../callkit/phone-verbs'
import { Registry } from '../callkit/registry'
import { ResumePolicy } from '../callkit/resume-policy'
import { RingTimeout } from '../callkit/ring-timeout'
import { Switchboard } from '../callkit/switchboard'
import type { DialRules } from '../callkit/transfer-verbs'
import { Watchdog } from '../callkit/watchdog'
import type { Policy } from './policy'

export interface CallsOptions {
  readonly clock: Clock
  readonly log: Log
  readonly settings: () => Settings
  readonly policy: Pick<Policy, 'numbers' | 'callers' | 'privateCalls' | 'offers' | 'ringsBeforeAnswer'>
  readonly accounts: () => readonly AccountState[]
  /** Gets every call that ended, exactly once. */
  readonly history: (call: Call) => void
  /** The SIP URI by which the far end of a call names itself a conference; null when it is none. */
  readonly focusOf: (callId: CallId) => string | null
  /** A call is about to be answered by itself, or is not after all. */
  readonly onAutoAnswer?: (callId: CallId) => void
}

export interface Calls {
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly forwarding: Forwarding
  readonly autoAnswer: AutoAnswer
  /** To be told when the computer sleeps and wakes. */
  readonly ringing: RingTimeout
  readonly verbs: PhoneVerbs
}

export function makeCalls(options: CallsOptions): Calls {
  const { clock, log: given, settings, policy, accounts, history, focusOf, onAutoAnswer } = options
  const { numbers, callers, privateCalls, offers } = policy
  const log = privateCalls.discreet(given)
  const dialTarget: DialRules = (typed, accountUri) => numbers.dialTarget(typed, accountUri)
  const registry = new Registry({ clock, log, history })
  // RFC 5373 section 4.4: whoever is to be answered without being asked for, or not at all, and may not be.
  const refusalOfInsistence = (call: Pick<Call, 'id' | 'handle' | 'accountId'>): Refusal | null => {
    if (!offers.insists(call.id)) return null
    const isAllowed = policy.ringsBeforeAnswer(call) !== null && !registry.live().some(canEnd)
    return isAllowed ? null : { name: 'callIsProtected', sipStatus: 403 }
  }
  const switchboard = new Switchboard({
    clock,
    log,
    registry,
    // Do not disturb makes differences between callers, so it is the screen that knows it.
    settings: () => ({ callWaiting: settings().callWaiting, doNotDisturb: false }),
    screen: (handle, accountId, id) => callers.refusal(id) ?? refusalOfInsistence({ id, handle, accountId }),
  })
  const controller = new CallController(switchboard)
  const parts = { registry, switchboard, controller, clock }
  const forwarding = new Forwarding({
    registry,
    clock,
    accounts: () => accounts().map(({ account }) => account),
    dialTarget,
    quietIsBusy: () => settings().doNotDisturbAnswer === 'forward',
  })
  new AudioSession(registry, switchboard)
  const ringing = new RingTimeout({
    ...parts,
    ringSeconds: () => settings().ringSeconds,
    whenUnanswered: (call) => forwarding.whenUnanswered(call),
  })
  const autoAnswer = new AutoAnswer({
    ...parts,
    log,
    ringsFor: policy.ringsBeforeAnswer,
    onChange: (callId) => onAutoAnswer?.(callId),
  })
  new Watchdog({ ...parts, log })
  new ResumePolicy({ ...parts, resumeAfterRemoteEnd: () => settings().resumeAfterRemoteEnd })
  const verbs = new PhoneVerbs({
    ...parts,
    accounts,
    dialTarget,
    focusOf,
    beginPrivate: (callId) => privateCalls.begin(callId),
  })
  registry.observe((now, before) => {
    privateCalls.update(now, before)
    offers.update(now, before)
    callers.update(now, before)
  })
  return { registry, switchboard, controller, forwarding, autoAnswer, ringing, verbs }
}
