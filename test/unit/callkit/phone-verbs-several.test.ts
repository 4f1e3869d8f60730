/* The verbs for several calls, down to what the engine is told: second calls, conferences, transfers, deflections. */
import { beforeEach, describe, expect, it } from 'vitest'
import { noFeatures, type AccountFeatures } from '../../../common/account'
import { consultationWith, type CallId } from '../../../common/call'
import { refused } from '../../../common/errors'
import { outcomeOf } from '../../../main/callkit/requests'
import { settle } from '../../fakes/manual-clock'
import { account, CallPhone } from '../../support/call-phone'

let phone: CallPhone
beforeEach(() => void (phone = new CallPhone()))
const ok = { ok: true }

const withFeatures = (features: Partial<AccountFeatures>): CallPhone =>
  new CallPhone([{ ...account('work', '100'), features: { ...noFeatures, ...features } }])

/** Who is held and who is active, with what the engine heard since forgotten. */
async function heldAndActive(): Promise<[CallId, CallId]> {
  const held = await phone.answered('1')
  const active = await phone.connected('600')
  expect(phone.states).toEqual(['held', 'active'])
  phone.engine.heard()
  return [held, active]
}
async function conference(): Promise<[CallId, CallId]> {
  const [a, b] = await heldAndActive()
  expect(await outcomeOf(phone.verbs.merge([a, b], 'window'))).toMatchObject(ok)
  phone.engine.heard()
  return [a, b]
}
const groups = () => phone.registry.live().map(({ groupId }) => groupId !== null)

describe('hold and answer', () => {
  it('answers only once the other call is held, and tells when that was done', async () => {
    await phone.answered('1')
    const { callId } = await phone.invited('2')
    phone.engine.heard()
    phone.engine.answerTo('setHeld', 'silent')
    const asked = await phone.verbs.holdAndAnswer(callId, 'window')
    await settle()
    expect(phone.engine.heard()).toEqual(['hold'])
    phone.engine.reply('setHeld')
    expect(await outcomeOf(asked)).toMatchObject(ok)
    expect(phone.states).toEqual(['held', 'active'])
  })

  it('does not answer when the hold fails, and says so', async () => {
    await phone.answered('1')
    const { callId } = await phone.invited('2')
    phone.engine.answerTo('setHeld', refused('failed'))
    expect(await outcomeOf(phone.verbs.holdAndAnswer(callId, 'window'))).toMatchObject(refused('failed'))
    expect(phone.states).toEqual(['active', 'incoming'])
  })

  it('clicked twice, or along with a plain answer, answers once', async () => {
    await phone.answered('1')
    const { callId } = await phone.invited('2')
    phone.engine.heard()
    const asked = [
      phone.verbs.holdAndAnswer(callId, 'window'),
      phone.verbs.holdAndAnswer(callId, 'window'),
      phone.verbs.answer(callId, 'notification'),
    ]
    for (const one of asked) expect(await outcomeOf(one)).toMatchObject(ok)
    expect(phone.engine.heard()).toEqual(['hold', 'answer', 'audio on'])
  })

  it('holds a conference as a whole', async () => {
    await conference()
    const { callId } = await phone.invited('3')
    expect(await outcomeOf(phone.verbs.holdAndAnswer(callId, 'window'))).toMatchObject(ok)
    expect(phone.states).toEqual(['held', 'held', 'active'])
    expect(phone.engine.heard()).toEqual(['hold', 'hold', 'answer', 'audio on'])
  })
})

