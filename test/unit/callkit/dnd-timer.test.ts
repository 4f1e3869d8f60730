/* Do not disturb for a while. */
import { expect, test } from 'vitest'
import { done, refused, type Result } from '../../../common/errors'
import { DoNotDisturbTimer } from '../../../main/callkit/dnd-timer'
import { ManualClock } from '../../fakes/manual-clock'

function phone(given = { doNotDisturb: false, doNotDisturbUntil: null as number | null }, clock = new ManualClock()) {
  let answer: Result = done
  const settings = { ...given, doNotDisturbSchedule: [] }
  const timer = new DoNotDisturbTimer({
    clock,
    settings: () => settings,
    change: (patch) => {
      if (answer.ok) {
        Object.assign(settings, patch)
        timer.sync()
      }
      return answer
    },
  })
  return { clock, settings, timer, answerWith: (result: Result) => void (answer = result) }
}

test('ends by itself, on the minute', () => {
  const { clock, settings, timer } = phone()
  timer.set(true, 30)
  expect(settings).toMatchObject({ doNotDisturb: true, doNotDisturbUntil: clock.date() + 30 * 60_000 })
  clock.advance(30 * 60_000 - 1)
  expect(settings.doNotDisturb).toBe(true)
  clock.advance(1)
  expect(settings).toMatchObject({ doNotDisturb: false, doNotDisturbUntil: null })
  expect(clock.pending).toBe(0)
})

test('a clock on the wall that is set back by days does not make it last for days', () => {
  const { clock, settings, timer } = phone()
  timer.set(true, 30)
  clock.advance(10 * 60_000)
  clock.sleep(-3 * 24 * 3_600_000)
  clock.advance(20 * 60_000 + 30_000)
  expect(settings.doNotDisturb).toBe(false)
})

test('without minutes it stays until it is switched off', () => {
  const { clock, settings, timer } = phone()
  timer.set(true, null)
  clock.advance(7 * 24 * 3_600_000)
  expect(settings).toMatchObject({ doNotDisturb: true, doNotDisturbUntil: null })
  timer.set(false, 30)
  expect(settings).toMatchObject({ doNotDisturb: false, doNotDisturbUntil: null })
})

test('a restart before its end keeps it, one after its end does not', () => {
  const clock = new ManualClock()
  const until = clock.date() + 60_000
  const first = phone({ doNotDisturb: true, doNotDisturbUntil: until }, clock)
  first.timer.sync()
  clock.advance(59_000)
  expect(first.settings.doNotDisturb).toBe(true)
  clock.advance(1_000)
  expect(first.settings.doNotDisturb).toBe(false)
  const later = phone({ doNotDisturb: true, doNotDisturbUntil: until }, clock)
  later.timer.sync()
  expect(later.settings).toMatchObject({ doNotDisturb: false, doNotDisturbUntil: null })
})

test('switched off by hand, nothing waits any more', () => {
  const { clock, timer } = phone()
  timer.set(true, 30)
  timer.set(false, null)
  expect(clock.pending).toBe(0)
})

test('a change that could not be written is tried again', () => {
  const { clock, settings, timer, answerWith } = phone()
  timer.set(true, 1)
  answerWith(refused('storage-failed'))
  clock.advance(60_000)
  expect(settings.doNotDisturb).toBe(true)
  answerWith(done)
  clock.advance(30_000)
  expect(settings.doNotDisturb).toBe(false)
})
