/* Calls that an account's own rules send elsewhere, and what the user finds of them. */
import { expect, test } from 'vitest'
import { noFeatures, type AccountFeatures } from '../../../common/account'
import { isMissed } from '../../../common/call'
import { refused } from '../../../common/errors'
import { settle } from '../../fakes/manual-clock'
import { account, CallPhone } from '../../support/call-phone'

const phoneWith = (features: Partial<AccountFeatures>): CallPhone =>
  new CallPhone([{ ...account('work', '100'), features: { ...noFeatures, ...features } }])

test('always: the caller is sent on without ringing here, and is among the recents but not missed', async () => {
  const phone = phoneWith({ forwardAlways: '602' })
  expect(await phone.invited('4711')).toMatchObject({ verdict: 'deflect' })
  expect(phone.states).toEqual([])
  const [call] = phone.history
  expect(call).toMatchObject({ cause: 'forwarded', direction: 'incoming', handle: { value: '4711' }, sipStatus: 302 })
  expect(call && isMissed(call)).toBe(false)
})

test('always comes before do not disturb', async () => {
  const phone = phoneWith({ forwardAlways: '602' })
  phone.settings.doNotDisturb = true
  expect(await phone.invited()).toMatchObject({ verdict: 'deflect' })
})

test('busy: only while the phone would answer busy', async () => {
  const phone = phoneWith({ forwardBusy: '602' })
  phone.settings.callWaiting = 'busy'
  const first = await phone.invited('1')
  expect(first.verdict).toBe('alert')
  expect(await phone.invited('2')).toMatchObject({ verdict: 'deflect' })
  expect(phone.history.map((call) => call.state === 'ended' && call.cause)).toEqual(['forwarded'])
  phone.settings.callWaiting = 'alert'
  expect(await phone.invited('3')).toMatchObject({ verdict: 'alert' })
})

test('busy: do not disturb counts as busy when the user has it send callers on, and refuses otherwise', async () => {
  const phone = phoneWith({ forwardBusy: '602' })
  phone.settings.doNotDisturb = true
  expect(await phone.invited()).toMatchObject({ verdict: 480 })
  phone.settings.doNotDisturbAnswer = 'forward'
  expect(await phone.invited()).toMatchObject({ verdict: 'deflect' })
  expect(phone.history.map((call) => call.state === 'ended' && call.cause)).toEqual(['unanswered', 'forwarded'])
})

test('busy: do not disturb that would send callers on refuses them where nothing says where to', async () => {
  const phone = phoneWith({})
  phone.settings.doNotDisturb = true
  phone.settings.doNotDisturbAnswer = 'forward'
  expect(await phone.invited()).toMatchObject({ verdict: 480 })
})

test('no answer: the call is sent on when it has rung for long enough', async () => {
  const phone = phoneWith({ forwardNoAnswer: '602' })
  const { callId } = await phone.invited('4711')
  await phone.clock.advanceAsync(59_999)
  expect(phone.engine.heard()).toEqual([])
  await phone.clock.advanceAsync(1)
  expect(phone.engine.commands).toEqual([
    { type: 'deflect', callId, target: 'sip:602@pbx.example', reason: 'no-answer' },
  ])
  expect(phone.states).toEqual(['ended (forwarded)'])
  expect(phone.history.map(isMissed)).toEqual([false])
})

test('no answer: it counts as forwarded also when the engine tells of the end before it answers', async () => {
  const phone = phoneWith({ forwardNoAnswer: '602' })
  const { callId } = await phone.invited('4711')
  phone.engine.answerTo('deflect', 'silent')
  await phone.clock.advanceAsync(60_000)
  await phone.remoteEnds(callId, 'deflected')
  phone.engine.reply('deflect')
  await settle()
  expect(phone.states).toEqual(['ended (forwarded)'])
})

test('no answer: a caller who cannot be sent on is not left ringing', async () => {
  const phone = phoneWith({ forwardNoAnswer: '602' })
  await phone.invited('4711')
  phone.engine.answerTo('deflect', refused('failed'))
  await phone.clock.advanceAsync(60_000)
  expect(phone.engine.heard()).toEqual(['deflect', 'reject 480'])
  expect(phone.states).toEqual(['ended (unanswered)'])
})

test('no answer: whoever answers in the last moment has the call', async () => {
  const phone = phoneWith({ forwardNoAnswer: '602' })
  const { callId } = await phone.invited('4711')
  await phone.clock.advanceAsync(59_990)
  phone.engine.answerTo('answer', 'silent')
  await phone.verbs.answer(callId, 'window')
  await phone.clock.advanceAsync(20)
  phone.engine.reply('answer')
  await settle()
  expect(phone.states).toEqual(['active'])
})

test.each([
  ['to ourselves', '100'],
  ['back to the caller', '4711'],
  ['to nonsense', 'not a number'],
])('%s nobody is forwarded', async (_where, target) => {
  const phone = phoneWith({ forwardAlways: target, forwardBusy: target, forwardNoAnswer: target })
  expect(await phone.invited('4711')).toMatchObject({ verdict: 'alert' })
  await phone.clock.advanceAsync(60_000)
  expect(phone.states).toEqual(['ended (unanswered)'])
})
