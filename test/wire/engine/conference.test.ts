/*
 * Calls grouped to a conference, as the engine hears it from main and reports it: the mixing itself is the media's.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { EngineBench } from '../support/engine-bench'

let bench: EngineBench
beforeEach(async () => {
  vi.useFakeTimers()
  bench = new EngineBench()
  await bench.register()
})
afterEach(() => vi.useRealTimers())

it('a call that speaks says that it can be grouped', async () => {
  const { callId } = await bench.talk()
  expect(bench.reported('updated').find(({ capabilities }) => capabilities !== undefined)).toEqual({
    type: 'updated',
    callId,
    capabilities: { holding: true, grouping: true, ungrouping: true, dtmf: true },
  })
})

it('a call joins and leaves a conference with its sound, and says nothing on the wire', async () => {
  const { callId } = await bench.talk()
  const said = bench.peer.said.length
  expect(await bench.ask({ type: 'setGroup', callId, groupId: 'g1' })).toMatchObject({ ok: true })
  expect(bench.media.groups.get(bench.media.last)).toBe('g1')
  expect(await bench.ask({ type: 'setGroup', callId, groupId: null })).toMatchObject({ ok: true })
  expect(bench.media.groups.has(bench.media.last)).toBe(false)
  expect(bench.peer.said).toHaveLength(said)
  const unknown = await bench.ask({ type: 'setGroup', callId: crypto.randomUUID(), groupId: 'g1' })
  expect(unknown).toMatchObject({ ok: false, code: 'unknown-call' })
})

it('who speaks in it is told by its calls', async () => {
  const first = await bench.talk()
  const bob = bench.media.last
  const second = await bench.talk()
  bench.media.speak(bob, bench.media.last)
  bench.media.speak(bob)
  await bench.ask({ type: 'end', callId: first.callId })
  bench.media.speak(bob)
  expect(bench.reported('speaking').map(({ callIds }) => callIds)).toEqual([
    [first.callId, second.callId],
    [first.callId],
    [],
  ])
})
