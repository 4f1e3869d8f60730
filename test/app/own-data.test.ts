/*
 * What the phone keeps of its user: found by one search, exported whole, and erased so that nothing is left on the disk. The dialogs of
 * the desktop are answered in the main process; everything else is as a person does it.
 */
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../common/clock'
import { silentLog } from '../../common/log'
import { ContactStore } from '../../main/contacts/contact-store'
import { BlockList } from '../../main/numbers/block-list'
import { CallArchive } from '../../main/recents/call-archive'
import { ReminderFile } from '../../main/recents/reminder-file'
import { NotificationServer } from '../fakes/notification-server'
import { missedEntry } from '../fakes/phone-state'
import { TestBus } from '../fakes/session-bus'
import { openMainProcess } from '../support/main-process'
import type { Page } from '../support/page'
import { Phone } from '../support/phone'
import { SipServer } from '../support/sip-server'
import { until } from '../support/until'
import { removeFolder } from '../support/remove-folder'

/** In everything that is put into the profile, and in nothing else. */
const canary = 'Kanarienvogel'
const folder = mkdtempSync(join(tmpdir(), 'patchcord-own-data-'))
const profile = join(folder, 'profile')
const exported = join(folder, 'exported.json')

let bus: TestBus
let desktop: NotificationServer
let sip: SipServer
let phone: Phone
let ui: Page
let main: Page

/** A year of a user's life. */
async function fill(): Promise<void> {
  const contacts = await ContactStore.open({ folder: join(profile, 'contacts'), keyOf: (number) => number })
  const contact = {
    id: 'ada',
    book: 'local',
    name: `Ada ${canary}`,
    organization: null,
    numbers: [{ label: 'work' as const, value: '+49301' }],
    emails: [],
    notes: canary,
    favourite: true,
    vip: true,
    speedDial: 2,
    ringtone: 'bells',
    avatar: null,
  }
  contacts.put([{ contact }])
  await contacts.close()
  const archive = await CallArchive.open(join(profile, 'recents'))
  archive.put([missedEntry({ id: 'old', name: `Old ${canary}`, startedAt: 1, endedAt: 2 })])
  await archive.close()
  const handle = { type: 'generic', value: canary } as const
  const later = Date.now() + 86_400_000
  new ReminderFile({ path: join(profile, 'reminders.jsonl'), log: silentLog }).save([
    { id: 'r', accountId: 'work', handle, name: canary, since: 1, at: later },
  ])
  const blocked = new BlockList({
    path: join(profile, 'blocked.jsonl'),
    clock: systemClock,
    log: silentLog,
    keyOf: (text) => text,
    onChange: () => {},
  })
  blocked.add({ match: 'exact', value: '+4930666', note: canary, schedule: null })
  const list = join(folder, 'list.csv')
  writeFileSync(list, `number,label\n+4930111111,Firma ${canary}\n`)
  const source = { id: 'team', name: 'Team', settings: { kind: 'file', path: list }, enabled: true }
  const sources = [{ ...source, secret: null, loaded: null, failed: null, stamp: null }]
  writeFileSync(join(profile, 'directory.json'), JSON.stringify({ version: 1, sources }))
}

beforeAll(async () => {
  await fill()
  bus = await TestBus.start()
  desktop = await NotificationServer.start(bus.address)
  sip = await SipServer.start({ realm: 'test' })
  phone = await Phone.start({
    profile,
    shown: true,
    env: { DBUS_SESSION_BUS_ADDRESS: bus.address },
    args: ['--inspect=127.0.0.1:0'],
    accounts: [
      { name: 'Work', uri: 'sip:100@127.0.0.1', server: sip.url, username: canary, password: `secret-${canary}` },
    ],
  })
  main = await openMainProcess(phone)
  ui = await phone.page('ui')
  await phone.registered()
  const from = `"Caller ${canary}" <sip:030222222@127.0.0.1>;tag=x`
  const call = sip.request({ from })
  await sip.answer(call.callId, 'INVITE', 180)
  sip.cancel(call, from)
  const { callId } = sip.request({
    method: 'MESSAGE',
    from,
    replace: { 'Content-Type': 'text/plain' },
    body: `hello ${canary}`,
  })
  expect((await sip.answer(callId, 'MESSAGE')).status).toBe(200)
  await phone.noCalls()
  await until(() => phone.recents().length > 0 && holders().includes('messages.jsonl'), { what: 'all to be kept' })
})
afterAll(async () => {
  await phone?.quit()
  await phone?.control('quit').catch(() => {})
  sip?.stop()
  desktop?.die()
  await bus?.stop()
  removeFolder(folder)
})

