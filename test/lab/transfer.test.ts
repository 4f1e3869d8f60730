/*
 * Three phones on a real Asterisk: one of them brings the other two together and is out of it. Proved by sound.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { Lab, microphoneHz, otherMicrophoneHz, thirdMicrophoneHz } from './support/lab'

let lab: Lab
let phone: Phone
let anna: Phone
let carla: Phone
let annasEar: Ear
let carlasEar: Ear

beforeAll(async () => {
  lab = await Lab.open()
  phone = await lab.phone({ accounts: [lab.account('100'), lab.account('102')] })
  anna = await lab.phone({ accounts: [lab.account('101')], hz: otherMicrophoneHz })
  carla = await lab.phone({ accounts: [lab.account('103')], hz: thirdMicrophoneHz })
  annasEar = await Ear.on(anna)
  carlasEar = await Ear.on(carla)
})

afterAll(async () => {
  annasEar?.close()
  carlasEar?.close()
  await lab?.close()
})

afterEach(async () => {
  for (const one of [phone, anna, carla]) for (const call of await one.calls()) await one.control('end', call.id)
  for (const one of [phone, anna, carla]) await one.noCalls()
})

const answeredBy = async (other: Phone): Promise<void> => {
  const { id } = await other.callIn('incoming')
  await other.do('answer', id)
  await other.callIn('active')
}

/** Both hear each other, and the phone that brought them together hears nobody. */
const areTogether = async (): Promise<void> => {
  await carlasEar.hears(otherMicrophoneHz)
  await annasEar.hears(thirdMicrophoneHz)
  await phone.noCalls()
  expect((await anna.calls()).map(({ state }) => state)).toEqual(['active'])
  expect((await carla.calls()).map(({ state }) => state)).toEqual(['active'])
}

test.each([
  ['on one account', 'Line 100'],
  ['on two accounts', 'Line 102'],
])('after a word with the third, the second hears the third and the third the second, %s', async (_where, account) => {
  await phone.do('call', '101')
  await answeredBy(anna)
  const { id: first } = await phone.callIn('active')
  await phone.do('call', '103', '--account', account)
  await answeredBy(carla)
  const { id: second } = await phone.callIn('active')
  await carlasEar.hears(microphoneHz)
  await phone.do('transfer', first, '--to', second, '--wait')
  await areTogether()
  expect(phone.recents().slice(0, 2)).toMatchObject([{ cause: 'transferred' }, { cause: 'transferred' }])
})

test('without a word, the third rings with whoever is handed to it', async () => {
  await phone.do('call', '101')
  await answeredBy(anna)
  const { id } = await phone.callIn('active')
  await phone.do('transfer', id, '103')
  const ringing = await carla.callIn('incoming')
  expect(ringing.handle.value).toBe('101')
  await carla.do('answer', ringing.id)
  await carla.callIn('active')
  await areTogether()
})

test('a caller is handed on as well as somebody who was called', async () => {
  await anna.do('call', '100')
  await answeredBy(phone)
  const { id: first } = await phone.callIn('active')
  await phone.do('call', '103')
  await answeredBy(carla)
  await until(async () => (await phone.calls()).some((call) => call.id === first && call.state === 'held'), {
    what: 'the caller to wait',
  })
  const { id: second } = await phone.callIn('active')
  await phone.do('transfer', first, '--to', second, '--wait')
  await areTogether()
})
