/*
 * What happens when both ends want something of a dialog at the same moment (RFC 3261 section 14, RFC 3311 section 5.2, RFC 5407): a far end
 * that asks while we do, ends while we ask, or never answers.
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

const last = (): Said => {
  const invite = bench.peer.requests('INVITE').at(-1)
  if (invite === undefined) throw new Error('no INVITE')
  return invite
}
const statuses = (method: string): number[] => bench.peer.responses(method).map(({ status }) => status)

describe('two re-INVITEs that cross', () => {
  it('are both refused with 491, and ours comes again after 2.1 to 4 s when the Call-ID is ours', async () => {
    const { callId, invite } = await bench.talk()
    bench.peer.on('INVITE', () => {})
    const holding = bench.request({ type: 'setHeld', callId, held: true })
    await bench.settle()
    const crossing = last()
    bench.inOutgoingDialog(invite, { method: 'INVITE', sequence: 2, body: makeSdp() })
    await bench.settle()
    expect(statuses('INVITE')).toEqual([491])
    bench.peer.reply(crossing, 491)
    await bench.settle(2_000)
    expect(bench.peer.requests('INVITE')).toHaveLength(2)
    await bench.settle(2_000)
    expect(bench.peer.requests('INVITE')).toHaveLength(3)
    bench.peer.reply(last(), 200, [], makeSdp({ direction: 'recvonly' }))
    await bench.settle()
    expect(await holding).toMatchObject({ ok: true })
    bench.inOutgoingDialog(invite, { method: 'INVITE', sequence: 3, body: makeSdp({ direction: 'recvonly' }) })
    await bench.settle()
    expect(statuses('INVITE')).toEqual([491, 200])
    expect(bench.ended).toBeUndefined()
  })

  it('are settled by the caller first: ours waits 2 s at most when the Call-ID is theirs', async () => {
    const dialog = await bench.answered()
    bench.peer.on('INVITE', () => {})
    const holding = bench.request({ type: 'setHeld', callId: dialog.callId, held: true })
    await bench.settle()
    bench.peer.reply(last(), 491)
    await bench.settle(2_010)
    expect(bench.peer.requests('INVITE')).toHaveLength(2)
    bench.peer.reply(last(), 200, [], makeSdp({ direction: 'recvonly' }))
    await bench.settle()
    expect(await holding).toMatchObject({ ok: true })
  })

  it('are no mix-up when theirs comes while our offer is still being made', async () => {
    const { callId, invite } = await bench.talk()
    let open = (): void => {}
    bench.media.gate = () => new Promise((resolve) => (open = resolve))
    const holding = bench.request({ type: 'setHeld', callId, held: true })
    await bench.settle()
    bench.inOutgoingDialog(invite, { method: 'INVITE', sequence: 2, body: makeSdp({ direction: 'inactive' }) })
    await bench.settle()
    expect(statuses('INVITE')).toEqual([491])
    bench.media.gate = () => Promise.resolve()
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [], makeSdp({ direction: 'recvonly' })))
    open()
    await bench.settle()
    expect(await holding).toMatchObject({ ok: true })
    expect(last().message.body).toContain('a=sendonly')
    expect(bench.media.last.remoteHeld).toBe(false)
  })

  it('are no mix-up when ours is wanted while theirs waits for its ACK', async () => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, { method: 'INVITE', sequence: 2, body: makeSdp() })
    await bench.settle()
    expect(statuses('INVITE').at(-1)).toBe(200)
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [], makeSdp({ direction: 'recvonly' })))
    const describing = vi.spyOn(bench.media.last, 'getDescription')
    const holding = bench.request({ type: 'setHeld', callId: dialog.callId, held: true })
    await bench.settle()
    expect(describing).not.toHaveBeenCalled()
    bench.inDialog(dialog, { method: 'ACK', sequence: 2 })
    await bench.settle(2_010)
    expect(await holding).toMatchObject({ ok: true })
    expect(bench.peer.requests('INVITE')).toHaveLength(1)
  })
})

describe('a re-INVITE of theirs that never gets its ACK', () => {
  it.each([
    [200, undefined],
    [481, 'connection-lost'],
  ])('blocks nothing for longer than 32 s; the far end is asked and says %i', async (status, cause) => {
    const dialog = await bench.answered()
    bench.peer.on('OPTIONS', (request) =>
      bench.peer.reply(request, request.header('call-id').startsWith('ping-') ? 200 : status),
    )
    bench.inDialog(dialog, { method: 'INVITE', sequence: 2, body: makeSdp() })
    await bench.settle(33_000)
    expect(bench.ended?.cause).toBe(cause)
    bench.inDialog(dialog, { method: 'INVITE', sequence: 3, body: makeSdp() })
    await bench.settle()
    expect(statuses('INVITE').at(-1)).toBe(cause === undefined ? 200 : 481)
  })
})

describe('a re-INVITE of ours', () => {
  it('that is told to wait with 500 and Retry-After waits so long', async () => {
    const { callId } = await bench.talk()
    bench.peer.on('INVITE', () => {})
    const holding = bench.request({ type: 'setHeld', callId, held: true })
    await bench.settle()
    bench.peer.reply(last(), 500, ['Retry-After: 3 (busy)'])
    await bench.settle(2_900)
    expect(bench.peer.requests('INVITE')).toHaveLength(2)
    await bench.settle(200)
    expect(bench.peer.requests('INVITE')).toHaveLength(3)
    bench.peer.reply(last(), 200, [], makeSdp({ direction: 'recvonly' }))
    await bench.settle()
    expect(await holding).toMatchObject({ ok: true })
  })

  it.each([481, 408])('that is answered %i ends the call', async (status) => {
    const { callId } = await bench.talk()
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, status))
    expect(await bench.ask({ type: 'setHeld', callId, held: true })).toMatchObject({ ok: false })
    expect(bench.ended).toMatchObject({ cause: 'connection-lost' })
    expect(bench.peer.requests('BYE')).toHaveLength(1)
  })

  it('that is never answered fails the action at once and the call after 32 s', async () => {
    const { callId } = await bench.talk()
    bench.peer.on('INVITE', () => {})
    const holding = bench.request({ type: 'setHeld', callId, held: true })
    await bench.settle(4_600)
    expect(await holding).toMatchObject({ ok: false, code: 'timed-out' })
    expect(bench.ended).toBeUndefined()
    await bench.settle(28_000)
    expect(bench.ended).toMatchObject({ cause: 'connection-lost' })
  })

  it('that is refused with 488 leaves everything as it was, and the next one goes through', async () => {
    const { callId } = await bench.talk()
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 488))
    expect(await bench.ask({ type: 'setHeld', callId, held: true })).toMatchObject({ ok: false, code: 'media-failed' })
    expect(bench.media.last.held).toBe(false)
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [], makeSdp({ direction: 'recvonly' })))
    expect(await bench.ask({ type: 'setHeld', callId, held: true })).toMatchObject({ ok: true })
  })

  it('whose answer is lost with the connection does not hold up the next one', async () => {
    const { callId } = await bench.talk()
    bench.peer.on('INVITE', () => {})
    const holding = bench.request({ type: 'setHeld', callId, held: true })
    await bench.settle()
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [], makeSdp()))
    bench.peer.server.current?.end(1006)
    await bench.settle(4_000)
    expect(await holding).toMatchObject({ ok: false })
    expect(last().message.body).toContain('a=sendrecv')
    expect(last().message.body).toContain('a=ice-ufrag:u2')
    await bench.settle(40_000)
    expect(bench.ended).toBeUndefined()
  })

  it('that meets a BYE is over with the call', async () => {
    const { callId, invite } = await bench.talk()
    bench.peer.on('INVITE', () => {})
    const holding = bench.request({ type: 'setHeld', callId, held: true })
    await bench.settle()
    const crossing = last()
    bench.inOutgoingDialog(invite, { method: 'BYE', sequence: 2 })
    await bench.settle()
    bench.peer.reply(crossing, 481)
    await bench.settle(5_000)
    expect(await holding).toMatchObject({ ok: false })
    expect(statuses('BYE')).toEqual([200])
    expect(bench.reported('ended')).toMatchObject([{ cause: 'remote-hung-up' }])
    expect(bench.peer.requests('BYE')).toEqual([])
  })

  it('that is answered after we hung up is acknowledged and changes nothing', async () => {
    const { callId } = await bench.talk()
    bench.peer.on('INVITE', () => {})
    void bench.request({ type: 'setHeld', callId, held: true })
    await bench.settle()
    const crossing = last()
    await bench.ask({ type: 'end', callId })
    bench.peer.reply(crossing, 200, [], makeSdp({ direction: 'recvonly' }))
    await bench.settle(1_000)
    expect(bench.reported('ended')).toMatchObject([{ cause: 'hung-up' }])
    expect(bench.peer.requests('BYE')).toHaveLength(1)
    expect(bench.peer.requests('ACK')).toHaveLength(2)
  })
})

describe('the beginning and the end that cross', () => {
  it('a CANCEL of ours that crosses the 200 becomes a BYE', async () => {
    const { callId, invite } = await bench.dial()
    bench.peer.reply(invite, 180)
    await bench.settle()
    bench.peer.on('CANCEL', (cancel) => {
      bench.peer.reply(invite, 200, [], makeSdp())
      bench.peer.reply(cancel, 200)
    })
    await bench.ask({ type: 'end', callId })
    await bench.settle(1_000)
    expect(bench.peer.transcript).toMatch(/^INVITE 180 CANCEL 200 200 ACK BYE/)
    expect(bench.ended?.cause).toBe('cancelled')
  })

  it('an end before any answer becomes a CANCEL when there is one', async () => {
    const { callId, invite } = await bench.dial()
    await bench.ask({ type: 'end', callId })
    expect(bench.peer.requests('CANCEL')).toEqual([])
    bench.peer.reply(invite, 100)
    await bench.settle()
    expect(bench.peer.requests('CANCEL')).toHaveLength(1)
  })

  it('a re-INVITE of theirs that crosses our BYE is answered 481', async () => {
    const { callId, invite } = await bench.talk()
    bench.peer.on('BYE', () => {})
    await bench.ask({ type: 'end', callId })
    bench.inOutgoingDialog(invite, { method: 'INVITE', sequence: 2, body: makeSdp() })
    await bench.settle()
    expect(statuses('INVITE')).toEqual([481])
  })
})

describe('an UPDATE', () => {
  const offer = (direction = 'sendrecv') => ({
    method: 'UPDATE',
    body: makeSdp({ direction }),
  })

  it('with an offer is answered with ours, and its hold is told', async () => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, { ...offer('sendonly'), sequence: 2 })
    await bench.settle()
    const answer = bench.peer.responses('UPDATE').at(-1)
    expect(answer?.status).toBe(200)
    expect(answer?.header('content-type')).toBe('application/sdp')
    expect(answer?.message.body).toContain('a=recvonly')
    expect(answer?.header('contact')).toMatch(/^<sip:/)
    expect(bench.reported('updated').at(-1)).toMatchObject({ remoteHeld: true })
  })

  it('with an offer while ours is open is refused with 491', async () => {
    const { callId, invite } = await bench.talk()
    bench.peer.on('INVITE', () => {})
    void bench.request({ type: 'setHeld', callId, held: true })
    await bench.settle()
    bench.inOutgoingDialog(invite, { ...offer(), sequence: 2 })
    await bench.settle()
    expect(statuses('UPDATE')).toEqual([491])
    bench.inOutgoingDialog(invite, { method: 'UPDATE', sequence: 3 })
    await bench.settle()
    expect(statuses('UPDATE')).toEqual([491, 200])
  })

  it('with an offer while theirs is open is refused with 500 and a time', async () => {
    const dialog = await bench.answered()
    let open = (): void => {}
    bench.media.gate = () => new Promise((resolve) => (open = resolve))
    bench.inDialog(dialog, { ...offer(), sequence: 2 })
    await bench.settle()
    bench.inDialog(dialog, { ...offer(), sequence: 3 })
    bench.inDialog(dialog, { method: 'INVITE', body: makeSdp(), sequence: 4 })
    await bench.settle()
    const refusals = [bench.peer.responses('UPDATE').at(-1), bench.peer.responses('INVITE').at(-1)]
    expect(refusals.map((said) => said?.status)).toEqual([500, 500])
    for (const said of refusals) expect(Number(said?.header('retry-after'))).toBeLessThanOrEqual(10)
    bench.media.gate = () => Promise.resolve()
    open()
    await bench.settle()
    expect(statuses('UPDATE')).toEqual([500, 200])
  })

  it('with an offer nobody can take is refused with 488, and the call goes on', async () => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, { method: 'UPDATE', body: makeSdp({ fingerprint: false }), sequence: 2 })
    await bench.settle()
    expect(statuses('UPDATE')).toEqual([488])
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [], makeSdp({ direction: 'recvonly' })))
    expect(await bench.ask({ type: 'setHeld', callId: dialog.callId, held: true })).toMatchObject({ ok: true })
  })

  it('that came too late is refused, and the next request of the far end is not', async () => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, { method: 'UPDATE', sequence: 7 })
    bench.inDialog(dialog, { method: 'UPDATE', sequence: 6 })
    await bench.settle()
    expect(statuses('UPDATE')).toEqual([200, 500])
    bench.inDialog(dialog, { method: 'BYE', sequence: 8 })
    await bench.settle()
    expect(statuses('BYE')).toEqual([200])
  })

  it('tells where the far end is now', async () => {
    const dialog = await bench.answered()
    const replace = { Contact: '<sip:bob@elsewhere.example.com>' }
    bench.inDialog(dialog, { method: 'UPDATE', sequence: 2, replace })
    await bench.settle()
    await bench.ask({ type: 'end', callId: dialog.callId })
    expect(bench.peer.requests('BYE')[0]?.message.start).toBe('BYE sip:bob@elsewhere.example.com SIP/2.0')
  })
})
