/*
 * What becomes of the calls when an action is delivered and when it completes. It judges nothing and knows no
 * transactions: whatever the calls cannot do any more changes nothing.
 */
import { canEnd, type Call, type CallId, type Transfer } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { EndCause } from '../../common/errors'
import type { Action, ActionOf, Outcome } from './action'
import { causeOfEnd, causeOfFailure } from './end-cause'
import { groupToJoin } from './groups'
import type { Registry } from './registry'

/** Marks the call as about to change. False: the action is settled, or its call is in no state for it; do not deliver it. */
export function beginEffect(action: Action, registry: Registry): boolean {
  if (action.isComplete) return false
  const call = registry.find(action.callId)
  const reachable = call && call.state !== 'ended' && !(action.is('start') && call.state !== 'dialing')
  if (!reachable) {
    if (action.is('end')) action.fulfill()
    else action.fail('unknown-call')
    return false
  }
  if (action.is('end')) {
    const cause = action.body.cause ?? causeOfEnd(call)
    // Already ending: nothing more to deliver; the action completes with the call.
    return registry.apply(call.id, { type: 'requestEnd', cause }).ok
  }
  if (action.is('setHeld') && call.state === (action.body.held ? 'held' : 'active')) {
    action.fulfill()
    return false
  }
  const referrer = action.is('start') ? action.body.referral : null
  // The question is answered.
  if (referrer !== null) registry.apply(referrer, { type: 'referral', referral: null })
  if (action.is('answer')) return begun(registry.apply(call.id, { type: 'requestAnswer' }).ok)
  if (action.is('transfer')) {
    return begun(registry.apply(call.id, { type: 'transfer', transfer: askedTransfer(action, registry) }).ok)
  }
  if (action.is('deflect')) return begun(call.state === 'incoming')
  return true

  function begun(legal: boolean): boolean {
    if (!legal) action.fail('invalid-action')
    return legal
  }
}

/** Makes true what the completed action has done, or undoes what its delivery had marked. */
export function takeEffect(
  action: Action,
  outcome: Outcome,
  delivered: boolean,
  registry: Registry,
  clock: Clock,
): void {
  const end = (callId: CallId, cause: EndCause, at = clock.date()) =>
    registry.apply(callId, { type: 'ended', cause, sipStatus: null, reason: null, at })
  const handedOver =
    action.is('transfer') && outcome.ok && action.body.to.kind === 'call' ? action.body.to.callId : null
  // Those two talk to each other now, even if our own call to the first was closed a moment before.
  if (outcome.ok && handedOver !== null && isUp(registry.find(handedOver))) end(handedOver, 'transferred', outcome.at)
  const call = registry.find(action.callId)
  if (!call || call.state === 'ended') return
  if (action.is('end')) {
    // A failed end removes the call all the same: the user can always get rid of a call.
    if (delivered || call.state === 'ending') {
      end(call.id, action.body.cause ?? causeOfEnd(call), outcome.ok ? outcome.at : clock.date())
    }
  } else if (!outcome.ok) {
    const endsCall = action.is('start') || (action.is('answer') && delivered)
    if (endsCall) end(call.id, outcome.cause ?? causeOfFailure(outcome.code))
    else if (action.is('transfer') && delivered) registry.apply(call.id, { type: 'transfer', transfer: null })
  } else if (action.is('answer')) {
    // A delegate that executes whole transactions may be done before the answer was even noted.
    if (call.state === 'incoming') registry.apply(call.id, { type: 'requestAnswer' })
    registry.apply(call.id, { type: 'connected', at: outcome.at })
  } else if (action.is('setHeld')) registry.apply(call.id, { type: 'held', held: action.body.held })
  else if (action.is('setMuted')) registry.apply(call.id, { type: 'muted', muted: action.body.muted })
  else if (action.is('setGroup')) regroup(action, registry)
  else if (action.is('transfer')) end(call.id, 'transferred', outcome.at)
  else if (action.is('deflect')) end(call.id, action.body.cause, outcome.at)
  else if (action.is('refuseReferral')) registry.apply(call.id, { type: 'referral', referral: null })
}

const isUp = (call: Call | undefined): boolean => call !== undefined && call.state !== 'ended'

function regroup(action: ActionOf<'setGroup'>, registry: Registry): void {
  const groupId = groupToJoin(action, registry.calls)
  const partner = groupId === null ? undefined : registry.calls.find(({ id }) => id === action.body.groupWith)
  const members = [registry.find(action.callId), partner].filter(
    (call) => call && canEnd(call) && call.groupId !== groupId,
  )
  // Both at once: a group of one is none.
  registry.applyAll(members.map((call) => [call?.id ?? action.callId, { type: 'grouped', groupId }]))
}

function askedTransfer({ body }: ActionOf<'transfer'>, registry: Registry): Transfer {
  if (body.to.kind === 'address') return { kind: 'blind', to: body.to.handle, toCallId: null, progress: 'asked' }
  const { callId } = body.to
  const to = registry.find(callId)?.handle ?? { type: 'generic', value: '' }
  return { kind: 'attended', to, toCallId: callId, progress: 'asked' }
}
