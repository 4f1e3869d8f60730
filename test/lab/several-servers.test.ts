/*
 * Accounts that are registered with two servers at once, over UDP and over WebSocket: calls come by each, and when one of them dies they come and go by the
 * other; each call is proved by a tone at both ends.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Asterisk } from './support/asterisk'
import { Ear } from './support/ear'
import { Lab, microphoneHz } from './support/lab'
import { levelAt, readWav, tail } from './support/tone'
import { ensureAsteriskRoot } from '../../scripts/lab/asterisk-root.mjs'

let lab: Lab
let second: Asterisk
let phone: Phone
let ear: Ear

beforeAll(async () => {
  lab = await Lab.open()
  const ports = readFileSync(join(import.meta.dirname, 'support/asterisk/pjsip.conf'), 'utf8')
    .replaceAll(':5060', ':5080')
    .replaceAll(':5061', ':5081')
  const root = await ensureAsteriskRoot()
  second = await Asterisk.start({ root, wsPort: 8188, wssPort: 8189, files: { 'pjsip.conf': ports } })
  const both = (backup: string) => ({ registration: 'all' as const, backups: [backup] })
  phone = await lab.phone({
    accounts: [
      lab.account('110', { server: 'udp:127.0.0.1:5060', connection: both('udp:127.0.0.1:5080') }),
      lab.account('100', { connection: both(second.wsUrl) }),
    ],
  })
  ear = await Ear.on(phone)
})

afterAll(async () => {
  ear?.close()
  await second?.stop()
  await lab?.close()
  if (interfaceOf('10.98.0.1') !== null) anotherAddress('del')
})

/** How an account stands with each of its servers. */
const servers = async (index: number): Promise<string[]> =>
  ((await phone.status()).accounts[index]?.servers ?? []).map(({ state }) => state)

/** Loudness of the microphone's tone in the last second of what this extension of a server has heard. */
const heardAt = (server: Asterisk, extension: string): number => {
  const sound = tail(readWav(join(server.dir, `spool/heard-${extension}.wav`)), 1)
  return sound.samples.length > 7_000 ? levelAt(sound, microphoneHz) : -200
}

const speaks = async (server: Asterisk, extension: string, hz: number): Promise<void> => {
  await phone.callIn('active')
  await ear.hears(hz)
  await until(() => heardAt(server, extension) > -35, { what: `the microphone at ${extension}`, ms: 15_000 })
  const [call] = await phone.calls()
  await phone.control('end', call?.id ?? '')
  await phone.noCalls()
}

/** A call by this server rings, is answered and heard at both ends. */
const calledBy = async (server: Asterisk, user: string, extension: string, hz: number): Promise<void> => {
  void server.originate(`PJSIP/${user}`, extension)
  const call = await phone.callIn('incoming')
  await phone.control('answer', call.id)
  await speaks(server, extension, hz)
}

test('calls come by both servers; one dies, and they come and go by the other at once', async () => {
  for (const index of [0, 1])
    await until(async () => (await servers(index)).every((state) => state === 'registered'), { what: 'both servers' })
  for (const user of ['110', '100'])
    for (const server of [lab.asterisk, second]) expect(await server.isRegistered(user)).toBe(true)
  await calledBy(lab.asterisk, '110', '711', 530)
  await calledBy(second, '110', '711', 530)
  await calledBy(second, '100', '712', 1_010)

  await lab.asterisk.kill()
  // Over UDP nobody has noticed yet.
  await phone.do('call', '713', '--account', 'Line 110')
  await speaks(second, '713', 1_570)
  await phone.do('call', '711', '--account', 'Line 100')
  await speaks(second, '711', 530)
  await calledBy(second, '110', '712', 1_010)
  for (const index of [0, 1]) {
    await until(async () => (await servers(index)).join() === 'failed,registered', { what: 'the loss', ms: 60_000 })
    expect((await phone.status()).accounts[index]?.registration.state).toBe('registered')
  }

  await lab.asterisk.launch()
  // It is in no hurry while there is another; another address of the computer is a reason to look at once.
  anotherAddress('add')
  for (const index of [0, 1])
    await until(async () => (await servers(index)).join() === 'registered,registered', { what: 'both', ms: 20_000 })
  await calledBy(lab.asterisk, '100', '711', 530)

  await phone.quit()
  for (const user of ['110', '100'])
    for (const server of [lab.asterisk, second]) expect(await server.isRegistered(user)).toBe(false)
})

/** Which no other test is to have: Asterisk hangs up a call from a computer with an address that it knows no way to. */
const anotherAddress = (what: 'add' | 'del'): void =>
  void execFileSync('ip', ['addr', what, '10.98.0.1/24', 'dev', interfaceOf('10.77.0.1') ?? 'lo'])

const interfaceOf = (address: string): string | null =>
  /^\d+: (\S+)/.exec(execFileSync('ip', ['-o', '-4', 'addr', 'show', 'to', address], { encoding: 'utf8' }))?.[1] ?? null
