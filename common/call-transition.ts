/*
 * How a call changes: everything that may happen to one, and the one pure function that says what it is then or why that is not legal.
 * It knows neither who asked nor what carries the call.
 */
import { connectedAt, isTalking, type CallFacts, type CallPhase, type Call, type Transfer, type Referral } from './call'
import type { EndCause } from './errors'

/** What may happen to a call. Requests are marked by `request`, everything else is a report. */
export type CallEvent =
  | { readonly type: 'requestAnswer' }
  | { readonly type: 'requestEnd'; readonly cause: EndCause }
  | { readonly type: 'alerting'; readonly earlyMedia: boolean }
  | { readonly type: 'accepted' }
  | { readonly type: 'connected'; readonly at: number }
  | { readonly type: 'held'; readonly held: boolean }
  | { readonly type: 'remoteHeld'; readonly held: boolean }
  | { readonly type: 'muted'; readonly muted: boolean }
  | { readonly type: 'grouped'; readonly groupId: string | null }
  | { readonly type: 'transfer'; readonly transfer: Transfer | null }
  | { readonly type: 'referral'; readonly referral: Referral | null }
  | { readonly type: 'digitsWaiting'; readonly count: number }
  | {
      readonly type: 'updated'
      readonly patch: Partial<Pick<CallFacts, 'handle' | 'name' | 'capabilities' | 'hasVideo'>>
    }
  | {
      readonly type: 'ended'
      readonly cause: EndCause
      readonly sipStatus: number | null
      readonly reason: string | null
      readonly at: number
    }

/** What became of an event: the call after it, or why it is not legal. */
export type Transition = { readonly ok: true; readonly call: Call } | { readonly ok: false; readonly why: string }

/** The call after `event`, or why that event is not legal in its state. Never throws, never mutates. */
export function transition(call: Call, event: CallEvent): Transition {
  const to = (phase: CallPhase): Transition => ({ ok: true, call: { ...facts(call), ...phase } })
  const illegal: Transition = { ok: false, why: `${event.type} in ${call.state}` }
  if (call.state === 'ended') return illegal
  switch (event.type) {
    case 'ended':
      return to({
        state: 'ended',
        // A call that we are already ending ends for our reason, whatever the wire says on the way out.
        cause: call.state === 'ending' ? call.cause : event.cause,
        sipStatus: event.sipStatus,
        reason: event.reason,
        at: event.at,
        connectedAt: connectedAt(call),
      })
    case 'requestEnd':
      return call.state === 'ending'
        ? illegal
        : to({ state: 'ending', connectedAt: connectedAt(call), cause: event.cause })
    case 'updated':
      return { ok: true, call: { ...call, ...event.patch } }
    case 'requestAnswer':
      return call.state === 'incoming' ? to({ state: 'connecting', muted: false }) : illegal
    case 'alerting':
      if (call.state === 'dialing') return to({ state: 'alerting', earlyMedia: event.earlyMedia })
      // A 180 after a 183 does not take the early media away; a 183 after a 180 adds it.
      return call.state === 'alerting'
        ? to({ state: 'alerting', earlyMedia: call.earlyMedia || event.earlyMedia })
        : illegal
    case 'accepted':
      return call.state === 'dialing' || call.state === 'alerting' ? to({ state: 'connecting', muted: false }) : illegal
    case 'connected':
      switch (call.state) {
        case 'dialing':
        case 'alerting':
          return to({ ...talking, muted: false, connectedAt: event.at })
        case 'connecting':
          return to({ ...talking, muted: call.muted, connectedAt: event.at })
        case 'incoming':
        case 'active':
        case 'held':
        case 'ending':
          return illegal
      }
      break
    case 'held':
      return isTalking(call) ? { ok: true, call: { ...call, state: event.held ? 'held' : 'active' } } : illegal
    case 'remoteHeld':
      return isTalking(call) ? { ok: true, call: { ...call, remoteHeld: event.held } } : illegal
    case 'muted':
      return isTalking(call) || call.state === 'connecting'
        ? { ok: true, call: { ...call, muted: event.muted } }
        : illegal
    case 'grouped':
      return call.state === 'ending' ? illegal : { ok: true, call: { ...call, groupId: event.groupId } }
    case 'transfer':
      return isTalking(call) ? { ok: true, call: { ...call, transfer: event.transfer } } : illegal
    case 'referral':
      return isTalking(call) ? { ok: true, call: { ...call, referral: event.referral } } : illegal
    case 'digitsWaiting':
      return isTalking(call) ? { ok: true, call: { ...call, digitsWaiting: event.count } } : illegal
  }
  return illegal
}

/** How a conversation begins. */
const talking = { state: 'active', remoteHeld: false, transfer: null, referral: null, digitsWaiting: 0 } as const

const facts = ({
  id,
  accountId,
  direction,
  handle,
  name,
  startedAt,
  capabilities,
  waiting,
  groupId,
  hasVideo,
  consultationOf,
}: Call): CallFacts => ({
  id,
  accountId,
  direction,
  handle,
  name,
  startedAt,
  capabilities,
  waiting,
  groupId,
  ...(hasVideo === undefined ? {} : { hasVideo }),
  ...(consultationOf === undefined ? {} : { consultationOf }),
})
