/*
 * What signalling over UDP costs: how soon the phone says that it rings, beside another phone on the same machine in the same run, and how soon it is
 * registered again when the network is back. What many calls cost is load.ts.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Baresip } from '../../test/lab/support/baresip'
import { FarNetwork } from '../../test/lab/support/far-network'
import { labAddress } from '../../test/lab/support/kamailio'
import { Lab } from '../../test/lab/support/lab'
import { until } from '../../test/support/until'
import { ensureAsteriskRoot } from '../lab/asterisk-root.mjs'
import { say } from '../setup/step.mjs'
import type { Figures } from './figures'
import { measureLoad } from './load'
import { account, withPhone } from './phone'
import { UdpCaller } from './udp-caller'

export interface SignallingOptions {
  readonly figures: Figures
  /** Calls to time, and a quarter of it losses of the network. */
  readonly rounds: number
  /** Of ring, load, back. */
  readonly parts: readonly string[]
  /** DBUS_SESSION_BUS_ADDRESS of the phone. */
  readonly bus: string
  readonly remark: (text: string) => void
}

const callerPort = 5_074

export async function measureSignalling(options: SignallingOptions): Promise<void> {
  if (options.parts.includes('ring')) await measureRing(options)
  if (options.parts.includes('load')) await measureLoad(options)
  if (options.parts.includes('back')) await measureBack(options)
}

/** The two phones in turn, so that both meet the machine in the same moods. */
async function measureRing(options: SignallingOptions): Promise<void> {
  const caller = await UdpCaller.open(labAddress, callerPort)
  try {
    await withPhone(options.bus, [account('phone', labAddress, callerPort)], async () => {
      const registrar = `${labAddress}:${callerPort}`
      const baresip = await Baresip.start({
        ...{
          root: await ensureAsteriskRoot(),
          user: 'baresip',
          registrar,
          password: 'secret',
          hz: 440,
          answers: false,
        },
      })
      try {
        await until(() => caller.isRegistered('phone'), { what: 'the phone to register', ms: 20_000 })
        await pause(6_000)
        for (const user of ['phone', 'baresip']) await caller.ring(user)
        for (let i = 0; i < options.rounds; i++) {
          say(`Ringing over UDP ${i + 1} of ${options.rounds}`)
          options.figures.add('INVITE → 180 over UDP', await caller.ring('phone'))
          options.figures.add('INVITE → 180 over UDP, baresip', await caller.ring('baresip'))
          // More calls of one caller in a short time would be refused as a flood.
          await pause(450)
        }
      } finally {
        await baresip.stop()
      }
    })
  } finally {
    caller.close()
  }
}

/** The cable is pulled and put back with another address; seen at the server, which is asked every 20 ms. */
async function measureBack(options: SignallingOptions): Promise<void> {
  const network = await FarNetwork.open()
  const lab = await Lab.open({}, network)
  try {
    const at = { uri: `sip:100@${network.server}` }
    const accounts = [
      lab.account('100', at),
      lab.account('110', { uri: `sip:110@${network.server}`, server: `udp:${network.server}` }),
    ]
    await withPhone(options.bus, accounts, async () => {
      const isThere = async (user: string, address: string): Promise<boolean> =>
        new RegExp(`Contact:\\s+${user}/\\S*@${address.replaceAll('.', '\\.')}:`).test(
          await lab.asterisk.cli('pjsip show contacts'),
        )
      const registeredFrom = async (user: string, address: string): Promise<number> => {
        await until(() => isThere(user, address), { what: `${user} to be registered`, ms: 30_000, every: 20 })
        return performance.now()
      }
      await Promise.all(['100', '110'].map((user) => registeredFrom(user, '10.78.0.2')))
      for (let i = 0; i < Math.max(1, Math.floor(options.rounds / 4)); i++) {
        say(`The network goes and comes back ${i + 1}`)
        // More than six changes in a minute are more REGISTERs than a phone may send.
        await pause(7_000)
        network.pullOut()
        await pause(5_000)
        const address = `10.78.0.${3 + i}`
        network.plugIn(address)
        const back = performance.now()
        const [web, udp] = await Promise.all(['100', '110'].map((user) => registeredFrom(user, address)))
        options.figures.add('network back → registered, WebSocket', (web ?? NaN) - back)
        options.figures.add('network back → registered, UDP', (udp ?? NaN) - back)
      }
    })
  } finally {
    await lab.close()
    network.close()
  }
}
