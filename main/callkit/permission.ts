/*
 * Whether one action is allowed, given the calls as they are expected to be when its turn comes. The same predicates
 * enable the buttons. Limits on the whole are judged elsewhere. Pure.
 */
import {
  canAnswer,
  canDeflect,
  canEnd,
  canHold,
  canMute,
  canPlayDtmf,
  canResume,
  canTransfer,
  canTransferTo,
  canUngroup,
  type Call,
  type CallId,
} from '../../common/call'
import type { ActionBody, ActionKind } from './action'
import type { ProviderConfiguration } from './configuration'
import type { RequestTransactionError } from './errors'
import type { Forecast } from './forecast'

export type RefusalName = RequestTransactionError['name']

/** What is asked and known besides the calls. */
export interface Terms {
  /** null: no such provider. */
  configuration(providerId: string): ProviderConfiguration | null
  /** Whether an action of this kind was accepted before and is incomplete. */
  isPending(kind: ActionKind, callId: CallId): boolean
  /** Whether the hold of this call was already put into the plan, or is under way. */
  isHoldSettled(callId: CallId): boolean
}

/** null when it is allowed. */
export function refusal(body: ActionBody, forecast: Forecast, terms: Terms): RefusalName | null {
  if (body.kind === 'start') return startRefusal(body, forecast, terms)
  const call = forecast.find(body.callId)
  if (!call) return 'unknownCallUUID'
  const configuration = terms.configuration(call.accountId)
  if (!configuration) return 'unknownCallProvider'
  if (body.kind === 'setGroup' && body.groupWith !== null) {
    return groupRefusal(call, forecast.find(body.groupWith), forecast, terms)
  }
  if (body.kind === 'transfer' && body.to.kind === 'call' && !forecast.find(body.to.callId)) return 'unknownCallUUID'
  return isAllowed(body, call, configuration, forecast, terms) ? null : 'invalidAction'
}

function isAllowed(
  body: Exclude<ActionBody, { kind: 'start' }>,
  call: Call,
  configuration: ProviderConfiguration,
  forecast: Forecast,
  terms: Terms,
): boolean {
  const pending = (kind: ActionKind) => terms.isPending(kind, call.id)
  const connected = call.state === 'active' || call.state === 'held'
  switch (body.kind) {
    case 'answer':
      return canAnswer(call) && !pending('answer') && !pending('deflect')
    case 'end':
      return canEnd(call)
    case 'setHeld':
      return mayHold(call, body.held, forecast, terms)
    case 'setMuted':
      return canMute(call)
    case 'setGroup':
      // To leave a group one is not in is refused, not ignored.
      return canUngroup(call)
    case 'playDtmf':
      return canPlayDtmf(call) && /^[0-9A-D*#,]+$/.test(body.digits)
    case 'setTranslating':
      return configuration.supportsAudioTranslation && connected
    case 'transfer': {
      const to = body.to.kind === 'call' ? forecast.find(body.to.callId) : null
      const isFree = !pending('transfer')
      return isFree && (to ? canTransferTo(call, to) && shareEngine(call, to, terms) : to === null && canTransfer(call))
    }
    case 'deflect':
      return canDeflect(call) && !pending('answer') && !pending('deflect')
    case 'refuseReferral':
      return connected && call.referral !== null && !pending('refuseReferral')
  }
}

function startRefusal(body: ActionBody & { kind: 'start' }, forecast: Forecast, terms: Terms): RefusalName | null {
  const configuration = terms.configuration(body.providerId)
  if (!configuration) return 'unknownCallProvider'
  if (forecast.find(body.callId)) return 'callUUIDAlreadyExists'
  if (body.video === true && !configuration.supportsVideo) return 'invalidAction'
  return configuration.supportedHandleTypes.has(body.handle.type) ? null : 'invalidAction'
}

/** A conference is held and resumed as a whole, so it is enough that one of its members still has to change. */
function mayHold(call: Call, held: boolean, forecast: Forecast, terms: Terms): boolean {
  const others = forecast
    .members(call.id)
    .filter((one) => one.id !== call.id && one.state === (held ? 'active' : 'held'))
  if (!others.every(allows)) return false
  const isSo = call.state === (held ? 'held' : 'active')
  return isSo ? others.length > 0 || terms.isHoldSettled(call.id) : allows(call)

  function allows(one: Call): boolean {
    return held ? canHold(one) : canResume(one)
  }
}

function groupRefusal(call: Call, partner: Call | undefined, forecast: Forecast, terms: Terms): RefusalName | null {
  if (!partner) return 'unknownCallUUID'
  const together = partner.id === call.id || forecast.areTogether(call.id, partner.id)
  if (together || !shareEngine(call, partner, terms)) return 'invalidAction'
  return [call, partner].every(mayGroup) ? null : 'invalidAction'

  function mayGroup(one: Call): boolean {
    // A call that this very transaction makes cannot have told yet what it allows.
    if (forecast.fresh.has(one.id)) return true
    return (one.state === 'active' || one.state === 'held') && one.capabilities.grouping && one.transfer === null
  }
}

/**
 * Calls of one provider, or of two whose sound comes together in the same mixer: what one engine has in its hands. CallKit knows only the first, because its
 * providers are different apps; a phone with several accounts has one engine that mixes them all.
 */
function shareEngine(call: Call, partner: Call, terms: Terms): boolean {
  if (call.accountId === partner.accountId) return true
  const [mixer, other] = [call, partner].map(({ accountId }) => terms.configuration(accountId)?.audioMixer ?? null)
  return mixer !== null && mixer === other
}
