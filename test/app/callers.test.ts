/*
 * Callers as the real phone meets them: kept away by the user's list, by do not disturb and by the desktop's; known by their
 * number however it comes, and named by nothing that only pretends.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../common/clock'
import { silentLog } from '../../common/log'
import { BlockList } from '../../main/numbers/block-list'
import { NotificationServer } from '../fakes/notification-server'
import { TestBus } from '../fakes/session-bus'
import { Phone } from '../support/phone'
import { SipServer } from '../support/sip-server'
import { until } from '../support/until'

let bus: TestBus
let desktop: NotificationServer
let server: SipServer
let phone: Phone

beforeAll(async () => {
  const profile = mkdtempSync(join(tmpdir(), 'patchcord-'))
  const settings = { blockedAnswer: '607', doNotDisturbAnswer: 'refuse' }
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ version: 1, settings, accounts: [], window: null }))
  const parts = { clock: systemClock, log: silentLog, onChange: () => {} }
  const list = new BlockList({ ...parts, path: join(profile, 'blocked.jsonl'), keyOf: (text) => text })
  list.add({ match: 'exact', value: '+4930901820', note: null, schedule: null })
  bus = await TestBus.start()
  desktop = await NotificationServer.start(bus.address)
  server = await SipServer.start()
  const work = {
    name: 'Work',
    uri: 'sip:100@127.0.0.1',
    server: server.url,
    username: '100',
    password: 'x',
    numbers: { country: 'DE', areaCode: '30', extensionLength: 3, send: 'international' },
  }
  phone = await Phone.start({ profile, accounts: [work], env: { DBUS_SESSION_BUS_ADDRESS: bus.address } })
  await phone.registered()
})
afterEach(async () => {
  await phone.noCalls()
  expect(phone.log()).not.toMatch(/uncaught|unhandled|observer failed/)
})
afterAll(async () => {
  await phone?.dispose()
  server?.stop()
  desktop?.die()
  await bus?.stop()
})

const invite = (from: string) => server.request({ from: `${from};tag=${Math.random()}` })
const refusedWith = async (from: string): Promise<string> => {
  const { callId } = invite(from)
  const { word } = await server.answer(callId, 'INVITE')
  expect(server.answers(callId, 'INVITE').map(({ status }) => status)).not.toContain(180)
  return word
}
const notified = (count: number) => desktop.notify(desktop.notified.length + count, 10_000)

it('whom the list names is told so, in every writing of the number, and nobody is disturbed', async () => {
  const before = desktop.notified.length
  for (const user of ['+4930901820', '030901820', '004930901820', '+49-30-901820;npdi']) {
    expect(await refusedWith(`"Ada" <sip:${user}@127.0.0.1>`), user).toBe('607')
  }
  expect(await phone.calls()).toEqual([])
  expect(desktop.notified.length).toBe(before)
  expect(phone.log()).toMatch(/blocked by own-list, exact match/)
  expect(phone.log()).not.toMatch(/901820/)
})

it('a name that holds another number is not what a call is shown by', async () => {
  const from = '"Bank +49 30 555555" <sip:0301234567@127.0.0.1>;tag=look'
  const name = server.request({ from })
  const { summary } = await notified(1)
  expect(summary).toBe('+49301234567')
  expect(await phone.calls()).toMatchObject([{ handle: { type: 'phoneNumber', value: '+49301234567' } }])
  server.cancel(name, from)
})

it('do not disturb of the phone, and of the desktop for as long as it is on, refuse for now', async () => {
  await phone.do('dnd', 'on')
  expect(await refusedWith('<sip:0301234567@127.0.0.1>')).toBe('480')
  await phone.do('dnd', 'off')
  desktop.inhibit(true)
  await until(() => /do not disturb is on \(notification server\)/.test(phone.log()), {
    what: 'the desktop to be heard',
  })
  expect(await refusedWith('<sip:0301234567@127.0.0.1>')).toBe('480')
  desktop.inhibit(false)
  await until(() => /do not disturb is off/.test(phone.log()), { what: 'the desktop to be heard again' })
  const from = '<sip:0301234567@127.0.0.1>;tag=after'
  const name = server.request({ from })
  expect((await server.answer(name.callId, 'INVITE', 180)).status).toBe(180)
  server.cancel(name, from)
})

it('what is dialled goes out as the account wants it', async () => {
  server.on.set('INVITE', (request) => server.reply(request, 404))
  await phone.control('call', '030 901820')
  const request = await until(() => server.requests('INVITE')[0], { what: 'the INVITE' })
  expect(request.message.start).toMatch(/^INVITE sip:004930901820@127\.0\.0\.1/)
})
