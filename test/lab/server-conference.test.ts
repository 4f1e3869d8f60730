/*
 * A conference on a conference server, as an account may have it: both far ends are sent there, and so is this phone.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { Lab, microphoneHz, otherMicrophoneHz } from './support/lab'

let lab: Lab
let phone: Phone
let second: Phone
let third: Phone

beforeAll(async () => {
  lab = await Lab.open()
  phone = await lab.phone({ accounts: [lab.account('100', { features: { conference: '640' } })] })
  second = await lab.phone({ accounts: [lab.account('101')], hz: otherMicrophoneHz })
  third = await lab.phone({ accounts: [lab.account('102')], hz: otherMicrophoneHz })
})

afterAll(async () => lab?.close())

test('two calls are joined on the server, and one call to it remains', async () => {
  const ears = await Promise.all([phone, second, third].map((one) => Ear.on(one)))
  for (const [number, other] of [
    ['101', second],
    ['102', third],
  ] as const) {
    await phone.do('call', number)
    await other.callIn('incoming')
    await other.do('answer')
    await other.callIn('active')
    await phone.callIn('active')
  }
  const before = (await phone.calls()).map(({ id }) => id)
  await phone.do('merge', '--wait')
  const [call, ...more] = await until(
    async () => {
      const calls = await phone.calls()
      return calls.length === 1 && calls[0]?.state === 'active' ? calls : null
    },
    { what: 'one call to be left', ms: 15_000 },
  )
  expect(more).toEqual([])
  expect(before).not.toContain(call?.id)
  expect(call?.handle.value).toBe('640')
  expect(await lab.asterisk.cli('confbridge list lab')).toMatch(/PJSIP\/100[^]*PJSIP|PJSIP[^]*PJSIP\/100/)
  for (const id of before) expect(phone.recents().find((one) => one.id === id)?.cause).toBe('transferred')
  // Each hears the others; the same tone of two phones is one tone.
  await ears[0]?.hears(otherMicrophoneHz)
  await ears[1]?.hears(microphoneHz)
  await ears[2]?.hears(microphoneHz)
  await phone.do('end')
  await second.do('end')
  await third.do('end')
  for (const one of [phone, second, third]) await one.noCalls()
  for (const ear of ears) ear.close()
})
