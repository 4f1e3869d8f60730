/* The life of one action, apart from what it does to a call. */
import { describe, expect, it } from 'vitest'
import { Action, type ActionBody, type Outcome } from '../../../main/callkit/action'
import { Transaction } from '../../../main/callkit/transaction'
import { ManualClock } from '../../fakes/manual-clock'

const handle = { type: 'generic', value: 'bob' } as const
const bodies: [ActionBody, number][] = [
  [{ kind: 'start', callId: 'a', providerId: 'p', handle, referral: null, target: 'sip:bob@h' }, 600_000],
  [{ kind: 'answer', callId: 'a' }, 60_000],
  [{ kind: 'end', callId: 'a', cause: null }, 5_000],
  [{ kind: 'setHeld', callId: 'a', held: true }, 5_000],
  [{ kind: 'setMuted', callId: 'a', muted: true }, 5_000],
  [{ kind: 'setGroup', callId: 'a', groupWith: null }, 5_000],
  [{ kind: 'playDtmf', callId: 'a', digits: '1', type: 'singleTone' }, 5_000],
  [{ kind: 'setTranslating', callId: 'a', translating: true, localLanguage: 'en', remoteLanguage: 'de' }, 5_000],
]

describe('an action', () => {
  const clock = new ManualClock()
  const held = () => {
    const outcomes: Outcome[] = []
    const action = new Action({ kind: 'answer', callId: 'a' }, clock)
    action.hold((outcome) => outcomes.push(outcome))
    return { action, outcomes }
  }

  it.each(bodies)('$kind has its time from construction on', (body, limit) => {
    clock.advance(1_234)
    const action = new Action(body, clock)
    expect(action.deadline - action.createdAt).toBe(limit)
    expect(action.createdAt).toBe(clock.now())
    clock.advance(1_000)
    expect(action.copy().deadline).toBe(action.deadline)
  })

  it('that no provider holds is not completed by fulfilling or failing it', () => {
    const action = new Action({ kind: 'answer', callId: 'a' }, clock)
    action.fulfill()
    action.fail()
    expect(action.isComplete).toBe(false)
  })

  it('completes once: the first of fulfil and fail wins', () => {
    const one = held()
    one.action.fulfill(7)
    one.action.fulfill(8)
    one.action.fail()
    expect(one.outcomes).toEqual([{ ok: true, at: 7 }])
    const other = held()
    other.action.fail('microphone-denied')
    other.action.fulfill()
    expect(other.outcomes).toEqual([{ ok: false, code: 'microphone-denied', cause: null }])
    expect(other.action.isComplete).toBe(true)
  })

  it('that was discarded by a reset is never answered', () => {
    const { action, outcomes } = held()
    action.discard()
    action.fulfill()
    expect(outcomes).toEqual([])
    expect(action.isComplete).toBe(false)
  })

  it('is fulfilled with the wall-clock time when none is given', () => {
    const { action, outcomes } = held()
    action.fulfill()
    expect(outcomes).toEqual([{ ok: true, at: clock.date() }])
  })
})

describe('a transaction', () => {
  const clock = new ManualClock()
  it('without actions is complete', () => expect(new Transaction().isComplete).toBe(true))

  it('is complete when all its actions are', () => {
    const actions = [1, 2].map(() => new Action({ kind: 'answer', callId: 'a' }, clock))
    for (const action of actions) action.hold(() => {})
    const transaction = new Transaction(actions)
    actions[0]?.fulfill()
    expect(transaction.isComplete).toBe(false)
    actions[1]?.fail()
    expect(transaction.isComplete).toBe(true)
  })

  it('is copied with fresh actions of the same identity and deadline', () => {
    const transaction = new Transaction([new Action({ kind: 'answer', callId: 'a' }, clock)])
    const copy = transaction.copy()
    transaction.add(new Action({ kind: 'end', callId: 'a', cause: null }, clock))
    expect(copy.id).toBe(transaction.id)
    expect(copy.actions).toHaveLength(1)
    expect(copy.actions[0]?.id).toBe(transaction.actions[0]?.id)
    expect(copy.actions[0]).not.toBe(transaction.actions[0])
  })
})
