/*
 * Handing somebody on: to an address, to whoever we talk to in another call, to whoever still rings; and what a far end may answer.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Result } from '../../../common/errors'
import { EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'
import { news, type News } from '../support/referral-talk'
import type { Said } from '../support/scripted-peer'

let bench: EngineBench
beforeEach(async () => {
  vi.useFakeTimers()
  bench = new EngineBench()
  await bench.register()
  bench.peer.words.length = 0
})
afterEach(() => vi.useRealTimers())

const carol = 'sip:carol@example.com'

interface Talk {
  readonly callId: string
  readonly invite: Said
}

const lastRefer = (): Said => {
  const refer = bench.peer.requests('REFER').at(-1)
  if (refer === undefined) throw new Error('no REFER')
  return refer
}
const tell = async ({ invite }: Talk, parts: News): Promise<void> => {
  bench.inOutgoingDialog(invite, news(parts))
  await bench.settle()
}
const answersToNotify = (): number[] => bench.peer.responses('NOTIFY').map(({ status }) => status)
const progress = (): string[] => bench.reported('transfer').map((report) => report.progress)
const bye = async ({ invite }: Talk, sequence = 50): Promise<void> => {
  bench.inOutgoingDialog(invite, { method: 'BYE', sequence })
  await bench.settle()
}
const causeOf = (callId: string): string | undefined =>
  bench.reported('ended').find((report) => report.callId === callId)?.cause

/** A call whose far end took the REFER to Carol; `result` stays null until the engine replies. */
async function transferring(): Promise<Talk & { result: () => Result | null }> {
  const talk = await bench.talk()
  bench.peer.words.length = 0
  bench.peer.on('REFER', (request) => bench.peer.reply(request, 202))
  let result: Result | null = null
  void bench.request({ type: 'transfer', callId: talk.callId, target: carol }).then((reply) => (result = reply))
  await bench.settle()
  return { ...talk, result: () => result }
}

