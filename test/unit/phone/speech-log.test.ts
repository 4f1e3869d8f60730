/* What is kept of anybody's speech: nothing, unless its user wants it. */
import { expect, it } from 'vitest'
import { SpeechLog } from '../../../main/phone/speech-log'
import { ManualClock } from '../../fakes/manual-clock'
import { ended, talking } from '../../fakes/phone-state'

const spokenFor = (allowed: () => boolean): string[] => {
  const lines: string[] = []
  const write = (line: string): void => void lines.push(line)
  const clock = new ManualClock()
  const log = new SpeechLog({
    clock,
    log: { debug: write, info: write, warn: write, error: write },
    isAllowed: allowed,
  })
  const id = talking().id
  log.follow([talking()])
  log.heard([id])
  clock.advance(4_000)
  log.heard([])
  clock.advance(60_000)
  log.heard([id])
  clock.advance(3_000)
  log.follow([ended()])
  return lines
}

it('how long somebody spoke is written to the log of a user who wants that, once the call is over', () => {
  expect(spokenFor(() => true)).toEqual(['call call-1: the far end spoke 7 s'])
})

it('nothing is counted and nothing written for anybody else', () => {
  expect(spokenFor(() => false)).toEqual([])
})

it('switched off in a call, what was counted is forgotten', () => {
  let asked = 0
  expect(spokenFor(() => asked++ < 2)).toEqual([])
})
