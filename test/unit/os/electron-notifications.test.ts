import { EventEmitter } from 'node:events'
import type { NotificationConstructorOptions } from 'electron'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../common/log'
import {
  ElectronNotifications,
  type NativeNotification,
  type NativeNotifications,
} from '../../../main/os/notifications/electron-notifications'
import type { DesktopNotification, NotificationEvent } from '../../../main/os/notifications/notification-center'
import { ManualClock } from '../../fakes/manual-clock'

const ringing: DesktopNotification = {
  key: 'call-1',
  kind: 'incoming',
  title: 'Ada <& "Co"',
  body: '1815 · Work',
  actions: [
    { key: 'default', label: 'Open' },
    { key: 'answer', label: 'Answer' },
    { key: 'decline', label: 'Decline' },
  ],
  urgent: true,
}

let made: FakeNative[] = []
let supported = true

/** Behaves as Electron's: `close` is told for our own closing too. */
class FakeNative extends EventEmitter {
  open = false

  constructor(readonly options: NotificationConstructorOptions) {
    super()
    made.push(this)
  }

  static isSupported = () => supported

  show(): void {
    this.open = true
  }

  close(): void {
    if (!this.open) return
    this.open = false
    this.emit('close', { reason: 'applicationHidden' })
  }
}

class FakeToasts extends FakeNative {
  static activate: (details: { arguments: string }) => void
  static handleActivation(callback: (details: { arguments: string }) => void): void {
    FakeToasts.activate = callback
  }
}

const asNative = (native: typeof FakeNative | typeof FakeToasts) =>
  native as unknown as NativeNotifications & (new () => NativeNotification)

const setUp = (platform: 'darwin' | 'win32', native: typeof FakeNative | typeof FakeToasts = FakeNative) => {
  const clock = new ManualClock()
  const center = new ElectronNotifications({ Native: asNative(native), platform, clock, log: silentLog })
  const events: NotificationEvent[] = []
  center.onEvent((event) => events.push(event))
  return { clock, center, events, last: () => made.at(-1)! }
}

afterEach(() => {
  made = []
  supported = true
})

