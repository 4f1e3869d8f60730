/*
 * The desktop's own do not disturb over a real D-Bus: a real dunst that is paused, and stand-ins of desktops that cannot run
 * here, which own their names on the bus and answer as they do.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { Message, type MessageBus, MessageType, NameFlag, Variant } from '@jellybrick/dbus-next'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../common/clock'
import { silentLog } from '../../common/log'
import type { Ask } from '../../main/os/focus/desktop-focus'
import { LinuxFocus } from '../../main/os/focus/linux-focus'
import { focusMatches, linuxFocusSources } from '../../main/os/focus/linux-focus-sources'
import { SessionBus } from '../../main/os/notifications/session-bus'
import { busOf, notificationName, notificationPath } from '../fakes/notification-server'
import { TestBus } from '../fakes/session-bus'
import { until } from '../support/until'

const properties = 'org.freedesktop.DBus.Properties'
const nobody: Ask = () => Promise.resolve(null)

let testBus: TestBus
let focus: LinuxFocus | null = null
let changes = 0
const buses: MessageBus[] = []
const processes: ChildProcess[] = []

beforeEach(async () => {
  changes = 0
  testBus = await TestBus.start()
})
afterEach(async () => {
  focus?.dispose()
  for (const bus of buses.splice(0)) bus.disconnect()
  for (const child of processes.splice(0)) child.kill('SIGKILL')
  await testBus.stop()
})

const follow = (desktop = '', ask = nobody): LinuxFocus =>
  (focus = new LinuxFocus({
    bus: new SessionBus({ clock: systemClock, log: silentLog, matches: focusMatches, address: testBus.address }),
    sources: linuxFocusSources({ desktop, ask }),
    log: silentLog,
    onChange: () => (changes += 1),
  }))
const becomes = (quiet: boolean | null) =>
  until(() => focus?.isQuiet === quiet, { what: `the desktop to be ${String(quiet)}`, every: 5 })

/** Owns a name and answers questions of one interface; everything else is an error, as on a real desktop. */
async function desktop(name: string, answer: (message: Message) => Variant | null): Promise<MessageBus> {
  const bus = await busOf(testBus.address)
  buses.push(bus)
  bus.addMethodHandler((message) => {
    if (message.type !== MessageType.METHOD_CALL || message.path === '/org/freedesktop/DBus') return false
    const value = answer(message)
    const reply = value
      ? Message.newMethodReturn(message, 'v', [value])
      : Message.newError(message, 'org.freedesktop.DBus.Error.UnknownProperty', 'no such property')
    bus.send(reply)
    return true
  })
  await bus.requestName(name, NameFlag.DO_NOT_QUEUE)
  return bus
}

it('dunst is paused and unpaused, dies and comes back', async () => {
  const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: testBus.address }
  const dunst = (): ChildProcess => {
    const child = spawn('dunst', [], { env, stdio: 'ignore' })
    processes.push(child)
    return child
  }
  const pause = (paused: boolean) =>
    new Promise((done) => spawn('dunstctl', ['set-paused', String(paused)], { env, stdio: 'ignore' }).on('exit', done))
  const first = dunst()
  follow()
  await becomes(false)
  await pause(true)
  await becomes(true)
  await pause(false)
  await becomes(false)
  await pause(true)
  await becomes(true)
  first.kill('SIGKILL')
  await becomes(null)
  dunst()
  await becomes(false)
})

it('KDE inhibits notifications, and nobody else on the bus can say so for it', async () => {
  let inhibited = true
  const kde = await desktop(notificationName, ({ interface: of, body }) =>
    of === properties && body[1] === 'Inhibited' ? new Variant('b', inhibited) : null,
  )
  const tell = (bus: MessageBus, value: boolean): void => {
    const changed = [notificationName, { Inhibited: new Variant('b', value) }, []]
    bus.send(Message.newSignal(notificationPath, properties, 'PropertiesChanged', 'sa{sv}as', changed))
  }
  follow()
  await becomes(true)
  inhibited = false
  tell(kde, false)
  await becomes(false)
  const before = changes
  const stranger = await busOf(testBus.address)
  buses.push(stranger)
  tell(stranger, true)
  inhibited = true
  tell(kde, true)
  await becomes(true)
  expect(changes).toBe(before + 1)
})

it('GNOME has its banners off, told by the portal', async () => {
  let banners = false
  const name = 'org.freedesktop.portal.Desktop'
  const portal = await desktop(name, ({ member, body }) =>
    member === 'Read' && body[1] === 'show-banners' ? new Variant('v', new Variant('b', banners)) : null,
  )
  follow('GNOME')
  await becomes(true)
  banners = true
  const news = ['org.gnome.desktop.notifications', 'show-banners', new Variant('b', true)]
  const [path, from] = ['/org/freedesktop/portal/desktop', 'org.freedesktop.portal.Settings']
  portal.send(Message.newSignal(path, from, 'SettingChanged', 'ssv', news))
  await becomes(false)
})

it('GNOME whose portal keeps it to itself is asked by its own program, again when dconf writes there', async () => {
  let banners = 'true\n'
  const asked: string[] = []
  follow('ubuntu:GNOME', (program, args) => {
    asked.push([program, ...args].join(' '))
    return Promise.resolve(banners)
  })
  await becomes(false)
  banners = 'false\n'
  const dconf = await busOf(testBus.address)
  buses.push(dconf)
  const write = (key: string): void =>
    dconf.send(
      Message.newSignal('/ca/desrt/dconf/Writer/user', 'ca.desrt.dconf.Writer', 'Notify', 'sass', [key, [''], 'tag']),
    )
  write('/org/gnome/desktop/interface/clock-format')
  write('/org/gnome/desktop/notifications/show-banners')
  await becomes(true)
  expect(asked).toEqual(Array(2).fill('gsettings get org.gnome.desktop.notifications show-banners'))
})

it('Xfce has its switch on', async () => {
  await desktop('org.xfce.Xfconf', ({ member, body }) =>
    member === 'GetProperty' && body[0] === 'xfce4-notifyd' ? new Variant('b', true) : null,
  )
  follow('XFCE')
  await becomes(true)
})

it('a desktop that says nothing is not known, and a bus that goes away knows nothing', async () => {
  const kde = await desktop(notificationName, ({ body }) => (body[1] === 'Inhibited' ? new Variant('b', true) : null))
  follow()
  await becomes(true)
  kde.disconnect()
  await becomes(null)
  await testBus.down()
  expect(focus?.isQuiet).toBeNull()
})