/** The files of the profile in which the word is, in any of its writings. */
function holders(word = canary): string[] {
  const words = [Buffer.from(word), Buffer.from(word, 'utf16le')]
  const files = readdirSync(profile, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const file = statSync(join(profile, name), { throwIfNoEntry: false })
    return file?.isFile() && name !== 'provision.json'
  })
  return files.filter((name) => {
    try {
      const content = readFileSync(join(profile, name))
      return words.some((one) => content.includes(one))
    } catch {
      // Chromium's temporary files come and go.
      return false
    }
  })
}

it('contacts, names of directories and those who called are found by one search, with a slip', async () => {
  const found = (): Promise<string> =>
    ui.evaluate<string>(`[...document.querySelectorAll('[role=option]')].map((e) => e.innerText).join('|')`)
  await until(() => ui.evaluate<boolean>(`!!document.querySelector('[role=combobox]')`), { what: await ui.text() })
  await ui.evaluate(`document.querySelector('[role=combobox]').focus()`)
  await ui.type('kanarienvogl')
  const text = await until(
    async () => {
      const now = await found()
      if (![/Ada/, /Firma/, /Caller/].every((name) => name.test(now))) throw new Error(`found: ${now}`)
      return now
    },
    { what: 'three people' },
  )
  expect(text).toMatch(/Ada Kanarienvogel/)
})

/** Presses the button of this row of the settings. */
const pressIn = (row: string): Promise<unknown> =>
  ui.evaluate(
    `[...document.querySelectorAll('.setting-row')].find((e) => e.innerText.includes('${row}')).querySelector('button').click()`,
  )

it('all of it is in what is exported, but no password', async () => {
  await main.evaluate(
    `electron.dialog.showSaveDialog = async () => ({ canceled: false, filePath: ${JSON.stringify(exported)} })`,
  )
  await ui.press('Settings')
  await ui.press('Privacy and data')
  await pressIn('Export everything')
  const data = await until(() => readFileSync(exported, 'utf8'), { what: 'the file' })
  for (const part of ['Ada', 'Old', 'Caller', 'hello']) expect(data).toContain(`${part} ${canary}`)
  expect(JSON.parse(data)).toMatchObject({ directory: { blocked: [{ note: canary }] } })
  expect(data).not.toContain(`secret-${canary}`)
})

it('nothing of it is left in the profile after everything was erased, and the phone starts as new', async () => {
  const before = holders()
  for (const name of ['contacts/data.mdb', 'recents/data.mdb', 'settings.json', 'history.jsonl', 'messages.jsonl'])
    expect(before).toContain(name)
  const account = (await phone.status()).accounts[0]?.id ?? ''
  expect(holders(account)).toContain('history.jsonl')
  await main.evaluate('electron.dialog.showMessageBox = async () => ({ response: 1, checkboxChecked: false })')
  await pressIn('Erase everything')
  // A process that is looked into waits for whoever looks.
  main.close()
  await until(() => phone.process.exitCode !== null, { what: 'the phone to end' })
  const status = await until(() => phone.status(), { what: 'it to start', ms: 20_000 })
  expect(status).toMatchObject({ accounts: [], calls: [] })
  await phone.control('quit')
  await until(async () => (await phone.control('status')).code !== 0, { what: 'it to quit' })
  expect([...holders(), ...holders(account)]).toEqual([])
  expect(readdirSync(profile)).not.toContain('erase-everything')
})
