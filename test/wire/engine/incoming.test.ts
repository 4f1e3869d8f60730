/*
 * Being called: main's word before anything rings, the ways a caller gives up, and the answer.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'

let bench: EngineBench
beforeEach(async () => {
  vi.useFakeTimers()
  bench = new EngineBench()
  await bench.register()
  bench.peer.words.length = 0
})
afterEach(() => vi.useRealTimers())

const cancel = (parts: { callId: string; branch: string }, extra: string[] = []): void =>
  bench.peer.request({ method: 'CANCEL', ...parts, extra, body: null })

describe('an incoming call', () => {
  it('rings only after main said so, and is prepared meanwhile without a microphone', async () => {
    await bench.ring()
    expect(bench.peer.transcript).toBe('INVITE 100 180')
    expect(bench.offers).toMatchObject([{ accountId: 'work', name: 'Bob', handle: { type: 'generic', value: 'bob' } }])
    expect(bench.media.last.prepared).toContain('m=audio')
    expect(bench.media.last.microphone).toBe(false)
  })

  it.each(['<sip:4711@example.com>;tag=a', 'sip:4711@example.com;tag=a'])(
    'from %s, without a name, rings',
    async (from) => {
      await bench.ring({ from })
      expect(bench.peer.transcript).toBe('INVITE 100 180')
      expect(bench.offers).toMatchObject([{ name: null, handle: { type: 'phoneNumber', value: '4711' } }])
    },
  )

  it('that main refuses never sends 180', async () => {
    bench.verdict = { type: 'reject', status: 486 }
    await bench.ring()
    expect(bench.peer.transcript).toBe('INVITE 100 486')
    expect(bench.media.last.closed).toBe(true)
  })

  it.each([603, 607, 480])('of somebody blocked hears %s and nothing before it', async (status) => {
    bench.verdict = { type: 'reject', status }
    await bench.ring()
    expect(bench.peer.transcript).toBe(`INVITE 100 ${status}`)
  })

  it('of somebody blocked in silence rings there as long as any other, and here it is no call', async () => {
    bench.verdict = { type: 'ignore', seconds: 50 }
    const { callId } = await bench.ring()
    expect(bench.peer.transcript).toBe('INVITE 100 180')
    expect(bench.media.last.prepared).toBeUndefined()
    expect(await bench.request({ type: 'answer', callId })).toMatchObject({ ok: false })
    await bench.settle(49_000)
    expect(bench.peer.transcript).toBe('INVITE 100 180')
    await bench.settle(1_000)
    expect(bench.peer.transcript).toBe('INVITE 100 180 480')
    expect(bench.media.last.closed).toBe(true)
    expect(bench.reported('ended')).toEqual([])
  })

  it('that was ignored and given up gets its 487', async () => {
    bench.verdict = { type: 'ignore', seconds: 60 }
    const { parts } = await bench.ring()
    cancel(parts)
    await bench.settle()
    expect(bench.peer.transcript).toBe('INVITE 100 180 CANCEL 200 487')
    expect(bench.media.last.closed).toBe(true)
  })

  it('comes with whom it was meant for, and with the wish to be answered by itself', async () => {
    await bench.ring({
      extra: [
        'Diversion: "Support" <sip:500@example.com>;reason=no-answer',
        'Diversion: <sip:alice@example.com>;reason=deflection',
        'Diversion: <sip:+49301234@carrier.example>;reason=unconditional',
        'Alert-Info: <http://127.0.0.1/a.wav>;info=alert-autoanswer;delay=0',
      ],
    })
    await bench.ring({
      extra: [
        'History-Info: <sip:500@example.com?Reason=SIP%3Bcause%3D408>;index=1, <sip:alice@example.com>;index=1.1',
        'Call-Info: <sip:example.com>;answer-after=4',
      ],
    })
    await bench.ring()
    await bench.ring({ extra: ['Require: answermode', 'Answer-Mode: Auto;require'] })
    expect(bench.offers.pop()).toMatchObject({ answerAfter: 0, answerOrRefuse: true })
    expect(bench.offers.map(({ diverted, answerAfter }) => [diverted, answerAfter])).toEqual([
      [
        [
          { handle: { type: 'phoneNumber', value: '+49301234' }, name: null, reason: 'unconditional' },
          { handle: { type: 'phoneNumber', value: '500' }, name: 'Support', reason: 'no-answer' },
        ],
        0,
      ],
      [[{ handle: { type: 'phoneNumber', value: '500' }, name: null, reason: 'no-answer' }], 4],
      [undefined, undefined],
    ])
  })

  it('comes with how its number was vouched for, where the server says so', async () => {
    await bench.ring({ extra: ['P-Asserted-Identity: <sip:+14155552671;verstat=TN-Validation-Passed-B@example.com>'] })
    await bench.ring({ extra: ['Attestation-Info: C'] })
    await bench.ring()
    expect(bench.offers.map(({ attestation }) => attestation)).toEqual(['B', 'C', undefined])
    expect(bench.offers[0]?.handle).toEqual({ type: 'phoneNumber', value: '+14155552671' })
  })

  it('that main does not judge within half a second is refused, and the fault is told', async () => {
    bench.verdict = null
    await bench.ring()
    expect(bench.peer.transcript).toBe('INVITE 100')
    await bench.settle(500)
    expect(bench.peer.transcript).toBe('INVITE 100 480')
    expect(bench.reported('fault')).toMatchObject([{ code: 'verdict-timeout' }])
  })

  it('is answered: microphone, 200, ACK, sound', async () => {
    const { callId, reply } = await bench.answered()
    expect(reply).toEqual({ ok: true, value: undefined })
    expect(bench.peer.transcript).toBe('INVITE 100 180 200 ACK')
    expect(bench.media.last.microphone).toBe(true)
    expect(bench.reported('connected')).toEqual([{ type: 'connected', callId }])
  })

  it('counts as answered only when ACK and sound have both come', async () => {
    bench.media.connects = false
    const { callId, parts } = await bench.ring()
    let reply: unknown = null
    void bench.request({ type: 'answer', callId }).then((result) => (reply = result))
    await bench.settle()
    bench.media.last.connect()
    await bench.settle()
    expect(reply).toBeNull()
    const toTag = bench.toTag('INVITE')
    bench.inDialog({ sipCallId: parts.callId, toTag }, { method: 'ACK' })
    await bench.settle()
    expect(reply).toEqual({ ok: true, value: undefined })
  })

  it.each(['microphone-denied', 'microphone-missing', 'microphone-busy'] as const)(
    'with %s gives the caller a proper answer and hangs nothing',
    async (code) => {
      bench.media.microphoneFault = code
      const { callId } = await bench.ring()
      expect(await bench.ask({ type: 'answer', callId })).toMatchObject({ ok: false, code })
      expect(bench.peer.transcript).toBe('INVITE 100 180 480')
      expect(bench.ended).toMatchObject({ callId, cause: code })
    },
  )

  it('is declined with the status main chose', async () => {
    const { callId } = await bench.ring()
    await bench.ask({ type: 'reject', callId, status: 603 })
    expect(bench.peer.transcript).toBe('INVITE 100 180 603')
    expect(bench.ended).toMatchObject({ callId, cause: 'declined', sipStatus: 603 })
  })

  it('cancelled by the caller ends at once, as a missed one', async () => {
    const { callId, parts } = await bench.ring()
    cancel(parts)
    await bench.settle()
    expect(bench.peer.transcript).toBe('INVITE 100 180 CANCEL 200 487')
    expect(bench.ended).toMatchObject({ callId, cause: 'remote-cancelled' })
  })

  it.each([
    ['SIP;cause=200;text="Call completed elsewhere"', 'answered-elsewhere'],
    ['Q.850;cause=26, SIP;cause=200', 'answered-elsewhere'],
    ['Q.850;cause=26', 'answered-elsewhere'],
    ['SIP;cause=603;text="Declined"', 'declined-elsewhere'],
    ['SIP;cause=600', 'declined-elsewhere'],
    ['Q.850;cause=16', 'remote-cancelled'],
  ])('cancelled with Reason %s is %s', async (reason, cause) => {
    const { parts } = await bench.ring()
    cancel(parts, [`Reason: ${reason}`])
    await bench.settle()
    expect(bench.ended?.cause).toBe(cause)
  })

  it('cancelled before the verdict never rings', async () => {
    bench.verdict = null
    const { callId, parts } = await bench.ring()
    cancel(parts)
    await bench.settle(1_000)
    expect(bench.peer.transcript).toBe('INVITE 100 CANCEL 200 487')
    expect(bench.ended).toMatchObject({ callId, cause: 'remote-cancelled' })
    expect(bench.reported('fault')).toEqual([])
  })

  it('cancelled while it is being answered is not answered', async () => {
    const { callId, parts } = await bench.ring()
    let open = (): void => {}
    bench.media.microphoneGate = () => new Promise((resolve) => (open = resolve))
    const reply = bench.request({ type: 'answer', callId })
    await bench.settle()
    cancel(parts)
    await bench.settle()
    open()
    expect(await reply).toMatchObject({ ok: false, code: 'failed' })
    await bench.settle()
    expect(bench.peer.transcript).toBe('INVITE 100 180 CANCEL 200 487')
    expect(bench.reported('ended')).toHaveLength(1)
  })

  it('cancelled while the answer is being made is not answered', async () => {
    const { callId, parts } = await bench.ring()
    let open = (): void => {}
    bench.media.gate = () => new Promise((resolve) => (open = resolve))
    const reply = bench.request({ type: 'answer', callId })
    await bench.settle()
    cancel(parts)
    await bench.settle()
    open()
    expect(await reply).toMatchObject({ ok: false })
    await bench.settle()
    expect(bench.peer.words).not.toContain('200 200')
    expect(bench.peer.responses('INVITE').map(({ status }) => status)).toEqual([100, 180, 487])
  })

  it('ended with BYE while its answer is being made is answered 200 and leaves no ghost', async () => {
    const { callId, parts } = await bench.ring()
    let open = (): void => {}
    bench.media.gate = () => new Promise((resolve) => (open = resolve))
    const reply = bench.request({ type: 'answer', callId })
    await bench.settle()
    bench.inDialog({ sipCallId: parts.callId, toTag: bench.toTag('INVITE') }, { method: 'BYE', sequence: 2 })
    await bench.settle()
    open()
    await bench.settle(1_000)
    expect(await reply).toMatchObject({ ok: false })
    expect(bench.peer.responses('BYE').map(({ status }) => status)).toEqual([200])
    expect(bench.peer.responses('INVITE').map(({ status }) => status)).toEqual([100, 180, 487])
    expect(bench.ended).toMatchObject({ callId, cause: 'remote-cancelled' })
    expect(bench.reported('connected')).toEqual([])
  })

  it('that comes a second time by another way does not ring twice', async () => {
    const { parts } = await bench.ring()
    await bench.ring({ callId: parts.callId, branch: 'z9hG4bKother' })
    expect(bench.peer.transcript).toBe('INVITE 100 180 INVITE 482')
    expect(bench.offers).toHaveLength(1)
  })

  it('without WebRTC is refused before anybody is asked', async () => {
    await bench.ring({ body: makeSdp({ fingerprint: false }) })
    expect(bench.peer.transcript).toBe('INVITE 100 488')
    expect(bench.offers).toEqual([])
    expect(bench.reported('fault')).toMatchObject([{ code: 'no-webrtc' }])
  })

  it('with no codec that could be spoken here is refused before anybody is asked', async () => {
    await bench.ring({ body: makeSdp().replace(/^m=audio (\S+ \S+) .*$/m, 'm=audio $1 3') })
    expect(bench.peer.transcript).toBe('INVITE 100 488')
    expect(bench.offers).toEqual([])
    expect(bench.reported('fault')).toMatchObject([{ code: 'not-acceptable' }])
  })

  it('without an offer is answered with one', async () => {
    const { callId, parts } = await bench.ring({ body: null })
    const reply = bench.request({ type: 'answer', callId })
    await bench.settle()
    expect(bench.peer.responses('INVITE').at(-1)?.message.body).toContain('m=audio')
    const dialog = { sipCallId: parts.callId, toTag: bench.toTag('INVITE') }
    bench.inDialog(dialog, { method: 'ACK', body: makeSdp() })
    await bench.settle()
    expect(await reply).toEqual({ ok: true, value: undefined })
  })

  it('without an offer, whose ACK forgets the answer, has no sound and ends as that', async () => {
    const { callId, parts } = await bench.ring({ body: null })
    const reply = bench.request({ type: 'answer', callId })
    await bench.settle()
    bench.inDialog({ sipCallId: parts.callId, toTag: bench.toTag('INVITE') }, { method: 'ACK' })
    await bench.settle()
    expect(bench.peer.requests('BYE')).toHaveLength(1)
    expect(bench.ended?.cause).toBe('media-failed')
    expect(await reply).toMatchObject({ ok: false })
  })

  it('names its caller by P-Asserted-Identity rather than From, stripped of what does not belong on a screen', async () => {
    await bench.ring({ extra: ['P-Asserted-Identity: "Dr. \u202eEve\u0007  <b>" <sip:+4930%201234@example.com>'] })
    expect(bench.offers[0]).toMatchObject({
      name: 'Dr. Eve <b>',
      handle: { type: 'phoneNumber', value: '+49301234' },
    })
  })

  it('from nobody is anonymous', async () => {
    await bench.ring({ from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=x' })
    expect(bench.offers[0]).toMatchObject({ name: null, handle: { type: 'generic', value: '' } })
  })

  it('beyond the limit is busy, whoever calls', async () => {
    for (let i = 0; i < 18; i++) {
      await bench.ring({ from: `"C" <sip:c${i}@example.com>;tag=t${i}` })
      await bench.settle(10_000)
    }
    const statuses = bench.peer.responses('INVITE').map(({ status }) => status)
    expect(statuses.filter((status) => status === 486).length).toBeGreaterThan(0)
    expect(bench.offers.length).toBeLessThanOrEqual(16)
  })

  it('while connected is ended by the far end', async () => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, { method: 'BYE', sequence: 2, extra: ['Reason: Q.850;cause=16;text="Normal"'] })
    await bench.settle()
    expect(bench.peer.transcript).toBe('INVITE 100 180 200 ACK BYE 200')
    expect(bench.ended).toMatchObject({ cause: 'remote-hung-up', reason: 'Normal' })
  })

  it('whose 200 is never acknowledged ends by itself', async () => {
    const { callId } = await bench.ring()
    const reply = bench.request({ type: 'answer', callId })
    await bench.settle(40_000)
    expect(await reply).toMatchObject({ ok: false })
    expect(bench.ended?.callId).toBe(callId)
  })
})
