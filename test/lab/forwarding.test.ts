/*
 * Calls that an account's own rules send elsewhere, on a real Asterisk: the caller hears whoever takes them.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { Ear } from './support/ear'
import { asteriskHz, Lab, otherMicrophoneHz } from './support/lab'

let lab: Lab
let phone: Phone
let caller: Phone
let ear: Ear

beforeAll(async () => {
  lab = await Lab.open()
  const profile = mkdtempSync(join(tmpdir(), 'patchcord-'))
  writeFileSync(
    join(profile, 'settings.json'),
    JSON.stringify({ version: 1, settings: { ringSeconds: 5 }, accounts: [], window: null }),
  )
  phone = await lab.phone({
    profile,
    accounts: [
      lab.account('100', { features: { forwardAlways: '601' } }),
      lab.account('103', { features: { forwardBusy: '601' } }),
      lab.account('102', { features: { forwardNoAnswer: '601' } }),
    ],
  })
  caller = await lab.phone({ accounts: [lab.account('101')], hz: otherMicrophoneHz })
  ear = await Ear.on(caller)
})

afterAll(async () => {
  ear?.close()
  await lab?.close()
})

afterEach(async () => {
  for (const one of [caller, phone]) for (const call of await one.calls()) await one.control('end', call.id)
  await caller.noCalls()
  await phone.noCalls()
})

test('always: it does not ring here, and nobody has missed it', async () => {
  await caller.do('call', '100')
  await ear.hears(asteriskHz)
  expect(await phone.calls()).toEqual([])
  expect(phone.recents()[0]).toMatchObject({ cause: 'forwarded', missed: false })
  expect(lab.desktop.notified).toEqual([])
})

test('when busy: a second caller rings, a third is sent on', async () => {
  await phone.do('call', '600', '--account', 'Line 103')
  await phone.callIn('active')
  await caller.do('call', '103')
  await phone.callIn('incoming')
  await caller.do('end')
  await caller.noCalls()
  await phone.do('call', '600', '--account', 'Line 103')
  await phone.callIn('held')
  await phone.callIn('active')
  await caller.do('call', '103')
  await ear.hears(asteriskHz)
  expect((await phone.calls()).length).toBe(2)
})

test('when nobody answers: it rings here first, then the caller hears whoever takes it', async () => {
  await caller.do('call', '102')
  const { id } = await phone.callIn('incoming')
  await ear.hears(asteriskHz)
  expect(await phone.calls()).toEqual([])
  expect(phone.recents()[0]).toMatchObject({ id, cause: 'forwarded', missed: false })
})
