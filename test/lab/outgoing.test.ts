/*
 * Calls the phone makes on a real Asterisk: what is heard at both ends, and how they end.
 */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { asteriskHz, Lab, microphoneHz } from './support/lab'
import { levelAt, readWav, tail } from './support/tone'

let lab: Lab
let phone: Phone
let ear: Ear

beforeAll(async () => {
  lab = await Lab.open()
  phone = await lab.phone({ accounts: [lab.account('100'), lab.account('102'), lab.account('119')] })
  ear = await Ear.on(phone)
})

afterAll(async () => {
  ear?.close()
  await lab?.close()
})

afterEach(async () => {
  for (const call of await phone.calls()) await phone.control('end', call.id)
  await phone.noCalls()
})

describe('a call to the echo', () => {
  test.each([
    ['opus', 'Line 100'],
    ['PCMU', 'Line 102'],
    // With a port of its own for RTCP, which is known only by its answer.
    ['opus', 'Line 119'],
  ])('comes back as the tone that was spoken, in %s by %s', async (codec, account) => {
    const { call } = await phone.do('call', '600', '--account', account)
    const { id } = await phone.callIn('active')
    expect(id).toBe(call)
    await ear.hears(microphoneHz)
    const { media, connectedAt } = await until(
      async () => (await phone.calls()).find(({ media }) => media.packetsReceived > 100),
      { what: 'a hundred packets' },
    )
    expect(media.codec?.toLowerCase()).toBe(codec.toLowerCase())
    expect(media.packetsSent).toBeGreaterThan(100)
    expect(new Date(connectedAt ?? 0).getTime()).toBeGreaterThan(Date.now() - 30_000)
  })
})

test('what the phone says is what Asterisk records', async () => {
  await phone.do('call', '606')
  await phone.callIn('active')
  const recording = join(lab.asterisk.dir, 'spool/heard.wav')
  const level = await until(
    () => {
      const sound = tail(readWav(recording), 1)
      const heard = levelAt(sound, microphoneHz)
      return sound.samples.length > 7_000 && heard > -30 ? heard : null
    },
    { what: 'the tone in the recording' },
  )
  expect(level).toBeGreaterThan(-30)
})

test('early media is heard before the answer, and the call ends as busy', async () => {
  await phone.do('call', '602')
  await phone.callIn('alerting')
  await ear.hears(asteriskHz, 3_500)
  await phone.noCalls()
  expect(phone.recents()[0]).toMatchObject({ cause: 'busy', sipStatus: 486 })
})

test('a far end that rings first is alerting, then answers', async () => {
  await phone.do('call', '603')
  await phone.callIn('alerting')
  await phone.callIn('active')
  await ear.hears(microphoneHz)
})

test.each([
  ['610', 'busy', 486],
  ['611', 'rejected', 403],
  ['612', 'not-found', 404],
  ['613', 'unanswered', 480],
  ['614', 'unreachable', 480],
  ['615', 'unreachable', 503],
  ['99999', 'not-found', 404],
])('a call to %s ends as %s', async (target, cause) => {
  await phone.do('call', target)
  await phone.noCalls()
  expect(phone.recents()[0]?.cause).toBe(cause)
})

test('a call given up while it rings is cancelled at the far end', async () => {
  await phone.do('call', '604')
  await phone.callIn('alerting')
  await phone.do('end')
  await phone.noCalls(1_000)
  expect(phone.recents()[0]).toMatchObject({ cause: 'cancelled' })
  await until(async () => (await lab.asterisk.liveChannels()) === 0, { what: 'the far end to be idle' })
})

test('a far end that hangs up ends the call', async () => {
  await phone.do('call', '607')
  await phone.callIn('active')
  await phone.noCalls()
  expect(phone.recents()[0]).toMatchObject({ cause: 'remote-hung-up' })
})