describe('a blind transfer', () => {
  it('is a REFER in the dialog, followed by its NOTIFYs to the end, and ends with our BYE', async () => {
    bench.peer.on('BYE', (request) => bench.peer.reply(request, 200))
    const talk = await transferring()
    expect(lastRefer().header('refer-to')).toBe(`<${carol}>`)
    expect(lastRefer().header('referred-by')).toBe('<sip:alice@example.com>')
    expect(lastRefer().header('to')).toContain(';tag=peertag')
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 100 Trying' })
    await tell(talk, { sequence: 3, fragment: 'SIP/2.0 180 Ringing\r\n' })
    expect(progress()).toEqual(['trying', 'ringing'])
    expect(talk.result()).toBeNull()
    await tell(talk, { sequence: 4, fragment: 'SIP/2.0 200 OK', state: 'terminated;reason=noresource' })
    expect(talk.result()).toEqual({ ok: true, value: undefined })
    expect(bench.ended).toBeUndefined()
    await bench.settle(2_000)
    expect(bench.peer.transcript).toBe('REFER 202 NOTIFY 200 NOTIFY 200 NOTIFY 200 BYE 200')
    expect(bench.ended).toMatchObject({ callId: talk.callId, cause: 'transferred' })
  })

  it('whose far end hangs up after it was reached ends as transferred', async () => {
    const talk = await transferring()
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 200 OK', state: 'terminated;reason=noresource' })
    await bye(talk)
    await bench.settle(5_000)
    expect(bench.peer.transcript).toBe('REFER 202 NOTIFY 200 BYE 200')
    expect(bench.ended?.cause).toBe('transferred')
    expect(bench.reported('ended')).toHaveLength(1)
  })

  it('whose far end hangs up right after it took the REFER has succeeded', async () => {
    const talk = await transferring()
    await bye(talk)
    await bench.settle(600)
    expect(talk.result()).toEqual({ ok: true, value: undefined })
    expect(causeOf(talk.callId)).toBe('transferred')
    expect(bench.peer.transcript).toBe('REFER 202 BYE 200')
  })

  it('whose far end hangs up and then says that it failed has failed', async () => {
    const talk = await transferring()
    await bye(talk)
    await tell(talk, { sequence: 51, fragment: 'SIP/2.0 486 Busy Here', state: 'terminated;reason=noresource' })
    await bench.settle(600)
    expect(talk.result()).toEqual({ ok: false, code: 'transfer-failed', detail: 'SIP 486 Busy Here' })
    expect(bench.reported('ended')).toMatchObject([{ callId: talk.callId, cause: 'remote-hung-up' }])
    expect(bench.peer.transcript).toBe('REFER 202 BYE 200 NOTIFY 200')
    await tell(talk, { sequence: 52, fragment: 'SIP/2.0 486 Busy Here' })
    expect(answersToNotify()).toEqual([200, 481])
  })

  it('whose far end hung up believes no news from anybody else', async () => {
    const talk = await transferring()
    await bye(talk)
    bench.inOutgoingDialog(talk.invite, {
      ...news({ sequence: 51, fragment: 'SIP/2.0 486 Busy Here' }),
      from: '<sip:bob@example.com>;tag=forged',
    })
    await bench.settle(600)
    expect(answersToNotify()).toEqual([481])
    expect(talk.result()).toMatchObject({ ok: true })
  })

  it.each([
    ['SIP/2.0 486 Busy Here', 'SIP 486 Busy Here'],
    ['SIP/2.0 603 Decline\r\nTo: <sip:carol@example.com>\r\n', 'SIP 603 Decline'],
    ['SIP/2.0 302 Moved', 'SIP 302 Moved'],
    ['SIP/2.0 404', 'SIP 404'],
  ])('that ends in %j has failed, and the call goes on', async (fragment, detail) => {
    const talk = await transferring()
    await tell(talk, { sequence: 2, fragment, state: 'terminated;reason=noresource' })
    expect(talk.result()).toEqual({ ok: false, code: 'transfer-failed', detail })
    await bench.settle(10_000)
    expect(bench.ended).toBeUndefined()
    bench.peer.words.length = 0
    await bench.ask({ type: 'end', callId: talk.callId })
    expect(bench.peer.transcript).toBe('BYE')
    expect(bench.ended?.cause).toBe('hung-up')
  })

  it.each([403, 405, 501, 603, 302])('that the far end refuses with %i leaves the call as it was', async (status) => {
    const talk = await bench.talk()
    bench.peer.on('REFER', (request) => bench.peer.reply(request, status))
    const reply = await bench.ask({ type: 'transfer', callId: talk.callId, target: carol })
    expect(reply).toEqual({ ok: false, code: 'transfer-refused', detail: `SIP ${status} Said` })
    await bye(talk)
    expect(causeOf(talk.callId)).toBe('remote-hung-up')
  })

  it('that failed can be tried again, and its NOTIFYs are told from the late ones of the first', async () => {
    const talk = await transferring()
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 486 Busy Here', state: 'terminated' })
    const first = lastRefer().header('cseq').split(' ')[0] ?? ''
    const again = bench.request({ type: 'transfer', callId: talk.callId, target: carol })
    await bench.settle()
    const second = lastRefer().header('cseq').split(' ')[0] ?? ''
    await tell(talk, { sequence: 3, fragment: 'SIP/2.0 486 Busy Here', event: `refer;id=${first}` })
    await tell(talk, { sequence: 4, fragment: 'SIP/2.0 200 OK', event: `refer;id=${second}` })
    expect(answersToNotify()).toEqual([200, 481, 200])
    expect(await again).toMatchObject({ ok: true })
  })

  it('is taken by a 200 as by a 202', async () => {
    const talk = await bench.talk()
    bench.peer.on('REFER', (request) => bench.peer.reply(request, 200))
    const reply = bench.request({ type: 'transfer', callId: talk.callId, target: carol })
    await bench.settle(1_000)
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 200 OK', state: 'terminated' })
    expect(await reply).toMatchObject({ ok: true })
  })

  it('of whose course the far end will tell nothing succeeds when it is taken', async () => {
    const { callId } = await bench.talk()
    bench.peer.on('REFER', (request) => bench.peer.reply(request, 200, ['Refer-Sub: false']))
    expect(await bench.ask({ type: 'transfer', callId, target: carol })).toMatchObject({ ok: true })
    await bench.settle(2_000)
    expect(bench.ended?.cause).toBe('transferred')
  })

  it('whose first NOTIFY overtakes the 202 is followed all the same', async () => {
    const talk = await bench.talk()
    bench.peer.on('REFER', () => {})
    const reply = bench.request({ type: 'transfer', callId: talk.callId, target: carol })
    await bench.settle()
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 100 Trying' })
    bench.peer.reply(lastRefer(), 202)
    await bench.settle()
    await tell(talk, { sequence: 3, fragment: 'SIP/2.0 200 OK', state: 'terminated' })
    expect(await reply).toMatchObject({ ok: true })
    expect(answersToNotify()).toEqual([200, 200])
  })

  it('of which nothing is ever told fails after three minutes', async () => {
    const talk = await transferring()
    await bench.settle(179_000)
    expect(talk.result()).toBeNull()
    await bench.settle(2_000)
    expect(talk.result()).toMatchObject({ ok: false, code: 'transfer-failed' })
    expect(bench.ended).toBeUndefined()
  })

  it('whose subscription runs out has failed then', async () => {
    const talk = await transferring()
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 100 Trying', state: 'active;expires=60' })
    await bench.settle(61_000)
    expect(talk.result()).toMatchObject({ ok: false, code: 'transfer-failed' })
  })

  it('that nobody answers is refused when the transaction gives up', async () => {
    const talk = await bench.talk()
    bench.peer.on('REFER', () => {})
    const reply = bench.request({ type: 'transfer', callId: talk.callId, target: carol })
    await bench.settle(33_000)
    expect(await reply).toMatchObject({ ok: false, code: 'transfer-refused', detail: 'SIP 408 Request Timeout' })
  })

  it('believes a referee that calls every NOTIFY its last', async () => {
    const talk = await transferring()
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 100 Trying', state: 'terminated' })
    await tell(talk, { sequence: 3, fragment: 'SIP/2.0 180 Ringing', state: 'terminated' })
    expect(talk.result()).toBeNull()
    await tell(talk, { sequence: 4, fragment: 'SIP/2.0 200 OK', state: 'terminated' })
    expect(talk.result()).toMatchObject({ ok: true })
  })

  it('that is challenged is sent again with credentials, and the dialog counts on', async () => {
    const talk = await bench.talk()
    const challenge = 'WWW-Authenticate: Digest realm="example.com", nonce="n1", algorithm=MD5, qop="auth"'
    bench.peer.on('REFER', (request) => {
      if (request.header('authorization')) bench.peer.reply(request, 202)
      else bench.peer.reply(request, 401, [challenge])
    })
    const reply = bench.request({ type: 'transfer', callId: talk.callId, target: carol })
    await bench.settle()
    const numbers = bench.peer.requests('REFER').map((said) => Number.parseInt(said.header('cseq'), 10))
    expect(numbers).toHaveLength(2)
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 200 OK', event: `refer;id=${numbers[1]}`, state: 'terminated' })
    expect(await reply).toMatchObject({ ok: true })
    await bench.settle(2_000)
    const last = Number.parseInt(bench.peer.requests('BYE')[0]?.header('cseq') ?? '', 10)
    expect(last).toBe((numbers[1] ?? 0) + 1)
  })

  it('that crosses the far end’s BYE ends the call once, as hung up', async () => {
    const talk = await bench.talk()
    bench.peer.on('REFER', (request) => {
      bench.inOutgoingDialog(talk.invite, { method: 'BYE', sequence: 2 })
      bench.peer.reply(request, 481)
    })
    expect(await bench.ask({ type: 'transfer', callId: talk.callId, target: carol })).toMatchObject({
      ok: false,
      code: 'failed',
    })
    expect(bench.reported('ended')).toMatchObject([{ callId: talk.callId, cause: 'remote-hung-up' }])
  })

  it('in a dialog that the far end forgot ends the call', async () => {
    const talk = await bench.talk()
    bench.peer.on('REFER', (request) => bench.peer.reply(request, 481))
    expect(await bench.ask({ type: 'transfer', callId: talk.callId, target: carol })).toMatchObject({ ok: false })
    expect(causeOf(talk.callId)).toBe('connection-lost')
  })

  it('is one at a time', async () => {
    const talk = await transferring()
    const reply = await bench.ask({ type: 'transfer', callId: talk.callId, target: 'sip:dave@example.com' })
    expect(reply).toMatchObject({ ok: false, code: 'invalid-action' })
    expect(bench.peer.requests('REFER')).toHaveLength(1)
  })

  it('is not possible while it rings, nor to what is no SIP address', async () => {
    const { callId } = await bench.dial()
    expect(await bench.ask({ type: 'transfer', callId, target: carol })).toMatchObject({ code: 'invalid-action' })
    const talk = await bench.talk()
    for (const target of ['tel:123', 'mailto:x@y', 'sip:', '', 'sip:a@b>\r\nX: y']) {
      expect(await bench.ask({ type: 'transfer', callId: talk.callId, target })).toMatchObject({ ok: false })
    }
    expect(bench.peer.requests('REFER')).toEqual([])
  })

  it('drops headers hidden in the address', async () => {
    const { callId } = await bench.talk()
    void bench.request({ type: 'transfer', callId, target: `${carol}?Replaces=a%3Bto-tag%3Db&Route=x` })
    await bench.settle()
    expect(lastRefer().header('refer-to')).toBe(`<${carol}>`)
  })
})

