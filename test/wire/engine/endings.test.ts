/*
 * Ends that are easily got wrong: everything is shut down while an INVITE is under way, an answer that nobody acknowledges, and the words
 * of whoever ended the call.
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

describe('a shutdown while an INVITE has no answer yet', () => {
  it('waits for the first one and sends the CANCEL', async () => {
    const { invite } = await bench.dial()
    bench.peer.on('CANCEL', (cancel) => {
      bench.peer.reply(cancel, 200)
      bench.peer.reply(invite, 487)
    })
    const done = bench.request({ type: 'shutdown' })
    await bench.settle(1_000)
    expect(bench.peer.requests('CANCEL')).toEqual([])
    bench.peer.reply(invite, 180)
    await bench.settle()
    expect(bench.peer.requests('CANCEL')).toHaveLength(1)
    expect(await done).toMatchObject({ ok: true })
    expect(bench.peer.server.current?.closed).toBe(true)
  })

  it('sends ACK and BYE when the far end answers instead', async () => {
    const { invite } = await bench.dial()
    const done = bench.request({ type: 'shutdown' })
    await bench.settle(500)
    bench.peer.reply(invite, 200, [], makeSdp())
    await bench.settle(500)
    expect(bench.peer.requests('ACK')).toHaveLength(1)
    expect(bench.peer.requests('BYE')).toHaveLength(1)
    expect(await done).toMatchObject({ ok: true })
  })

  it('waits no longer than two seconds', async () => {
    await bench.dial()
    const done = bench.request({ type: 'shutdown' })
    await bench.settle(2_000)
    expect(await done).toMatchObject({ ok: true })
    expect(bench.peer.server.current?.closed).toBe(true)
  })

  it('waits for nothing when there is nothing to wait for', async () => {
    await bench.talk()
    const done = bench.request({ type: 'shutdown' })
    await bench.settle(1_100)
    expect(await done).toMatchObject({ ok: true })
    expect(bench.peer.requests('BYE')).toHaveLength(1)
  })
})

describe('an answer of ours', () => {
  it('that nobody acknowledges ends as lost, not as a trouble with the sound', async () => {
    const { callId } = await bench.ring()
    const answering = bench.request({ type: 'answer', callId })
    await bench.settle(20_100)
    expect(await answering).toMatchObject({ ok: false })
    expect(bench.ended).toMatchObject({ cause: 'connection-lost' })
    expect(bench.reported('connected')).toEqual([])
    await bench.settle(15_000)
    expect(bench.peer.requests('BYE')).toHaveLength(1)
  })
})

describe('the words of whoever ended it', () => {
  const refused = async (status: number, lines: readonly string[]) => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, status, lines)
    await bench.settle()
    const { cause, sipStatus, reason } = bench.ended ?? {}
    return [cause, sipStatus, reason]
  }

  it.each([
    [486, [], ['busy', 486, 'Said']],
    [486, ['Reason: SIP;cause=486;text="In a meeting"'], ['busy', 486, 'In a meeting']],
    [480, ['Reason: Q.850;cause=20'], ['unreachable', 480, 'Said (Subscriber absent)']],
    [500, ['Reason: Q.850;cause=17'], ['busy', 500, 'Said (User busy)']],
    [503, ['Reason: Q.850;cause=34;text="Circuits full"'], ['unreachable', 503, 'Circuits full']],
    [500, ['Reason: Q.850;cause=126'], ['server-error', 500, 'Said (Q.850 cause 126)']],
    [302, ['Contact: <sip:900@premium.example>'], ['redirected', 302, 'Said']],
    [380, [], ['redirected', 380, 'Said']],
    [401, [], ['forbidden', 401, 'Said']],
    [422, [], ['server-error', 422, 'Said']],
    [423, [], ['server-error', 423, 'Said']],
    [433, [], ['rejected', 433, 'Said']],
  ] as const)('are kept from a %i with %j', async (status, lines, expected) => {
    expect(await refused(status, lines)).toEqual(expected)
  })

  it.each([
    ['Reason: SIP;cause=200;text="Call completed"', 'Call completed'],
    ['Reason: Q.850;cause=16', 'Normal call clearing'],
    ['Reason: Q.850;cause=31, SIP;cause=503;text="Gateway restarts"', 'Gateway restarts'],
    ['Subject: none', null],
  ])('are kept from a BYE with %s', async (line, text) => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, { method: 'BYE', sequence: 2, extra: [line] })
    await bench.settle()
    expect(bench.ended).toMatchObject({ cause: 'remote-hung-up', reason: text })
  })
})

describe('a call of ours that rang at several phones', () => {
  const early = (tag: string) => ({ tag, body: makeSdp({ ice: Number(tag) }) })
  /** As `peer.reply`, in a dialog of its own. */
  const fork = (
    invite: Parameters<typeof bench.peer.reply>[0],
    status: number,
    { tag, body }: ReturnType<typeof early>,
  ) => {
    const to = `${invite.header('to')};tag=fork${tag}`
    bench.peer.reply({ ...invite, header: (name) => (name === 'to' ? to : invite.header(name)) }, status, [], body)
  }
  const lastBody = () => bench.peer.requests('INVITE').at(-1)?.message.body ?? ''

  it('and does not connect is offered another connection a second after the answer', async () => {
    const { callId, invite } = await bench.dial()
    bench.media.connects = false
    fork(invite, 183, early('1'))
    fork(invite, 183, early('2'))
    await bench.settle()
    fork(invite, 200, early('2'))
    await bench.settle(900)
    expect(bench.media.last.renewals).toBe(0)
    bench.peer.on('INVITE', (request) => {
      bench.media.connects = true
      bench.peer.reply(request, 200, [], makeSdp())
    })
    await bench.settle(200)
    expect(bench.media.last.renewals).toBe(1)
    expect(lastBody()).toContain('a=ice-ufrag:u2')
    expect(bench.reported('connected')).toEqual([{ type: 'connected', callId }])
  })

  it('and whose connection failed on early media is offered another at once', async () => {
    const { invite } = await bench.dial()
    bench.media.connects = false
    fork(invite, 183, early('1'))
    await bench.settle()
    bench.media.last.become('failed')
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [], makeSdp()))
    fork(invite, 200, early('1'))
    await bench.settle()
    expect(bench.media.last.renewals).toBe(1)
    bench.media.last.connect()
    await bench.settle()
    expect(bench.reported('connected')).toHaveLength(1)
  })

  it('and connects is left alone', async () => {
    const { invite } = await bench.dial()
    fork(invite, 183, early('1'))
    fork(invite, 183, early('2'))
    fork(invite, 200, early('2'))
    await bench.settle(5_000)
    expect(bench.media.last.renewals).toBe(0)
    expect(bench.peer.requests('INVITE')).toHaveLength(1)
  })

  it('that nobody else answered is given the time it needs', async () => {
    const { invite } = await bench.dial()
    bench.media.connects = false
    fork(invite, 183, early('1'))
    fork(invite, 200, early('1'))
    await bench.settle(10_000)
    expect(bench.media.last.renewals).toBe(0)
  })
})