describe('end and answer', () => {
  it('hangs up on the active call, then answers', async () => {
    await phone.answered('1')
    const { callId } = await phone.invited('2')
    phone.engine.heard()
    expect(await outcomeOf(phone.verbs.endAndAnswer(callId, 'window'))).toMatchObject(ok)
    expect(phone.engine.heard()).toEqual(['audio off', 'end', 'answer', 'audio on'])
    expect(phone.states).toEqual(['ended (hung-up)', 'active'])
  })

  it('gives up a call of ours that nobody has answered', async () => {
    await phone.dialled('600')
    const { callId } = await phone.invited('2')
    expect(await outcomeOf(phone.verbs.endAndAnswer(callId, 'window'))).toMatchObject(ok)
    expect(phone.states).toEqual(['ended (cancelled)', 'active'])
  })

  it('hangs up on everybody in a conference', async () => {
    await conference()
    const { callId } = await phone.invited('3')
    expect(await outcomeOf(phone.verbs.endAndAnswer(callId, 'window'))).toMatchObject(ok)
    expect(phone.states).toEqual(['ended (hung-up)', 'ended (hung-up)', 'active'])
  })
})

describe('swap', () => {
  it('holds first, then takes the other back', async () => {
    await heldAndActive()
    expect(await outcomeOf(phone.verbs.swap('window'))).toMatchObject(ok)
    expect(phone.engine.heard()).toEqual(['hold', 'resume'])
    expect(phone.states).toEqual(['active', 'held'])
  })

  it('clicked twice swaps once; asked again later it swaps back', async () => {
    await heldAndActive()
    await Promise.all([outcomeOf(phone.verbs.swap('window')), outcomeOf(phone.verbs.swap('tray'))])
    expect(phone.states).toEqual(['active', 'held'])
    await outcomeOf(phone.verbs.swap('window'))
    expect(phone.states).toEqual(['held', 'active'])
  })

  it('changes nothing when the hold fails', async () => {
    await heldAndActive()
    phone.engine.answerTo('setHeld', refused('failed'))
    expect(await outcomeOf(phone.verbs.swap('window'))).toMatchObject(refused('failed'))
    expect(phone.states).toEqual(['held', 'active'])
  })

  it('needs one that is held and one that is active', async () => {
    expect(await phone.verbs.swap('window')).toEqual(refused('invalid-action'))
    const callId = await phone.answered('1')
    expect(await phone.verbs.swap('window')).toEqual(refused('invalid-action'))
    await phone.verbs.setHeld(callId, true, 'window')
    await settle()
    expect(await phone.verbs.swap('window')).toEqual(refused('invalid-action'))
  })
})

