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
  const ring = (invite: Said, rseq: number, tag = 'peertag', lines: string[] = [], sdp = ''): void => {
    const to = `${invite.header('to')};tag=${tag}`
    const head = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${invite.header(name.toLowerCase())}`)
    const reliable = lines.length > 0 ? lines : ['Require: 100rel', `RSeq: ${rseq}`]
    const type = sdp ? ['Content-Type: application/sdp'] : []
    const all = [...head, `To: ${to}`, `Contact: <sip:${tag}@192.0.2.9>`, ...reliable, ...type]
    bench.peer.send(['SIP/2.0 183 Said', ...all, `Content-Length: ${sdp.length}`, '', sdp].join('\r\n'))
  }
  const racks = (): string[] => bench.peer.requests('PRACK').map((prack) => prack.header('rack'))

  it('has it at once, with what is heard before the answer, and the answer need not repeat it', async () => {
    const { invite } = await bench.dial()
    expect(invite.header('supported')).toMatch(/\b100rel\b/)
    expect(invite.header('require')).toBe('')
    ring(invite, 7, 'peertag', [], makeSdp())
    await bench.settle()
    const [prack] = bench.peer.requests('PRACK')
    if (prack === undefined) throw new Error('it was not acknowledged')
    expect(prack.header('rack')).toBe(`7 ${invite.header('cseq')}`)
    expect(prack.message.start).toBe('PRACK sip:peertag@192.0.2.9 SIP/2.0')
    expect(prack.header('to')).toMatch(/;tag=peertag$/)
    expect(Number(prack.header('cseq').split(' ')[0])).toBeGreaterThan(Number(invite.header('cseq').split(' ')[0]))
    expect(bench.reported('progress')).toMatchObject([{ stage: 'early' }])
    bench.peer.reply(prack, 200)
    bench.peer.reply(invite, 200)
    await bench.settle()
    expect(bench.peer.requests('ACK')).toHaveLength(1)
    expect(bench.reported('connected')).toHaveLength(1)
    expect(bench.ended).toBeUndefined()
  })

  it('may write that it does in several ways', async () => {
    const { invite } = await bench.dial()
    ring(invite, 1, 'a', ['Require: timer', 'RSeq: 1', 'Require: 100rel'])
    ring(invite, 1, 'b', ['Require: timer , 100Rel', 'RSeq:   1'])
    // A 1xx that is not reliable, whatever it says.
    ring(invite, 1, 'c', ['Supported: 100rel', 'RSeq: 1'])
    ring(invite, 1, 'd', ['Require: 100rel'])
    ring(invite, 1, 'e', ['Require: 100rel', 'RSeq: x'])
    bench.peer.reply(invite, 100, ['Require: 100rel', 'RSeq: 9'])
    await bench.settle()
    expect(racks()).toEqual(['1 1 INVITE', '1 1 INVITE'])
    expect(bench.peer.requests('PRACK').map((prack) => prack.header('to').slice(-1))).toEqual(['a', 'b'])
  })

  it('and is several phones is acknowledged to each of them in its own order', async () => {
    const { invite } = await bench.dial()
    ring(invite, 10, 'a', [], makeSdp())
    ring(invite, 500, 'b')
    await bench.settle()
    ring(invite, 10, 'a', [], makeSdp())
    ring(invite, 501, 'b')
    ring(invite, 11, 'a')
    ring(invite, 503, 'b')
    await bench.settle()
    const said = bench.peer.requests('PRACK').map((prack) => `${prack.header('to').slice(-1)} ${prack.header('rack')}`)
    expect(said).toEqual(['a 10 1 INVITE', 'b 500 1 INVITE', 'b 501 1 INVITE', 'a 11 1 INVITE'])
    // Numbers of requests are each phone's own as well.
    const sequences = bench.peer.requests('PRACK').map((prack) => prack.header('cseq'))
    expect(sequences).toEqual(['2 PRACK', '2 PRACK', '3 PRACK', '3 PRACK'])
  })

  it('is acknowledged with the number of the INVITE that got through, and cancelled as ever', async () => {
    const { invite, callId } = await bench.dial()
    bench.peer.reply(invite, 422, ['Min-SE: 3600'])
    await bench.settle()
    const again = bench.peer.requests('INVITE')[1]
    if (again === undefined) throw new Error('it was not called again')
    expect(again.header('supported')).toMatch(/\b100rel\b/)
    ring(again, 3)
    await bench.settle()
    expect(racks()).toEqual([`3 ${again.header('cseq')}`])
    void bench.request({ type: 'end', callId })
    await bench.settle()
    expect(bench.peer.requests('CANCEL')).toHaveLength(1)
    // It is going away: nobody cares any more that it rang.
    ring(again, 4)
    bench.peer.reply(again, 487)
    await bench.settle()
    expect(racks()).toHaveLength(1)
    // Of the 422 and of the 487.
    expect(bench.peer.requests('ACK')).toHaveLength(2)
  })

  it.each([
    ['as it was', makeSdp()],
    ['with no description', ''],
  ])('that changes its mind before the answer is followed; the answer %s changes nothing of that', async (_, last) => {
    const { invite } = await bench.dial()
    ring(invite, 1, 'peertag', [], makeSdp())
    await bench.settle()
    const dialog = { sipCallId: invite.header('call-id'), toTag: /tag=(\S+)/.exec(invite.header('from'))?.[1] ?? '' }
    const update = async (body: string, sequence: number): Promise<Said | undefined> => {
      const parts = { from: `${invite.header('to')};tag=peertag`, to: invite.header('from') }
      bench.peer.request({ method: 'UPDATE', callId: dialog.sipCallId, ...parts, sequence, body })
      await bench.settle()
      return bench.peer.responses('UPDATE').at(-1)
    }
    const early = await update(makeSdp({ direction: 'sendonly' }), 1)
    expect([early?.status, early?.message.body]).toEqual([200, expect.stringContaining('a=recvonly')])
    expect(bench.media.last.remoteHeld).toBe(true)
    bench.peer.reply(invite, 200, [], last)
    await bench.settle()
    expect(bench.reported('connected')).toHaveLength(1)
    expect(bench.media.last.remoteHeld).toBe(true)
    expect((await update(makeSdp(), 2))?.status).toBe(200)
    expect(bench.media.last.remoteHeld).toBe(false)
    expect(bench.ended).toBeUndefined()
  })

  it('that has said nothing of sound yet is told to wait with an offer, and heard without one', async () => {
    const { invite } = await bench.dial()
    ring(invite, 1)
    await bench.settle()
    const dialog = { sipCallId: invite.header('call-id'), toTag: /tag=(\S+)/.exec(invite.header('from'))?.[1] ?? '' }
    const update = async (body: string | null): Promise<Said | undefined> => {
      const parts = { from: `${invite.header('to')};tag=peertag`, to: invite.header('from') }
      bench.peer.request({ method: 'UPDATE', callId: dialog.sipCallId, ...parts, sequence: 1 + pause++, body })
      await bench.settle()
      return bench.peer.responses('UPDATE').at(-1)
    }
    let pause = 0
    expect((await update(null))?.status).toBe(200)
    expect((await update(makeSdp({ direction: 'sendonly' })))?.status).toBe(491)
    bench.peer.reply(invite, 200, [], makeSdp())
    await bench.settle()
    expect(bench.reported('connected')).toHaveLength(1)
    expect((await update(makeSdp({ direction: 'sendonly' })))?.status).toBe(200)
  })

  it('is not called again when it wants what there is not', async () => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, 421, ['Require: precondition'])
    await bench.settle()
    expect(bench.peer.requests('INVITE')).toHaveLength(1)
    expect(bench.ended).toMatchObject({ sipStatus: 421 })
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
