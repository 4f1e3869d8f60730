/*
 * The first minutes with the phone, by keyboard: no server, no account, no network. Calls the echo and hears itself, is
 * called and answers from the notification with the window closed.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NotificationServer } from '../fakes/notification-server'
import { TestBus } from '../fakes/session-bus'
import { Ear } from '../lab/support/ear'
import { writeTone } from '../lab/support/tone'
import type { Page } from '../support/page'
import { Phone } from '../support/phone'
import { until } from '../support/until'
import { removeFolder } from '../support/remove-folder'

const hz = 800

describe('the first minutes with the phone', () => {
  let folder: string
  let bus: TestBus
  let desktop: NotificationServer
  let phone: Phone
  let window: Page
  let ear: Ear

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'patchcord-demo-'))
    writeTone(join(folder, 'tone.wav'), hz)
    bus = await TestBus.start()
    desktop = await NotificationServer.start(bus.address)
    phone = await Phone.start({
      shown: true,
      microphone: join(folder, 'tone.wav'),
      env: { DBUS_SESSION_BUS_ADDRESS: bus.address },
    })
    window = await phone.page('ui')
    ear = await Ear.on(phone)
  })

  afterAll(async () => {
    ear?.close()
    await phone?.dispose()
    desktop?.die()
    await bus?.stop()
    removeFolder(folder)
  })

  test('begin with two ways in', async () => {
    const text = await until(async () => ((await window.text()).includes('Try it') ? window.text() : null), {
      what: 'the first view',
    })
    expect(text).toContain('Add account')
  })

  test('go on with one press to a phone that is registered', async () => {
    await window.press('Try it')
    await phone.registered()
    expect((await phone.status()).accounts).toHaveLength(1)
  })

  test('let one call the echo from the keyboard, and hear oneself', async () => {
    await until(() => window.evaluate<boolean>('document.activeElement?.tagName === "INPUT"'), {
      what: 'the focus to be in the dial field',
    })
    await window.type('echo')
    await window.key('Enter')
    await phone.callIn('active')
    await ear.hears(hz)
    await until(async () => /echo/i.test(await window.text()), { what: 'the call on screen' })
    await phone.do('end')
    await phone.noCalls()
  })

  test('show on wish that all of it works, and what whoever helps would read', async () => {
    await window.press('Settings')
    await window.press('Accounts')
    await window.press('Test this account')
    const words = `document.querySelector('main [role="status"]')?.innerText ?? ''`
    const said = await until(() => window.evaluate<string>(words), { what: 'the end of the test', ms: 25_000 })
    const lines = await window.evaluate<string>(`document.querySelector('main ol').innerText`)
    expect([said, lines]).toEqual(['Everything works. Your sound went there and came back.', expect.any(String)])
    for (const found of [/server keeps this phone/, /opus was agreed/, /\d of \d signals came back/])
      expect(lines).toMatch(found)
    await window.press('Save diagnostics')
    const parts = await until(
      async () => {
        const names = await window.evaluate<string>('document.body.innerText')
        return names.includes('Versions and system') ? names : null
      },
      { what: 'the diagnostics' },
    )
    expect(parts).toContain('SIP of account1')
    await window.press('Read Test of an account')
    const text = await window.evaluate<string>(`document.querySelector('pre').innerText`)
    expect(text).toMatch(/echo\s+passed/)
    await window.press('Phone')
    await phone.noCalls()
  })

  test('let one be called with the window closed, and answer from the notification', async () => {
    await window.press('Call me')
    await window.evaluate('window.close()')
    window.close()
    const { id, appName, actions } = await desktop.notify(1, 8_000)
    expect(appName).toBe('Patchcord')
    expect(actions).toEqual(expect.arrayContaining(['answer', 'decline', 'default']))
    desktop.press(id, 'answer')
    await phone.callIn('active')
    await ear.hears(hz)
    expect(desktop.open.has(id)).toBe(false)
    await phone.do('end')
    await phone.noCalls()
  })

  test('leave the demo line there at the next start', async () => {
    const { profile } = phone
    await phone.quit()
    phone = await Phone.start({ profile, env: { DBUS_SESSION_BUS_ADDRESS: bus.address } })
    await phone.registered()
    expect((await phone.status()).accounts).toHaveLength(1)
  })
})