describe('a conference', () => {
  it('is made of the held and the active call, and the engine mixes both', async () => {
    const [a, b] = await heldAndActive()
    expect(await outcomeOf(phone.verbs.merge([a, b], 'window'))).toMatchObject(ok)
    expect(phone.states).toEqual(['active', 'active'])
    const group = phone.call(a).groupId
    expect(group).not.toBeNull()
    expect(phone.call(b).groupId).toBe(group)
    const told = phone.engine.commands.filter((command) => command.type === 'setGroup')
    expect(told).toHaveLength(2)
    expect(told).toContainEqual({ type: 'setGroup', callId: a, groupId: group })
    expect(told).toContainEqual({ type: 'setGroup', callId: b, groupId: group })
    phone.engine.heard()
    expect(await outcomeOf(phone.verbs.merge([a, b], 'window'))).toMatchObject(ok)
    expect(phone.engine.heard()).toEqual([])
  })

  it('that the engine cannot mix is none, also in the engine', async () => {
    const [a, b] = await heldAndActive()
    phone.engine.answerTo('setGroup', refused('media-failed'))
    expect(await outcomeOf(phone.verbs.merge([a, b], 'window'))).toMatchObject(refused('media-failed'))
    await settle()
    expect(groups()).toEqual([false, false])
    expect(phone.registry.live().filter(({ state }) => state === 'active')).toHaveLength(1)
    const last = new Map(phone.engine.commands.flatMap((one) => (one.type === 'setGroup' ? [[one.callId, one]] : [])))
    expect([...last.values()].map(({ groupId }) => groupId)).toEqual([null, null])
  })

  it('takes in calls of another account', async () => {
    phone = new CallPhone([account('work', '100'), account('home', '200')])
    const a = await phone.answered('1', 'work')
    const b = await phone.answered('2', 'home')
    expect(await outcomeOf(phone.verbs.merge([a, b], 'window'))).toMatchObject(ok)
    expect(groups()).toEqual([true, true])
  })

  it('of one call, or with somebody who is gone, is none', async () => {
    const a = await phone.answered('1')
    expect(await phone.verbs.merge([a, a], 'window')).toEqual(refused('invalid-action'))
    expect(await phone.verbs.merge([a, 'nobody'], 'window')).toEqual(refused('unknown-call'))
  })

  it('is held and taken back as a whole', async () => {
    const [a, b] = await conference()
    expect(await outcomeOf(phone.verbs.setHeld(b, true, 'window'))).toMatchObject(ok)
    expect(phone.states).toEqual(['held', 'held'])
    expect(await outcomeOf(phone.verbs.setHeld(a, false, 'window'))).toMatchObject(ok)
    expect(phone.states).toEqual(['active', 'active'])
    expect(phone.engine.heard()).toEqual(['hold', 'hold', 'resume', 'resume'])
  })

  it('that is split leaves the chosen one with the user and holds the other, and mixes nobody', async () => {
    const [a, b] = await conference()
    expect(await outcomeOf(phone.verbs.split(b, 'window'))).toMatchObject(ok)
    expect([phone.call(a).state, phone.call(b).state]).toEqual(['held', 'active'])
    expect(groups()).toEqual([false, false])
    const mixed = new Map(phone.engine.commands.flatMap((one) => (one.type === 'setGroup' ? [[one.callId, one]] : [])))
    expect([...mixed.values()].map(({ groupId }) => groupId)).toEqual([null, null])
  })

  it('that is held and split gives the chosen one its voice back', async () => {
    const [a, b] = await conference()
    await outcomeOf(phone.verbs.setHeld(a, true, 'window'))
    expect(await outcomeOf(phone.verbs.split(a, 'window'))).toMatchObject(ok)
    expect([phone.call(a).state, phone.call(b).state]).toEqual(['active', 'held'])
  })

  it('is over in the engine when the far ends have left but one', async () => {
    const [a, b] = await conference()
    await phone.remoteEnds(a)
    expect(phone.call(b).groupId).toBeNull()
    expect(phone.engine.commands).toContainEqual({ type: 'setGroup', callId: b, groupId: null })
  })

  it('is ended with everybody in it', async () => {
    const [a] = await conference()
    expect(await outcomeOf(phone.verbs.endGroup(a, 'window'))).toMatchObject(ok)
    expect(phone.states).toEqual(['ended (hung-up)', 'ended (hung-up)'])
  })
})

