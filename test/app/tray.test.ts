/*
 * The tray of the real phone as a desktop sees it: a StatusNotifierItem with an icon, words and a menu that works.
 */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { TestBus } from '../fakes/session-bus'
import { TrayHost } from '../fakes/tray-host'
import { Phone } from '../support/phone'
import { until } from '../support/until'

let bus: TestBus
let tray: TrayHost
let phone: Phone

beforeEach(async () => {
  bus = await TestBus.start()
  tray = await TrayHost.start(bus.address)
  phone = await Phone.start({ env: { DBUS_SESSION_BUS_ADDRESS: bus.address } })
  await tray.registered()
})

afterEach(async () => {
  await phone?.dispose()
  tray?.stop()
  await bus?.stop()
})

const labels = async () => (await tray.menu()).filter((item) => !item.separator).map((item) => item.label)

it('a phone that starts hidden is there, with its words and its menu', async () => {
  await until(async () => (await tray.tooltip()) === 'Patchcord — No account', { what: 'the tooltip' })
  expect(await labels()).toEqual([
    'No account yet',
    'Do not disturb',
    'Do not disturb for',
    'I am sharing my screen',
    'Open Patchcord',
    'Quit',
  ])
  expect((await tray.icon()).width).toBeGreaterThanOrEqual(22)
})

it('do not disturb is switched from the tray, and the icon and the words follow', async () => {
  const before = await tray.icon()
  await tray.choose('Do not disturb')
  await until(async () => (await tray.tooltip()).includes('Do not disturb'), { what: 'the words to follow' })
  const item = (await tray.menu()).find(({ label }) => label === 'Do not disturb')
  expect(item?.checked).toBe(true)
  await until(async () => !(await tray.icon()).pixels.equals(before.pixels), { what: 'the icon to follow' })
})

it('do not disturb is switched on for a while, and off again', async () => {
  const asked = Date.now()
  await tray.choose('Do not disturb for', '2 hours')
  const words = await until(async () => /Do not disturb until (\d\d:\d\d)$/.exec(await tray.tooltip()) ?? null, {
    what: 'the words to follow',
  })
  const inTwoHours = [0, 1].map((minutes) => new Date(asked + 7_200_000 + minutes * 60_000).toTimeString().slice(0, 5))
  expect(inTwoHours).toContain(words[1])
  await tray.choose('Do not disturb for', 'Off')
  await until(async () => (await tray.tooltip()) === 'Patchcord — No account', { what: 'the quiet to end' })
})

it('a click on the icon opens the window', async () => {
  await tray.activate()
  await phone.page('ui')
})

it('calls are swapped, merged and ended from the tray', async () => {
  const window = await tray.activate().then(() => phone.page('ui'))
  await window.press('Try it')
  await phone.registered()
  await phone.do('call', 'echo')
  await phone.callIn('active')
  await phone.do('call', 'echo')
  const states = async (): Promise<string> => (await phone.calls()).map(({ state }) => state).join()
  await until(async () => (await states()) === 'held,active', { what: 'the second call to be up' })
  await tray.choose('Swap calls')
  await until(async () => (await states()) === 'active,held', { what: 'the calls to be swapped' })
  await tray.choose('Merge calls')
  await until(async () => (await tray.menu()).some(({ label }) => label.startsWith('Conference of 2')), {
    what: 'the conference',
  })
  expect(await states()).toBe('active,active')
  await tray.choose('End conference')
  await phone.noCalls()
})

it('the phone is quit from the tray', async () => {
  await tray.choose('Quit')
  await until(() => phone.process.exitCode !== null, { what: 'the phone to end', ms: 5000 })
  expect(phone.process.exitCode).toBe(0)
})
