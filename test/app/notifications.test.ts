/*
 * Notifications over a real D-Bus: the adapter talks to a notification server of the test's own that can misbehave.
 */
import { Message } from '@jellybrick/dbus-next'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../common/clock'
import { silentLog } from '../../common/log'
import { DbusNotifications } from '../../main/os/notifications/dbus-notifications'
import type { DesktopNotification, NotificationEvent } from '../../main/os/notifications/notification-center'
import { notificationMatches } from '../../main/os/notifications/notification-server'
import { SessionBus } from '../../main/os/notifications/session-bus'
import { busOf, notificationName, notificationPath, NotificationServer, reasons } from '../fakes/notification-server'
import { TestBus } from '../fakes/session-bus'
import { until } from '../support/until'

const ringing: DesktopNotification = {
  key: 'call-1',
  kind: 'incoming',
  title: 'Ada <b>Lovelace</b> & Co',
  body: '<img src="file:///etc/hostname"/> & 1815 · Work',
  actions: [
    { key: 'default', label: 'Open' },
    { key: 'answer', label: 'Answer' },
    { key: 'decline', label: 'Decline' },
  ],
  urgent: true,
}

let testBus: TestBus
let sessionBus: SessionBus
let center: DbusNotifications
let events: NotificationEvent[]
const servers: NotificationServer[] = []

beforeEach(async () => {
  testBus = await TestBus.start()
})

afterEach(async () => {
  center?.dispose()
  sessionBus?.dispose()
  for (const server of servers.splice(0)) server.die()
  await testBus.stop()
})

async function serve(options?: Parameters<typeof NotificationServer.start>[1]): Promise<NotificationServer> {
  const server = await NotificationServer.start(testBus.address, options)
  servers.push(server)
  return server
}

/** The adapter as the phone makes it; resolves when it is connected. */
async function open(): Promise<void> {
  sessionBus = new SessionBus({
    clock: systemClock,
    log: silentLog,
    matches: notificationMatches,
    address: testBus.address,
  })
  center = new DbusNotifications({
    bus: sessionBus,
    clock: systemClock,
    log: silentLog,
    appName: 'Patchcord',
    desktopEntry: 'patchcord',
    icon: '',
  })
  events = []
  center.onEvent((event) => events.push(event))
  await until(() => sessionBus.up, { what: 'the bus' })
}

