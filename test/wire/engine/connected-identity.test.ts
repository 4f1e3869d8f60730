/*
 * The far end changes in the middle of a call, after a transfer or a pick-up behind the server: its new name and number are told
 * (RFC 4916, RFC 3325).
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'

let bench: EngineBench
beforeEach(async () => {
  vi.useFakeTimers()
  bench = new EngineBench()
  await bench.register()
})
afterEach(() => vi.useRealTimers())

/** The names and numbers told so far. */
const told = (): string[] =>
  bench
    .reported('updated')
    .filter(({ handle }) => handle !== undefined)
    .map(({ handle, name }) => `${name ?? '-'} ${handle?.value === '' ? 'anonymous' : handle?.value}`)

const carol = 'P-Asserted-Identity: "Carol" <sip:300@example.com>'

describe('an incoming call', () => {
  it.each([
    ['a re-INVITE', { method: 'INVITE', body: makeSdp() }],
    ['an UPDATE', { method: 'UPDATE' }],
  ])('has a new name from %s', async (_name, parts) => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, { ...parts, sequence: 2, extra: [carol] })
    await bench.settle()
    expect(told()).toEqual(['Carol 300'])
  })

  it('has a new name while it rings', async () => {
    const { parts } = await bench.ring()
    bench.inDialog(
      { sipCallId: parts.callId, toTag: bench.toTag('INVITE') },
      { method: 'UPDATE', sequence: 2, extra: [carol] },
    )
    await bench.settle()
    expect(bench.peer.responses('UPDATE').at(-1)?.status).toBe(200)
    expect(told()).toEqual(['Carol 300'])
  })

  it('is told its name once, however often it is repeated', async () => {
    const dialog = await bench.answered()
    for (const sequence of [2, 3, 4]) bench.inDialog(dialog, { method: 'UPDATE', sequence, extra: [carol] })
    await bench.settle()
    expect(told()).toEqual(['Carol 300'])
  })

  it('takes the older header of older servers, unless it asks for privacy', async () => {
    const dialog = await bench.answered()
    const lines = [
      'Remote-Party-ID: "Secret" <sip:666@example.com>;party=calling;privacy=full',
      'Remote-Party-ID: "Dan" <sip:400@example.com>;party=calling;privacy=off;screen=yes',
    ]
    lines.forEach((line, index) => bench.inDialog(dialog, { method: 'UPDATE', sequence: 2 + index, extra: [line] }))
    await bench.settle()
    expect(told()).toEqual(['Dan 400'])
  })

  it('takes a From that changed within the dialog, and what the server asserts before it', async () => {
    const dialog = await bench.answered()
    const from = '"Erin" <sip:500@example.com>;tag=bobtag'
    bench.inDialog(dialog, { method: 'UPDATE', sequence: 2, from })
    bench.inDialog(dialog, { method: 'UPDATE', sequence: 3, from })
    bench.inDialog(dialog, { method: 'UPDATE', sequence: 4, from, extra: [carol] })
    bench.inDialog(dialog, { method: 'UPDATE', sequence: 5, from })
    await bench.settle()
    expect(told()).toEqual(['Erin 500', 'Carol 300'])
  })

  it('keeps its name when a server in between hides itself or the header cannot be read', async () => {
    const dialog = await bench.answered()
    bench.inDialog(dialog, { method: 'UPDATE', sequence: 2, from: '<sip:anonymous@anonymous.invalid>;tag=bobtag' })
    bench.inDialog(dialog, { method: 'UPDATE', sequence: 3, extra: ['P-Asserted-Identity: nonsense'] })
    await bench.settle()
    expect(told()).toEqual([])
  })

  it('is not renamed by a request that is refused', async () => {
    const dialog = await bench.answered()
    const body = makeSdp({ fingerprint: false })
    bench.inDialog(dialog, { method: 'INVITE', sequence: 2, body, extra: [carol] })
    bench.inDialog(dialog, { method: 'UPDATE', sequence: 3, body, extra: [carol] })
    await bench.settle()
    expect(told()).toEqual([])
  })
})

