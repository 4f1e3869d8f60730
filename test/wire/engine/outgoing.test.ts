/*
 * Calling somebody: what goes over the wire, what main is told, and how each refusal is named.
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

const stages = (): string[] => bench.reported('progress').map(({ stage }) => stage)

describe('an outgoing call', () => {
  it('is rung, answered, spoken and hung up', async () => {
    const { callId } = await bench.talk()
    expect(stages()).toEqual(['alerting', 'accepted'])
    expect(bench.reported('connected')).toEqual([{ type: 'connected', callId }])
    expect(await bench.ask({ type: 'end', callId })).toMatchObject({ ok: true })
    expect(bench.peer.transcript).toBe('INVITE 180 200 ACK BYE')
    expect(bench.ended).toMatchObject({ callId, cause: 'hung-up', sipStatus: null })
    expect(bench.media.last.closed).toBe(true)
  })

  it('that was answered goes on longer than it may ring', async () => {
    await bench.talk()
    await bench.settle(600_000)
    expect(bench.ended).toBeUndefined()
  })

  it('that rings for ever is given up', async () => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, 180)
    await bench.settle(181_000)
    expect(bench.peer.requests('CANCEL')).toHaveLength(1)
    expect(bench.ended?.cause).toBe('unanswered')
  })

  it('connects only when the sound does', async () => {
    bench.media.connects = false
    await bench.talk()
    expect(stages()).toEqual(['alerting', 'accepted'])
    expect(bench.reported('connected')).toEqual([])
    bench.media.last.connect()
    await bench.settle()
    expect(bench.reported('connected')).toHaveLength(1)
  })

  it('without sound after twenty seconds says BYE and ends as media-failed', async () => {
    bench.media.connects = false
    await bench.talk()
    await bench.settle(20_000)
    expect(bench.peer.requests('BYE')).toHaveLength(1)
    expect(bench.ended?.cause).toBe('media-failed')
  })

  it('opens the microphone before anything is sent, and sends nothing when it cannot', async () => {
    bench.media.microphoneFault = 'microphone-denied'
    const reply = await bench.ask({
      type: 'dial',
      callId: crypto.randomUUID(),
      accountId: 'work',
      target: 'sip:b@x.org',
      referral: null,
    })
    expect(reply).toMatchObject({ ok: false, code: 'microphone-denied' })
    expect(bench.peer.transcript).toBe('')
    expect(bench.ended).toBeUndefined()
    expect(bench.media.last.closed).toBe(true)
  })

  it('is not begun without a connection', async () => {
    bench.peer.server.mode = 'refuse'
    bench.peer.server.current?.end()
    await bench.settle(10)
    const reply = await bench.ask({
      type: 'dial',
      callId: crypto.randomUUID(),
      accountId: 'work',
      target: 'sip:b@x.org',
      referral: null,
    })
    expect(reply).toMatchObject({ ok: false, code: 'not-registered' })
  })

  it('is not begun to what is no SIP address', async () => {
    const reply = await bench.ask({
      type: 'dial',
      callId: crypto.randomUUID(),
      accountId: 'work',
      target: 'tel:123',
      referral: null,
    })
    expect(reply).toMatchObject({ ok: false, code: 'invalid-target' })
  })

  it.each([
    [486, [], 'busy'],
    [600, [], 'busy'],
    [603, [], 'rejected'],
    [404, [], 'not-found'],
    [480, [], 'unanswered'],
    [480, ['Reason: Q.850;cause=20'], 'unreachable'],
    [480, ['Reason: Q.850;cause=27;text="out of order"'], 'unreachable'],
    [408, [], 'unanswered'],
    [488, [], 'not-acceptable'],
    [503, [], 'unreachable'],
    [500, [], 'server-error'],
    [403, [], 'forbidden'],
    [302, ['Contact: <sip:premium@elsewhere.example>'], 'redirected'],
  ] as const)('refused with %i %j ends as %s', async (status, headers, cause) => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, status, headers)
    await bench.settle()
    expect(bench.peer.transcript).toBe(`INVITE ${status} ACK`)
    expect(bench.ended).toMatchObject({ cause, sipStatus: status })
  })

  it('refused with 403 by somebody behind the server was declined, not forbidden', async () => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, 100)
    bench.peer.reply(invite, 403)
    await bench.settle()
    expect(bench.ended).toMatchObject({ cause: 'rejected', sipStatus: 403 })
  })

  it('that nobody answers at all ends as unreachable', async () => {
    await bench.dial()
    await bench.settle(33_000)
    expect(bench.ended).toMatchObject({ cause: 'unreachable', sipStatus: null })
  })

  it('hears early media of an unreliable 183, and lives through the answer of another fork', async () => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, 183, [], makeSdp({ ice: 7 }))
    await bench.settle()
    expect(stages()).toEqual(['early'])
    expect(bench.media.last.earlyDescription).toContain('u7')
    const other = { ...invite, header: (name: string) => fork(invite, name) }
    bench.peer.reply(other, 200, [], makeSdp({ ice: 9 }))
    await bench.settle()
    expect(bench.peer.transcript).toBe('INVITE 183 200 ACK')
    expect(bench.reported('connected')).toHaveLength(1)
    expect(bench.ended).toBeUndefined()
  })

  it.each([
    ['the answer', makeSdp({ direction: 'sendonly' })],
    ['the last before the answer', ''],
  ])('whose far end changes its mind before the answer is as %s says', async (_, last) => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, 183, [], makeSdp())
    bench.peer.reply(invite, 183, [], makeSdp({ direction: last === '' ? 'sendonly' : 'sendrecv', ice: 2 }))
    bench.peer.reply(invite, 180)
    await bench.settle()
    bench.peer.reply(invite, 200, [], last)
    await bench.settle()
    expect(bench.peer.transcript).toBe('INVITE 183 183 180 200 ACK')
    expect(bench.media.last.remoteHeld).toBe(true)
    expect(bench.peer.requests('ACK')[0]?.message.body).toBe('')
  })

  it('rings at a far end that forgets its tag, and is answered with it', async () => {
    const { invite } = await bench.dial()
    const lines = ['via', 'from', 'call-id', 'cseq', 'to'].map((name) => `${name}: ${invite.header(name)}`)
    bench.peer.send(['SIP/2.0 180 Ringing', ...lines, 'content-length: 0', '', ''].join('\r\n'))
    await bench.settle()
    expect(stages()).toEqual(['alerting'])
    bench.peer.reply(invite, 200, [], makeSdp())
    await bench.settle()
    expect(bench.peer.transcript).toBe('INVITE 180 200 ACK')
    expect(bench.peer.requests('ACK')[0]?.header('to')).toContain(';tag=peertag')
    expect(bench.reported('connected')).toHaveLength(1)
  })

  it('answered without a DTLS fingerprint ends as no-webrtc', async () => {
    await bench.talk(makeSdp({ fingerprint: false }))
    expect(bench.peer.transcript).toBe('INVITE 180 200 ACK BYE')
    expect(bench.ended?.cause).toBe('no-webrtc')
  })

  it('answered with a 200 that belongs to no dialog does not hang for ever', async () => {
    const { invite } = await bench.dial()
    const reply = [
      'SIP/2.0 200 OK',
      ...['via', 'from', 'call-id', 'cseq'].map((name) => `${name}: ${invite.header(name)}`),
      `to: ${invite.header('to')}`,
      'content-length: 0',
      '',
      '',
    ]
    bench.peer.send(reply.join('\r\n'))
    await bench.settle(45_000)
    expect(bench.ended?.cause).toBe('server-error')
  })
})

describe('giving up', () => {
  it('while it rings sends CANCEL', async () => {
    const { callId, invite } = await bench.dial()
    bench.peer.reply(invite, 180)
    await bench.settle()
    await bench.ask({ type: 'end', callId })
    expect(bench.peer.transcript).toBe('INVITE 180 CANCEL')
    expect(bench.ended).toMatchObject({ callId, cause: 'cancelled' })
  })

  it('before any answer waits with the CANCEL until one came', async () => {
    const { callId, invite } = await bench.dial()
    expect(await bench.ask({ type: 'end', callId })).toMatchObject({ ok: true })
    expect(bench.peer.transcript).toBe('INVITE')
    expect(bench.ended).toMatchObject({ cause: 'cancelled' })
    bench.peer.reply(invite, 100)
    await bench.settle()
    expect(bench.peer.transcript).toBe('INVITE 100 CANCEL')
  })

  it('survives a challenge on the way: the second INVITE is cancelled too', async () => {
    const { callId, invite } = await bench.dial()
    await bench.ask({ type: 'end', callId })
    bench.peer.reply(invite, 407, ['Proxy-Authenticate: Digest realm="example.com", nonce="n", algorithm=MD5'])
    await bench.settle()
    const second = bench.peer.requests('INVITE').at(-1) as Said
    bench.peer.reply(second, 180)
    await bench.settle()
    expect(bench.peer.transcript).toBe('INVITE 407 ACK INVITE 180 CANCEL')
  })

  it('while the answer arrives says ACK and BYE', async () => {
    const { callId, invite } = await bench.dial()
    await bench.ask({ type: 'end', callId })
    bench.peer.reply(invite, 200, [], makeSdp())
    await bench.settle()
    expect(bench.peer.transcript).toBe('INVITE 200 ACK BYE')
  })

  it('while the microphone opens sends nothing', async () => {
    let open = (): void => {}
    bench.media.microphoneGate = () => new Promise((resolve) => (open = resolve))
    const callId = crypto.randomUUID()
    const reply = bench.request({ type: 'dial', callId, accountId: 'work', target: 'sip:b@x.org', referral: null })
    await bench.settle()
    await bench.ask({ type: 'end', callId })
    open()
    expect(await reply).toMatchObject({ ok: false })
    await bench.settle()
    expect(bench.peer.transcript).toBe('')
    expect(bench.ended).toMatchObject({ cause: 'cancelled' })
  })

  it('while the offer is made sends nothing', async () => {
    let open = (): void => {}
    bench.media.gate = () => new Promise((resolve) => (open = resolve))
    const callId = crypto.randomUUID()
    const reply = bench.request({ type: 'dial', callId, accountId: 'work', target: 'sip:b@x.org', referral: null })
    await bench.settle()
    await bench.ask({ type: 'end', callId })
    open()
    expect(await reply).toMatchObject({ ok: false })
    await bench.settle()
    expect(bench.peer.transcript).toBe('')
    expect(bench.reported('ended')).toHaveLength(1)
  })
})

/** The To header of another fork has another tag. */
function fork(invite: Said, name: string): string {
  return name === 'to' ? `${invite.header('to')};tag=otherfork` : invite.header(name)
}
