import { describe, expect, it } from 'vitest'
import type { Call } from '../../../common/call'
import type { Tone } from '../../../common/contract/engine'
import type { RingTone } from '../../../common/ring-tones'
import { defaultSettings } from '../../../common/settings'
import { Ringer, toneFor } from '../../../main/observers/ringer'
import { callOf, ended, incoming, stateOf, talking, withCaller, withView } from '../../fakes/phone-state'

const outgoing = { direction: 'outgoing', id: 'call-2' } as const
const alerting = (earlyMedia: boolean): Call => callOf({ state: 'alerting', earlyMedia }, outgoing)

describe('the tone', () => {
  it.each<[string, Call[], Tone | null]>([
    ['nothing', [], null],
    ['a call that rings here', [incoming()], 'ring'],
    ['two calls that ring here', [incoming(), incoming({ id: 'call-2' })], 'ring'],
    ['a caller while another call is up', [talking(), incoming({ id: 'call-2', waiting: true })], 'waiting'],
    ['a caller while another is on hold', [talking({}, 'held'), incoming({ id: 'call-2' })], 'waiting'],
    [
      'a caller while a conference is up',
      [talking({ groupId: 'g' }), talking({ id: 'call-3', groupId: 'g' }), incoming({ id: 'call-2', waiting: true })],
      'waiting',
    ],
    ['two callers while another call is up', [talking(), incoming({ id: 'b' }), incoming({ id: 'c' })], 'waiting'],
    ['a caller while we dial', [callOf({ state: 'dialing' }, outgoing), incoming()], 'waiting'],
    ['a waiting caller whose other call is over', [ended({ id: 'call-2' }), incoming({ waiting: true })], 'ring'],
    ['a far end that rings', [alerting(false)], 'ringback'],
    ['a far end that plays its own', [alerting(true)], null],
    ['a call that was answered', [callOf({ state: 'connecting', muted: false })], null],
    ['a call in progress', [talking()], null],
    ['a call that is being declined', [callOf({ state: 'ending', connectedAt: null, cause: 'declined' })], null],
    ['a call that has ended', [ended()], null],
  ])('of %s', (_, calls, tone) => {
    expect(toneFor(stateOf(calls))).toBe(tone)
  })

  it('of a caller who was silenced is none, while others ring on', () => {
    const second = incoming({ id: 'call-2' })
    expect(toneFor(stateOf([incoming()], { silenced: ['call-1'] }))).toBeNull()
    expect(toneFor(stateOf([incoming(), second], { silenced: ['call-1'] }))).toBe('ring')
    expect(toneFor(stateOf([talking(), second], { silenced: ['call-2'] }))).toBeNull()
    expect(toneFor(stateOf([alerting(false), incoming()], { silenced: ['call-1'] }))).toBe('ringback')
  })

  it('of a caller who may disturb is heard while do not disturb is on; ringback is anyway', () => {
    expect(toneFor(stateOf([incoming()], { doNotDisturb: true }))).toBe('ring')
    expect(toneFor(stateOf([alerting(false)], { doNotDisturb: true }))).toBe('ringback')
  })
})

describe('the ringer', () => {
  const setUp = () => {
    const heard: (Tone | null)[] = []
    return { heard, ringer: new Ringer({ setTone: (tone) => void heard.push(tone) }) }
  }
  const letIn = (...calls: Call[]) => withView(stateOf(calls), { autoAnswered: true })

  it('warns once of a call that is answered by itself, and is not cut short by the answer', () => {
    const { heard, ringer } = setUp()
    const connecting = callOf({ state: 'connecting', muted: false })
    for (const call of [incoming(), connecting, talking(), talking({}, 'held')]) ringer.update(letIn(call))
    expect(heard).toEqual(['auto-answer'])
    ringer.update(letIn(talking(), incoming({ id: 'call-2', waiting: true })))
    ringer.update(letIn(talking()))
    expect(heard).toEqual(['auto-answer', 'waiting', null])
    ringer.update(stateOf([ended()]))
    ringer.update(letIn(incoming()))
    expect(heard).toEqual(['auto-answer', 'waiting', null, 'auto-answer'])
  })

  it('rings for a call that is not answered by itself after all, and for one that rings first', () => {
    const { heard, ringer } = setUp()
    ringer.update(letIn(incoming()))
    ringer.update(stateOf([incoming()]))
    expect(heard).toEqual(['auto-answer', 'ring'])
    ringer.update(letIn(incoming()))
    expect(heard).toEqual(['auto-answer', 'ring', 'auto-answer'])
  })

  it('asks for a tone once and for silence once', () => {
    const { heard, ringer } = setUp()
    ringer.update(stateOf())
    ringer.update(stateOf([incoming()]))
    ringer.update(stateOf([incoming()], { revision: 2 }))
    ringer.update(stateOf())
    expect(heard).toEqual(['ring', null])
  })

  it('rings on as one ring when a second call rings, and when one of the two stops', () => {
    const { heard, ringer } = setUp()
    ringer.update(stateOf([incoming()]))
    ringer.update(stateOf([incoming(), incoming({ id: 'call-2' })]))
    ringer.update(stateOf([incoming({ id: 'call-2' })]))
    expect(heard).toEqual(['ring'])
  })

  it('goes over to the waiting tone when the first of two is answered', () => {
    const { heard, ringer } = setUp()
    ringer.update(stateOf([incoming(), incoming({ id: 'call-2' })]))
    ringer.update(stateOf([callOf({ state: 'connecting', muted: false }), incoming({ id: 'call-2' })]))
    ringer.update(stateOf([talking(), incoming({ id: 'call-2' })]))
    expect(heard).toEqual(['ring', 'waiting'])
  })

  it('rings again on an engine that was restarted meanwhile', () => {
    const { heard, ringer } = setUp()
    ringer.update(stateOf([incoming()]))
    ringer.update(stateOf([incoming()], { engine: 'restarting' }))
    ringer.update(stateOf([incoming()]))
    expect(heard).toEqual(['ring', 'ring'])
  })

  describe('rings', () => {
    const rings = () => {
      const heard: (RingTone | null)[] = []
      return { heard, ringer: new Ringer({ setTone: (_, ring) => void heard.push(ring) }) }
    }
    const usually = { ...stateOf([incoming()]), settings: { ...defaultSettings, ringTone: 'pulse' as const } }

    it('in the usual tone for whoever has none of his own, and in that of the contact who calls', () => {
      const { heard, ringer } = rings()
      ringer.update(usually)
      ringer.update(stateOf())
      ringer.update(withCaller(usually, { ringtone: 'bells' }))
      ringer.update(stateOf())
      // As another phone calls one of its own.
      ringer.update(withCaller(usually, { ringtone: 'duck' }))
      expect(heard).toEqual(['pulse', null, 'bells', null, 'pulse'])
    })

    it('in that of the one who rang first, then of the one who rings on', () => {
      const { heard, ringer } = rings()
      const second = { ...usually.calls[0]!, call: incoming({ id: 'call-2' }) }
      const both = withCaller({ ...usually, calls: [...usually.calls, second] }, { ringtone: 'marimba' })
      ringer.update(both)
      ringer.update({ ...both, silenced: ['call-1'] })
      ringer.update(stateOf([talking(), incoming({ id: 'call-2' })]))
      expect(heard).toEqual(['marimba', 'pulse', null])
    })
  })
})
