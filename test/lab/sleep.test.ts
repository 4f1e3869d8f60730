/*
 * The computer sleeps and wakes elsewhere, while its server was started anew: the phone can be called again within three seconds, and what was
 * going on before is over.
 */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LoginManager } from '../fakes/login-manager'
import { TestBus } from '../fakes/session-bus'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { FarNetwork } from './support/far-network'
import { Lab, microphoneHz } from './support/lab'
import { accountsWithMailbox, leaveMessage, mailboxOf, withModules } from './support/mailbox'

let network: FarNetwork
let lab: Lab
let systemBus: TestBus
let manager: LoginManager
let phone: Phone

beforeAll(async () => {
  network = await FarNetwork.open()
  const files = {
    'modules.conf': withModules(),
    'voicemail.conf': mailboxOf('110'),
    'pjsip.conf': accountsWithMailbox('110'),
  }
  lab = await Lab.open(files, network)
  systemBus = await TestBus.start()
  manager = await LoginManager.start(systemBus.address)
  phone = await lab.phone({
    env: { DBUS_SYSTEM_BUS_ADDRESS: systemBus.address },
    accounts: [
      lab.account('100', { uri: `sip:100@${network.server}` }),
      lab.account('110', { uri: `sip:110@${network.server}`, server: `udp:${network.server}` }),
      lab.account('111', { uri: `sip:111@${network.server}`, server: `tcp:${network.server}` }),
    ],
  })
})

afterAll(async () => {
  await lab?.close()
  manager?.stop()
  await systemBus?.stop()
  network?.close()
})

/** The phone's processes, as the operating system knows them. */
const processes = (): number[] => {
  const all = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const own = [phone.process.pid]
  for (const pid of own) own.push(...all.filter(([, parent]) => parent === pid).map(([child]) => child))
  return own.filter((pid) => pid !== undefined)
}

const signal = (name: NodeJS.Signals): void => processes().forEach((pid) => process.kill(pid, name))

/** So short an absence is told to nobody, ms. */
const worthTelling = 5_000

/** Asleep while `meanwhile`, long enough to be told of; performance.now() of its waking. */
const sleep = async (meanwhile: () => Promise<void>): Promise<number> => {
  manager.prepareForSleep(true)
  await until(() => phone.log().includes('goes to sleep'), { what: 'the phone to know of the sleep' })
  signal('SIGSTOP')
  const asleep = performance.now()
  await meanwhile()
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, asleep + worthTelling - performance.now())))
  signal('SIGCONT')
  manager.prepareForSleep(false)
  return performance.now()
}

/** From when until the server knows where all accounts are, ms. */
const reachableAfter = async (since: number, address: string): Promise<number> => {
  await until(async () => (await lab.asterisk.cli('pjsip show contacts')).split(`@${address}:`).length - 1 === 3, {
    what: `all accounts to be registered from ${address}`,
    ms: 20_000,
    every: 20,
  })
  return performance.now() - since
}

test('a call that was up is over, a call that rang rings no longer, and all accounts are registered from the new address', async () => {
  // What came while it slept is told where it is known what was there before.
  const watched = async (): Promise<string> => lab.asterisk.cli('pjsip show subscriptions inbound')
  await until(async () => /110[^]*message-summary|message-summary[^]*110/.test(await watched()), {
    what: 'the mailbox to be watched',
    ms: 20_000,
  })
  const ear = await Ear.on(phone)
  await phone.do('call', '600', '--account', 'Line 110')
  await phone.callIn('active')
  await ear.hears(microphoneHz)
  ear.close()
  void lab.asterisk.originate('PJSIP/100', 'tone')
  await phone.callIn('incoming')
  const fellAsleep = Date.now()
  const woken = await sleep(async () => {
    await lab.asterisk.kill()
    leaveMessage(lab.asterisk, '110')
    network.plugIn('10.78.0.9')
    await lab.asterisk.launch()
  })
  const awake = Date.now()
  expect(await reachableAfter(woken, '10.78.0.9')).toBeLessThan(3_000)
  await phone.noCalls(5_000)
  const ends = phone.recents().map(({ direction, cause, missed }) => ({ direction, cause, missed }))
  expect(ends).toEqual(
    expect.arrayContaining([
      // Taken back, or nothing was heard of it any more: whichever is first.
      { direction: 'incoming', cause: expect.stringMatching(/^(remote-cancelled|connection-lost)$/), missed: true },
      { direction: 'outgoing', cause: 'connection-lost', missed: false },
    ]),
  )
  // Told of: every account, from its last proof to the first one after, why, and what came meanwhile where the server tells.
  const absences = async () => {
    const { accounts, away } = await phone.status()
    return away.map((one) => ({ ...one, name: accounts.find(({ id }) => id === one.account)?.name }))
  }
  const told = await until(
    async () => {
      const all = await absences()
      return all.length === 3 && all.some(({ newMessages }) => newMessages !== null) && all
    },
    { what: 'the report of the absence', ms: 30_000 },
  ).catch(async (error: unknown) => {
    throw new Error(`${String(error)} ${JSON.stringify(await absences())}`)
  })
  expect(told.map(({ name }) => name).sort()).toEqual(['Line 100', 'Line 110', 'Line 111'])
  for (const { from, to, because } of told) {
    expect(because).toBe('sleep')
    expect(Date.parse(from)).toBeLessThanOrEqual(fellAsleep + 1_000)
    expect(Date.parse(to)).toBeGreaterThanOrEqual(awake)
  }
  expect(told.find(({ name }) => name === 'Line 110')?.newMessages).toBe(1)
  await phone.do('show')
  const page = await phone.page('ui')
  await until(async () => /The computer was asleep\./.test(await page.text()), { what: 'the window to say so' })
  page.close()

  expect([...lab.desktop.open.values()].filter(({ actions }) => actions.includes('answer'))).toEqual([])
})
