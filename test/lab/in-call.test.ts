/*
 * What can be done in a call on a real Asterisk, proved by sound: mute, hold from both ends, digits.
 */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { asteriskHz, Lab, microphoneHz, otherMicrophoneHz } from './support/lab'
import { levelAt, readWav, tail } from './support/tone'

let lab: Lab
let phone: Phone
let other: Phone
let ear: Ear
let otherEar: Ear

beforeAll(async () => {
  lab = await Lab.open()
  // With all that makes voices clear, as it is where nobody changed it.
  phone = await lab.phone({ accounts: [lab.account('100'), lab.account('103')], rawMicrophone: false })
  other = await lab.phone({ accounts: [lab.account('101')], rawMicrophone: false, hz: otherMicrophoneHz })
  ear = await Ear.on(phone)
  otherEar = await Ear.on(other)
})

afterAll(async () => {
  ear?.close()
  otherEar?.close()
  await lab?.close()
})

afterEach(async () => {
  for (const call of await phone.calls()) await phone.control('end', call.id)
  await phone.noCalls()
  await other.noCalls()
})

/** Calls the other phone and has it answer. */
const talk = async (): Promise<void> => {
  await phone.do('call', '101', '--account', 'Line 100')
  await other.callIn('incoming')
  await other.do('answer')
  await phone.callIn('active')
  await other.callIn('active')
}

test('two phones hear each other, and mute silences one of them only', async () => {
  await talk()
  await ear.hears(otherMicrophoneHz)
  await otherEar.hears(microphoneHz)
  await phone.do('mute')
  expect((await phone.callIn('active')).muted).toBe(true)
  await otherEar.hearsNothing(microphoneHz)
  await ear.hears(otherMicrophoneHz)
  await phone.do('unmute')
  await otherEar.hears(microphoneHz)
})

describe('hold', () => {
  test('by this end silences both ways, and resume brings both back', async () => {
    await talk()
    await otherEar.hears(microphoneHz)
    await phone.do('hold')
    await phone.callIn('held')
    await otherEar.hearsNothing(microphoneHz)
    await ear.hearsNothing(otherMicrophoneHz)
    await phone.do('resume')
    await phone.callIn('active')
    await otherEar.hears(microphoneHz)
    await ear.hears(otherMicrophoneHz)
  })

  test('is heard of by Asterisk', async () => {
    await phone.do('call', '601', '--account', 'Line 100')
    await phone.callIn('active')
    await ear.hears(asteriskHz)
    await phone.do('hold')
    await phone.callIn('held')
    await ear.hearsNothing(asteriskHz)
    await phone.do('resume')
    await phone.callIn('active')
    await ear.hears(asteriskHz)
  })
})

describe('digits', () => {
  test('arrive as RFC 4733 events', async () => {
    await lab.asterisk.cli('dialplan set global HEARD none')
    await phone.do('call', '605', '--account', 'Line 100')
    await phone.callIn('active')
    await phone.do('dtmf', '1590')
    await until(async () => (await lab.asterisk.global('HEARD')) === '1590', { what: '1590 to be heard' })
  })

  test('arrive by INFO where the far end has no telephone-event', async () => {
    await lab.asterisk.cli('dialplan set global HEARD none')
    await phone.do('call', '605', '--account', 'Line 103')
    await phone.callIn('active')
    await phone.do('dtmf', '24#7')
    // Read() ends at the #.
    await until(async () => (await lab.asterisk.global('HEARD')) === '24', { what: '24 to be heard' })
  })

  test('are in no log', () => {
    expect(phone.log()).not.toMatch(/1590|24#7/)
  })
})

test('the quality of a call is measured', async () => {
  await phone.do('call', '600', '--account', 'Line 100')
  const { media } = await until(
    async () => (await phone.calls()).find(({ media }) => media.packetsReceived > 150 && media.roundTripMs !== null),
    { what: 'the quality' },
  )
  expect(media.packetsLost).toBeLessThan(20)
  expect(media.jitterMs).toBeLessThan(100)
})

test('what is said into a muted call is not recorded', async () => {
  await phone.do('call', '606', '--account', 'Line 100')
  await phone.callIn('active')
  const recording = join(lab.asterisk.dir, 'spool/heard.wav')
  const loud = (): number => {
    const sound = tail(readWav(recording), 0.5)
    return sound.samples.length > 3_500 ? levelAt(sound, microphoneHz) : NaN
  }
  await until(() => loud() > -30, { what: 'the tone in the recording' })
  await phone.do('mute')
  await until(() => loud() < -60, { what: 'silence in the recording' })
})
