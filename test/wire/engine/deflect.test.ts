/*
 * Sending a ringing call elsewhere with a 302, by hand or by rule; and what a 302 to our own call does not do.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EngineBench } from '../support/engine-bench'

let bench: EngineBench
beforeEach(async () => {
  vi.useFakeTimers()
  bench = new EngineBench()
  await bench.register()
  bench.peer.words.length = 0
})
afterEach(() => vi.useRealTimers())

const target = 'sip:reception@example.com'

describe('a ringing call', () => {
  it('is sent elsewhere with 302 and the address', async () => {
    const { callId } = await bench.ring()
    expect(await bench.ask({ type: 'deflect', callId, target })).toEqual({ ok: true, value: undefined })
    expect(bench.peer.transcript).toBe('INVITE 100 180 302')
    const moved = bench.peer.responses('INVITE').at(-1)
    expect(moved?.header('contact')).toBe(`<${target}>`)
    expect(moved?.header('diversion')).toBe('<sip:alice@example.com>;reason=deflection')
    expect(bench.reported('ended')).toMatchObject([{ callId, cause: 'deflected', sipStatus: 302 }])
    expect(bench.media.last.closed).toBe(true)
  })

  it.each(['', 'tel:123', 'mailto:x@y', 'reception', 'sip:', 'sip:a@b>\r\nX: y'])(
    'is not sent to %j',
    async (nowhere) => {
      const { callId } = await bench.ring()
      expect(await bench.ask({ type: 'deflect', callId, target: nowhere })).toMatchObject({
        ok: false,
        code: 'invalid-target',
      })
      expect(bench.peer.transcript).toBe('INVITE 100 180')
      expect(bench.ended).toBeUndefined()
    },
  )

  it('loses headers hidden in the address', async () => {
    const { callId } = await bench.ring()
    await bench.ask({ type: 'deflect', callId, target: `${target}?Route=x` })
    expect(bench.peer.responses('INVITE').at(-1)?.header('contact')).toBe(`<${target}>`)
  })

  it('that was answered is not sent elsewhere, nor one of our own', async () => {
    const { callId } = await bench.answered()
    expect(await bench.ask({ type: 'deflect', callId, target })).toMatchObject({ code: 'invalid-action' })
    const dialed = await bench.dial()
    expect(await bench.ask({ type: 'deflect', callId: dialed.callId, target })).toMatchObject({
      code: 'invalid-action',
    })
  })

  it('that the caller gives up at the same moment ends once', async () => {
    const { callId, parts } = await bench.ring()
    const reply = bench.request({ type: 'deflect', callId, target })
    bench.peer.request({ method: 'CANCEL', ...parts, body: null })
    await bench.settle()
    expect(await reply).toMatchObject({ ok: true })
    expect(bench.reported('ended')).toHaveLength(1)
  })
})

describe('a rule', () => {
  it('sends a call elsewhere before it rings', async () => {
    bench.verdict = { type: 'deflect', target }
    await bench.ring()
    expect(bench.peer.transcript).toBe('INVITE 100 302')
    expect(bench.peer.responses('INVITE').at(-1)?.header('contact')).toBe(`<${target}>`)
    expect(bench.ended).toBeUndefined()
    expect(bench.media.last.closed).toBe(true)
  })

  it.each(['no-answer', 'user-busy', 'do-not-disturb', 'unconditional'] as const)('says why: %s', async (reason) => {
    bench.verdict = { type: 'deflect', target, reason }
    await bench.ring()
    const diverted = `<sip:alice@example.com>;reason=${reason}`
    expect(bench.peer.responses('INVITE').at(-1)?.header('diversion')).toBe(diverted)
    bench.verdict = { type: 'alert' }
    const { callId } = await bench.ring()
    await bench.ask({ type: 'deflect', callId, target, reason })
    expect(bench.peer.responses('INVITE').at(-1)?.header('diversion')).toBe(diverted)
  })

  it('with an address that is none refuses the call', async () => {
    bench.verdict = { type: 'deflect', target: 'nowhere' }
    await bench.ring()
    expect(bench.peer.transcript).toBe('INVITE 100 480')
  })
})

describe('a call of ours', () => {
  it.each([300, 301, 302, 305, 380])('that is answered %i is not followed', async (status) => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, status, ['Contact: <sip:900@premium.example>'])
    await bench.settle(5_000)
    expect(bench.peer.transcript).toBe(`INVITE ${status} ACK`)
    expect(bench.ended).toMatchObject({ cause: 'redirected', sipStatus: status })
  })
})
