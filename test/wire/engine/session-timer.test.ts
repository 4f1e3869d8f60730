/*
 * Sessions that end when nobody refreshes them (RFC 4028): who refreshes, how, and what happens when nobody does.
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

const interval = (said: Said | undefined): string => said?.header('session-expires') ?? ''
const last = (method: string): Said => {
  const request = bench.peer.requests(method).at(-1)
  if (request === undefined) throw new Error(`no ${method}`)
  return request
}

/** The requests of ours in calls, in order. */
const spoken = (): string =>
  bench.peer.said
    .filter(({ status, word }) => status === 0 && word !== 'REGISTER')
    .map(({ word }) => word)
    .join(' ')

/** An outgoing call whose 200 says these lines. */
const talk = async (lines: readonly string[]): Promise<{ callId: string; invite: Said }> => {
  const { callId, invite } = await bench.dial()
  bench.peer.reply(invite, 180)
  await bench.settle()
  bench.peer.reply(invite, 200, lines, makeSdp())
  await bench.settle()
  bench.peer.words.length = 0
  return { callId, invite }
}

const answerReinvites = (lines: readonly string[]): void =>
  void bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, lines, makeSdp()))

describe('an outgoing call', () => {
  it('offers half an hour, and not less than 90 s', async () => {
    const { invite } = await bench.dial()
    expect(invite.header('supported')).toMatch(/\btimer\b/)
    expect(interval(invite)).toBe('1800')
    expect(invite.header('min-se')).toBe('90')
    expect(invite.header('allow')).toMatch(/\bUPDATE\b/)
  })

  it('refreshes with UPDATE at half the interval when the far end takes it and we are to refresh', async () => {
    await talk(['Session-Expires: 600;refresher=uac', 'Require: timer', 'Allow: INVITE, ACK, BYE, UPDATE'])
    bench.peer.on('UPDATE', (request) => bench.peer.reply(request, 200, ['Session-Expires: 600;refresher=uac']))
    await bench.settle(299_000)
    expect(bench.peer.requests('UPDATE')).toEqual([])
    await bench.settle(2_000)
    expect(interval(last('UPDATE'))).toBe('600;refresher=uac')
    expect(last('UPDATE').message.body).toBe('')
    expect(last('UPDATE').header('contact')).toMatch(/^<sip:/)
    await bench.settle(3_600_000)
    expect(bench.peer.requests('UPDATE')).toHaveLength(13)
    expect(bench.ended).toBeUndefined()
  })

  it('refreshes with a re-INVITE when the far end takes no UPDATE', async () => {
    await talk(['Session-Expires: 600;refresher=uac', 'Allow: INVITE, ACK, BYE'])
    answerReinvites(['Session-Expires: 600;refresher=uac'])
    await bench.settle(301_000)
    expect(interval(last('INVITE'))).toBe('600;refresher=uac')
    expect(spoken()).toBe('INVITE ACK INVITE ACK')
  })

  it('turns to re-INVITE when an UPDATE that was allowed is refused', async () => {
    await talk(['Session-Expires: 600;refresher=uac', 'Allow: INVITE, UPDATE'])
    answerReinvites(['Session-Expires: 600;refresher=uac'])
    bench.peer.on('UPDATE', (request) => bench.peer.reply(request, 405))
    await bench.settle(301_000)
    expect(spoken()).toBe('INVITE ACK UPDATE INVITE ACK')
    await bench.settle(300_000)
    expect(spoken()).toBe('INVITE ACK UPDATE INVITE ACK INVITE ACK')
  })

  it('leaves the refreshing to the far end that wants it, and lives while it does', async () => {
    const { invite } = await talk(['Session-Expires: 600;refresher=uas', 'Require: timer'])
    for (let sequence = 2; sequence < 6; sequence++) {
      await bench.settle(300_000)
      bench.inOutgoingDialog(invite, {
        method: 'UPDATE',
        sequence,
        extra: ['Supported: timer', 'Session-Expires: 600;refresher=uac'],
      })
      await bench.settle()
    }
    const answers = bench.peer.responses('UPDATE')
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(interval(answers[0])).toBe('600;refresher=uac')
    expect(answers[0]?.header('require')).toBe('timer')
    expect(bench.peer.requests('INVITE')).toHaveLength(1)
    expect(bench.ended).toBeUndefined()
  })

  it('ends 32 s before the interval does when the far end does not refresh', async () => {
    await talk(['Session-Expires: 600;refresher=uas'])
    await bench.settle(567_000)
    expect(bench.ended).toBeUndefined()
    await bench.settle(2_000)
    expect(bench.ended).toMatchObject({ cause: 'session-expired' })
    expect(bench.peer.requests('BYE')).toHaveLength(1)
  })

  it('ends a third of the interval before its end when that is short', async () => {
    await talk(['Session-Expires: 90;refresher=uas'])
    await bench.settle(59_000)
    expect(bench.ended).toBeUndefined()
    await bench.settle(2_000)
    expect(bench.ended?.cause).toBe('session-expired')
  })

  it('takes an interval that would storm for 90 s', async () => {
    await talk(['Session-Expires: 1;refresher=uac', 'Allow: UPDATE'])
    bench.peer.on('UPDATE', (request) => bench.peer.reply(request, 200, ['Session-Expires: 1;refresher=uac']))
    await bench.settle(91_000)
    expect(bench.peer.requests('UPDATE')).toHaveLength(2)
  })

  it('has no limit when the far end knows none', async () => {
    await talk([])
    await bench.settle(4_000_000)
    expect(bench.ended).toBeUndefined()
    expect(bench.peer.requests('INVITE')).toHaveLength(1)
  })

  it('that is refused with 422 is made again with what the server wants', async () => {
    const { invite, callId } = await bench.dial()
    bench.peer.reply(invite, 422, ['Min-SE: 3600'])
    await bench.settle()
    const again = last('INVITE')
    expect(bench.peer.transcript).toBe('INVITE 422 ACK INVITE')
    expect(interval(again)).toBe('3600')
    expect(again.header('min-se')).toBe('3600')
    expect(again.header('call-id')).toBe(invite.header('call-id'))
    expect(again.header('from')).toBe(invite.header('from'))
    expect(again.header('cseq')).toBe('2 INVITE')
    bench.peer.reply(again, 200, ['Session-Expires: 3600;refresher=uac'], makeSdp())
    await bench.settle()
    expect(bench.reported('connected')).toEqual([{ type: 'connected', callId }])
  })

  it('that is refused with 422 for nothing ends', async () => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, 422, ['Min-SE: 90'])
    await bench.settle()
    expect(bench.peer.requests('INVITE')).toHaveLength(1)
    expect(bench.ended).toMatchObject({ cause: 'server-error', sipStatus: 422 })
  })

  it('asks for longer when a refresh is refused with 422', async () => {
    await talk(['Session-Expires: 600;refresher=uac', 'Allow: UPDATE'])
    bench.peer.on('UPDATE', (request) =>
      Number.parseInt(interval(request), 10) < 900
        ? bench.peer.reply(request, 422, ['Min-SE: 900'])
        : bench.peer.reply(request, 200, [`Session-Expires: ${interval(request)}`]),
    )
    await bench.settle(301_000)
    expect(bench.peer.requests('UPDATE').map(interval)).toEqual(['600;refresher=uac', '900;refresher=uac'])
    expect(bench.ended).toBeUndefined()
  })

  it('tries a refresh that fails again, and ends when none goes through in time', async () => {
    await talk(['Session-Expires: 600;refresher=uac', 'Allow: UPDATE'])
    bench.peer.on('UPDATE', (request) => bench.peer.reply(request, 500))
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 500))
    await bench.settle(569_000)
    expect(bench.peer.requests('UPDATE').length).toBeGreaterThan(2)
    expect(bench.ended?.cause).toBe('session-expired')
  })

  it('ends when the server no longer knows the dialog that is refreshed', async () => {
    await talk(['Session-Expires: 600;refresher=uac', 'Allow: UPDATE'])
    bench.peer.on('UPDATE', (request) => bench.peer.reply(request, 481))
    await bench.settle(301_000)
    expect(bench.ended?.cause).toBe('connection-lost')
  })

  it('keeps the interval and its refresher through hold, which is a refresh too', async () => {
    const { callId } = await talk(['Session-Expires: 600;refresher=uas'])
    answerReinvites(['Session-Expires: 600;refresher=uas'])
    await bench.settle(400_000)
    await bench.ask({ type: 'setHeld', callId, held: true })
    expect(interval(last('INVITE'))).toBe('600;refresher=uas')
    await bench.settle(560_000)
    expect(bench.ended).toBeUndefined()
    await bench.settle(10_000)
    expect(bench.ended?.cause).toBe('session-expired')
  })

  it('has no more timers when it is over', async () => {
    const { callId } = await talk(['Session-Expires: 600;refresher=uac', 'Allow: UPDATE'])
    await bench.ask({ type: 'end', callId })
    await bench.settle(1_000_000)
    expect(bench.peer.requests('UPDATE')).toEqual([])
    expect(bench.reported('ended')).toHaveLength(1)
  })
})

