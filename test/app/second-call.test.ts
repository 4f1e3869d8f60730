/*
 * A second caller as a person without any window meets it: the desktop's notifications alone hold, end and answer, and
 * gather the calls that were missed.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { NotificationServer } from '../fakes/notification-server'
import { TestBus } from '../fakes/session-bus'
import type { Page } from '../support/page'
import { Phone } from '../support/phone'
import { until } from '../support/until'

let bus: TestBus
let desktop: NotificationServer
let phone: Phone
let page: Page

beforeEach(async () => {
  const profile = mkdtempSync(join(tmpdir(), 'patchcord-'))
  const settings = { version: 1, settings: { ringSeconds: 5 }, accounts: [], window: null }
  writeFileSync(join(profile, 'settings.json'), JSON.stringify(settings))
  bus = await TestBus.start()
  desktop = await NotificationServer.start(bus.address)
  phone = await Phone.start({ profile, shown: true, env: { DBUS_SESSION_BUS_ADDRESS: bus.address } })
  page = await phone.page('ui')
  await page.press('Try it')
  await phone.registered()
})

afterEach(async () => {
  await phone?.dispose()
  desktop?.die()
  await bus?.stop()
})

/** Calls the echo, and is called while that call is up. Gives both calls and the notification of the second. */
async function calledInACall(): Promise<{ first: string; second: string; id: number }> {
  await page.press('Call me')
  await phone.do('call', 'echo')
  const { id: first } = await phone.callIn('active')
  const { id, actions } = await desktop.notify(1, 10_000)
  const { id: second } = await phone.callIn('incoming')
  const variants = ['answer', 'Hold & Answer', 'end-answer', 'End & Answer', 'decline', 'Decline']
  expect(actions).toEqual(['default', 'Open', ...variants])
  return { first, second, id }
}

const states = async (...ids: string[]): Promise<(string | null)[]> => {
  const calls = await phone.calls()
  return ids.map((id) => calls.find((call) => call.id === id)?.state ?? null)
}

it('the caller is answered and the first call held', async () => {
  const { first, second, id } = await calledInACall()
  desktop.press(id, 'answer')
  await until(async () => (await states(first, second)).join() === 'held,active', { what: 'one held, one active' })
  await until(() => !desktop.open.has(id), { what: 'the notification to go' })
})

it('the caller is answered in place of the first call', async () => {
  const { first, second, id } = await calledInACall()
  desktop.press(id, 'end-answer')
  await until(async () => (await states(second))[0] === 'active', { what: 'the second call to be up' })
  await until(async () => (await states(first))[0] === null, { what: 'the first call to be over' })
})

it('missed calls of one caller are one notification that counts them, and calls back', async () => {
  const missed = (summary: string) =>
    until(() => desktop.notified.find((one) => one.summary === summary), { what: summary, ms: 20_000 })
  await page.press('Call me')
  const { id } = await missed('Missed call from Echo')
  await page.press('Call me')
  expect(await missed('2 missed calls from Echo')).toMatchObject({ replaces: id, id })
  expect([...desktop.open]).toHaveLength(1)
  desktop.press(id, 'call-back')
  expect(await phone.callIn('active')).toMatchObject({ direction: 'outgoing', handle: { value: 'echo' } })
  await until(() => desktop.open.size === 0, { what: 'the notification to go' })
}, 60_000)

it('a call that was made to ask is known as such to a window that is opened in the middle of it', async () => {
  await phone.do('call', 'echo')
  const { id: first } = await phone.callIn('active')
  await phone.do('consult', first, '600')
  await until(async () => (await page.text()).includes('Hand'), { what: 'the question in the window' })
  await page.evaluate('window.close()')
  await phone.do('show')
  page = await phone.page('ui')
  await page.press('Go back')
  await until(async () => (await states(first))[0] === 'active', { what: 'the first call to be resumed' })
  await until(async () => !(await page.text()).includes('Hand'), { what: 'the question to go' })
})
