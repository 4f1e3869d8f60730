/*
 * A call that rings here while the connection goes and comes back: it rings on for a caller who waits, and ends for one who is gone.
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

it.each([
  ['knows nothing of it: it ends as a missed one', 481, { cause: 'remote-cancelled' }],
  ['waits: it rings on', 200, undefined],
  ['does not understand the question: it rings on', 405, undefined],
  ['says nothing: it rings on', null, undefined],
])('a call rings, the connection is another, and the caller %s', async (_what, status, ended) => {
  await bench.ring()
  const toTag = bench.toTag('INVITE')
  const questions: string[] = []
  bench.peer.on('OPTIONS', (request) => {
    if (request.header('call-id').startsWith('ping-')) return bench.peer.reply(request, 200)
    questions.push(request.header('from'))
    if (status !== null) bench.peer.reply(request, status)
  })
  bench.peer.server.current?.end(1006)
  await bench.settle(3_000)
  expect(questions).toEqual([expect.stringContaining(`tag=${toTag}`)])
  await bench.settle(35_000)
  if (ended === undefined) expect(bench.ended).toBeUndefined()
  else expect(bench.ended).toMatchObject(ended)
})
