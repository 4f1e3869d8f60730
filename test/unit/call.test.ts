/* The state machine of a call: every state against every event, and the predicates that guard the verbs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canAnswer,
  canDeflect,
  canEnd,
  canGroup,
  canHold,
  canMute,
  canPlayDtmf,
  canResume,
  canTransfer,
  canTransferTo,
  canUngroup,
  connectedAt,
  defaultCapabilities,
  groupOf,
  isMissed,
  type Call,
  type CallFacts,
  type CallPhase,
  type CallState,
} from '../../common/call'
import { transition, type CallEvent } from '../../common/call-transition'
import { callKitView, endedReason } from '../../main/callkit/call-kit-view'
import { endCauses } from '../../common/errors'
import { anonymous } from '../../common/handle'

const facts: CallFacts = {
  id: 'a',
  accountId: 'work',
  direction: 'incoming',
  handle: anonymous,
  name: null,
  startedAt: 1,
  capabilities: defaultCapabilities,
  waiting: false,
  groupId: null,
}

const talking = { remoteHeld: false, transfer: null, referral: null, digitsWaiting: 0 } as const
const phases: Record<CallState, CallPhase> = {
  incoming: { state: 'incoming' },
  dialing: { state: 'dialing' },
  alerting: { state: 'alerting', earlyMedia: false },
  connecting: { state: 'connecting', muted: false },
  active: { state: 'active', muted: false, ...talking, connectedAt: 5 },
  held: { state: 'held', muted: false, ...talking, connectedAt: 5 },
  ending: { state: 'ending', connectedAt: 5, cause: 'hung-up' },
  ended: { state: 'ended', cause: 'busy', sipStatus: 486, reason: null, at: 9, connectedAt: null },
}
const states = Object.keys(phases) as CallState[]
const inState = (state: CallState, more: Partial<CallFacts> = {}): Call => ({ ...facts, ...more, ...phases[state] })

const events = {
  requestAnswer: { type: 'requestAnswer' },
  requestEnd: { type: 'requestEnd', cause: 'hung-up' },
  alerting: { type: 'alerting', earlyMedia: false },
  early: { type: 'alerting', earlyMedia: true },
  accepted: { type: 'accepted' },
  connected: { type: 'connected', at: 7 },
  hold: { type: 'held', held: true },
  resume: { type: 'held', held: false },
  remoteHold: { type: 'remoteHeld', held: true },
  mute: { type: 'muted', muted: true },
  updated: { type: 'updated', patch: { name: 'Ann' } },
  grouped: { type: 'grouped', groupId: 'g' },
  transfer: { type: 'transfer', transfer: { kind: 'blind', to: anonymous, toCallId: null, progress: 'asked' } },
  referral: { type: 'referral', referral: { handle: anonymous, target: 'sip:a@b', by: null } },
  digits: { type: 'digitsWaiting', count: 4 },
  ended: { type: 'ended', cause: 'remote-hung-up', sipStatus: null, reason: null, at: 8 },
} as const satisfies Record<string, CallEvent>

const no = '-'
// prettier-ignore
const table: Record<CallState, Record<keyof typeof events, CallState | typeof no>> = {
  incoming:   { requestAnswer: 'connecting', requestEnd: 'ending', alerting: no, early: no, accepted: no, connected: no, hold: no, resume: no, remoteHold: no, mute: no, updated: 'incoming', grouped: 'incoming', transfer: no, referral: no, digits: no, ended: 'ended' },
  dialing:    { requestAnswer: no, requestEnd: 'ending', alerting: 'alerting', early: 'alerting', accepted: 'connecting', connected: 'active', hold: no, resume: no, remoteHold: no, mute: no, updated: 'dialing', grouped: 'dialing', transfer: no, referral: no, digits: no, ended: 'ended' },
  alerting:   { requestAnswer: no, requestEnd: 'ending', alerting: 'alerting', early: 'alerting', accepted: 'connecting', connected: 'active', hold: no, resume: no, remoteHold: no, mute: no, updated: 'alerting', grouped: 'alerting', transfer: no, referral: no, digits: no, ended: 'ended' },
  connecting: { requestAnswer: no, requestEnd: 'ending', alerting: no, early: no, accepted: no, connected: 'active', hold: no, resume: no, remoteHold: no, mute: 'connecting', updated: 'connecting', grouped: 'connecting', transfer: no, referral: no, digits: no, ended: 'ended' },
  active:     { requestAnswer: no, requestEnd: 'ending', alerting: no, early: no, accepted: no, connected: no, hold: 'held', resume: 'active', remoteHold: 'active', mute: 'active', updated: 'active', grouped: 'active', transfer: 'active', referral: 'active', digits: 'active', ended: 'ended' },
  held:       { requestAnswer: no, requestEnd: 'ending', alerting: no, early: no, accepted: no, connected: no, hold: 'held', resume: 'active', remoteHold: 'held', mute: 'held', updated: 'held', grouped: 'held', transfer: 'held', referral: 'held', digits: 'held', ended: 'ended' },
  ending:     { requestAnswer: no, requestEnd: no, alerting: no, early: no, accepted: no, connected: no, hold: no, resume: no, remoteHold: no, mute: no, updated: 'ending', grouped: no, transfer: no, referral: no, digits: no, ended: 'ended' },
  ended:      { requestAnswer: no, requestEnd: no, alerting: no, early: no, accepted: no, connected: no, hold: no, resume: no, remoteHold: no, mute: no, updated: no, grouped: no, transfer: no, referral: no, digits: no, ended: no },
}

describe('every state meets every event', () => {
  for (const state of states) {
    for (const [name, event] of Object.entries(events)) {
      const expected = table[state][name as keyof typeof events]
      it(`${state} + ${name} = ${expected === no ? 'refused' : expected}`, () => {
        const before = inState(state)
        const frozen = structuredClone(before)
        const result = transition(Object.freeze(before), event)
        expect(result.ok ? result.call.state : no).toBe(expected)
        expect(before).toEqual(frozen)
        if (result.ok) expect(result.call).toMatchObject({ id: 'a', accountId: 'work', startedAt: 1 })
      })
    }
  }
})

describe('what a transition keeps', () => {
  const after = (call: Call, event: CallEvent): Call => {
    const result = transition(call, event)
    if (!result.ok) throw new Error(result.why)
    return result.call
  }

  it('a call we are ending ends for our reason, whatever the wire says', () => {
    expect(after(inState('ending'), events.ended)).toMatchObject({ cause: 'hung-up', connectedAt: 5 })
  })

  it('a call that was muted while it connected is muted when it is up', () => {
    expect(after(after(inState('connecting'), events.mute), events.connected)).toMatchObject({ muted: true })
  })

  it('a 180 after a 183 does not take the early media away', () => {
    expect(after(after(inState('dialing'), events.early), events.alerting)).toMatchObject({ earlyMedia: true })
  })

  it('hold keeps mute, the far hold and the time it connected', () => {
    const muted = after(after(inState('active'), events.mute), events.remoteHold)
    expect(after(muted, events.hold)).toMatchObject({ state: 'held', muted: true, remoteHeld: true, connectedAt: 5 })
  })

  it('pictures, conference and everything else that is true of a call in any state stays with it', () => {
    const call = inState('active', { hasVideo: true, groupId: 'g', waiting: true })
    for (const event of [events.hold, events.requestEnd, events.ended]) {
      expect(after(call, event)).toMatchObject({ hasVideo: true, groupId: 'g', waiting: true })
    }
  })

  it('hold keeps the transfer, the referral and the digits that wait', () => {
    let call = inState('active')
    for (const event of [events.transfer, events.referral, events.digits, events.hold]) call = after(call, event)
    expect(call).toMatchObject({
      state: 'held',
      transfer: { progress: 'asked' },
      referral: { by: null },
      digitsWaiting: 4,
    })
  })

  it('has-connected and has-ended never revert, whatever happens', () => {
    const event = fc.constantFrom(...Object.values<CallEvent>(events))
    fc.assert(
      fc.property(fc.constantFrom(...states), fc.array(event, { maxLength: 30 }), (state, sequence) => {
        let call = inState(state)
        for (const one of sequence) {
          const was = callKitView(call)
          const result = transition(call, one)
          if (result.ok) call = result.call
          const is = callKitView(call)
          expect(was.hasConnected && !is.hasConnected).toBe(false)
          expect(was.hasEnded && !is.hasEnded).toBe(false)
        }
      }),
    )
  })
})

describe('what is possible in which state', () => {
  const possible = (predicate: (call: Call) => boolean) => states.filter((state) => predicate(inState(state)))
  it('answer: incoming', () => expect(possible(canAnswer)).toEqual(['incoming']))
  it('end: all but those on their way out', () =>
    expect(possible(canEnd)).toEqual(['incoming', 'dialing', 'alerting', 'connecting', 'active', 'held']))
  it('hold: active', () => expect(possible(canHold)).toEqual(['active']))
  it('resume: held', () => expect(possible(canResume)).toEqual(['held']))
  it('mute: from the moment the microphone may be open', () =>
    expect(possible(canMute)).toEqual(['connecting', 'active', 'held']))
  it('digits: active', () => expect(possible(canPlayDtmf)).toEqual(['active']))
  it('neither hold nor digits where the far end does not allow them', () => {
    const capabilities = { ...defaultCapabilities, holding: false, dtmf: false }
    expect(canHold(inState('active', { capabilities }))).toBe(false)
    expect(canPlayDtmf(inState('active', { capabilities }))).toBe(false)
  })
  it('sending it elsewhere: incoming', () => expect(possible(canDeflect)).toEqual(['incoming']))
  it('handing it over: active and held, one transfer at a time, and not out of a conference', () => {
    expect(possible(canTransfer)).toEqual(['active', 'held'])
    expect(canTransfer(inState('active', { groupId: 'g' }))).toBe(false)
    const under = transition(inState('active'), events.transfer)
    expect(under.ok && canTransfer(under.call)).toBe(false)
  })
  it('handing it to another call of whichever account: one that rings there, is active or held', () => {
    const to = (state: CallState, more: Partial<CallFacts> = {}) => inState(state, { id: 'b', ...more })
    const call = inState('held')
    expect(states.filter((state) => canTransferTo(call, to(state)))).toEqual(['alerting', 'active', 'held'])
    expect(canTransferTo(call, call)).toBe(false)
    expect(canTransferTo(call, to('active', { accountId: 'home' }))).toBe(true)
  })
  it('a conference of two that are connected, allow it, are no one’s to hand over and not together already', () => {
    const capabilities = { ...defaultCapabilities, grouping: true }
    const other = inState('held', { id: 'b', capabilities })
    expect(states.filter((state) => canGroup(inState(state, { capabilities }), other))).toEqual(['active', 'held'])
    expect(canGroup(inState('active'), other)).toBe(false)
    expect(canGroup(other, other)).toBe(false)
    const member = { capabilities, groupId: 'g' }
    expect(canGroup(inState('active', member), { ...other, groupId: 'g' })).toBe(false)
    expect(canGroup(inState('active', member), { ...other, groupId: 'h' })).toBe(true)
    const under = transition(inState('active', { capabilities }), events.transfer)
    expect(under.ok && canGroup(under.call, other)).toBe(false)
  })
  it('leaving a conference: a member that is connected and allows it', () => {
    const capabilities = { ...defaultCapabilities, ungrouping: true }
    const member = { capabilities, groupId: 'g' }
    expect(states.filter((state) => canUngroup(inState(state, member)))).toEqual(['active', 'held'])
    expect(canUngroup(inState('active', { capabilities }))).toBe(false)
    expect(canUngroup(inState('active', { groupId: 'g' }))).toBe(false)
  })
  it('the members of a conference are those that are still there; a call that stands alone is its own', () => {
    const [a, b] = [inState('active', { groupId: 'g' }), inState('held', { id: 'b', groupId: 'g' })]
    const gone = inState('ended', { id: 'c', groupId: 'g' })
    const alone = inState('active', { id: 'd' })
    expect(groupOf(a, [a, b, gone, alone]).map(({ id }) => id)).toEqual(['a', 'b'])
    expect(groupOf(alone, [a, b, gone, alone])).toEqual([alone])
  })
  it('the time it connected is known of active, held, ending and ended calls', () =>
    expect(states.filter((state) => connectedAt(inState(state)) === 5)).toEqual(['active', 'held', 'ending']))
})

describe('what an end means', () => {
  const ended = (cause: (typeof endCauses)[number], direction: 'incoming' | 'outgoing' = 'incoming') =>
    ({ ...facts, direction, ...phases.ended, cause }) as Call

  it('only a call from outside that nobody took is missed', () => {
    expect(endCauses.filter((cause) => isMissed(ended(cause)))).toEqual([
      'remote-cancelled',
      'unanswered',
      'connection-lost',
      'interrupted',
    ])
    expect(endCauses.filter((cause) => isMissed(ended(cause, 'outgoing')))).toEqual([])
  })

  it('CallKit has a reason for every end but our own', () => {
    expect(endCauses.filter((cause) => endedReason(cause) === null)).toEqual([
      'hung-up',
      'cancelled',
      'declined',
      'transferred',
      'deflected',
      'forwarded',
    ])
    expect(endedReason('answered-elsewhere')).toBe('answeredElsewhere')
    expect(endedReason('declined-elsewhere')).toBe('declinedElsewhere')
    expect(endedReason('remote-cancelled')).toBe('remoteEnded')
    expect(endedReason('engine-lost')).toBe('failed')
  })
})