describe('a transfer', () => {
  it('holds the call, goes by the dial rules of its account and ends it when it is done', async () => {
    const callId = await phone.answered('1')
    phone.engine.heard()
    expect(await outcomeOf(phone.verbs.transfer(callId, '+49 30 123', 'window'))).toMatchObject(ok)
    expect(phone.engine.commands.slice(0, 2)).toEqual([
      { type: 'setHeld', callId, held: true },
      { type: 'transfer', callId, target: 'sip:+4930123@pbx.example' },
    ])
    expect(phone.states).toEqual(['ended (transferred)'])
  })

  it('shows how far it has come, and gives the call back when it fails', async () => {
    const callId = await phone.answered('1')
    phone.engine.answerTo('transfer', 'silent')
    const asked = await phone.verbs.transfer(callId, '601', 'window')
    await settle()
    phone.sip.engineReported({ type: 'transfer', callId, progress: 'ringing' })
    expect(phone.call(callId)).toMatchObject({ state: 'held', transfer: { kind: 'blind', progress: 'ringing' } })
    phone.engine.reply('transfer', refused('transfer-failed', 'SIP 486 \u202eBusy\u0007 Here'))
    expect(await outcomeOf(asked)).toEqual({ ...refused('transfer-failed'), detail: 'SIP 486 Busy Here' })
    await settle()
    expect(phone.call(callId)).toMatchObject({ state: 'active', transfer: null })
  })

  it('clicked twice is asked for once', async () => {
    const callId = await phone.answered('1')
    phone.engine.heard()
    phone.engine.answerTo('transfer', 'silent')
    await Promise.all([phone.verbs.transfer(callId, '601', 'window'), phone.verbs.transfer(callId, '601', 'window')])
    await settle()
    expect(phone.engine.heard()).toEqual(['hold', 'transfer'])
    expect(await phone.verbs.transfer(callId, '602', 'window')).toEqual(refused('invalid-action'))
  })

  it('to another call ends both', async () => {
    const [a, b] = await heldAndActive()
    expect(await outcomeOf(phone.verbs.transferToCall(a, b, 'window'))).toMatchObject(ok)
    expect(phone.engine.commands).toContainEqual({ type: 'transferToCall', callId: a, toCallId: b })
    expect(phone.states).toEqual(['ended (transferred)', 'ended (transferred)'])
  })

  describe('that asks first', () => {
    const consulting = (a: CallId) =>
      phone.registry.calls.map((call) => consultationWith(call, phone.registry.calls)?.from.id === a)

    it('is known as such to everybody, while it rings, talks and is swapped', async () => {
      const a = await phone.answered('1')
      const asked = await phone.verbs.consult(a, '601', 'window')
      const b = asked.ok ? asked.value : ''
      await settle()
      expect(phone.states).toEqual(['held', 'dialing'])
      expect(phone.call(b)).toMatchObject({ accountId: 'work', consultationOf: a })
      await phone.remoteAnswers(b)
      await outcomeOf(phone.verbs.swap('window'))
      expect(phone.states).toEqual(['active', 'held'])
      expect(phone.call(b).consultationOf).toBe(a)
      expect(consulting(a)).toEqual([true, true])
      expect(await outcomeOf(phone.verbs.transferToCall(a, b, 'window'))).toMatchObject(ok)
      expect(consulting(a)).toEqual([false, false])
    })

    it('is over when either is, and taken back by hanging up on the second', async () => {
      const a = await phone.answered('1')
      const asked = await phone.verbs.consult(a, '601', 'window')
      await phone.remoteAnswers(asked.ok ? asked.value : '')
      await outcomeOf(phone.verbs.end(asked.ok ? asked.value : '', 'window'))
      await settle()
      expect(phone.call(a).state).toBe('active')
      expect(consulting(a)).toEqual([false, false])
    })

    it('rings once, however often it is asked for, and not for what cannot be handed on', async () => {
      const { callId } = await phone.invited()
      expect(await phone.verbs.consult(callId, '601', 'window')).toEqual(refused('invalid-action'))
      await phone.remoteEnds(callId)
      const a = await phone.answered('1')
      const [one, two] = await Promise.all([1, 2].map(() => phone.verbs.consult(a, '601', 'window')))
      expect(one).toMatchObject({ ok: true, value: two?.ok && two.value })
      expect(await phone.verbs.consult('nobody', '601', 'window')).toEqual(refused('unknown-call'))
    })
  })

  it('to a call that rings still is made as well', async () => {
    const a = await phone.answered('1')
    const b = await phone.dialled('601')
    phone.sip.engineReported({ type: 'progress', callId: b, stage: 'alerting' })
    expect(await outcomeOf(phone.verbs.transferToCall(a, b, 'window'))).toMatchObject(ok)
    expect(phone.states).toEqual(['ended (transferred)', 'ended (transferred)'])
  })

  it('of nobody, to nobody, or to nonsense is refused', async () => {
    const callId = await phone.answered('1')
    expect(await phone.verbs.transfer('nobody', '600', 'window')).toEqual(refused('unknown-call'))
    expect(await phone.verbs.transferToCall(callId, 'nobody', 'window')).toEqual(refused('unknown-call'))
    expect(await phone.verbs.transferToCall(callId, callId, 'window')).toEqual(refused('invalid-action'))
    expect(await phone.verbs.transfer(callId, 'not a number', 'window')).toEqual(refused('invalid-target'))
  })

  it('to the parking place needs one', async () => {
    const callId = await phone.answered('1')
    expect(await phone.verbs.park(callId, 'window')).toEqual(refused('not-set-up'))
    phone = withFeatures({ park: '700' })
    const other = await phone.answered('1')
    expect(await outcomeOf(phone.verbs.park(other, 'window'))).toMatchObject(ok)
    expect(phone.engine.commands).toContainEqual({ type: 'transfer', callId: other, target: 'sip:700@pbx.example' })
  })
})

