import { expect, test } from 'vitest'
import { silentLog } from '../../../common/log'
import { CrowdLog } from '../../../main/callkit/crowd-log'
import { ManualClock } from '../../fakes/manual-clock'

const setUp = () => {
  const lines: string[] = []
  const clock = new ManualClock()
  const log = new CrowdLog({ clock, log: { ...silentLog, info: (line) => lines.push(line) } })
  return { lines, clock, log }
}

test('one of its kind is written at once and as it is, whenever it comes alone', () => {
  const { lines, clock, log } = setUp()
  log.info('calls refused', 'call 1 refused')
  expect(lines).toEqual(['call 1 refused'])
  clock.advance(1_000)
  log.info('calls refused', 'call 2 refused')
  clock.advance(10_000)
  expect(lines).toEqual(['call 1 refused', 'call 2 refused'])
})

test('a crowd is one line a second, and none of it is lost', () => {
  const { lines, clock, log } = setUp()
  for (let n = 0; n < 1_000; n++) {
    log.info('calls refused', `call ${n} refused`)
    clock.advance(2.5)
  }
  clock.advance(2_000)
  expect(lines.length).toBeLessThanOrEqual(4)
  expect(lines[0]).toBe('call 0 refused')
  const counted = lines.slice(1).map((line) => Number(/^(\d+) more calls refused$/.exec(line)?.[1]))
  expect(counted.reduce((sum, count) => sum + count, 1)).toBe(1_000)
})

test('what is of another kind is not kept back by it', () => {
  const { lines, log } = setUp()
  log.info('calls refused', 'call 1 refused')
  log.info('calls blocked', 'call 2 blocked')
  expect(lines).toEqual(['call 1 refused', 'call 2 blocked'])
})
