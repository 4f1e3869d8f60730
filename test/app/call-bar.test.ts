/*
 * The bar of the calls in the real phone: there while a call is up and the window is not in front, never in the way, and
 * enough to mute, hold, swap and hang up.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TestBus } from '../fakes/session-bus'
import { openMainProcess } from '../support/main-process'
import { listPages, type Page } from '../support/page'
import { Phone } from '../support/phone'
import { until } from '../support/until'

interface Facts {
  readonly visible: boolean
  readonly focused: boolean
  readonly onTop: boolean
  readonly bounds: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
}

/** Ctrl and Shift, as the debugging protocol has them. */
const controlShift = 10

let bus: TestBus
let phone: Phone
let main: Page
let bar: Page

const barIsThere = async (): Promise<boolean> =>
  (await listPages(phone.profile)).some(({ url }) => url.startsWith('app://bar/'))

/** Of the bar's window; null when there is none. */
const facts = (): Promise<Facts | null> =>
  main.evaluate(`(() => {
    const window = electron.BrowserWindow.getAllWindows().find((one) => one.webContents.getURL() === 'app://bar/')
    return window ? { visible: window.isVisible(), focused: window.isFocused(), onTop: window.isAlwaysOnTop(),
      bounds: window.getBounds() } : null
  })()`)

const becomes = (what: string, test: (facts: Facts) => boolean): Promise<Facts> =>
  until(
    async () => {
      const now = await facts()
      return now && test(now) ? now : null
    },
    { what: `the bar to be ${what}` },
  )

const reads = (words: string): Promise<unknown> =>
  until(async () => (await bar.text()).includes(words), { what: `"${words}" on the bar` })

const pressed = (name: string): Promise<boolean> =>
  bar.evaluate(`document.querySelector('[aria-label="${name}"]').ariaPressed === 'true'`)

beforeAll(async () => {
  const profile = mkdtempSync(join(tmpdir(), 'patchcord-'))
  writeFileSync(
    join(profile, 'settings.json'),
    JSON.stringify({ version: 1, settings: { callBar: true }, accounts: [], window: null }),
  )
  bus = await TestBus.start()
  phone = await Phone.start({
    profile,
    shown: true,
    env: { DBUS_SESSION_BUS_ADDRESS: bus.address },
    args: ['--inspect=127.0.0.1:0'],
  })
  main = await openMainProcess(phone)
  const window = await phone.page('ui')
  await window.press('Try it')
  await phone.registered()
  expect(await barIsThere()).toBe(false)
  await phone.do('call', 'echo')
  await phone.callIn('active')
  await window.evaluate('window.close()')
  bar = await phone.page('bar')
}, 60_000)

afterAll(async () => {
  await phone?.dispose()
  await bus?.stop()
})

it('comes above the other windows, without taking the focus, with who and how long', async () => {
  const { onTop, focused } = await becomes('visible', ({ visible }) => visible)
  expect([onTop, focused]).toEqual([true, false])
  await reads('In call')
  await until(async () => /\d:0[1-9]/.test(await bar.text()), { what: 'the seconds to pass' })
})

it('mutes and holds, by a press and by the keys of the window', async () => {
  await bar.press('Mute')
  await until(async () => (await phone.callIn('active')).muted, { what: 'the call to be muted' })
  await reads('Muted')
  expect(await pressed('Mute')).toBe(true)
  await bar.key('M', 'KeyM', controlShift)
  await until(async () => !(await phone.callIn('active')).muted, { what: 'the call to be heard' })
  await bar.key('H', 'KeyH', controlShift)
  await phone.callIn('held')
  await reads('On hold')
  await bar.press('Hold')
  await phone.callIn('active')
})

it('can be used with the Tab key and Enter alone', async () => {
  await bar.evaluate('document.activeElement.blur()')
  const names: string[] = []
  for (let stop = 0; stop < 4; stop++) {
    await bar.key('Tab')
    names.push(await bar.evaluate('document.activeElement.ariaLabel'))
  }
  expect(names).toEqual(['Mute', 'Hold', 'Hang up', 'Open Patchcord'])
})

it.each(['light', 'dark'] as const)('is readable in the %s theme', async (theme) => {
  await main.evaluate(`void (electron.nativeTheme.themeSource = '${theme}')`)
  await until(() => bar.evaluate(`matchMedia('(prefers-color-scheme: ${theme})').matches`), { what: 'the theme' })
  await bar.evaluate(`${axe.source};0`)
  const found = await bar.evaluate<{ id: string }[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => ({ id, html: nodes[0].html })))`,
  )
  expect(found).toEqual([])
  const folder = process.env.PATCHCORD_PICTURES
  if (folder) writeFileSync(join(folder, `call-bar-${theme}.png`), await bar.screenshot())
})

it('counts the other calls and swaps them', async () => {
  const { id: first } = await phone.callIn('active')
  await phone.do('call', 'echo')
  await until(async () => (await phone.calls()).some(({ id, state }) => id !== first && state === 'active'), {
    what: 'the second call to be up',
  })
  await reads('+1')
  const folder = process.env.PATCHCORD_PICTURES
  if (folder) writeFileSync(join(folder, 'call-bar-two.png'), await bar.screenshot())
  await bar.press('Swap calls')
  await until(async () => (await phone.calls()).some(({ id, state }) => id === first && state === 'active'), {
    what: 'the first call to be up again',
  })
})

it('is where the user put it after the window was in front', async () => {
  await main.evaluate(`new Promise((resolve) => setTimeout(resolve, 600)).then(() =>
    electron.BrowserWindow.getAllWindows().find((one) => one.webContents.getURL() === 'app://bar/').setPosition(40, 300))`)
  const settings = (): { callBar: unknown } =>
    JSON.parse(readFileSync(join(phone.profile, 'settings.json'), 'utf8')) as { callBar: unknown }
  await until(() => settings().callBar !== null, { what: 'the place to be remembered' })
  expect(settings().callBar).toEqual({ x: 40, y: 300 })
  await bar.press('Open Patchcord')
  const window = await phone.page('ui')
  // Its page is there before its window says so.
  await until(
    () =>
      main.evaluate<boolean>(`(() => {
        const window = electron.BrowserWindow.getAllWindows().find((one) => one.webContents.getURL() === 'app://ui/')
        window?.focus()
        return window !== undefined
      })()`),
    { what: 'the window' },
  )
  await becomes('hidden', ({ visible }) => !visible)
  await window.evaluate('window.close()')
  const { bounds } = await becomes('visible', ({ visible }) => visible)
  expect([bounds.x, bounds.y]).toEqual([40, 300])
})

it('hangs up, and goes with the last call', async () => {
  await bar.press('Hang up')
  await until(async () => (await phone.calls()).length === 1, { what: 'one call to be left' })
  expect(await barIsThere()).toBe(true)
  await phone.do('end')
  await until(async () => !(await barIsThere()), { what: 'the bar to go' })
})