describe('an outgoing call', () => {
  it('has its name from the 200, and a new one from the answer to a re-INVITE of ours', async () => {
    const { callId, invite } = await bench.dial()
    bench.peer.reply(invite, 200, ['P-Asserted-Identity: "Bob" <sip:200@example.com>'], makeSdp())
    await bench.settle()
    bench.peer.on('INVITE', (request) => bench.peer.reply(request, 200, [carol], makeSdp({ direction: 'recvonly' })))
    await bench.ask({ type: 'setHeld', callId, held: true })
    expect(told()).toEqual(['Bob 200', 'Carol 300'])
  })

  it('has a new name from an UPDATE before it is answered', async () => {
    const { invite } = await bench.dial()
    bench.peer.reply(invite, 180)
    await bench.settle()
    bench.inOutgoingDialog(invite, { method: 'UPDATE', extra: [carol] })
    await bench.settle()
    expect(bench.peer.responses('UPDATE').at(-1)?.status).toBe(200)
    expect(told()).toEqual(['Carol 300'])
  })
})

describe('whoever we are handed to', () => {
  const atDevice = 'sip:a1b2c3d4@10.0.0.4:5071;transport=ws'
  const replaces = '?Replaces=other%40host%3Bto-tag%3Da%3Bfrom-tag%3Db'

  it('has the name it was given, not that of a device, until the server or it itself says better', async () => {
    const dialog = await bench.answered()
    const line = `Refer-To: "Carol Roth" <${atDevice}${replaces}>`
    bench.inDialog(dialog, { method: 'REFER', sequence: 2, extra: [line] })
    await bench.settle()
    expect(bench.reported('referred').at(-1)?.referral).toMatchObject({ name: 'Carol Roth' })
    const { callId, invite } = await bench.dial(atDevice, dialog.callId)
    expect(bench.reported('updated').at(-1)).toEqual({ type: 'updated', callId, name: 'Carol Roth' })
    bench.peer.reply(invite, 200, [carol], makeSdp())
    await bench.settle()
    expect(told()).toEqual(['Carol 300'])
  })

  it('is who the server says, who takes a place in our call, by the older header too', async () => {
    const { callId, invite } = await bench.talk()
    const ourTag = /;tag=([^;]+)/.exec(invite.header('from'))?.[1] ?? ''
    bench.peer.request({
      callId: 'taking-a-place',
      from: '<sip:a1b2c3d4@10.0.0.4>;tag=carol',
      extra: [
        `Replaces: ${invite.header('call-id')};from-tag=peertag;to-tag=${ourTag}`,
        'Remote-Party-ID: "Carol" <sip:300@example.com>;party=calling',
      ],
      body: makeSdp(),
    })
    await bench.settle()
    expect(told()).toEqual(['Carol 300'])
    expect(bench.reported('updated').at(-1)).toMatchObject({ callId })
  })
})

describe('whom we hand over to', () => {
  const named = async (answer: string[]): Promise<string> => {
    bench.peer.on('REFER', (request) => bench.peer.reply(request, 202))
    const bob = await bench.talk()
    const { callId, invite } = await bench.dial()
    bench.peer.reply(invite, 200, answer, makeSdp())
    await bench.settle()
    void bench.request({ type: 'transferToCall', callId: bob.callId, toCallId: callId })
    await bench.settle()
    return bench.peer.requests('REFER').at(-1)?.header('refer-to').split('<')[0] ?? ''
  }

  it.each([
    [['P-Asserted-Identity: "Carol \\"C\\"" <sip:300@example.com>'], '"Carol \\"C\\"" '],
    [['P-Asserted-Identity: <sip:300@example.com>'], '"300" '],
    [['P-Asserted-Identity: <sip:anonymous@anonymous.invalid>'], ''],
    [[], '"bob" '],
  ])('is called what is known of them, after %j', async (answer, name) => {
    expect(await named(answer)).toBe(name)
  })
})