const told = (type: NotificationEvent['type']) =>
  until(() => events.find((event) => event.type === type), { what: `the event ${type}`, every: 1 })

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('an incoming call on a desktop with a notification server', () => {
  it('is shown with its buttons, urgent, resident, silent, without expiry', async () => {
    const server = await serve()
    await open()
    center.show(ringing)
    const notify = await server.notify()
    expect(notify).toMatchObject({
      appName: 'Patchcord',
      replaces: 0,
      summary: 'Ada <b>Lovelace</b> & Co',
      actions: ['default', 'Open', 'answer', 'Answer', 'decline', 'Decline'],
      expireTimeout: 0,
    })
    expect(notify.hints).toEqual({
      urgency: 2,
      category: 'call.incoming',
      resident: true,
      'desktop-entry': 'patchcord',
      'suppress-sound': true,
    })
    expect(notify.hintTypes).toMatchObject({ urgency: 'y', resident: 'b', category: 's' })
    expect(await told('shown')).toEqual({ type: 'shown', key: 'call-1' })
  })

  it('with more buttons than desktops show has the first three', async () => {
    const server = await serve()
    await open()
    const more = ['answer', 'end-answer', 'decline', 'voicemail'].map((key) => ({ key, label: key.toUpperCase() }))
    center.show({ ...ringing, actions: [...more, { key: 'default', label: 'Open' }] })
    expect((await server.notify()).actions).toEqual([
      'default',
      'Open',
      'answer',
      'ANSWER',
      'end-answer',
      'END-ANSWER',
      'decline',
      'DECLINE',
    ])
  })

  it('is escaped for a server that reads markup and left alone for one that does not', async () => {
    const server = await serve()
    await open()
    center.show(ringing)
    expect((await server.notify()).body).toBe('&lt;img src="file:///etc/hostname"/&gt; &amp; 1815 · Work')
    center.close('call-1')
    server.die()
    const simple = await serve({ capabilities: ['actions', 'body'] })
    center.show(ringing)
    expect((await simple.notify()).body).toBe(ringing.body)
  })

  it('keeps the number on screen where only summaries are shown', async () => {
    const server = await serve({ capabilities: ['actions'] })
    await open()
    center.show({ ...ringing, title: 'Ada', body: '1815 · Work' })
    expect(await server.notify()).toMatchObject({ summary: 'Ada · 1815 · Work', body: '' })
  })

  it('reaches the server within 10 ms once connected', async () => {
    const server = await serve()
    await open()
    center.show(ringing) // the first one also loads code
    await server.notify()
    center.close('call-1')
    const times: number[] = []
    for (let round = 2; round < 12; round++) {
      await pause(5)
      const asked = performance.now()
      center.show({ ...ringing, key: `call-${round}` })
      times.push((await server.notify(round)).at - asked)
      center.close(`call-${round}`)
    }
    const median = times.sort((a, b) => a - b)[5]
    expect(median).toBeLessThan(10)
  })

  it('is gone from the screen within 200 ms after it is closed', async () => {
    const server = await serve()
    await open()
    center.show(ringing)
    await told('shown')
    const asked = performance.now()
    center.close('call-1')
    await until(() => server.open.size === 0, { what: 'an empty screen', every: 1 })
    expect(server.closed[0]!.at - asked).toBeLessThan(200)
  })

  it('that ended before the server answered leaves nothing behind', async () => {
    const server = await serve()
    await open()
    center.show({ ...ringing, key: 'warm-up' })
    await told('shown')
    center.close('warm-up')
    server.hang()
    center.show(ringing)
    const { id } = await server.notify(2)
    center.close('call-1')
    server.recover()
    await until(() => server.closed.some((close) => close.id === id), { what: 'CloseNotification' })
    expect(server.open.size).toBe(0)
  })

  it('is replaced in place when the caller is identified', async () => {
    const server = await serve()
    await open()
    center.show(ringing)
    center.show({ ...ringing, title: 'Ada' })
    const second = await server.notify(2)
    expect(second.replaces).toBe(server.notified[0]!.id)
    expect(second.summary).toBe('Ada')
    center.show({ ...ringing, title: 'Ada' })
    await pause(50)
    expect(server.notified).toHaveLength(2)
  })

  it('tells which button was pressed, and nothing that is no button of it', async () => {
    const server = await serve()
    await open()
    center.show(ringing)
    const { id } = await server.notify()
    await told('shown')
    server.press(id + 7, 'answer')
    server.press(id, 'reboot')
    server.press(id, 'answer')
    expect(await told('action')).toEqual({ type: 'action', key: 'call-1', action: 'answer' })
    expect(events.filter((event) => event.type === 'action')).toHaveLength(1)
  })

  it('cannot be answered by another program on the bus', async () => {
    const server = await serve()
    await open()
    center.show(ringing)
    const { id, sender } = await server.notify()
    await told('shown')
    const impostor = await busOf(testBus.address)
    const forged = Message.newSignal(notificationPath, notificationName, 'ActionInvoked', 'us', [id, 'answer'])
    forged.destination = sender
    impostor.send(forged)
    impostor.send(Message.newSignal(notificationPath, notificationName, 'ActionInvoked', 'us', [id, 'answer']))
    await pause(100)
    impostor.disconnect()
    expect(events.filter((event) => event.type === 'action')).toEqual([])
  })
})

