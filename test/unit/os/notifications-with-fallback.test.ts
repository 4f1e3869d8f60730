import { beforeEach, describe, expect, it } from 'vitest'
import type { AlertCard } from '../../../common/contract/alert'
import { AlertNotifications } from '../../../main/os/notifications/alert-notifications'
import type { DesktopNotification, NotificationEvent } from '../../../main/os/notifications/notification-center'
import { NotificationsWithFallback } from '../../../main/os/notifications/notifications-with-fallback'
import { alertBounds } from '../../../main/windows/alert-bounds'
import { FakeNotificationCenter } from '../../fakes/notification-center'

const ringing: DesktopNotification = {
  key: 'call-1',
  kind: 'incoming',
  title: 'Ada',
  body: '1815 · Work',
  actions: [
    { key: 'default', label: 'Open' },
    { key: 'answer', label: 'Answer' },
    { key: 'decline', label: 'Decline' },
  ],
  urgent: true,
}

let desktop: FakeNotificationCenter
let cards: readonly AlertCard[]
let press: (message: unknown) => void
let center: NotificationsWithFallback
let events: NotificationEvent[]

beforeEach(() => {
  desktop = new FakeNotificationCenter()
  cards = []
  const reserve = new AlertNotifications({
    surface: { show: (all) => (cards = all), onMessage: (listener) => (press = listener) },
  })
  center = new NotificationsWithFallback({ desktop, reserve })
  events = []
  center.onEvent((event) => events.push(event))
})

describe('the alert window', () => {
  it('stays away while the desktop can show the call', () => {
    center.show(ringing)
    desktop.emit({ type: 'shown', key: 'call-1' })
    expect(cards).toEqual([])
  })

  it('shows the call the desktop cannot show, and only as long as it rings', () => {
    center.show(ringing)
    desktop.emit({ type: 'unable', key: 'call-1', why: 'no server' })
    expect(cards).toEqual([
      {
        key: 'call-1',
        title: 'Ada',
        body: '1815 · Work',
        buttons: [
          { key: 'answer', label: 'Answer' },
          { key: 'decline', label: 'Decline' },
        ],
        open: 'Open',
        dismiss: 'Hide',
      },
    ])
    center.close('call-1')
    expect(cards).toEqual([])
  })

  it('does not come for a call that ended before the desktop gave up, nor for a missed one', () => {
    center.show(ringing)
    center.close('call-1')
    desktop.emit({ type: 'unable', key: 'call-1', why: 'late' })
    center.show({ ...ringing, key: 'missed:call-1', kind: 'missed' })
    desktop.emit({ type: 'unable', key: 'missed:call-1', why: 'no server' })
    expect(cards).toEqual([])
  })

  it('comes for a question, which only the user can answer', () => {
    const actions = [{ key: 'yes', label: 'Call 1816' }]
    center.show({ ...ringing, key: 'referral:call-1', kind: 'question', actions })
    desktop.emit({ type: 'unable', key: 'referral:call-1', why: 'no server' })
    press({ key: 'referral:call-1', action: 'yes' })
    expect(events.at(-1)).toEqual({ type: 'action', key: 'referral:call-1', action: 'yes' })
  })

  it('goes when the desktop can show it after all', () => {
    center.show(ringing)
    desktop.emit({ type: 'unable', key: 'call-1', why: 'no server' })
    desktop.emit({ type: 'shown', key: 'call-1' })
    expect(cards).toEqual([])
    press({ key: 'call-1', action: 'answer' })
    expect(events.filter(({ type }) => type === 'action')).toEqual([])
  })

  it('follows the name of the caller', () => {
    center.show(ringing)
    desktop.emit({ type: 'unable', key: 'call-1', why: 'no server' })
    center.show({ ...ringing, title: 'Ada Lovelace' })
    expect(cards[0]?.title).toBe('Ada Lovelace')
  })

  it('answers, and ignores what it did not offer', () => {
    center.show(ringing)
    desktop.emit({ type: 'unable', key: 'call-1', why: 'no server' })
    events.length = 0
    for (const message of [null, 'answer', { key: 'call-1' }, { key: 'call-2', action: 'answer' }]) press(message)
    press({ key: 'call-1', action: 'reboot' })
    press({ key: 'call-1', action: 'answer', more: 1 })
    expect(events).toEqual([])
    press({ key: 'call-1', action: 'answer' })
    expect(events).toEqual([{ type: 'action', key: 'call-1', action: 'answer' }])
  })

  it('can be sent away while the call rings on', () => {
    center.show(ringing)
    desktop.emit({ type: 'unable', key: 'call-1', why: 'no server' })
    press({ key: 'call-1', action: 'dismiss' })
    expect(cards).toEqual([])
    expect(events.at(-1)).toEqual({ type: 'dismissed', key: 'call-1' })
    desktop.emit({ type: 'unable', key: 'call-1', why: 'again' })
    expect(cards).toEqual([])
  })
})

describe('its place', () => {
  const area = { x: 100, y: 40, width: 1820, height: 1000 }

  it('is the top right corner of the work area, on Windows the bottom right', () => {
    expect(alertBounds(area, 1, 'linux')).toEqual({ x: 1548, y: 52, width: 360, height: 124 })
    expect(alertBounds(area, 2, 'win32')).toEqual({ x: 1548, y: 780, width: 360, height: 248 })
  })

  it('does not leave a screen that is too small for it, nor grow without end', () => {
    expect(alertBounds({ x: 0, y: 0, width: 320, height: 100 }, 1, 'linux')).toEqual({
      x: 0,
      y: 0,
      width: 320,
      height: 100,
    })
    expect(alertBounds(area, 50, 'linux').height).toBe(372)
  })
})
