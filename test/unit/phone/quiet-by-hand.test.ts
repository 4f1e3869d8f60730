/* Do not disturb switched off by hand although weekly times or the desktop say otherwise. */
import { beforeEach, describe, expect, it } from 'vitest'
import { defaultSettings, type Settings } from '../../../common/settings'
import { DoNotDisturbTimer } from '../../../main/callkit/dnd-timer'
import { endOf } from '../../../common/weekly-times'
import { Quiet } from '../../../main/phone/quiet'
import { ManualClock } from '../../fakes/manual-clock'

const minute = 60_000
const hour = 60 * minute
const everyDay = [0, 1, 2, 3, 4, 5, 6]

let clock: ManualClock
let settings: Settings
let desktop: boolean
let told: string[]
let quiet: Quiet
let doNotDisturb: DoNotDisturbTimer

/** The phone is started, with the settings that are on the disk. */
const start = (): void => {
  quiet = new Quiet({
    clock,
    settings: () => settings,
    desktop: () => desktop,
    onChange: ({ because }) => told.push(because ?? 'off'),
  })
  doNotDisturb = new DoNotDisturbTimer({
    clock,
    settings: () => settings,
    change: (patch) => {
      settings = { ...settings, ...patch }
      doNotDisturb.sync()
      quiet.sync()
      return { ok: true, value: settings }
    },
    onSwitch: (on) => quiet.switched(on),
  })
  quiet.sync()
}
const desktopBecomes = (on: boolean): void => {
  desktop = on
  quiet.sync()
}
const minuteOf = (at: number): number => new Date(at).getHours() * 60 + new Date(at).getMinutes()
/** Every day from an hour ago for `hours`. */
const on = (hours: number): Settings['doNotDisturbSchedule'][number] => {
  const now = clock.date()
  return { days: everyDay, from: minuteOf(now - hour), to: minuteOf(now - hour + hours * hour) }
}

beforeEach(() => {
  clock = new ManualClock()
  settings = { ...defaultSettings }
  desktop = false
  told = []
  start()
})

describe('a weekly time', () => {
  it('switched off by hand is off until it ends, and comes again on the next day', () => {
    settings = { ...settings, doNotDisturbSchedule: [on(4)] }
    quiet.sync()
    doNotDisturb.set(false, null)
    expect(told).toEqual(['schedule', 'off'])
    clock.advance(3 * hour)
    expect(quiet.current.on).toBe(false)
    clock.advance(20 * hour - minute)
    expect(told).toEqual(['schedule', 'off'])
    clock.advance(minute)
    expect(told).toEqual(['schedule', 'off', 'schedule'])
  })

  it('stays off when the phone is started again, and only as long', () => {
    settings = { ...settings, doNotDisturbSchedule: [on(4)] }
    doNotDisturb.set(false, null)
    start()
    expect(quiet.current.on).toBe(false)
    settings = structuredClone(settings)
    clock.advance(23 * hour)
    start()
    expect(quiet.current.because).toBe('schedule')
  })

  it('that is on past midnight is off past midnight', () => {
    const midnight = new Date(clock.date()).setHours(24, 0, 0, 0)
    clock.advance(midnight - hour - clock.date())
    settings = { ...settings, doNotDisturbSchedule: [on(10)] }
    doNotDisturb.set(false, null)
    clock.advance(9 * hour - 1)
    expect(quiet.current.on).toBe(false)
    expect(settings.doNotDisturbPausedUntil).toBe(clock.date() + 1)
  })

  it('is on again as soon as the user wants quiet', () => {
    settings = { ...settings, doNotDisturbSchedule: [on(4)] }
    doNotDisturb.set(false, null)
    doNotDisturb.set(true, 30)
    expect(quiet.current.because).toBe('timer')
    clock.advance(30 * minute)
    expect(quiet.current.because).toBe('schedule')
  })

  it('is not switched off by a timer that runs out while it is on', () => {
    settings = { ...settings, doNotDisturbSchedule: [on(4)] }
    doNotDisturb.set(true, 30)
    clock.advance(31 * minute)
    expect(quiet.current.because).toBe('schedule')
  })

  it('that did not begin yet is not overruled', () => {
    const later = { days: everyDay, from: minuteOf(clock.date() + hour), to: minuteOf(clock.date() + 2 * hour) }
    settings = { ...settings, doNotDisturb: true, doNotDisturbSchedule: [later] }
    quiet.sync()
    doNotDisturb.set(false, null)
    clock.advance(hour + minute)
    expect(told).toEqual(['switch', 'off', 'schedule'])
  })

  it('is not off for a year because the clock was set back by one', () => {
    settings = { ...settings, doNotDisturbSchedule: [on(4)], doNotDisturbPausedUntil: clock.date() + 365 * 24 * hour }
    expect(quiet.current.because).toBe('schedule')
  })
})

describe('the desktop', () => {
  it('is overruled until it is no longer quiet itself', () => {
    desktopBecomes(true)
    doNotDisturb.set(false, null)
    clock.advance(30 * hour)
    expect(quiet.current.on).toBe(false)
    desktopBecomes(false)
    desktopBecomes(true)
    expect(told).toEqual(['desktop', 'off', 'desktop'])
  })

  it('that becomes quiet later is followed', () => {
    doNotDisturb.set(false, null)
    desktopBecomes(true)
    expect(quiet.current.because).toBe('desktop')
  })

  it('and the weekly times are overruled together, and the switch with them', () => {
    settings = { ...settings, doNotDisturbSchedule: [on(4)] }
    doNotDisturb.set(true, null)
    desktopBecomes(true)
    doNotDisturb.set(false, null)
    expect(told).toEqual(['switch', 'off'])
  })
})

it.each<[string, string, { days: number[]; from: number; to: number }[], string | null]>([
  ['within a day', '2030-01-02T10:30', [{ days: [3], from: 600, to: 720 }], '2030-01-02T12:00'],
  ['before midnight', '2030-01-02T23:00', [{ days: [3], from: 1320, to: 420 }], '2030-01-03T07:00'],
  ['after midnight', '2030-01-03T06:59', [{ days: [3], from: 1320, to: 420 }], '2030-01-03T07:00'],
  ['on the last minute', '2030-01-03T07:00', [{ days: [3], from: 1320, to: 420 }], null],
  ['of a whole day', '2030-01-02T12:00', [{ days: [3], from: 0, to: 0 }], '2030-01-03T00:00'],
  ['on another day', '2030-01-04T23:00', [{ days: [3], from: 1320, to: 420 }], null],
  [
    'of two at once',
    '2030-01-02T10:30',
    [
      { days: [3], from: 600, to: 720 },
      { days: [3], from: 540, to: 780 },
    ],
    '2030-01-02T13:00',
  ],
  ['of none', '2030-01-02T10:30', [], null],
])('the end %s', (_, at, times, end) => {
  expect(endOf(times, new Date(at).getTime())).toBe(end === null ? null : new Date(end).getTime())
})
