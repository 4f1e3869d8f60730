/* Digits after a dialled number: what is dialled, what is sent when, and that nobody else ever sees them. */
import { beforeEach, describe, expect, it, test } from 'vitest'
import type { CallId } from '../../../common/call'
import { refused } from '../../../common/errors'
import { splitDialString } from '../../../main/callkit/post-dial'
import { outcomeOf } from '../../../main/callkit/requests'
import { settle } from '../../fakes/manual-clock'
import { CallPhone } from '../../support/call-phone'

test.each([
  ['600', '600', ''],
  ['conference,,1234#', 'conference', ',,1234#'],
  ['+49 30 123, 12 34', '+49 30 123', ',1234'],
  ['030;1a;2', '030', ';1A;2'],
  ['600,', '600', ''],
  ['600,;,', '600', ''],
  ['sip:600@pbx.example;transport=ws', 'sip:600@pbx.example;transport=ws', ''],
  ['sip:600@pbx.example,,12', 'sip:600@pbx.example', ',,12'],
  ['tel:+4930;ext=5', 'tel:+4930;ext=5', ''],
  ['600,hello', '600,hello', ''],
  [',123', ',123', ''],
  ['+1 415 555 2671 ext. 12', '+1 415 555 2671', ',12'],
  ['room-1x2', 'room-1x2', ''],
  ['', '', ''],
])('%j dials %j and keeps %j', (text, target, digits) => {
  expect(splitDialString(text)).toEqual({ target, digits })
})

let phone: CallPhone
beforeEach(() => void (phone = new CallPhone()))
const digitsOf = (callId: CallId) => phone.call(callId)
const sent = () => phone.engine.heard().filter((one) => one.startsWith('dtmf'))

describe('after a comma', () => {
  it('digits go out by themselves once the call is up, with their pauses', async () => {
    const callId = await phone.dialled('conference,,1234#')
    expect(phone.engine.commands).toMatchObject([{ type: 'dial', target: 'sip:conference@pbx.example' }])
    expect(sent()).toEqual([])
    await phone.remoteAnswers(callId)
    expect(sent()).toEqual(['dtmf ,,1234#'])
    expect(digitsOf(callId)).toMatchObject({ handle: { value: 'conference' }, digitsWaiting: 0 })
  })

  it('they are sent once, also when the call is held and taken back', async () => {
    const callId = await phone.dialled('600,1')
    await phone.remoteAnswers(callId)
    await outcomeOf(phone.verbs.setHeld(callId, true, 'window'))
    await outcomeOf(phone.verbs.setHeld(callId, false, 'window'))
    expect(sent()).toEqual(['dtmf ,1'])
  })

  it('what could not be sent waits for the user', async () => {
    const callId = await phone.dialled('600,12')
    phone.engine.answerTo('playDtmf', refused('dtmf-unsupported'))
    await phone.remoteAnswers(callId)
    expect(digitsOf(callId)).toMatchObject({ digitsWaiting: 2 })
  })

  it('nobody takes the call, nothing is sent', async () => {
    const callId = await phone.dialled('600,12')
    await phone.remoteEnds(callId, 'busy')
    expect(sent()).toEqual([])
    expect(await phone.verbs.continueDigits(callId, true, 'window')).toEqual(refused('unknown-call'))
  })
})

describe('after a semicolon', () => {
  it('digits wait for the user’s word, one part after another', async () => {
    const callId = await phone.dialled('600,1;23,4;5')
    await phone.remoteAnswers(callId)
    expect(sent()).toEqual(['dtmf ,1'])
    expect(digitsOf(callId)).toMatchObject({ digitsWaiting: 3 })
    expect(await outcomeOf(phone.verbs.continueDigits(callId, true, 'window'))).toMatchObject({ ok: true })
    await settle()
    expect(sent()).toEqual(['dtmf 23,4'])
    expect(digitsOf(callId)).toMatchObject({ digitsWaiting: 1 })
    await outcomeOf(phone.verbs.continueDigits(callId, true, 'window'))
    await settle()
    expect(sent()).toEqual(['dtmf 5'])
    expect(digitsOf(callId)).toMatchObject({ digitsWaiting: 0 })
    expect(await phone.verbs.continueDigits(callId, true, 'window')).toEqual(refused('invalid-action'))
  })

  it('the word given twice sends once', async () => {
    const callId = await phone.dialled('600;12')
    await phone.remoteAnswers(callId)
    phone.engine.answerTo('playDtmf', 'silent')
    await phone.verbs.continueDigits(callId, true, 'window')
    expect(await phone.verbs.continueDigits(callId, true, 'window')).toEqual(refused('invalid-action'))
    expect(sent()).toEqual(['dtmf 12'])
  })

  it('they can be forgotten', async () => {
    const callId = await phone.dialled('600;12')
    await phone.remoteAnswers(callId)
    expect(digitsOf(callId)).toMatchObject({ digitsWaiting: 2 })
    await phone.verbs.continueDigits(callId, false, 'window')
    expect(digitsOf(callId)).toMatchObject({ digitsWaiting: 0 })
    expect(sent()).toEqual([])
  })

  it('while the call is held they stay', async () => {
    const callId = await phone.dialled('600;12')
    await phone.remoteAnswers(callId)
    await outcomeOf(phone.verbs.setHeld(callId, true, 'window'))
    expect(await phone.verbs.continueDigits(callId, true, 'window')).toEqual(refused('invalid-action'))
    await settle()
    expect(digitsOf(callId)).toMatchObject({ digitsWaiting: 2 })
    await outcomeOf(phone.verbs.setHeld(callId, false, 'window'))
    await outcomeOf(phone.verbs.continueDigits(callId, true, 'window'))
    expect(sent()).toEqual(['dtmf 12'])
  })
})

it('no log line, no list of calls and no history has them', async () => {
  const callId = await phone.dialled('600,9876;5432')
  await phone.remoteAnswers(callId)
  await outcomeOf(phone.verbs.continueDigits(callId, true, 'window'))
  await phone.remoteEnds(callId)
  const seen = JSON.stringify([phone.logged, phone.registry.calls, phone.history])
  expect(seen).not.toMatch(/9876|5432/)
})
