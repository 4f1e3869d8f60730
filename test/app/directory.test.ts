/*
 * Directories in the real phone: read by Electron's utility process, found before the phone rings, and asked on the network
 * while it does. A directory that is damaged, slow or ends its process costs a name and nothing else.
 */
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StoredSource } from '../../main/directory/directory-document'
import { NotificationServer } from '../fakes/notification-server'
import { TestBus } from '../fakes/session-bus'
import { Phone } from '../support/phone'
import { SipServer } from '../support/sip-server'
import { until } from '../support/until'

let bus: TestBus
let desktop: NotificationServer
let sip: SipServer
let crm: Server
let phone: Phone
let profile: string

const source = (id: string, settings: StoredSource['settings']): StoredSource => ({
  id,
  name: id,
  settings,
  enabled: true,
  secret: null,
  loaded: null,
  failed: null,
  stamp: null,
})

beforeAll(async () => {
  profile = mkdtempSync(join(tmpdir(), 'patchcord-'))
  const list = join(profile, 'team.csv')
  writeFileSync(list, 'number,label,block\n030 111111,Ada of the list,\n+4930222222,,yes\n')
  mkdirSync(join(profile, 'extensions'))
  writeFileSync(
    join(profile, 'extensions/mine.mjs'),
    `export default { async beginRequest(context) {
      context.addIdentificationEntry(4930111111, 'Ada of mine')
      context.addIdentificationEntry(4930333333, 'Grace')
      await context.completeRequest()
    } }`,
  )
  writeFileSync(join(profile, 'extensions/broken.mjs'), 'export default { beginRequest() { process.exit(3) } }')
  crm = createServer((request, response) => {
    setTimeout(() => response.end(JSON.stringify({ name: `Customer ${String(request.url).slice(-6)}` })), 300)
  })
  await new Promise<void>((resolve) => crm.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(crm.address() as AddressInfo).port}/{number}`
  const sources = [
    source('team', { kind: 'file', path: list }),
    source('broken', { kind: 'extension', file: 'broken.mjs' }),
    source('mine', { kind: 'extension', file: 'mine.mjs' }),
    source('crm', { kind: 'lookup', url, namePointer: '/name', authorized: false }),
  ]
  writeFileSync(join(profile, 'directory.json'), JSON.stringify({ version: 1, sources }))
  bus = await TestBus.start()
  desktop = await NotificationServer.start(bus.address)
  sip = await SipServer.start()
  const work = {
    name: 'Work',
    uri: 'sip:100@127.0.0.1',
    server: sip.url,
    username: '100',
    password: 'x',
    numbers: { country: 'DE', areaCode: '30', extensionLength: 3, send: 'international' },
  }
  phone = await Phone.start({ profile, accounts: [work], env: { DBUS_SESSION_BUS_ADDRESS: bus.address } })
  await phone.registered()
})
afterAll(async () => {
  await phone?.dispose()
  sip?.stop()
  desktop?.die()
  await bus?.stop()
  crm?.close()
})

const tableOf = (id: string): boolean => {
  try {
    return readdirSync(join(profile, 'directory-tables', id)).some((name) => name.startsWith('table-'))
  } catch {
    return false
  }
}

/** What the notification of a caller says, once it says `what`. */
async function shown(user: string, what: string): Promise<void> {
  const before = desktop.notified.length
  const from = `<sip:${user}@127.0.0.1>;tag=${user}`
  const name = sip.request({ from })
  expect((await sip.answer(name.callId, 'INVITE', 180)).status).toBe(180)
  await until(() => desktop.notified.slice(before).some(({ summary }) => summary === what), { what: `"${what}"` })
  sip.cancel(name, from)
  await phone.noCalls()
}

it('a caller is named by the first directory that knows the number, before it rings, and kept away by one that blocks it', async () => {
  await until(() => tableOf('team') && tableOf('mine'), { what: 'both to be loaded' })
  await until(() => /a load failed \(loadingInterrupted\)/.test(phone.log()), { what: 'the third to fail' })
  await shown('030111111', 'Ada of the list')
  await shown('030333333', 'Grace')
  const { callId } = sip.request({ from: '<sip:030222222@127.0.0.1>;tag=blocked' })
  expect((await sip.answer(callId, 'INVITE')).word).toBe('603')
  expect(sip.answers(callId, 'INVITE').map(({ status }) => status)).not.toContain(180)
  expect(phone.log()).toMatch(/blocked by team, exact match/)
})

it('whom nobody knows rings at once and is named when the server on the network has answered', async () => {
  await shown('030444444', 'Customer 444444')
})

it('nothing of it is in the log, and nothing went wrong', () => {
  expect(phone.log()).not.toMatch(/111111|222222|333333|444444|uncaught|unhandled/)
})
