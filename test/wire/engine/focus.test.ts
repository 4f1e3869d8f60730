/*
 * A conference server that answers names the conference it has made for us (RFC 4579 section 5.2).
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'

let bench: EngineBench
beforeEach(async () => {
  vi.useFakeTimers()
  bench = new EngineBench()
  await bench.register()
})
afterEach(() => vi.useRealTimers())

/** A call whose far end answers with this Contact; what main is told of its focus. */
async function answeredBy(contact: string): Promise<object | undefined> {
  const { callId, invite } = await bench.dial()
  const body = makeSdp()
  const copied = invite.message.headers.filter(({ name }) => ['via', 'from', 'call-id', 'cseq'].includes(name))
  bench.peer.send(
    [
      'SIP/2.0 200 OK',
      ...copied.map(({ label, value }) => `${label}: ${value}`),
      `To: ${invite.header('to')};tag=focus`,
      `Contact: ${contact}`,
      'Content-Type: application/sdp',
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n'),
  )
  await bench.settle()
  return bench.reported('updated').find((report) => report.callId === callId && report.focus !== undefined)
}

it('its address is told', async () => {
  expect(await answeredBy('<sip:room7@conf.example.com>;isfocus')).toMatchObject({
    focus: 'sip:room7@conf.example.com',
  })
})

it.each([
  '<sip:bob@pbx.example.com>',
  '<mailto:room7@conf.example.com>;isfocus',
  '<sip:isfocus@pbx.example.com;isfocus>',
])('the far end behind %s is nobody’s conference', async (contact) => {
  expect(await answeredBy(contact)).toBeUndefined()
})
