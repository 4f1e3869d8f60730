/*
 * A conference of one phone and three parties on a real Asterisk. Each party says a tone of its own and records what
 * reaches it: the others' tones and the microphone, and never its own.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Phone, StatusCall } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { Lab, microphoneHz } from './support/lab'
import { levelAt, readWav, tail } from './support/tone'

/** The parties' numbers and what each says, Hz (see asterisk/extensions.conf). */
const parties = { '711': 530, '712': 1010, '713': 1570 }
type GroupedCall = StatusCall & { readonly group: string | null; readonly speaking: boolean }
type Party = keyof typeof parties

let lab: Lab
let phone: Phone
let ear: Ear

beforeAll(async () => {
  lab = await Lab.open()
  phone = await lab.phone({ accounts: [lab.account('100')] })
  ear = await Ear.on(phone)
})

afterAll(async () => {
  ear?.close()
  await lab?.close()
})

const callTo = async (party: Party): Promise<StatusCall | undefined> =>
  (await phone.calls()).find(({ handle }) => handle.value.includes(party))

const idOf = async (party: Party): Promise<string> => (await callTo(party))?.id ?? `no call to ${party}`

/** Calls a party; whoever is on the line is held. */
const dial = async (party: Party): Promise<void> => {
  await phone.do('call', party)
  await until(async () => (await callTo(party))?.state === 'active', { what: `${party} to be there` })
}

/** What a party hears of all there is to hear: the numbers of those who say it, and `me`. Null where it is not clear. */
const heardBy = (party: Party): string[] | null => {
  const path = join(lab.asterisk.dir, `spool/heard-${party}.wav`)
  if (!existsSync(path)) return null
  // One beat of the microphone's tone.
  const sound = tail(readWav(path), 0.5)
  if (sound.samples.length < sound.rate / 2) return null
  const levels = Object.entries({ me: microphoneHz, ...parties }).map(([who, hz]) => [who, levelAt(sound, hz)] as const)
  if (levels.some(([, level]) => level > -55 && level < -42)) return null
  return levels.filter(([, level]) => level >= -42).map(([who]) => who)
}

/** Waits until each of these parties hears exactly this. */
const hear = async (expected: Partial<Record<Party, string[]>>): Promise<void> => {
  let seen: unknown
  const look = (): boolean => {
    const heard = Object.fromEntries(Object.keys(expected).map((party) => [party, heardBy(party as Party)?.sort()]))
    seen = heard
    return JSON.stringify(heard) === JSON.stringify(expected)
  }
  await until(look, { what: 'the right voices', ms: 12_000 }).catch(() => expect(seen).toEqual(expected))
}

const together = { '711': ['712', '713', 'me'], '712': ['711', '713', 'me'], '713': ['711', '712', 'me'] }

// One conference from its making to its end: each test goes on where the one before it stopped.
describe('a conference', () => {
  test('is made of two calls, then of a third: they hear each other and this phone, and nobody hears himself', async () => {
    await dial('711')
    await dial('712')
    await phone.do('merge', '--wait')
    await hear({ '711': ['712', 'me'], '712': ['711', 'me'] })
    await dial('713')
    await hear({ '711': [], '712': [], '713': ['me'] })
    await phone.do('merge', '--wait')
    await hear(together)
    await ear.hears(parties['713'])
    const calls = (await phone.calls()) as GroupedCall[]
    expect(calls.map(({ group }) => group)).toEqual([expect.any(String), calls[0]?.group, calls[0]?.group])
    expect(calls.map(({ speaking }) => speaking)).toEqual([true, true, true])
  })

  test('goes on without our voice for the party it is muted for', async () => {
    await phone.do('mute', await idOf('711'))
    await hear({ ...together, '711': ['712', '713'] })
    await phone.do('unmute', await idOf('711'))
    await hear(together)
  })

  test('that is held is silent, and comes back', async () => {
    await phone.do('hold', '--wait')
    await hear({ '711': [], '712': [], '713': [] })
    await phone.do('resume', '--wait')
    await hear(together)
  })

  test('lets a party go, which speaks with this phone alone while the others wait, and takes it in again', async () => {
    await phone.do('split', await idOf('713'), '--wait')
    await hear({ '711': [], '712': [], '713': ['me'] })
    await phone.do('merge', '--wait')
    await hear(together)
  })

  test('survives a party that hangs up; the last one is left with this phone', async () => {
    await lab.asterisk.cli(`channel request hangup ${await lab.asterisk.channelAt('712')}`)
    await hear({ '711': ['713', 'me'], '713': ['711', 'me'] })
    await phone.do('end', await idOf('711'))
    await hear({ '713': ['me'] })
    expect((await phone.calls()).map(({ state }) => state)).toEqual(['active'])
  })
  test('passes digits on to the one they are for', async () => {
    await lab.asterisk.cli('dialplan set global HEARD none')
    await phone.do('call', '605')
    const { id } = await until(async () => (await phone.calls()).find(({ handle }) => handle.value === '605'), {
      what: 'the call that reads digits',
    })
    await until(async () => (await phone.calls()).find((call) => call.id === id)?.state === 'active', {
      what: 'it to be answered',
    })
    await phone.do('merge', '--wait')
    await phone.do('dtmf', '1*59', id)
    await until(async () => (await lab.asterisk.global('HEARD')) === '1*59', { what: '1*59 to be heard' })
    expect(phone.log()).not.toContain('1*59')
  })
})
