/*
 * The network under a phone changes: another address, a cable pulled and plugged in again. The phone notices by itself, is registered again within
 * three seconds of the network being back, and a call keeps its sound.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { FarNetwork } from './support/far-network'
import { Lab, microphoneHz } from './support/lab'

let network: FarNetwork
let lab: Lab
let phone: Phone

beforeEach(async () => {
  network = await FarNetwork.open()
  lab = await Lab.open({}, network)
})
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(phone.log())
  await lab.close()
  network.close()
})

test.each([
  ['over WebSocket, with WebRTC', '100'],
  ['over UDP, with plain RTP', '110'],
  ['over UDP, with DTLS-SRTP and no ICE,', '115'],
])('%s a call keeps its sound through another address and a pulled cable', async (_how, user) => {
  const uri = `sip:${user}@${network.server}`
  const server = user !== '100' ? { server: `udp:${network.server}` } : {}
  phone = await lab.phone({ accounts: [lab.account(user, { uri, ...server })] })
  const ear = await Ear.on(phone)
  await phone.do('call', '600')
  await phone.callIn('active')
  await ear.hears(microphoneHz)
  const isRegisteredFrom = async (address: string): Promise<boolean> =>
    (await lab.asterisk.cli('pjsip show contacts')).includes(`@${address}:`)
  const backWithin = async (ms: number, address: string, since: number): Promise<void> => {
    await until(() => isRegisteredFrom(address), {
      what: `registered from ${address}`,
      ms: 20_000,
      every: 20,
    })
    expect(performance.now() - since).toBeLessThan(ms)
  }
  await backWithin(60_000, '10.78.0.2', performance.now())

  network.plugIn('10.78.0.3')
  await backWithin(3_000, '10.78.0.3', performance.now())
  await ear.hears(microphoneHz)

  network.pullOut()
  await until(async () => (await phone.status()).accounts[0]?.registration.state !== 'registered', {
    what: 'the loss to be seen',
  })
  network.plugIn('10.78.0.4')
  await backWithin(3_000, '10.78.0.4', performance.now())
  await ear.hears(microphoneHz)

  // A VPN comes up, and all goes through it; without the cable too. Then it is gone, and the cable is there again.
  const vpn = network.anotherWay('vpn0', '10.79.0.1')
  vpn.plugIn('10.79.0.2')
  await backWithin(3_000, '10.79.0.2', performance.now())
  await ear.hears(microphoneHz)
  network.pullOut()
  await ear.hears(microphoneHz)
  network.plugIn('10.78.0.5')
  vpn.pullOut()
  await backWithin(3_000, '10.78.0.5', performance.now())
  await ear.hears(microphoneHz)
  ear.close()
  expect((await phone.calls()).map(({ state }) => state)).toEqual(['active'])
  await phone.do('end')
  await until(async () => (await lab.asterisk.liveChannels()) === 0, { what: 'no call at the server' })
})
