/*
 * What signalling over UDP costs: how soon the phone says that it rings, beside another phone on the same machine in the same run; how many calls a second
 * it takes and refuses under sipp's load, and what they leave in memory; and how soon it is registered again when the network is back.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Baresip } from '../../test/lab/support/baresip'
import { FarNetwork } from '../../test/lab/support/far-network'
import { GoBetween, header } from '../../test/lab/support/go-between'
import { labAddress } from '../../test/lab/support/kamailio'
import { Lab } from '../../test/lab/support/lab'
import { asks, expects, mayHear, type Step } from '../../test/lab/support/sipp/scenario'
import { Sipp } from '../../test/lab/support/sipp/sipp'
import type { ProvisionedAccount } from '../../test/support/phone'
import { until } from '../../test/support/until'
import { ensureAsteriskRoot } from '../lab/asterisk-root.mjs'
import { root } from '../setup/places.mjs'
import { say } from '../setup/step.mjs'
import type { Figures } from './figures'
import { costs } from './process-tree'
import { RunningApp } from './running-app'
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

/** Calls of each kind under load; as many before, until nothing is new to it. */
const loadCalls = { accepted: 300, refused: 1_000 }
/** Times both kinds, when it is measured. */
const loadRounds = 6
/** Transactions are remembered for 32 s (RFC 3261 section 17), and what is remembered is no loss, ms. */
const forgetMs = 40_000
const callerPort = 5_074
const loadPort = 5_084

export async function measureSignalling(options: SignallingOptions): Promise<void> {
  if (options.parts.includes('ring')) await measureRing(options)
  if (options.parts.includes('load')) await measureLoad(options)
  if (options.parts.includes('back')) await measureBack(options)
}

async function withPhone<T>(
  { bus }: SignallingOptions,
  accounts: readonly ProvisionedAccount[],
  use: (phone: RunningApp) => Promise<T>,
): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'patchcord-bench-'))
  const provision = join(profile, 'provision.json')
  writeFileSync(provision, JSON.stringify({ accounts }))
  const args = [`--user-data-dir=${profile}`, '--use-fake-device-for-media-stream', '--hidden']
  const phone = new RunningApp(root, [...args, `--provision=${provision}`], { DBUS_SESSION_BUS_ADDRESS: bus })
  try {
    return await use(phone)
  } catch (error) {
    throw new Error(`${String(error).slice(0, 2_000)}\n${phone.words}`, { cause: error })
  } finally {
    await phone.quit()
    rmSync(profile, { recursive: true, force: true })
  }
}

const account = (user: string, host: string, port: number): ProvisionedAccount => ({
  ...{ name: user, uri: `sip:${user}@${host}`, server: `udp:${host}:${port}`, username: user, password: 'secret' },
})

/** The two phones in turn, so that both meet the machine in the same moods. */
async function measureRing(options: SignallingOptions): Promise<void> {
  const caller = await UdpCaller.open(labAddress, callerPort)
  try {
    await withPhone(options, [account('phone', labAddress, callerPort)], async () => {
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
          await pause(300)
        }
      } finally {
        await baresip.stop()
      }
    })
  } finally {
    caller.close()
  }
}

async function measureLoad(options: SignallingOptions): Promise<void> {
  const { figures, remark } = options
  const between = await GoBetween.open('udp', loadPort)
  const other = await UdpCaller.open('127.0.0.1', callerPort)
  const lab = await ensureAsteriskRoot()
  try {
    const accounts = [account('phone', '127.0.0.1', loadPort), account('other', '127.0.0.1', callerPort)]
    await withPhone(options, accounts, async (phone) => {
      await until(() => between.contact !== '' && other.isRegistered('other'), {
        what: 'the phone to register',
        ms: 20_000,
      })
      await pause(4_000)
      /**
       * sipp's calls, so many at once, each from somebody else: how many a second were answered so. On a machine that is busy with other things a call
       * may find main late, and is told 480.
       */
      const load = async (steps: readonly Step[], calls: number, atOnce: number, answer: string): Promise<number> => {
        between.begin()
        const words = { way: 'UDP', port: String(loadPort), contact: between.contact, a: '40000' }
        const rates = ['-m', String(calls), '-l', String(atOnce), '-r', '1000', '-recv_timeout', '3000']
        const begun = performance.now()
        const toWhom = `127.0.0.1:${between.farSide}`
        await Sipp.start({ root: lab, steps, words, calls: toWhom, more: rates }).ends()
        const answered = new Set(between.heard('phone', `SIP/2.0 ${answer} `).map((text) => header(text, 'Call-ID')))
          .size
        if (answered < calls) late += calls - answered
        return (answered * 1_000) / (performance.now() - begun)
      }
      let late = 0
      const invite = asks('INVITE', { calling: '' }, { sdp: 'a', repeat: true })
      const rings = [
        ...[invite, mayHear(100), expects(180, 'heard')],
        ...[asks('CANCEL', { calling: '' }, { repeat: true }), expects(200), expects(487)],
        asks('ACK of a refusal', { calling: 'heard' }),
      ]
      const refused = [invite, mayHear(100), expects(486, 'heard'), asks('ACK of a refusal', { calling: 'heard' })]
      const memory = () => costs(phone.pid)
      const both = async (): Promise<{ taken: number; turnedAway: number }> => {
        const taken = await load(rings, loadCalls.accepted, 1, '180')
        // Two that ring are as many as there may be; every other one hears that the phone is busy.
        const ringing = [await other.keepRinging('other'), await other.keepRinging('other')]
        const turnedAway = await load(refused, loadCalls.refused, 4, '486')
        for (const giveUp of ringing) await giveUp()
        return { taken, turnedAway }
      }
      say('Calls under load, to warm up')
      await both()
      // Collectors let garbage lie until there is enough of it: what counts is whether the second half of the calls leaves more than the first did.
      let before = memory()
      for (let round = 1; round <= loadRounds; round++) {
        say(`Calls under load ${round} of ${loadRounds}`)
        const { taken, turnedAway } = await both()
        figures.add('signalling: calls taken', taken)
        figures.add('signalling: calls refused', turnedAway)
        if (round !== loadRounds / 2) continue
        await pause(forgetMs)
        before = memory()
      }
      await pause(forgetMs)
      const kept = memory().map(({ role, memoryMb }, i) => ({ role, mb: memoryMb - (before[i]?.memoryMb ?? memoryMb) }))
      figures.add(
        'signalling: kept of 3,900 calls',
        kept.reduce((sum, { mb }) => sum + mb, 0),
      )
      remark(`Kept after the load: ${kept.map(({ role, mb }) => `${role} ${mb.toFixed(1)} MB`).join(', ')}.`)
      remark(
        `Under load: ${loadCalls.accepted} calls that ring, one after the other, and ${loadCalls.refused} refused, four at once; ` +
          `${late} were told 480.`,
      )
    })
  } finally {
    between.close()
    other.close()
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
    await withPhone(options, accounts, async () => {
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
        await pause(2_000)
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
