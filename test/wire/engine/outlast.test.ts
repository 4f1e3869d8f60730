/*
 * The connection goes and comes back under a call: one that rings here rings on for a caller who waits, and ends for one who is gone; one that is up
 * tells its new way until it is heard.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'

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

describe('a call that is up, on another connection', () => {
  const moved = async (flowing: boolean): Promise<string> => {
    const { callId } = await bench.talk()
    await bench.settle(2_000)
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [], makeSdp()))
    bench.media.last.flowing = flowing
    bench.peer.server.current?.end(1006)
    await bench.settle(2_000)
    return callId
  }
  /** The first of them began the call. */
  const told = (): number => bench.peer.requests('INVITE').length - 1

  it('tells its new way once where it is heard by it', async () => {
    await moved(true)
    expect(told()).toBe(1)
    await bench.settle(60_000)
    expect(told()).toBe(1)
  })

  it('tells it again, ever more rarely, while nothing comes by it', async () => {
    await moved(false)
    await bench.settle(4_000)
    expect(told()).toBe(2)
    bench.media.last.flowing = true
    await bench.settle(20_000)
    expect(told()).toBe(2)
    bench.media.last.flowing = false
    await bench.settle(10_000)
    expect(told()).toBe(2)
  })

  it('tells it four times at most', async () => {
    await moved(false)
    await bench.settle(40_000)
    expect(told()).toBe(4)
  })

  it('does not tell it again while it is held', async () => {
    const callId = await moved(false)
    await bench.ask({ type: 'setHeld', callId, held: true })
    const now = told()
    await bench.settle(20_000)
    expect(told()).toBe(now)
  })
})
