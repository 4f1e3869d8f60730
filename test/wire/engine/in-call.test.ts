/*
 * Inside a call: hold both ways, glare, digits, a lost connection, a lost page, and what the far end may not make us do.
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

const lastInvite = () => {
  const invite = bench.peer.requests('INVITE').at(-1)
  if (invite === undefined) throw new Error('no INVITE')
  return invite
}
const acceptReinvites = (direction = 'recvonly'): void =>
  void bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [], makeSdp({ direction })))

describe('hold', () => {
  it('is a re-INVITE sendonly, resume one sendrecv', async () => {
    const { callId } = await bench.talk()
    acceptReinvites()
    expect(await bench.ask({ type: 'setHeld', callId, held: true })).toMatchObject({ ok: true })
    expect(lastInvite().message.body).toContain('a=sendonly')
    expect(bench.media.last.held).toBe(true)
    acceptReinvites('sendrecv')
    expect(await bench.ask({ type: 'setHeld', callId, held: false })).toMatchObject({ ok: true })
    expect(lastInvite().message.body).toContain('a=sendrecv')
    expect(bench.peer.transcript).toBe('INVITE 180 200 ACK INVITE 200 ACK INVITE 200 ACK')
  })

  it('survives glare: after 491 it is asked again', async () => {
    const { callId } = await bench.talk()
    let refusals = 1
    bench.peer.on('INVITE', (request) =>
      refusals-- > 0
        ? bench.peer.reply(request, 491)
        : bench.peer.reply(request, 200, [], makeSdp({ direction: 'recvonly' })),
    )
    const reply = bench.request({ type: 'setHeld', callId, held: true })
    await bench.settle(4_000)
    expect(await reply).toMatchObject({ ok: true })
    expect(bench.peer.transcript).toBe('INVITE 180 200 ACK INVITE 491 ACK INVITE 200 ACK')
  })

  it('that the far end refuses is taken back', async () => {
    const { callId } = await bench.talk()
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 488))
    expect(await bench.ask({ type: 'setHeld', callId, held: true })).toMatchObject({ ok: false, code: 'media-failed' })
    expect(bench.media.last.held).toBe(false)
  })

  it('that nobody answers fails before five seconds and is taken back on both sides', async () => {
    const { callId } = await bench.talk()
    bench.peer.on('INVITE', () => {})
    const reply = bench.request({ type: 'setHeld', callId, held: true })
    await bench.settle(4_600)
    expect(await reply).toMatchObject({ ok: false, code: 'timed-out' })
    expect(bench.media.last.held).toBe(false)
    const late = lastInvite()
    acceptReinvites('sendrecv')
    bench.peer.reply(late, 200, [], makeSdp({ direction: 'recvonly' }))
    await bench.settle(100)
    expect(lastInvite().message.body).toContain('a=sendrecv')
  })

  it('survives the refresh of a server', async () => {
    const dialog = await bench.answered()
    acceptReinvites()
    await bench.ask({ type: 'setHeld', callId: dialog.callId, held: true })
    bench.inDialog(dialog, { method: 'INVITE', sequence: 2, body: makeSdp() })
    await bench.settle()
    expect(bench.peer.responses('INVITE').at(-1)?.message.body).toContain('a=sendonly')
  })

  it.each(['sendonly', 'inactive'])('by the far end with %s is told, and its end too', async (direction) => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, { method: 'INVITE', sequence: 2, body: makeSdp({ direction }) })
    await bench.settle()
    bench.inDialog(dialog, { method: 'ACK', sequence: 2 })
    await bench.settle()
    expect(bench.reported('updated').at(-1)).toEqual({ type: 'updated', callId: dialog.callId, remoteHeld: true })
    bench.inDialog(dialog, { method: 'INVITE', sequence: 3, body: makeSdp() })
    await bench.settle()
    expect(bench.reported('updated').at(-1)).toEqual({ type: 'updated', callId: dialog.callId, remoteHeld: false })
  })
})

describe('digits', () => {
  it('travel in the sound when telephone-event was negotiated', async () => {
    const { callId } = await bench.talk()
    expect(await bench.ask({ type: 'playDtmf', callId, digits: '12#' })).toMatchObject({ ok: true })
    expect(bench.media.last.digits).toBe('12#')
    expect(bench.peer.requests('INFO')).toEqual([])
  })

  it('travel as INFO, one after the other, when it was not', async () => {
    bench.peer.on('INFO', (request) => bench.peer.reply(request, 200))
    const { callId } = await bench.talk(makeSdp({ telephoneEvents: false }))
    await bench.ask({ type: 'playDtmf', callId, digits: '1,' })
    await bench.ask({ type: 'playDtmf', callId, digits: 'd' })
    await bench.settle(5_000)
    const bodies = bench.peer.requests('INFO').map(({ message }) => message.body)
    expect(bodies).toEqual(['Signal=1\r\nDuration=160\r\n', 'Signal=D\r\nDuration=160\r\n'])
  })

  it('cannot travel when the far end takes neither', async () => {
    const { callId, invite } = await bench.dial()
    bench.peer.reply(invite, 200, ['Allow: INVITE, ACK, BYE'], makeSdp({ telephoneEvents: false }))
    await bench.settle()
    expect(await bench.ask({ type: 'playDtmf', callId, digits: '1' })).toMatchObject({
      ok: false,
      code: 'dtmf-unsupported',
    })
  })

  it('never reach the log', async () => {
    bench.peer.on('INFO', (request) => bench.peer.reply(request, 500))
    const { callId } = await bench.talk(makeSdp({ telephoneEvents: false }))
    await bench.ask({ type: 'playDtmf', callId, digits: '7391' })
    await bench.settle(5_000)
    expect(JSON.stringify(bench.reported('log'))).not.toMatch(/7391|Signal=/)
  })
})

describe('a lost connection', () => {
  it('leaves the call alive and tells the far end the new way, with fresh ICE', async () => {
    const { callId } = await bench.talk()
    acceptReinvites('sendrecv')
    bench.peer.server.current?.end(1006)
    await bench.settle(4_000)
    expect(bench.registration?.state).toBe('registered')
    expect(lastInvite().message.body).toContain('a=ice-ufrag:u2')
    expect(bench.ended).toBeUndefined()
    await bench.ask({ type: 'end', callId })
    expect(bench.peer.requests('BYE')).toHaveLength(1)
  })

  it('ends a call that the server no longer knows', async () => {
    await bench.talk()
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 481))
    bench.peer.server.current?.end(1006)
    await bench.settle(4_000)
    expect(bench.ended?.cause).toBe('connection-lost')
  })

  it('ends a call that was not answered yet, after five seconds', async () => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, 180)
    await bench.settle()
    bench.peer.server.mode = 'refuse'
    bench.peer.server.current?.end(1006)
    await bench.settle(4_000)
    expect(bench.ended).toBeUndefined()
    await bench.settle(1_500)
    expect(bench.ended?.cause).toBe('connection-lost')
  })

  it('of the sound is repaired with an ICE restart', async () => {
    await bench.talk()
    acceptReinvites('sendrecv')
    bench.media.last.become('failed')
    await bench.settle()
    expect(lastInvite().message.body).toContain('a=ice-ufrag:u2')
    expect(bench.ended).toBeUndefined()
  })

  it('of the sound that comes again and again ends the call', async () => {
    await bench.talk()
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 488))
    for (let i = 0; i < 4; i++) {
      bench.media.last.become('failed')
      await bench.settle()
      bench.media.last.become('connecting')
    }
    expect(bench.ended?.cause).toBe('media-failed')
    expect(bench.peer.requests('BYE')).toHaveLength(1)
  })
})

describe('a dialog', () => {
  it('is recorded so that a fresh page can say BYE for it', async () => {
    const { invite } = await bench.talk()
    const record = bench.reported('dialog').at(-1)?.dialog
    if (!record) throw new Error('no record')
    expect(record).toMatchObject({ callIdHeader: invite.header('call-id'), remoteTag: 'peertag' })

    const fresh = new EngineBench()
    await fresh.register()
    expect(await fresh.ask({ type: 'farewell', accountId: 'work', dialog: record })).toMatchObject({ ok: true })
    const bye = fresh.peer.requests('BYE')[0]
    expect(bye?.header('call-id')).toBe(invite.header('call-id'))
    expect(bye?.header('to')).toContain('tag=peertag')
    expect(bye?.header('from')).toContain(`tag=${record.localTag}`)
    expect(Number(bye?.header('cseq').split(' ')[0])).toBeGreaterThan(record.localSequence)
  })

  it('is recorded again when its sequence moved on, and forgotten with the call', async () => {
    const { callId } = await bench.talk()
    acceptReinvites()
    const before = bench.reported('dialog').at(-1)?.dialog?.localSequence ?? 0
    await bench.ask({ type: 'setHeld', callId, held: true })
    expect(bench.reported('dialog').at(-1)?.dialog?.localSequence).toBeGreaterThan(before)
    await bench.ask({ type: 'end', callId })
    expect(bench.reported('dialog').at(-1)?.dialog).toBeNull()
  })

  it('waits with its farewell until there is a connection', async () => {
    const { invite } = await bench.talk()
    const record = bench.reported('dialog').at(-1)?.dialog
    if (!record) throw new Error('no record')
    const fresh = new EngineBench()
    fresh.peer.server.mode = 'refuse'
    await fresh.register()
    await fresh.ask({ type: 'farewell', accountId: 'work', dialog: record })
    expect(fresh.peer.requests('BYE')).toEqual([])
    fresh.peer.server.mode = 'accept'
    await fresh.settle(4_000)
    expect(fresh.peer.requests('BYE')[0]?.header('call-id')).toBe(invite.header('call-id'))
  })
})

describe('the far end', () => {
  it('may say BYE before it got our ACK', async () => {
    let open = (): void => {}
    const { invite } = await bench.dial()
    bench.media.gate = () => new Promise((resolve) => (open = resolve))
    bench.peer.reply(invite, 200, [], makeSdp())
    await bench.settle()
    bench.inOutgoingDialog(invite, { method: 'BYE' })
    await bench.settle()
    open()
    await bench.settle(2_000)
    expect(bench.peer.responses('BYE').map(({ status }) => status)).toEqual([200])
    expect(bench.ended).toMatchObject({ cause: 'remote-hung-up' })
    expect(bench.reported('connected')).toEqual([])
  })

  it('that hangs up when we do ends the call once', async () => {
    const { callId, invite } = await bench.talk()
    const reply = bench.request({ type: 'end', callId })
    bench.inOutgoingDialog(invite, { method: 'BYE' })
    await bench.settle()
    expect(await reply).toMatchObject({ ok: true })
    expect(bench.reported('ended')).toHaveLength(1)
  })

  it('may change its name in the middle', async () => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, {
      method: 'INVITE',
      sequence: 2,
      body: makeSdp(),
      extra: ['P-Asserted-Identity: "Carol" <sip:300@example.com>'],
    })
    await bench.settle()
    expect(bench.reported('updated').at(-1)).toMatchObject({
      name: 'Carol',
      handle: { type: 'phoneNumber', value: '300' },
    })
  })
})

describe('quality', () => {
  it('is told once a second while the call is up, and not after it', async () => {
    const { callId } = await bench.talk()
    await bench.settle(3_050)
    expect(bench.reported('quality')).toHaveLength(3)
    await bench.ask({ type: 'end', callId })
    await bench.settle(5_000)
    expect(bench.reported('quality')).toHaveLength(3)
  })
})
