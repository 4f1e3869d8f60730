/*
 * Calls that come to the phone from a real Asterisk: the notification, the answer, and every way they can go away.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { asteriskHz, Lab } from './support/lab'

let lab: Lab
let phone: Phone
let ear: Ear

beforeAll(async () => {
  lab = await Lab.open()
  phone = await lab.phone({ accounts: [lab.account('100')] })
  ear = await Ear.on(phone)
})

afterAll(async () => {
  ear?.close()
  await lab?.close()
})

afterEach(async () => {
  await lab.asterisk.cli('channel request hangup all')
  for (const call of await phone.calls()) await phone.control('end', call.id)
  await phone.noCalls()
})

/** The notification of a call that begins to ring now. */
const ring = async (extension = 'tone') => {
  const count = lab.desktop.notified.filter((one) => one.actions.includes('answer')).length
  void lab.asterisk.originate('Local/ring-100@lab', extension)
  return until(() => lab.desktop.notified.filter((one) => one.actions.includes('answer'))[count], {
    what: 'the notification',
    every: 2,
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${phone.log().slice(-2000)}\n${lab.asterisk.log().slice(-3000)}`)
  })
}

describe('a call that rings', () => {
  test('is a notification with its caller and two buttons, and no window is opened', async () => {
    const notification = await ring()
    const call = await phone.callIn('incoming')
    expect(notification).toMatchObject({ appName: 'Patchcord', summary: 'Anna Lind', expireTimeout: 0 })
    expect(notification.body).toContain('101')
    expect(notification.actions).toEqual(expect.arrayContaining(['default', 'answer', 'decline']))
    expect(notification.hints).toMatchObject({ urgency: 2, category: 'call.incoming' })
    expect(call.direction).toBe('incoming')
    const { listPages } = await import('../support/page')
    expect((await listPages(phone.profile)).map(({ url }) => url)).toEqual(['app://engine/'])
  })

  test('is answered by the notification button, and heard', async () => {
    const { id } = await ring()
    lab.desktop.press(id, 'answer')
    await phone.callIn('active')
    await ear.hears(asteriskHz)
    await until(() => !lab.desktop.open.has(id), { what: 'the notification to be gone', ms: 1_000 })
  })

  test('is declined by the notification button: the caller hears busy', async () => {
    const { id } = await ring()
    lab.desktop.press(id, 'decline')
    await phone.noCalls(1_000)
    expect(phone.recents()[0]).toMatchObject({ cause: 'declined', missed: false })
    await until(async () => (await lab.asterisk.liveChannels()) === 0, { what: 'the caller to give up' })
  })

  test('that the caller gives up is gone within 200 ms and stays as a missed call with a call-back button', async () => {
    const { id } = await ring()
    await phone.callIn('incoming')
    const from = performance.now()
    await lab.asterisk.cli('channel request hangup all')
    const closed = await until(() => lab.desktop.closed.find((one) => one.id === id), { what: 'the close', every: 2 })
    expect(closed.at - from).toBeLessThan(200)
    await until(() => phone.recents()[0]?.cause === 'remote-cancelled', { what: 'the recents to say so', ms: 1_000 })
    expect(phone.recents()[0]).toMatchObject({ missed: true })
    const missed = await until(() => lab.desktop.notified.find((one) => one.actions.includes('call-back')), {
      what: 'the missed-call notification',
    })
    expect(missed.actions).not.toContain('answer')
  })

  test('that someone else answers is no missed call', async () => {
    const before = lab.desktop.notified.filter((one) => one.actions.includes('call-back')).length
    const rang = phone.callIn('incoming')
    void lab.asterisk.originate('Local/620@lab', 'silence')
    await rang
    await phone.noCalls()
    expect(phone.recents()[0]).toMatchObject({ cause: 'answered-elsewhere', missed: false })
    expect(lab.desktop.notified.filter((one) => one.actions.includes('call-back'))).toHaveLength(before)
  })

  test('comes back when the notification server drops it, and not when the user sends it away', async () => {
    const first = await ring()
    lab.desktop.drop(first.id, 4)
    const again = await until(
      () => lab.desktop.notified.find((one) => one.at > first.at && one.actions.includes('answer')),
      { what: 'the notification to be shown again' },
    )
    const count = lab.desktop.notified.length
    lab.desktop.drop(again.id, 2)
    expect((await phone.callIn('incoming')).state).toBe('incoming')
    expect(lab.desktop.notified).toHaveLength(count)
    await phone.do('answer')
    await phone.callIn('active')
  })
})

test('a second caller waits while a call is up, and the first goes on', async () => {
  await phone.do('call', '600')
  const { id: first } = await phone.callIn('active')
  await ring('silence')
  const second = await phone.callIn('incoming')
  expect(second.id).not.toBe(first)
  expect((await phone.calls()).find(({ id }) => id === first)?.state).toBe('active')
  await phone.do('decline', second.id)
  await until(async () => (await phone.calls()).length === 1, { what: 'the second caller to be gone' })
})
