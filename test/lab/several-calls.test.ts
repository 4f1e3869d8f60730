/*
 * More than one call on a real Asterisk, by the control door and proved by sound: a second caller, swapping, handing calls
 * over in every direction, and digits after the number.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Phone, StatusCall } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { asteriskHz, Lab, microphoneHz, otherMicrophoneHz } from './support/lab'

let lab: Lab
let phone: Phone
let other: Phone
let ear: Ear
let otherEar: Ear

beforeAll(async () => {
  lab = await Lab.open()
  phone = await lab.phone({ accounts: [lab.account('100', { features: { pickup: '*8' } })] })
  other = await lab.phone({ accounts: [lab.account('101')], hz: otherMicrophoneHz })
  ear = await Ear.on(phone)
  otherEar = await Ear.on(other)
})

afterAll(async () => {
  ear?.close()
  otherEar?.close()
  await lab?.close()
})

afterEach(async () => {
  for (const one of [phone, other]) for (const call of await one.calls()) await one.control('end', call.id)
  await phone.noCalls()
  await other.noCalls()
})

/** Calls the other phone and has it answer. Resolves with the call. */
const talk = async (): Promise<StatusCall> => {
  await phone.do('call', '101')
  await other.callIn('incoming')
  await other.do('answer')
  await other.callIn('active')
  return phone.callIn('active')
}

const stateOf = async (id: string): Promise<string> =>
  (await phone.calls()).find((call) => call.id === id)?.state ?? 'gone'

const inState = (id: string, state: string, ms = 10_000): Promise<unknown> =>
  until(async () => (await stateOf(id)) === state, { what: `${id} to be ${state}`, ms })

describe('a second caller', () => {
  /** A call to the tone, and the other phone calling. */
  const called = async (): Promise<{ first: string; second: string }> => {
    await phone.do('call', '601')
    const { id: first } = await phone.callIn('active')
    await other.do('call', '100')
    const { id: second } = await phone.callIn('incoming')
    return { first, second }
  }

  test('is answered while the first one waits', async () => {
    const { first, second } = await called()
    await phone.do('hold-and-answer', second, '--wait')
    expect([await stateOf(first), await stateOf(second)]).toEqual(['held', 'active'])
    await ear.hears(otherMicrophoneHz)
    await otherEar.hears(microphoneHz)
  })

  test('is answered in place of the first one', async () => {
    const { first, second } = await called()
    await phone.do('end-and-answer', second, '--wait')
    expect([await stateOf(first), await stateOf(second)]).toEqual(['gone', 'active'])
    await ear.hears(otherMicrophoneHz)
  })

  test('is sent to somebody else', async () => {
    const { second } = await called()
    await phone.do('deflect', second, '601')
    await inState(second, 'gone')
    await otherEar.hears(asteriskHz)
    expect(phone.recents()[0]).toMatchObject({ cause: 'deflected', missed: false })
  })
})

test('two calls are swapped, and only the one in front is heard', async () => {
  const { id: first } = await talk()
  await phone.do('call', '601')
  await inState(first, 'held')
  const { id: second } = await phone.callIn('active')
  await ear.hears(asteriskHz)
  await phone.do('swap', '--wait')
  expect([await stateOf(first), await stateOf(second)]).toEqual(['active', 'held'])
  await ear.hears(otherMicrophoneHz)
  await otherEar.hears(microphoneHz)
  await phone.do('swap', '--wait')
  expect([await stateOf(first), await stateOf(second)]).toEqual(['held', 'active'])
  await otherEar.hearsNothing(microphoneHz)
})