describe('a ringing call', () => {
  it('is sent to another number, once', async () => {
    const { callId } = await phone.invited('1')
    const asked = [phone.verbs.deflect(callId, '602', 'window'), phone.verbs.deflect(callId, '602', 'window')]
    for (const one of asked) expect(await outcomeOf(one)).toMatchObject(ok)
    expect(phone.engine.commands).toEqual([{ type: 'deflect', callId, target: 'sip:602@pbx.example' }])
    expect(phone.states).toEqual(['ended (deflected)'])
  })

  it('is sent to the voicemail where there is one', async () => {
    const { callId } = await phone.invited('1')
    expect(await phone.verbs.sendToVoicemail(callId, 'window')).toEqual(refused('not-set-up'))
    phone = withFeatures({ voicemail: '*97' })
    const second = await phone.invited('1')
    expect(await outcomeOf(phone.verbs.sendToVoicemail(second.callId, 'tray'))).toMatchObject(ok)
    expect(phone.engine.commands).toEqual([{ type: 'deflect', callId: second.callId, target: 'sip:*97@pbx.example' }])
  })

  it('that cannot be sent on rings on', async () => {
    const { callId } = await phone.invited('1')
    phone.engine.answerTo('deflect', refused('failed'))
    expect(await outcomeOf(phone.verbs.deflect(callId, '602', 'window'))).toMatchObject(refused('failed'))
    expect(phone.states).toEqual(['incoming'])
  })
})

describe('a referral', () => {
  const eve = { type: 'generic', value: 'eve@x.example' } as const
  async function referred(): Promise<CallId> {
    const callId = await phone.answered('1')
    phone.engine.heard()
    const referral = { target: 'sip:eve@x.example?Replaces=1', handle: eve, by: null }
    phone.sip.engineReported({ type: 'referred', callId, referral })
    return callId
  }

  it('dials nobody by itself', async () => {
    const callId = await referred()
    await settle()
    expect(phone.engine.heard()).toEqual([])
    expect(phone.call(callId)).toMatchObject({ referral: { handle: eve } })
  })

  it('agreed to holds the call and dials whom the far end named, once', async () => {
    const callId = await referred()
    const [one, two] = await Promise.all([
      phone.verbs.answerReferral(callId, true, 'window'),
      phone.verbs.answerReferral(callId, true, 'notification'),
    ])
    expect(await outcomeOf(one)).toMatchObject(ok)
    expect(two).toEqual(one)
    const newId = one.ok ? (one.value ?? '') : ''
    expect(phone.engine.commands).toEqual([
      { type: 'setHeld', callId, held: true },
      { type: 'dial', callId: newId, accountId: 'work', target: 'sip:eve@x.example?Replaces=1', referral: callId },
    ])
    expect(phone.call(newId)).toMatchObject({ state: 'dialing', handle: eve })
  })

  it('refused is told to the far end, and asked no more', async () => {
    const callId = await referred()
    const asked = await phone.verbs.answerReferral(callId, false, 'window')
    expect(asked).toMatchObject({ ok: true, value: null })
    expect(await outcomeOf(asked)).toMatchObject(ok)
    expect(phone.engine.heard()).toEqual(['refuseReferral'])
    expect(await phone.verbs.answerReferral(callId, true, 'window')).toEqual(refused('invalid-action'))
  })
})
