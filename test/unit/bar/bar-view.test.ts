/*
 * What the bar says and offers for the calls there are.
 */
import { describe, expect, it } from 'vitest'
import { barView } from '../../../renderer/bar/bar-view'
import { callOf, ended, incoming, stateOf, talking, withCaller, withView } from '../../fakes/phone-state'

const bob = { id: 'call-2', name: 'Bob' }

describe('the bar', () => {
  it('has the call that is talked on: who, since when, and its verbs', () => {
    expect(barView(stateOf([talking()]))).toEqual({
      who: 'Ada',
      state: 'In call',
      since: 0,
      others: 0,
      muted: false,
      held: false,
      mute: [{ type: 'setMuted', callId: 'call-1', muted: true }],
      hold: [{ type: 'setHeld', callId: 'call-1', held: true }],
      end: [{ type: 'end', callId: 'call-1' }],
      endLabel: 'Hang up',
      swap: null,
    })
  })

  it('of a call on hold resumes it, of a muted one says so', () => {
    expect(barView(stateOf([talking({}, 'held')]))).toMatchObject({
      state: 'On hold',
      held: true,
      hold: [{ type: 'setHeld', held: false }],
    })
    expect(barView(stateOf([talking({}, 'active', true)]))).toMatchObject({
      state: 'Muted',
      muted: true,
      mute: [{ type: 'setMuted', muted: false }],
    })
  })

  it('names whom the phone knows, and nobody while callers are hidden', () => {
    const known = withCaller(stateOf([talking()]), { name: 'Ada Lovelace' })
    expect(barView(known)).toMatchObject({ who: 'Ada Lovelace' })
    const always = { ...known, settings: { ...known.settings, hideCallers: 'always' as const } }
    for (const state of [{ ...known, sharing: true }, always]) {
      expect(barView(state)).toMatchObject({ who: 'A call', state: 'In call' })
      expect(JSON.stringify(barView(state))).not.toMatch(/Ada|1815/)
    }
    const two = barView(stateOf([talking({}, 'held'), talking(bob)], { sharing: true }))
    expect(two).toMatchObject({ who: 'Call 2', others: 1 })
  })

  it('says of a call that was answered by itself that it was, all the time', () => {
    const letIn = (call: Parameters<typeof stateOf>[0]) => barView(withView(stateOf(call), { autoAnswered: true }))
    expect(letIn([incoming()])).toMatchObject({
      state: 'Answering by itself…',
      end: [{ type: 'end', callId: 'call-1' }],
    })
    expect(letIn([talking()])).toMatchObject({ state: 'Answered by itself' })
    expect(letIn([talking({}, 'active', true)])).toMatchObject({ state: 'Muted, answered by itself' })
    expect(letIn([talking({}, 'held')])).toMatchObject({ state: 'On hold, answered by itself' })
  })

  it('of a call that rings out can only hang up', () => {
    const call = callOf({ state: 'alerting', earlyMedia: false }, { direction: 'outgoing' })
    expect(barView(stateOf([call]))).toMatchObject({ state: 'Ringing…', since: null, mute: [], hold: [] })
    expect(barView(stateOf([call]))?.end).toEqual([{ type: 'end', callId: 'call-1' }])
  })

  it('shows the one that is heard, counts the others, and swaps with the only one on hold', () => {
    const view = barView(stateOf([talking({}, 'held'), talking(bob)]))
    expect(view).toMatchObject({ who: 'Bob', others: 1, swap: { type: 'swap' } })
    const three = barView(stateOf([talking({}, 'held'), talking(bob), incoming({ id: 'call-3' })]))
    expect(three).toMatchObject({ who: 'Bob', others: 2, swap: { type: 'swap' } })
    const held = talking({ id: 'call-3' }, 'held')
    expect(barView(stateOf([talking({}, 'held'), talking(bob), held]))?.swap).toBeNull()
  })

  it('has a conference as one call', () => {
    const group = { groupId: 'g' }
    const view = barView(stateOf([talking(group), talking({ ...bob, ...group }), talking({ id: 'call-3' }, 'held')]))
    expect(view).toMatchObject({
      who: 'Conference of 2',
      others: 1,
      mute: [{ callId: 'call-1' }, { callId: 'call-2' }],
      hold: [{ type: 'setHeld', callId: 'call-1', held: true }],
      end: [{ type: 'endGroup', callId: 'call-1' }],
      endLabel: 'End conference',
      swap: { type: 'swap' },
    })
  })

  it('shows strangers’ names as one clean line, else the number, else that it is unknown', () => {
    expect(barView(stateOf([talking({ name: 'Ada\u202e\nX' })]))?.who).toBe('Ada X')
    expect(barView(stateOf([talking({ name: '\u200b' })]))?.who).toBe('1815')
    const handle = { type: 'generic', value: '' } as const
    expect(barView(stateOf([talking({ name: null, handle })]))?.who).toBe('Unknown caller')
  })

  it('is empty while nothing is up', () => {
    expect(barView(stateOf())).toBeNull()
    expect(barView(stateOf([incoming(), ended(bob)]))).toBeNull()
  })
})