describe('a transfer', () => {
  test('without asking hands the far end over, and this phone is free', async () => {
    const { id } = await talk()
    await phone.do('transfer', id, '601', '--wait')
    await phone.noCalls()
    await otherEar.hears(asteriskHz)
    expect(phone.recents()[0]).toMatchObject({ id, cause: 'transferred' })
  })

  test('to a number that there is not fails, and the call is taken back', async () => {
    const { id } = await talk()
    const { code, output } = await phone.control('transfer', id, '999', '--wait')
    expect(code).toBe(1)
    expect(output).toMatchObject({ error: { code: 'transfer-failed', message: expect.stringContaining('(SIP 404') } })
    await inState(id, 'active')
    await otherEar.hears(microphoneHz)
    await ear.hears(otherMicrophoneHz)
  })

  test('after a word with the one it goes to joins the two', async () => {
    const { id: first } = await talk()
    await phone.do('consult', first, '600')
    await inState(first, 'held')
    const second = await phone.callIn('active')
    expect(second).toMatchObject({ consultationOf: first })
    await ear.hears(microphoneHz)
    await phone.do('transfer', first, '--to', second.id, '--wait')
    await phone.noCalls()
    // Its own voice, come back from whom it was handed to.
    await otherEar.hears(otherMicrophoneHz)
  })

  test('to somebody who still rings is made without waiting for the answer', async () => {
    const { id: first } = await talk()
    await phone.do('call', '603')
    const second = await phone.callIn('alerting')
    await phone.do('transfer', first, '--to', second.id, '--wait')
    await phone.noCalls()
    await otherEar.hears(otherMicrophoneHz)
  })

  test('that the far end asks for is done only when the user agrees', async () => {
    await phone.do('call', '630')
    const { id } = await phone.callIn('active')
    await until(async () => (await phone.calls()).some((call) => 'referral' in call && call.referral !== null), {
      what: 'the far end to ask',
    })
    expect((await phone.calls()).length).toBe(1)
    await phone.do('accept-transfer', id)
    await ear.hears(asteriskHz)
    await inState(id, 'gone')
    expect((await phone.calls()).length).toBe(1)
  })

  test('that the far end asks for and the user refuses leaves the call as it is', async () => {
    await phone.do('call', '630')
    const { id } = await phone.callIn('active')
    await until(async () => (await phone.control('refuse-transfer', id)).code === 0, { what: 'the far end to ask' })
    await inState(id, 'gone', 15_000)
  })
})

describe('with a third phone', () => {
  let third: Phone
  beforeAll(async () => void (third = await lab.phone({ accounts: [lab.account('102')] })))
  afterAll(() => third?.dispose())

  test('whoever hands us to somebody else gives the call a new name and number, and it stays the same call', async () => {
    const { id } = await talk()
    const [mine] = await other.calls()
    await other.do('transfer', mine?.id ?? '', '102')
    const ringing = await third.callIn('incoming')
    await third.do('answer', ringing.id)
    await until(async () => (await phone.calls())[0]?.handle.value === '102', { what: 'the new number' })
    expect(await phone.calls()).toMatchObject([{ id, state: 'active', name: 'Carla Roth' }])
    await other.noCalls()
    await phone.do('end', id)
    await third.noCalls()
  })

  test.each([['at a phone', '102'], ['in the group']])('what rings %s is picked up here', async (_where, ...whose) => {
    await other.do('call', '102')
    await third.callIn('incoming')
    await phone.do('pickup', ...whose, '--wait')
    await phone.callIn('active')
    await third.noCalls()
    await ear.hears(otherMicrophoneHz)
    await otherEar.hears(microphoneHz)
  })
})

test('digits after the number are sent when the far end has answered', async () => {
  await lab.asterisk.cli('dialplan set global HEARD none')
  await phone.do('call', '605,,1*59')
  await until(async () => (await lab.asterisk.global('HEARD')) === '1*59', { what: '1*59 to be heard', ms: 15_000 })
  expect(phone.log()).not.toContain('1*59')
})

test('digits after a semicolon wait for the word of the user', async () => {
  await lab.asterisk.cli('dialplan set global HEARD none')
  await phone.do('call', '605;2468')
  const { id } = await phone.callIn('active')
  expect(await lab.asterisk.global('HEARD')).toBe('none')
  await phone.do('continue', id)
  await until(async () => (await lab.asterisk.global('HEARD')) === '2468', { what: '2468 to be heard', ms: 15_000 })
})