describe('news of a transfer', () => {
  it('that is no status line is answered 400 and changes nothing', async () => {
    const talk = await transferring()
    const bodies = [
      '200 OK',
      'SIP/2.0 2000 OK',
      'SIP/3.0 200 OK',
      'INVITE sip:x SIP/2.0',
      'SIP/2.0 700 X',
      '\r\nSIP/2.0 200 OK',
    ]
    for (const [index, fragment] of bodies.entries()) await tell(talk, { sequence: 2 + index, fragment })
    expect(answersToNotify()).toEqual(bodies.map(() => 400))
    expect(talk.result()).toBeNull()
    expect(progress()).toEqual([])
  })

  it('that is gigantic is answered 413', async () => {
    const talk = await transferring()
    await tell(talk, { sequence: 2, fragment: `SIP/2.0 200 ${'x'.repeat(20_000)}` })
    expect(answersToNotify()).toEqual([413])
    expect(talk.result()).toBeNull()
  })

  it('of another type is answered 415', async () => {
    const talk = await transferring()
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 200 OK', type: 'text/plain' })
    await tell(talk, { sequence: 3, fragment: 'SIP/2.0 200 OK', type: null })
    expect(answersToNotify()).toEqual([415, 415])
    expect(talk.result()).toBeNull()
  })

  it('of another event is answered 489', async () => {
    const talk = await transferring()
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 200 OK', event: 'presence' })
    await tell(talk, { sequence: 3, fragment: 'SIP/2.0 200 OK', event: 'referral' })
    expect(answersToNotify()).toEqual([489, 489])
    expect(talk.result()).toBeNull()
  })

  it('that nobody asked for is answered 481, in a call and outside', async () => {
    const talk = await bench.talk()
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 200 OK' })
    bench.peer.request(news({ sequence: 1, fragment: 'SIP/2.0 200 OK' }))
    await bench.settle()
    expect(answersToNotify()).toEqual([481, 481])
    expect(bench.ended).toBeUndefined()
  })

  it('with forged tags is answered 481 and moves nothing', async () => {
    const talk = await transferring()
    bench.inOutgoingDialog(talk.invite, {
      ...news({ sequence: 2, fragment: 'SIP/2.0 200 OK', state: 'terminated' }),
      from: `${talk.invite.header('to')};tag=forged`,
    })
    await bench.settle()
    expect(answersToNotify()).toEqual([481])
    expect(talk.result()).toBeNull()
  })

  it('shows nothing of what does not belong in a line of text', async () => {
    const talk = await transferring()
    await tell(talk, { sequence: 2, fragment: 'SIP/2.0 486 Busy\u202E\u0007 Here' })
    expect(talk.result()).toEqual({ ok: false, code: 'transfer-failed', detail: 'SIP 486 Busy Here' })
  })

  it('that ends without ever saying how it went means failure', async () => {
    const talk = await transferring()
    await tell(talk, { sequence: 2, fragment: '', state: 'terminated;reason=giveup', type: null })
    expect(answersToNotify()).toEqual([200])
    expect(talk.result()).toMatchObject({ ok: false, code: 'transfer-failed' })
  })
})