describe('through a proxy of before RFC 3261, which wants its own address for the Request-URI', () => {
  const proxies = ['Record-Route: <sip:new.example.com;lr>', 'Record-Route: <sip:old.example.com:5080;user=phone>']
  const routed = (method: string): [string, string] => {
    const request = bench.peer.requests(method).at(-1)
    return [request?.message.start.split(' ')[1] ?? '', request?.header('route') ?? '']
  }

  it('a call we made is acknowledged and hung up', async () => {
    const { callId, invite } = await bench.dial()
    bench.peer.reply(invite, 200, proxies, makeSdp())
    await bench.settle()
    await bench.ask({ type: 'end', callId })
    for (const method of ['ACK', 'BYE']) {
      const lines = bench.peer
        .requests(method)
        .at(-1)
        ?.message.headers.filter(({ name }) => name === 'route')
      expect(routed(method)[0]).toBe('sip:old.example.com:5080;user=phone')
      expect(lines?.map(({ value }) => value)).toEqual(['<sip:new.example.com;lr>', '<sip:bob@pbx.example.com>'])
    }
  })

  it('a call that came in is hung up', async () => {
    const { callId, parts } = await bench.ring({ extra: proxies.slice(1) })
    void bench.request({ type: 'answer', callId })
    await bench.settle()
    bench.inDialog({ sipCallId: parts.callId, toTag: bench.toTag('INVITE') }, { method: 'ACK' })
    await bench.settle()
    await bench.ask({ type: 'end', callId })
    expect(routed('BYE')).toEqual(['sip:old.example.com:5080;user=phone', '<sip:bob@pbx.example.com:5060>'])
  })
})
