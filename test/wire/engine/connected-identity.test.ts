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