describe('an attended transfer', () => {
  /** Two conversations: with Bob, to be handed to Carol. */
  async function consulting(): Promise<{ bob: Talk; dora: Talk; result: () => Result | null }> {
    const bob = await bench.talk()
    const dora = await bench.talk()
    bench.peer.words.length = 0
    bench.peer.on('REFER', (request) => bench.peer.reply(request, 202))
    let result: Result | null = null
    void bench
      .request({ type: 'transferToCall', callId: bob.callId, toCallId: dora.callId })
      .then((reply) => (result = reply))
    await bench.settle()
    return { bob, dora, result: () => result }
  }

  it('names the other dialog as its far end knows it', async () => {
    const { bob, dora } = await consulting()
    const refer = lastRefer()
    expect(refer.header('call-id')).toBe(bob.invite.header('call-id'))
    const [, uri, replaces] = /^"bob" <(sip:[^?]+)\?Replaces=([^&>]+)>$/.exec(refer.header('refer-to')) ?? []
    expect(uri).toBe('sip:bob@pbx.example.com')
    const ourTag = /;tag=([^;]+)/.exec(dora.invite.header('from'))?.[1]
    expect(replaces).not.toMatch(/[;=@]/)
    expect(decodeURIComponent(replaces ?? '')).toBe(
      `${dora.invite.header('call-id')};to-tag=peertag;from-tag=${ourTag}`,
    )
  })

  it('names a dialog that the other end made just so', async () => {
    const incoming = await bench.answered()
    const bob = await bench.talk()
    bench.peer.on('REFER', (request) => bench.peer.reply(request, 202))
    void bench.request({ type: 'transferToCall', callId: bob.callId, toCallId: incoming.callId })
    await bench.settle()
    const replaces = decodeURIComponent(/Replaces=([^&>]+)/.exec(lastRefer().header('refer-to'))?.[1] ?? '')
    expect(replaces).toBe(`${incoming.sipCallId};to-tag=bobtag;from-tag=${incoming.toTag}`)
  })

  describe('between two accounts', () => {
    const handingOver = async (): Promise<{ bob: Talk; dora: Talk; reply: Promise<Result> }> => {
      const bob = await bench.talk()
      await bench.register({ id: 'home', uri: 'sip:anna@home.example', username: 'anna' })
      const callId = crypto.randomUUID()
      await bench.ask({ type: 'dial', callId, accountId: 'home', target: 'sip:dora@home.example', referral: null })
      const invite = bench.peer.requests('INVITE').at(-1) as Said
      bench.peer.reply(invite, 200, [], makeSdp())
      await bench.settle()
      const { server } = bench.peer
      server.current = server.sockets[0] ?? null
      bench.peer.words.length = 0
      bench.peer.on('REFER', (request) => bench.peer.reply(request, 202))
      const reply = bench.request({ type: 'transferToCall', callId: bob.callId, toCallId: callId })
      await bench.settle()
      return { bob, dora: { callId, invite }, reply }
    }

    it('is asked for in the dialog of the one, with the address of the other', async () => {
      const { bob, dora, reply } = await handingOver()
      expect(lastRefer().header('call-id')).toBe(bob.invite.header('call-id'))
      expect(lastRefer().header('referred-by')).toBe('<sip:alice@example.com>')
      expect(lastRefer().header('refer-to')).toMatch(/^"dora" <sip:bob@pbx\.example\.com\?Replaces=/)
      expect(decodeURIComponent(lastRefer().header('refer-to'))).toContain(`${dora.invite.header('call-id')};to-tag=`)
      await tell(bob, { sequence: 2, fragment: 'SIP/2.0 200 OK', state: 'terminated;reason=noresource' })
      expect(await reply).toMatchObject({ ok: true })
      await bench.settle(3_000)
      expect([causeOf(bob.callId), causeOf(dora.callId)]).toEqual(['transferred', 'transferred'])
    })

    it('comes back when the one cannot reach the server of the other', async () => {
      const { bob, dora, reply } = await handingOver()
      await tell(bob, { sequence: 2, fragment: 'SIP/2.0 404 Not Found', state: 'terminated;reason=noresource' })
      expect(await reply).toEqual({ ok: false, code: 'transfer-failed', detail: 'SIP 404 Not Found' })
      await bench.settle(10_000)
      expect([causeOf(bob.callId), causeOf(dora.callId)]).toEqual([undefined, undefined])
    })
  })

  it('ends both calls as transferred, whichever side hangs up', async () => {
    const { bob, dora, result } = await consulting()
    await bye(dora)
    expect(causeOf(dora.callId)).toBe('transferred')
    expect(result()).toBeNull()
    await tell(bob, { sequence: 2, fragment: 'SIP/2.0 200 OK', state: 'terminated' })
    expect(result()).toEqual({ ok: true, value: undefined })
    await bench.settle(2_000)
    expect(causeOf(bob.callId)).toBe('transferred')
    expect(bench.peer.transcript).toBe('REFER 202 BYE 200 NOTIFY 200 BYE')
  })

  it('hangs the other call up too when its far end does not', async () => {
    const { bob, dora } = await consulting()
    await tell(bob, { sequence: 2, fragment: 'SIP/2.0 200 OK', state: 'terminated' })
    await bench.settle(2_000)
    expect(bench.peer.requests('BYE')).toHaveLength(2)
    expect(causeOf(dora.callId)).toBe('transferred')
  })

  it('that fails leaves both calls as they were', async () => {
    const { bob, dora, result } = await consulting()
    await tell(bob, { sequence: 2, fragment: 'SIP/2.0 503 Service Unavailable', state: 'terminated' })
    expect(result()).toEqual({ ok: false, code: 'transfer-failed', detail: 'SIP 503 Service Unavailable' })
    await bench.settle(5_000)
    expect(bench.ended).toBeUndefined()
    await bye(dora)
    expect(causeOf(dora.callId)).toBe('remote-hung-up')
  })

  it('to a call that still rings takes the ringing back, then names its address', async () => {
    const bob = await bench.talk()
    const dora = await bench.dial('sip:dora@example.com')
    bench.peer.reply(dora.invite, 180)
    await bench.settle()
    bench.peer.words.length = 0
    bench.peer.on('CANCEL', (request) => {
      bench.peer.reply(request, 200)
      bench.peer.reply(dora.invite, 487)
    })
    bench.peer.on('REFER', (request) => bench.peer.reply(request, 202))
    const reply = bench.request({ type: 'transferToCall', callId: bob.callId, toCallId: dora.callId })
    await bench.settle()
    expect(lastRefer().header('refer-to')).toBe('<sip:dora@example.com>')
    expect(causeOf(dora.callId)).toBe('transferred')
    await tell(bob, { sequence: 2, fragment: 'SIP/2.0 200 OK', state: 'terminated' })
    expect(await reply).toMatchObject({ ok: true })
    expect(bench.peer.transcript).toBe('CANCEL 200 487 ACK REFER 202 NOTIFY 200')
  })

  it('to a call that still rings and is refused leaves the first one', async () => {
    const bob = await bench.talk()
    const dora = await bench.dial('sip:dora@example.com')
    bench.peer.reply(dora.invite, 180)
    await bench.settle()
    bench.peer.on('CANCEL', (request) => bench.peer.reply(request, 200))
    bench.peer.on('REFER', (request) => bench.peer.reply(request, 603))
    const reply = bench.request({ type: 'transferToCall', callId: bob.callId, toCallId: dora.callId })
    await bench.settle(3_000)
    expect(await reply).toMatchObject({ ok: false, code: 'transfer-refused' })
    expect(causeOf(bob.callId)).toBeUndefined()
  })

  it('whose ringing is answered while it is taken back leaves nothing behind', async () => {
    const bob = await bench.talk()
    const dora = await bench.dial('sip:dora@example.com')
    bench.peer.reply(dora.invite, 180)
    await bench.settle()
    bench.peer.words.length = 0
    bench.peer.on('CANCEL', (request) => {
      bench.peer.reply(dora.invite, 200, [], makeSdp())
      bench.peer.reply(request, 200)
    })
    bench.peer.on('REFER', (request) => bench.peer.reply(request, 202))
    void bench.request({ type: 'transferToCall', callId: bob.callId, toCallId: dora.callId })
    await bench.settle(3_000)
    expect(bench.peer.transcript).toBe('CANCEL 200 200 ACK BYE REFER 202')
  })

  it('is not possible to itself, to a call unknown, or to one that has not rung yet', async () => {
    const bob = await bench.talk()
    const silent = await bench.dial()
    for (const toCallId of [bob.callId, silent.callId]) {
      const reply = await bench.ask({ type: 'transferToCall', callId: bob.callId, toCallId })
      expect(reply).toMatchObject({ ok: false, code: 'invalid-action' })
    }
    const unknown = { type: 'transferToCall', callId: bob.callId, toCallId: crypto.randomUUID() } as const
    expect(await bench.ask(unknown)).toMatchObject({ ok: false, code: 'unknown-call' })
    expect(bench.peer.requests('REFER')).toEqual([])
  })
})
