import { beforeEach, describe, expect, it } from 'vitest'
import type { Call } from '../../../common/call'
import type { PhoneState } from '../../../common/phone-state'
import { CallBar } from '../../../main/observers/call-bar'
import { callOf, ended, incoming, stateOf, talking, withView } from '../../fakes/phone-state'

let seen: string[]
let inFront: boolean
let bar: CallBar

const wanting = (...calls: Call[]): PhoneState => {
  const state = stateOf(calls)
  return { ...state, settings: { ...state.settings, callBar: true } }
}

beforeEach(() => {
  seen = []
  inFront = false
  bar = new CallBar({
    surface: { show: () => seen.push('show'), hide: () => seen.push('hide'), close: () => seen.push('close') },
    isPhoneInFront: () => inFront,
  })
})

describe('the bar of the calls', () => {
  it.each([
    ['is dialed', callOf({ state: 'dialing' }, { direction: 'outgoing' })],
    ['rings out', callOf({ state: 'alerting', earlyMedia: false }, { direction: 'outgoing' })],
    ['is being connected', callOf({ state: 'connecting', muted: false })],
    ['is talked on', talking()],
    ['is on hold', talking({}, 'held')],
  ])('is there while a call %s, and gone when it is over', (_, call) => {
    bar.update(wanting(call))
    bar.update(wanting(call))
    bar.update(wanting(ended()))
    expect(seen).toEqual(['show', 'close'])
  })

  it('is there for a call that is answered by itself from its tone to its end, wanted or not', () => {
    const letIn = { autoAnswered: true }
    bar.update(withView(stateOf([incoming()]), letIn))
    bar.update(withView(stateOf([talking()]), letIn))
    bar.update(withView(stateOf([ended()]), letIn))
    expect(seen).toEqual(['show', 'close'])
    bar.update(stateOf([talking()]))
    expect(seen).toHaveLength(2)
  })

  it.each([
    ['rings here', incoming()],
    ['is over', ended()],
    ['is ending', callOf({ state: 'ending', connectedAt: 0, cause: 'hung-up' })],
  ])('is not there for a call that %s', (_, call) => {
    bar.update(wanting(call))
    bar.frontChanged()
    expect(seen).toEqual([])
  })

  it('is not there unless it is wished for, and goes when it is wished away', () => {
    bar.update(stateOf([talking()]))
    expect(seen).toEqual([])
    bar.update(wanting(talking()))
    bar.update(stateOf([talking()]))
    expect(seen).toEqual(['show', 'close'])
  })

  it('is out of sight while the window is in front', () => {
    inFront = true
    bar.update(wanting(talking()))
    inFront = false
    bar.frontChanged()
    inFront = true
    bar.frontChanged()
    expect(seen).toEqual(['hide', 'show', 'hide'])
  })
})
