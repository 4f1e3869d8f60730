/*
 * Calls in their thousands, by sipp over UDP: how many a second the phone takes and refuses, and whether it holds more after each thousand. What it holds
 * is read when its transactions are forgotten and every process has collected its garbage, so that only what is really kept can grow.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { GoBetween, header } from '../../test/lab/support/go-between'
import { asks, expects, mayHear, type Step } from '../../test/lab/support/sipp/scenario'
import { Sipp } from '../../test/lab/support/sipp/sipp'
import { until } from '../../test/support/until'
import { ensureAsteriskRoot } from '../lab/asterisk-root.mjs'
import { say } from '../setup/step.mjs'
import type { Figures } from './figures'
import { Heaps, type Held } from './heaps'
import { account, withPhone } from './phone'
import { UdpCaller } from './udp-caller'

export interface LoadOptions {
  readonly figures: Figures
  /** DBUS_SESSION_BUS_ADDRESS of the phone. */
  readonly bus: string
  readonly remark: (text: string) => void
}

/** Calls of each kind in one round; the first round is to warm up. */
const callsOf = { taken: 300, refused: 700 }
const rounds = 4
/** Transactions are remembered for 32 s (RFC 3261 section 17), and what is remembered is no loss, ms. */
const forgetMs = 40_000
const otherPort = 5_074
const loadPort = 5_084

const invite = asks('INVITE', { calling: '' }, { sdp: 'a', repeat: true })
const acknowledge = asks('ACK of a refusal', { calling: 'heard' })
const cancel = asks('CANCEL', { calling: '' }, { repeat: true })
const rings = [invite, mayHear(100), expects(180, 'heard'), cancel, expects(200), expects(487), acknowledge]
const isRefused = [invite, mayHear(100), expects(486, 'heard'), acknowledge]

export async function measureLoad({ figures, bus, remark }: LoadOptions): Promise<void> {
  const between = await GoBetween.open('udp', loadPort)
  const other = await UdpCaller.open('127.0.0.1', otherPort)
  const heaps = new Heaps()
  const lab = await ensureAsteriskRoot()
  let late = 0
  /** sipp's calls, so many at once, each from somebody else: how many a second were answered so. On a busy machine main may be late, which is told 480. */
  const load = async (steps: readonly Step[], calls: number, atOnce: number, answer: string): Promise<number> => {
    between.begin()
    const words = { way: 'UDP', port: String(loadPort), contact: between.contact, a: '40000' }
    const rates = ['-m', String(calls), '-l', String(atOnce), '-r', '1000', '-recv_timeout', '3000', '-timeout', '120']
    const begun = performance.now()
    await Sipp.start({ root: lab, steps, words, calls: `127.0.0.1:${between.farSide}`, more: rates }).ends()
    const answers = between.heard('phone', `SIP/2.0 ${answer} `)
    const answered = new Set(answers.map((text) => header(text, 'Call-ID'))).size
    late += Math.max(0, calls - answered)
    return (answered * 1_000) / (performance.now() - begun)
  }
  const round = async (): Promise<{ taken: number; refused: number }> => {
    const taken = await load(rings, callsOf.taken, 1, '180')
    // Two that ring are as many as there may be; every other one hears that the phone is busy.
    const ringing = [await other.keepRinging('other'), await other.keepRinging('other')]
    const refused = await load(isRefused, callsOf.refused, 4, '486')
    for (const giveUp of ringing) await giveUp()
    return { taken, refused }
  }
  const measure = async (pid: number, profile: string): Promise<void> => {
    await until(() => between.contact !== '' && other.isRegistered('other'), {
      what: 'the phone to register',
      ms: 20_000,
    })
    await pause(4_000)
    const readings: (readonly Held[])[] = []
    for (let i = 0; i <= rounds; i++) {
      say(i === 0 ? 'Calls under load, to warm up' : `Calls under load ${i} of ${rounds}`)
      const { taken, refused } = await round()
      if (i > 0) {
        figures.add('signalling: calls taken', taken)
        figures.add('signalling: calls refused', refused)
      } else late = 0
      await pause(forgetMs)
      readings.push(await heaps.read(pid, profile))
    }
    const calls = callsOf.taken + callsOf.refused
    const perCall = (of: (held: Held) => number | null) =>
      (readings[0] ?? []).map(({ role }, at) => ({
        role,
        kb: slope(readings.map((held) => of(held[at] ?? { role, heapKb: null, memoryKb: 0 }) ?? 0)) / calls,
      }))
    const heap = perCall(({ heapKb }) => heapKb)
    const memory = perCall(({ memoryKb }) => memoryKb)
    figures.add('signalling: heap kept of a call', sum(heap))
    figures.add('signalling: memory kept of a call', sum(memory))
    const parts = (of: typeof heap): string =>
      of
        .filter(({ kb }) => Math.abs(kb) >= 0.005)
        .map(({ role, kb }) => `${role} ${kb.toFixed(2)}`)
        .join(', ')
    remark(`Kept of a call after ${rounds} readings, KB: heap ${parts(heap)}; memory ${parts(memory)}.`)
    for (const [i, held] of readings.entries()) {
      const heaped = held.filter(({ heapKb }) => heapKb !== null)
      const shown = heaped.map(({ role, heapKb, memoryKb }) => `${role} ${mb(heapKb ?? 0)} of ${mb(memoryKb)}`)
      remark(
        `Held after ${(i + 1) * calls} calls, MB: ${shown.join(', ')}; all ${mb(held.reduce((all, { memoryKb }) => all + memoryKb, 0))}.`,
      )
    }
    remark(
      `Under load: ${callsOf.taken} calls that ring, one after the other, and ${callsOf.refused} refused, four at once, each round; ${late} were told 480.`,
    )
  }
  try {
    const accounts = [account('phone', '127.0.0.1', loadPort), account('other', '127.0.0.1', otherPort)]
    await withPhone(bus, accounts, ({ pid }, profile) => measure(pid, profile), { args: heaps.args, env: heaps.env })
  } finally {
    between.close()
    other.close()
    heaps.close()
  }
}

const mb = (kb: number): string => (kb / 1024).toFixed(1)
const sum = (parts: readonly { kb: number }[]): number => parts.reduce((all, { kb }) => all + kb, 0)

/** What is added from one to the next, by least squares. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((all, value) => all + value, 0) / values.length
  const weights = values.map((_, i) => i - middle)
  const spread = weights.reduce((all, weight) => all + weight * weight, 0)
  return weights.reduce((all, weight, i) => all + weight * ((values[i] ?? 0) - mean), 0) / spread
}