describe('a notification that leaves the screen while it is wanted', () => {
  it.each([
    ['expires', reasons.expired],
    ['is closed by somebody else', reasons.closed],
    ['is dropped without a reason', reasons.undefined],
  ])('is shown again when it %s', async (_, reason) => {
    const server = await serve()
    await open()
    center.show(ringing)
    const { id } = await server.notify()
    await told('shown')
    server.drop(id, reason)
    const again = await server.notify(2)
    expect(again.id).not.toBe(id)
    expect(events.some((event) => event.type === 'dismissed')).toBe(false)
  })

  it('stays away when the user dismissed it', async () => {
    const server = await serve()
    await open()
    center.show(ringing)
    const { id } = await server.notify()
    await told('shown')
    server.drop(id, reasons.dismissed)
    expect(await told('dismissed')).toEqual({ type: 'dismissed', key: 'call-1' })
    await pause(50)
    expect(server.notified).toHaveLength(1)
  })

  it('is shown again when it asks something', async () => {
    const server = await serve()
    await open()
    center.show({ ...ringing, kind: 'question', urgent: false })
    const { id, hints } = await server.notify()
    expect(hints).toMatchObject({ urgency: 1, category: 'call' })
    await told('shown')
    server.drop(id, reasons.expired)
    await server.notify(2)
  })

  it('is not put back again and again when it tells of a missed call', async () => {
    const server = await serve()
    await open()
    center.show({ ...ringing, kind: 'missed', urgent: false })
    const { id, hints } = await server.notify()
    expect(hints).toMatchObject({ urgency: 1, category: 'call.unanswered' })
    await told('shown')
    server.drop(id, reasons.expired)
    await told('dismissed')
    await pause(50)
    expect(server.notified).toHaveLength(1)
  })

  it('stays away when a press on it made the server close it', async () => {
    const server = await serve()
    await open()
    center.show(ringing)
    const { id } = await server.notify()
    await told('shown')
    server.press(id, 'default')
    server.drop(id, reasons.closed)
    await told('dismissed')
    expect(server.notified).toHaveLength(1)
  })

  it('is given up, and said so, when the server drops it again and again', async () => {
    const server = await serve()
    await open()
    center.show(ringing)
    for (let round = 1; round <= 4; round++) {
      const { id } = await server.notify(round)
      await until(() => server.open.has(id), { what: 'it on the screen' })
      await pause(20)
      server.drop(id, reasons.undefined)
    }
    expect(await told('unable')).toMatchObject({ key: 'call-1' })
    await pause(50)
    expect(server.notified).toHaveLength(4)
  })

  it('is shown again by a server that was restarted', async () => {
    const server = await serve()
    await open()
    center.show(ringing)
    await told('shown')
    server.die()
    const reborn = await serve({ firstId: 1 })
    expect((await reborn.notify()).summary).toBe(ringing.title)
    await until(() => events.at(-1)?.type === 'shown', { what: 'it to be shown again' })
    center.close('call-1')
    await until(() => reborn.open.size === 0, { what: 'an empty screen' })
  })

  it('is shown by a server that takes the place of one that hangs', async () => {
    const server = await serve()
    server.hang()
    await open()
    center.show(ringing)
    await until(() => events.some((event) => event.type === 'unable'), { what: 'giving up', ms: 3000 })
    const better = await serve()
    await better.notify()
    await until(() => events.at(-1)?.type === 'shown', { what: 'it to be shown' })
  })

  it('is shown again when the whole bus was restarted', async () => {
    await serve()
    await open()
    center.show(ringing)
    await told('shown')
    await testBus.down()
    await testBus.up()
    const reborn = await serve()
    await reborn.notify(1, 8000)
    await until(() => events.at(-1)?.type === 'shown', { what: 'it to be shown again' })
  })
})

describe('a desktop that cannot show it', () => {
  it('is known at once when there is no server, and made good when one comes', async () => {
    await open()
    const asked = performance.now()
    center.show(ringing)
    expect(await told('unable')).toMatchObject({ key: 'call-1' })
    expect(performance.now() - asked).toBeLessThan(1000)
    const late = await serve()
    expect((await late.notify()).summary).toBe(ringing.title)
    await told('shown')
  })

  it('is known after a second when the server hangs, and made good when it recovers', async () => {
    const server = await serve()
    await open()
    center.show({ ...ringing, key: 'warm-up' })
    await told('shown')
    server.hang()
    const asked = performance.now()
    center.show(ringing)
    expect(await told('unable')).toMatchObject({ key: 'call-1' })
    expect(performance.now() - asked).toBeGreaterThan(900)
    expect(performance.now() - asked).toBeLessThan(1200)
    server.recover()
    await until(() => events.at(-1)?.type === 'shown', { what: 'it to be shown' })
  })

  it('is known when the server has no buttons, which still gets a plain notification', async () => {
    const server = await serve({ capabilities: ['body'] })
    await open()
    center.show(ringing)
    expect((await server.notify()).actions).toEqual([])
    expect(await told('unable')).toMatchObject({ key: 'call-1' })
    expect(events.some((event) => event.type === 'shown')).toBe(false)
  })

  it('is known after a second when there is no bus, and made good when there is one', async () => {
    await open()
    await testBus.down()
    await until(() => !sessionBus.up, { what: 'the loss of the bus' })
    center.show(ringing)
    expect(await told('unable')).toMatchObject({ key: 'call-1' })
    await testBus.up()
    const server = await serve()
    await server.notify(1, 8000)
    await told('shown')
  })
})
