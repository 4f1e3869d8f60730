/* Calls that leave no trace, and how calls look to those who may see them. */
import { beforeEach, expect, it } from 'vitest'
import type { PhoneState } from '../../../common/phone-state'
import { silentLog } from '../../../common/log'
import { CallViews } from '../../../main/phone/call-views'
import { PhoneStore } from '../../../main/phone-store'
import { stateOf } from '../../fakes/phone-state'
import { CallPhone } from '../../support/call-phone'

let phone: CallPhone
let store: PhoneStore
let states: PhoneState[]
beforeEach(() => {
  phone = new CallPhone()
  store = new PhoneStore(stateOf(), silentLog)
  states = []
  new CallViews(phone.registry, store, phone.policy, phone.autoAnswer)
  store.observe((now) => states.push(now))
})

it('a call that begins as a private one is one in every state anybody sees, and in no line of the log', async () => {
  const called = await phone.verbs.call('600', null, 'window', true)
  const callId = called.ok ? called.value : ''
  await phone.remoteAnswers(callId)
  await phone.verbs.end(callId, 'window')
  await phone.clock.advanceAsync(10_000)
  const views = states.flatMap(({ calls }) => calls)
  expect(views.length).toBeGreaterThan(3)
  expect(views.every((view) => view.private)).toBe(true)
  expect(phone.logged.filter((line) => line.includes(callId))).toEqual([])
  expect(phone.policy.privateCalls.has(callId)).toBe(false)
})

it('a call that is up becomes private and is no longer, one that is over or unknown cannot', async () => {
  const callId = await phone.connected()
  const { privateCalls } = phone.policy
  expect(privateCalls.set(callId, true)).toMatchObject({ ok: true })
  expect(privateCalls.has(callId)).toBe(true)
  expect(privateCalls.set(callId, false)).toMatchObject({ ok: true })
  expect(privateCalls.has(callId)).toBe(false)
  await phone.remoteEnds(callId)
  expect(privateCalls.set(callId, true)).toEqual({ ok: false, code: 'unknown-call' })
  expect(privateCalls.set('nobody', true)).toEqual({ ok: false, code: 'unknown-call' })
})

it('a call that may not disturb is silent from the first moment anybody sees it', async () => {
  phone.settings.doNotDisturb = true
  phone.settings.doNotDisturbAnswer = 'silent'
  const { callId } = await phone.invited()
  const ringing = states.filter(({ calls }) => calls.some(({ call }) => call.state === 'incoming'))
  expect(ringing.length).toBeGreaterThan(0)
  expect(ringing.every(({ silenced }) => silenced.includes(callId))).toBe(true)
})

it('who calls is there from the first moment anybody sees the call', async () => {
  phone.sources.contact = () => ({
    id: 'ada',
    name: 'Ada',
    avatar: null,
    ringtone: null,
    vip: true,
    favourite: false,
  })
  await phone.invited()
  await phone.dialled('601')
  const views = states.flatMap(({ calls }) => calls)
  expect(views.length).toBeGreaterThan(1)
  expect(views.map(({ caller }) => caller?.name)).toEqual(views.map(() => 'Ada'))
})
