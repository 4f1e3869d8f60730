/* Whether it is quiet now, and because of what. */
import { beforeEach, expect, it } from 'vitest'
import { defaultSettings, type Settings } from '../../../common/settings'
import { Quiet } from '../../../main/phone/quiet'
import { ManualClock } from '../../fakes/manual-clock'

let clock: ManualClock
let settings: Settings
let desktop: boolean
let told: string[]
let quiet: Quiet

beforeEach(() => {
  clock = new ManualClock()
  settings = { ...defaultSettings }
  desktop = false
  told = []
  quiet = new Quiet({
    clock,
    settings: () => settings,
    desktop: () => desktop,
    onChange: ({ because }) => told.push(because ?? 'off'),
  })
})

const minuteOf = (at: number): number => new Date(at).getHours() * 60 + new Date(at).getMinutes()

it('the switch, its timer, the weekly times and the desktop make it quiet, each said for what it is', () => {
  const change = (patch: Partial<Settings>) => {
    settings = { ...settings, ...patch }
    quiet.sync()
  }
  change({ doNotDisturb: true })
  change({ doNotDisturbUntil: clock.date() + 60_000 })
  change({ doNotDisturb: false, doNotDisturbUntil: null })
  desktop = true
  quiet.sync()
  change({ followDesktopFocus: false })
  expect(told).toEqual(['switch', 'timer', 'off', 'desktop', 'off'])
  expect(quiet.current).toEqual({ on: false, because: null })
})

it('nothing is told when nothing changed', () => {
  quiet.sync()
  desktop = true
  quiet.sync()
  quiet.sync()
  expect(told).toEqual(['desktop'])
})

it('weekly times begin and end by themselves, to the minute', () => {
  const days = [0, 1, 2, 3, 4, 5, 6]
  const begins = minuteOf(clock.date()) + 10
  settings = { ...settings, doNotDisturbSchedule: [{ days, from: begins, to: begins + 5 }] }
  quiet.sync()
  clock.advance(11 * 60_000)
  expect(told).toEqual(['schedule'])
  clock.advance(5 * 60_000)
  expect(told).toEqual(['schedule', 'off'])
})

it('without weekly times nothing waits for anything', () => {
  quiet.sync()
  expect(clock.pending).toBe(0)
})
