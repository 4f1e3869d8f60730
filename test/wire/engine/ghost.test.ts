/*
 * Calls whose far end is gone without a BYE: they are found and ended, and those that are only silent are left alone.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'
import type { Said } from '../support/scripted-peer'

let bench: EngineBench
let questions: Said[]
/** How the far end answers the question whether it is there; null: not at all. */
let word: number | null

beforeEach(async () => {
  vi.useFakeTimers()
  bench = new EngineBench()
  await bench.register()
  questions = []
  word = 200
  const answer = (request: Said): void => {
    if (request.header('call-id').startsWith('ping-')) return bench.peer.reply(request, 200)
    questions.push(request)
    if (word !== null) bench.peer.reply(request, word)
  }
  bench.peer.on('OPTIONS', answer)
  bench.peer.on('UPDATE', answer)
})
afterEach(() => vi.useRealTimers())

const fallSilent = async (): Promise<string> => {
  const { callId } = await bench.talk()
  await bench.settle(2_000)
  bench.media.last.flowing = false
  return callId
}

describe('a call that has fallen silent', () => {
  it('is asked about after twenty seconds, in its dialog', async () => {
    await fallSilent()
    await bench.settle(19_000)
    expect(questions).toEqual([])
    await bench.settle(3_000)
    expect(questions).toHaveLength(1)
    expect(questions[0]?.word).toBe('OPTIONS')
    expect(questions[0]?.header('to')).toContain('tag=peertag')
  })

  it.each([200, 405, 501, 486])(
    'goes on when the far end says %i, and is asked about once a minute',
    async (status) => {
      word = status
      await fallSilent()
      await bench.settle(200_000)
      expect(bench.ended).toBeUndefined()
      expect(questions.length).toBeGreaterThan(2)
      expect(questions.length).toBeLessThan(5)
    },
  )

  it.each([481, 408])('ends when the answer is %i', async (status) => {
    word = status
    await fallSilent()
    await bench.settle(23_000)
    expect(bench.ended).toMatchObject({ cause: 'connection-lost' })
    expect(bench.peer.requests('BYE')).toHaveLength(1)
  })

  it('ends when nobody answers', async () => {
    word = null
    await fallSilent()
    await bench.settle(50_000)
    expect(bench.ended).toBeUndefined()
    await bench.settle(5_000)
    expect(bench.ended).toMatchObject({ cause: 'connection-lost' })
  })

  it('is not ended by an answer that was lost with the connection', async () => {
    word = null
    await fallSilent()
    await bench.settle(23_000)
    expect(questions).toHaveLength(1)
    word = 200
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [], makeSdp()))
    bench.peer.server.current?.end(1006)
    await bench.settle(60_000)
    expect(bench.ended).toBeUndefined()
  })

  it('is asked about with UPDATE where the far end takes it, which refreshes the session too', async () => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, 200, ['Allow: INVITE, UPDATE'], makeSdp())
    await bench.settle(2_000)
    bench.media.last.flowing = false
    await bench.settle(23_000)
    expect(questions[0]?.word).toBe('UPDATE')
    expect(questions[0]?.header('session-expires')).toBe('1800')
  })
})

describe('a call that may be silent', () => {
  it('is not asked about while sound comes', async () => {
    await bench.talk()
    await bench.settle(300_000)
    expect(questions).toEqual([])
  })

  it('is asked about rarely while it is held, and found when its far end is gone', async () => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, { method: 'INVITE', sequence: 2, body: makeSdp({ direction: 'sendonly' }) })
    await bench.settle()
    bench.inDialog(dialog, { method: 'ACK', sequence: 2 })
    bench.media.last.flowing = false
    await bench.settle(120_000)
    expect(questions).toEqual([])
    word = 481
    await bench.settle(70_000)
    expect(questions).toHaveLength(1)
    expect(bench.ended).toMatchObject({ cause: 'connection-lost' })
  })

  it('is not asked about after its end', async () => {
    const callId = await fallSilent()
    await bench.ask({ type: 'end', callId })
    await bench.settle(100_000)
    expect(questions).toEqual([])
  })
})

describe('what is wrong with the sound', () => {
  const told = () => bench.reports.flatMap((report) => (report.type === 'diagnosis' ? [report.diagnosis] : []))

  it('is said once, its newer numbers every few seconds, and that it is over at once', async () => {
    await bench.talk()
    await bench.settle(3_000)
    for (let lost = 1; lost <= 12; lost++) {
      bench.media.last.finding = { trouble: 'heavy-loss', evidence: `lost ${lost}` }
      await bench.settle(1_000)
    }
    bench.media.last.finding = { trouble: 'not-heard', evidence: 'sent 700' }
    await bench.settle(4_000)
    bench.media.last.finding = null
    await bench.settle(3_000)
    expect(told().map((one) => one?.evidence ?? null)).toEqual(['lost 1', 'lost 6', 'lost 11', 'sent 700', null])
  })
})
