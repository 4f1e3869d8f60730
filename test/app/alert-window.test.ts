/*
 * A desktop without notifications: the phone's own small window shows the ringing call and does the notification's job.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { NotificationServer } from '../fakes/notification-server'
import { TestBus } from '../fakes/session-bus'
import { listPages } from '../support/page'
import { Phone } from '../support/phone'
import { until } from '../support/until'

let bus: TestBus
let phone: Phone

beforeEach(async () => {
  bus = await TestBus.start()
  phone = await Phone.start({ shown: true, env: { DBUS_SESSION_BUS_ADDRESS: bus.address } })
  const page = await phone.page('ui')
  await page.press('Try it')
  await phone.registered()
  await page.press('Call me')
  await phone.callIn('incoming', 15_000)
})

afterEach(async () => {
  await phone?.dispose()
  await bus?.stop()
})

const alertIsGone = () =>
  until(async () => !(await listPages(phone.profile)).some(({ url }) => url.startsWith('app://alert/')), {
    what: 'the alert window to go',
    ms: 3000,
  })

it('the call is shown with its buttons, answered there, and the window goes', async () => {
  const alert = await phone.page('alert')
  await until(() => alert.evaluate<boolean>(`document.body.innerText.includes('Echo')`), { what: 'the caller' })
  expect(await alert.evaluate('[typeof require, typeof process].join()')).toBe('undefined,undefined')
  await alert.press('Answer')
  await alertIsGone()
  await phone.callIn('active')
})

it('the call is declined there', async () => {
  await (await phone.page('alert')).press('Decline')
  await phone.noCalls()
  await alertIsGone()
})

it('the window gives way to a notification server that comes while it rings', async () => {
  await phone.page('alert')
  const server = await NotificationServer.start(bus.address)
  const { id } = await server.notify()
  await alertIsGone()
  server.press(id, 'decline')
  await phone.noCalls()
  server.die()
})

it('a second caller is answered with the first on hold; every button has room', async () => {
  const { profile } = phone
  await phone.quit()
  const path = join(profile, 'settings.json')
  const settings = JSON.parse(readFileSync(path, 'utf8')) as { accounts: object[] }
  const accounts = settings.accounts.map((account) => ({ ...account, features: { voicemail: '*97' } }))
  writeFileSync(path, JSON.stringify({ ...settings, accounts }))
  phone = await Phone.start({ profile, shown: true, env: { DBUS_SESSION_BUS_ADDRESS: bus.address } })
  await phone.registered()
  await (await phone.page('ui')).press('Call me')
  await phone.do('call', 'echo')
  const { id: first } = await phone.callIn('active')
  const { id: second } = await phone.callIn('incoming', 15_000)
  const alert = await phone.page('alert')
  const labels = await until(
    async () => {
      const shown = await alert.evaluate<string[]>(
        `[...document.querySelectorAll('.buttons button')].map((button) => button.textContent)`,
      )
      return shown.length > 0 ? shown : null
    },
    { what: 'the card' },
  )
  expect(labels).toEqual(['Hold & Answer', 'End & Answer', 'Decline', 'Voicemail'])
  const cut = `[...document.querySelectorAll('.buttons, .buttons button')]
    .filter((e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight).map((e) => e.outerHTML)`
  expect(await alert.evaluate(cut)).toEqual([])
  const folder = process.env.PATCHCORD_PICTURES
  if (folder) writeFileSync(join(folder, 'alert.png'), await alert.screenshot())
  await alert.press('Hold & Answer')
  await until(async () => (await phone.calls()).some(({ id, state }) => id === second && state === 'active'), {
    what: 'the second call to be up',
  })
  expect((await phone.calls()).find(({ id }) => id === first)?.state).toBe('held')
  await alertIsGone()
})
