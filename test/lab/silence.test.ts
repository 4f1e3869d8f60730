/*
 * The network changes and tells nobody: a router forgets who spoke through it, a server moves to another address and its name with it. The phone finds out
 * by asking, is registered again as the server sees it now, and a call keeps its sound.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { FarNetwork } from './support/far-network'
import { HomeRouter } from './support/home-router'
import { Lab, microphoneHz } from './support/lab'
import { NameServer } from './support/name-server'
import { ensureAsteriskRoot } from '../../scripts/lab/asterisk-root.mjs'

const [before, after] = ['10.78.1.1', '10.78.1.2'] as const

let network: FarNetwork
let router: HomeRouter
let names: NameServer
let lab: Lab
let phone: Phone

beforeAll(async () => {
  network = await FarNetwork.open()
  router = await HomeRouter.open(network)
  for (const address of [before, after]) network.answersAt(address, true)
  names = await NameServer.start(await ensureAsteriskRoot(), [`host-record=pbx.test,${before}`])
  lab = await Lab.open({}, network)
  const at = (user: string, server: string): ReturnType<Lab['account']> =>
    lab.account(user, { uri: `sip:${user}@${network.server}`, server })
  phone = await lab.phone({
    accounts: [
      at('100', lab.asterisk.wsUrl),
      at('110', `udp:${network.server}`),
      at('111', `tcp:${network.server}`),
      at('101', 'ws://pbx.test:8088/ws'),
      at('104', 'udp:pbx.test'),
    ],
    entering: (program, args) => names.entering(program, args),
  })
})

afterAll(async () => {
  await lab?.close()
  names?.stop()
  router?.close()
  network?.close()
})

/** Where the server sees this account last; '' while it does not. */
const placeOf = async (user: string): Promise<string> => {
  const contacts = (await lab.asterisk.cli('pjsip show contacts')).matchAll(/Contact:\s+(\d+)\/sip:\w+@([\d.]+:\d+)/g)
  return [...contacts].findLast(([, whose]) => whose === user)?.[2] ?? ''
}

/** Until the server sees the account where the router sends it from now on; ms since `since`. */
const seenAnew = async (user: string, old: string, since: number): Promise<number> => {
  await until(
    async () => {
      const place = await placeOf(user)
      return place !== '' && place !== old
    },
    { what: `${user} to be registered anew`, ms: 60_000, every: 50 },
  )
  return Math.round(performance.now() - since)
}

/** In a call of this account's. */
const forgottenInCall = async (user: string): Promise<void> => {
  const ear = await Ear.on(phone)
  await phone.do('call', '600', '--account', `Line ${user}`)
  await phone.callIn('active')
  await ear.hears(microphoneHz)
  const place = await placeOf(user)
  router.forget()
  await seenAnew(user, place, performance.now())
  await ear.hears(microphoneHz, 20_000)
  ear.close()
  expect((await phone.calls()).map(({ state }) => state)).toEqual(['active'])
  await phone.do('end')
  await phone.noCalls()
  await until(async () => (await lab.asterisk.liveChannels()) === 0, { what: 'no call at the server', ms: 35_000 })
}

test('a call over WebSocket, with WebRTC, is heard again when the router has forgotten it', () =>
  forgottenInCall('100'))

// The other lines are dead by now, and nobody knows.
test('the router forgets, and a server moves: all is noticed within half a minute, though no line is spoken on', async () => {
  const users = ['100', '110', '111', '101', '104']
  const places = new Map(await Promise.all(users.map(async (user) => [user, await placeOf(user)] as const)))
  await names.replace([`host-record=pbx.test,${after}`])
  network.answersAt(before, false)
  router.forget()
  const since = performance.now()
  const times = await Promise.all(users.map((user) => seenAnew(user, places.get(user) ?? '', since)))
  // A question every 25 s, twice 3 s to answer it, and a connection.
  expect(Math.max(...times)).toBeLessThan(45_000)
  await phone.registered()
  const routes = (await phone.status()).accounts.map(({ name, route }) => [name, route?.address])
  expect(routes).toContainEqual(['Line 104', after])
})

test('a call over UDP, with plain RTP, is heard again when the router has forgotten it', () => forgottenInCall('110'))
