/*
 * Provisional answers that must arrive (RFC 3262): from far ends that insist on hearing that it rings here, and from those that make sure that we hear
 * of theirs.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'
import type { Said } from '../support/scripted-peer'

let bench: EngineBench
beforeEach(async () => {
  vi.useFakeTimers()
  bench = new EngineBench()
  await bench.register()
  bench.peer.words.length = 0
})
afterEach(() => vi.useRealTimers())

const ringing = (): Said[] => bench.peer.responses('INVITE').filter(({ status }) => status === 180)
const rseqOf = (said: Said | undefined): string => said?.header('rseq') ?? ''

/** Bob calls and insists. */
const insisted = async (parts: Parameters<EngineBench['ring']>[0] = {}) => {
  const { callId, parts: said } = await bench.ring({ extra: ['Require: 100rel'], ...parts })
  const dialog = { sipCallId: said.callId, toTag: ringing().length > 0 ? bench.toTag('INVITE') : '' }
  const acknowledge = async (rack: string): Promise<Said | undefined> => {
    bench.inDialog(dialog, { method: 'PRACK', sequence: 2, extra: [`RAck: ${rack}`] })
    await bench.settle()
    return bench.peer.responses('PRACK').at(-1)
  }
  return { callId, dialog, acknowledge }
}

describe('a caller who insists on hearing that it rings', () => {
  it('is told so until the answer says that it was heard, and not again', async () => {
    const { acknowledge } = await insisted()
    expect(ringing()).toHaveLength(1)
    expect(ringing()[0]?.header('require')).toMatch(/\b100rel\b/)
    expect(Number(rseqOf(ringing()[0]))).toBeGreaterThan(0)
    await bench.settle(1_600)
    // After 0.5 s and 1 s more.
    expect(ringing().map(rseqOf)).toEqual(Array.from({ length: 3 }, () => rseqOf(ringing()[0])))
    expect((await acknowledge(`${rseqOf(ringing()[0])} 1 INVITE`))?.status).toBe(200)
    await bench.settle(31_000)
    expect(ringing()).toHaveLength(3)
    expect(bench.ended).toBeUndefined()
  })

  it('is told that nothing was acknowledged when the numbers are others', async () => {
    const { acknowledge } = await insisted()
    const rseq = Number(rseqOf(ringing()[0]))
    expect((await acknowledge(`${rseq + 1} 1 INVITE`))?.status).toBe(481)
    expect((await acknowledge(`${rseq} 2 INVITE`))?.status).toBe(481)
    expect((await acknowledge('x'))?.status).toBe(481)
    await bench.settle(600)
    expect(ringing()).toHaveLength(2)
  })

  it('is answered without waiting for that, and what comes late is acknowledged still', async () => {
    const { callId, acknowledge, dialog } = await insisted()
    const answering = bench.request({ type: 'answer', callId })
    await bench.settle()
    expect(bench.peer.responses('INVITE').at(-1)?.status).toBe(200)
    expect((await acknowledge(`${rseqOf(ringing()[0])} 1 INVITE`))?.status).toBe(200)
    bench.inDialog(dialog, { method: 'ACK' })
    await bench.settle()
    expect(await answering).toMatchObject({ ok: true })
    await bench.settle(5_000)
    expect(ringing()).toHaveLength(1)
    bench.inDialog(dialog, { method: 'BYE', sequence: 3 })
    await bench.settle()
    expect(bench.peer.responses('BYE').at(-1)?.status).toBe(200)
  })

  it('who does not acknowledge it in 32 s is refused, and the call was missed', async () => {
    await insisted()
    await bench.settle(33_000)
    expect(bench.peer.responses('INVITE').at(-1)?.status).toBe(504)
    expect(bench.ended).toMatchObject({ cause: 'unanswered' })
  })

  it('may give up as ever', async () => {
    const { parts } = await bench.ring({ extra: ['Require: 100rel'] })
    bench.peer.request({ method: 'CANCEL', ...parts, body: null })
    await bench.settle(5_000)
    expect(bench.peer.responses('INVITE').at(-1)?.status).toBe(487)
    expect(ringing()).toHaveLength(1)
    expect(bench.ended).toMatchObject({ cause: 'remote-cancelled' })
  })

  it('and offers nothing hears of the answer alone, for the ringing would have to hold an offer', async () => {
    const { callId } = await insisted({ body: null })
    await bench.settle(3_000)
    expect(ringing()).toEqual([])
    expect(bench.ended).toBeUndefined()
    void bench.request({ type: 'answer', callId })
    await bench.settle()
    expect(bench.peer.responses('INVITE').at(-1)).toMatchObject({ status: 200 })
  })
})

it('a caller who only could acknowledge it is not asked to', async () => {
  await bench.ring({ extra: ['Supported: 100rel'] })
  await bench.settle(3_000)
  expect(ringing()).toHaveLength(1)
  expect(ringing()[0]?.header('require')).toBe('')
})

describe('a far end that insists that its ringing is acknowledged', () => {
  it('is called again in a way that it takes, and so is whoever is called next', async () => {
    const { invite } = await bench.dial()
    expect(invite.header('supported')).not.toMatch(/100rel/)
    bench.peer.reply(invite, 421, ['Require: 100rel'])
    await bench.settle()
    const again = bench.peer.requests('INVITE')[1]
    if (again === undefined) throw new Error('it was not called again')
    expect(again.text).toMatch(/^Supported: 100rel\r?$/m)
    expect(again.header('call-id')).toBe(invite.header('call-id'))
    bench.peer.reply(again, 183, ['Require: 100rel', 'RSeq: 7'], makeSdp())
    await bench.settle()
    const prack = bench.peer.requests('PRACK')[0]
    expect(prack?.header('rack')).toBe(`7 ${again.header('cseq')}`)
    if (prack) bench.peer.reply(prack, 200)
    bench.peer.reply(again, 200, [], makeSdp())
    await bench.settle()
    expect(bench.reported('connected')).toHaveLength(1)
    const next = await bench.dial('sip:carol@example.com')
    expect(next.invite.text).toMatch(/^Supported: 100rel\r?$/m)
  })

  it('is not called for ever, nor where it wants what there is not', async () => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, 421, ['Require: 100rel'])
    await bench.settle()
    const again = bench.peer.requests('INVITE')[1]
    if (again) bench.peer.reply(again, 421, ['Require: 100rel'])
    await bench.settle()
    expect(bench.peer.requests('INVITE')).toHaveLength(2)
    expect(bench.ended).toMatchObject({ sipStatus: 421 })
    const other = await bench.dial('sip:carol@example.com')
    bench.peer.reply(other.invite, 421, ['Require: precondition, 100rel'])
    await bench.settle()
    expect(bench.peer.requests('INVITE')).toHaveLength(3)
  })

  it('that says it twice is acknowledged once, and what came before its turn is not', async () => {
    const { invite } = await bench.dial()
    const ring = (rseq: number): void =>
      void bench.peer.reply(invite, 180, ['Require: 100rel', `RSeq: ${rseq}`, 'Contact: <sip:bob@192.0.2.9>'])
    ring(4)
    await bench.settle()
    ring(4)
    ring(6)
    await bench.settle()
    expect(bench.peer.requests('PRACK').map((prack) => prack.header('rack'))).toEqual(['4 1 INVITE'])
    ring(5)
    await bench.settle()
    expect(bench.peer.requests('PRACK').map((prack) => prack.header('rack'))).toEqual(['4 1 INVITE', '5 1 INVITE'])
  })
})