describe('an incoming call', () => {
  const answered = async (extra: readonly string[]) => {
    const { callId, parts } = await bench.ring({ extra })
    const answering = bench.request({ type: 'answer', callId })
    await bench.settle()
    const dialog = { sipCallId: parts.callId, toTag: bench.toTag('INVITE') }
    bench.inDialog(dialog, { method: 'ACK' })
    await bench.settle()
    await answering
    return { callId, ...dialog, ok: bench.peer.responses('INVITE').at(-1) }
  }

  it('that asks for an interval gets it, and we refresh unless the caller wants to', async () => {
    const { ok } = await answered(['Supported: timer', 'Session-Expires: 1200', 'Allow: UPDATE'])
    expect(interval(ok)).toBe('1200;refresher=uas')
    expect(ok?.header('require')).toBe('timer')
    bench.peer.on('UPDATE', (request) => bench.peer.reply(request, 200, ['Session-Expires: 1200;refresher=uac']))
    await bench.settle(601_000)
    expect(interval(last('UPDATE'))).toBe('1200;refresher=uac')
  })

  it('that asks in compact forms gets the same', async () => {
    const { ok } = await answered(['k: timer', 'x: 1200;refresher=uas'])
    expect(interval(ok)).toBe('1200;refresher=uas')
    expect(ok?.header('require')).toBe('timer')
  })

  it('whose caller refreshes ends when it does not', async () => {
    const { ok } = await answered(['Supported: timer', 'Session-Expires: 600;refresher=uac'])
    expect(interval(ok)).toBe('600;refresher=uac')
    await bench.settle(569_000)
    expect(bench.ended?.cause).toBe('session-expired')
    expect(bench.peer.requests('BYE')).toHaveLength(1)
  })

  it('for which only a proxy wants an interval is refreshed by us, and nothing is required', async () => {
    const { ok } = await answered(['Session-Expires: 1200'])
    expect(interval(ok)).toBe('1200;refresher=uas')
    expect(ok?.header('require')).toBe('')
  })

  it('of a caller that knows no timers has none', async () => {
    const { ok } = await answered([])
    expect(interval(ok)).toBe('')
    await bench.settle(4_000_000)
    expect(bench.ended).toBeUndefined()
  })

  it('that asks for too short an interval is told the shortest, and does not ring', async () => {
    await bench.ring({ extra: ['Supported: timer', 'Session-Expires: 30'] })
    const [refusal] = bench.peer.responses('INVITE')
    expect([refusal?.status, refusal?.header('min-se')]).toEqual([422, '90'])
    expect(bench.offers).toEqual([])
  })

  it('takes a new interval from a re-INVITE', async () => {
    const dialog = await answered(['Supported: timer', 'Session-Expires: 600;refresher=uac'])
    bench.inDialog(dialog, {
      method: 'INVITE',
      sequence: 2,
      body: makeSdp(),
      extra: ['Supported: timer', 'Session-Expires: 3600;refresher=uac'],
    })
    await bench.settle()
    expect(interval(bench.peer.responses('INVITE').at(-1))).toBe('3600;refresher=uac')
    bench.inDialog(dialog, { method: 'ACK', sequence: 2 })
    await bench.settle(3_560_000)
    expect(bench.ended).toBeUndefined()
    await bench.settle(10_000)
    expect(bench.ended?.cause).toBe('session-expired')
  })
})