describe('a notification on macOS', () => {
  it('has its buttons, is silent and has no button for the click on itself', () => {
    const { center, last } = setUp('darwin')
    center.show(ringing)
    expect(last().options).toEqual({
      id: 'call-1',
      title: 'Ada <& "Co"',
      body: '1815 · Work',
      silent: true,
      actions: [
        { type: 'button', text: 'Answer' },
        { type: 'button', text: 'Decline' },
      ],
    })
  })

  it.each([
    ['newer', [{ actionIndex: 1 }]],
    ['older', [{}, 1]],
  ])('tells which button was pressed, as %s Electron does', (_, details) => {
    const { center, events, last } = setUp('darwin')
    center.show(ringing)
    last().emit('action', ...details)
    expect(events[0]).toEqual({ type: 'action', key: 'call-1', action: 'decline' })
  })

  it('opens the window by a click', () => {
    const { center, events, last } = setUp('darwin')
    center.show(ringing)
    last().emit('click', {})
    expect(events).toContainEqual({ type: 'action', key: 'call-1', action: 'default' })
  })

  it('of a build that is not signed is given up at once', () => {
    const { center, events, last } = setUp('darwin')
    center.show(ringing)
    last().emit('failed', {}, 'not signed')
    expect(events).toEqual([{ type: 'unable', key: 'call-1', why: 'not signed' }])
  })

  it('that is not shown within a second is given up, and taken back when it is shown after all', () => {
    const { center, clock, events, last } = setUp('darwin')
    center.show(ringing)
    clock.advance(999)
    expect(events).toEqual([])
    clock.advance(1)
    last().emit('show')
    expect(events.map(({ type }) => type)).toEqual(['unable', 'shown'])
  })

  it('is not supported everywhere', () => {
    supported = false
    const { center, events } = setUp('darwin')
    center.show(ringing)
    expect(events.map(({ type }) => type)).toEqual(['unable'])
    expect(made).toEqual([])
  })

  it('closed by us says nothing and leaves no timer', () => {
    const { center, clock, events, last } = setUp('darwin')
    center.show(ringing)
    center.close('call-1')
    expect(last().open).toBe(false)
    expect(events).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('closed by the user is dismissed', () => {
    const { center, events, last } = setUp('darwin')
    center.show(ringing)
    last().emit('close', {})
    expect(events).toEqual([{ type: 'dismissed', key: 'call-1' }])
  })

  it('is replaced by one with the new name, without a word about the old one', () => {
    const { center, events, last } = setUp('darwin')
    center.show(ringing)
    center.show({ ...ringing, title: 'Ada' })
    center.show({ ...ringing, title: 'Ada' })
    expect(made).toHaveLength(2)
    expect(made[0]!.open).toBe(false)
    expect(last().options.title).toBe('Ada')
    expect(events).toEqual([])
  })
})

describe('a toast on Windows', () => {
  it('is the call toast, with text that cannot break out of it', () => {
    const { center, last } = setUp('win32', FakeToasts)
    center.show({ ...ringing, title: `</text><action content="x"/>&'\u0000\ufffe`, key: 'a&b"c' })
    const xml = last().options.toastXml ?? ''
    expect(xml).toContain('scenario="incomingCall"')
    expect(xml).toContain('<text>&lt;/text&gt;&lt;action content=&quot;x&quot;/&gt;&amp;&apos;</text>')
    expect(xml.match(/<action /g)).toHaveLength(2)
    expect(xml).toContain('content="Answer" arguments="type=action&amp;action=0&amp;key=a%26b%22c&amp;verb=answer"')
    expect(xml).toContain('hint-buttonStyle="Critical"')
    expect(xml).toContain('<audio silent="true"></audio>')
  })

  it('of a missed call is an ordinary one', () => {
    const { center, last } = setUp('win32', FakeToasts)
    center.show({ ...ringing, kind: 'missed', urgent: false })
    expect(last().options.toastXml).not.toContain('scenario')
  })

  it('tells the pressed button once, although Windows also tells a click', () => {
    const { center, clock, events, last } = setUp('win32', FakeToasts)
    center.show(ringing)
    last().emit('click', {})
    last().emit('close', { reason: 'userCanceled' })
    FakeToasts.activate({ arguments: 'type=action&action=0&key=call-1&verb=answer' })
    clock.advance(1000)
    expect(events).toEqual([
      { type: 'action', key: 'call-1', action: 'answer' },
      { type: 'dismissed', key: 'call-1' },
    ])
  })

  it('opens the window by a click on it', () => {
    const { center, clock, events, last } = setUp('win32', FakeToasts)
    center.show(ringing)
    last().emit('click', {})
    clock.advance(100)
    expect(events[0]).toEqual({ type: 'action', key: 'call-1', action: 'default' })
  })

  it.each([
    '',
    'type=action&action=0',
    'type=action&action=0&key=call-9&verb=answer',
    'type=action&action=0&key=call-1&verb=reboot',
    'x'.repeat(100_000),
  ])('ignores activations that are stale or not its own: %#', (text) => {
    const { center, clock, events } = setUp('win32', FakeToasts)
    center.show(ringing)
    FakeToasts.activate({ arguments: text })
    clock.advance(500)
    expect(events).toEqual([])
  })

  it('is shown again when it timed out, and given up when it times out at once again and again', () => {
    const { center, clock, events, last } = setUp('win32', FakeToasts)
    center.show(ringing)
    last().emit('show')
    clock.advance(7000)
    last().emit('close', { reason: 'timedOut' })
    expect(made).toHaveLength(2)
    for (let round = 0; round < 4; round++) last().emit('close', { reason: 'timedOut' })
    expect(events.map(({ type }) => type)).toEqual(['shown', 'unable'])
    expect(made.length).toBeLessThan(7)
  })

  it('of a missed call stays in the Action Center when it times out, and can be pressed there', () => {
    const { center, events, last } = setUp('win32', FakeToasts)
    center.show({ ...ringing, kind: 'missed', actions: [{ key: 'call-back', label: 'Call back' }], urgent: false })
    last().emit('show')
    last().emit('close', { reason: 'timedOut' })
    expect(made).toHaveLength(1)
    FakeToasts.activate({ arguments: 'type=action&action=0&key=call-1&verb=call-back' })
    expect(events).toContainEqual({ type: 'action', key: 'call-1', action: 'call-back' })
  })

  it('without activations falls back to plain buttons that never time out', () => {
    const { center, last } = setUp('win32')
    center.show(ringing)
    expect(last().options).toMatchObject({ timeoutType: 'never', title: 'Ada <& "Co"' })
    expect(last().options.toastXml).toBeUndefined()
  })
})
