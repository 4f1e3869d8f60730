/*
 * What the gateway's media cost: how long a packet is under way through the relay, each way, and what calls take of a processor. The relay is a
 * process of its own, as in the phone; browsers and plain phones are in this one, so the times hold their own encryption and both event loops too,
 * and only the relay's processor time is counted.
 */
import * as library from 'node-datachannel'
import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { loadavg } from 'node:os'
import { join, relative } from 'node:path'
import type { DescribeStep } from '../../common/contract/gateway'
import { systemClock } from '../../common/clock'
import { silentLog } from '../../common/log'
import { nativeWebLegs } from '../../gateway/media/native-web-leg'
import { nodeUdp } from '../../gateway/media/node-udp'
import { parseSdp } from '../../gateway/media/parse-sdp'
import { bindPair, type PortPair } from '../../gateway/media/port-pair'
import { SrtpReceiver, SrtpSender } from '../../gateway/media/srtp'
import type { WebLeg } from '../../gateway/media/web-leg'
import { say } from '../setup/step.mjs'
import { Figures, table, type FigureName } from './figures'
import { keep } from './kept'
import type { RelayAnswer, RelayQuestion } from './gateway-relay'

export interface GatewayOptions {
  /** How long each load is measured, s. */
  readonly seconds: number
}

const packetMs = 20
const suite = 'AES_CM_128_HMAC_SHA1_80'

export async function measureGateway({ seconds }: GatewayOptions): Promise<void> {
  const figures = new Figures()
  const loadBefore = loadavg()[0] ?? 0
  const loads = [
    [1, false, 'gateway: processor of one call', 'gateway: one way through the relay'],
    [1, true, 'gateway: processor of one call, SRTP', 'gateway: one way through the relay, SRTP'],
    [10, false, 'gateway: processor of ten calls', 'gateway: one way, ten calls'],
    [10, true, 'gateway: processor of ten calls, SRTP', 'gateway: one way, ten calls, SRTP'],
  ] as const satisfies readonly (readonly [number, boolean, FigureName, FigureName])[]
  for (const [count, srtp, processor, delay] of loads) {
    say(`${count} relayed ${count === 1 ? 'call' : 'calls'}${srtp ? ' with SRTP' : ''}, ${seconds} s`)
    const measured = await measure(count, srtp, seconds)
    figures.add(processor, measured.processor)
    for (const ms of measured.delays) figures.add(delay, ms)
  }
  const kept = keep(figures.all, loadBefore, { runtime: { node: process.version } })
  console.log(`\n${table(figures.all)}\n`)
  console.log(`Kept in ${relative(process.cwd(), kept)}`)
  // The native transport keeps its threads.
  process.exit(0)
}

interface Measured {
  /** Of one core, percent. */
  readonly processor: number
  /** ms, both directions. */
  readonly delays: readonly number[]
}

async function measure(count: number, srtp: boolean, seconds: number): Promise<Measured> {
  const relay = new RelayProcess(srtp)
  try {
    const calls = await Promise.all(Array.from({ length: count }, () => LoadCall.open(relay, srtp)))
    // The first packets meet code that was never run, and what is run often is compiled.
    await run(calls, 5)
    for (const call of calls) call.delays.length = 0
    const before = await relay.cost()
    await run(calls, seconds)
    const after = await relay.cost()
    const processor = (100 * (after.processorMs - before.processorMs)) / (after.at - before.at)
    for (const call of calls) call.close()
    return { processor, delays: thinned(calls.flatMap(({ delays }) => delays)) }
  } finally {
    relay.close()
  }
}

/** Each call's packets at its own moment of the 20 ms, as calls are. */
async function run(calls: readonly LoadCall[], seconds: number): Promise<void> {
  await Promise.all(
    calls.map(async (call, index) => {
      await pause((packetMs * index) / calls.length)
      const begun = performance.now()
      for (let sent = 0; sent < (seconds * 1_000) / packetMs; sent++) {
        call.send()
        await pause(Math.max(0, begun + (sent + 1) * packetMs - performance.now()))
      }
    }),
  )
}

/** One browser and one plain phone, and the relay between them. */
class LoadCall {
  readonly delays: number[] = []
  #sequence = 0
  /** When each packet left, by its number, of either direction. */
  readonly #left: [number[], number[]] = [[], []]

  private constructor(
    private readonly leg: WebLeg,
    private readonly sockets: PortPair,
    private readonly port: number,
    private readonly seal: SrtpSender | null,
  ) {}

  static async open(relay: RelayProcess, srtp: boolean): Promise<LoadCall> {
    const sockets = await bindPair(nodeUdp, 4, { from: 40_000, to: 59_999 }, randomBytes)
    let call: LoadCall | null = null
    let connected = (): void => {}
    const isConnected = new Promise<void>((resolve) => (connected = resolve))
    const leg = await nativeWebLegs(
      systemClock,
      silentLog,
      // What this is run by imports nothing later on.
      async () => library,
    )({
      onRtp: (packet) => call?.arrived(1, packet),
      onRtcp: () => {},
      onState: (state) => state === 'connected' && connected(),
    })
    const transport = await leg?.offerTransport()
    if (sockets === null || leg === null || !transport) throw new Error('no sockets or no transport')
    const session = crypto.randomUUID()
    const lines = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0']
    const web = [
      ...['m=audio 9 UDP/TLS/RTP/SAVPF 0', `a=ice-ufrag:${transport.ufrag}`, `a=ice-pwd:${transport.pwd}`],
      ...[`a=fingerprint:${transport.fingerprint}`, 'a=setup:actpass', ''],
    ]
    const offer = parseSdp(await relay.describe(session, 'localOffer', [...lines, ...web].join('\r\n')))?.audio
    const key = offer?.crypto.find((line) => line.suite === suite)
    const master = randomBytes(30)
    const crypto_ = srtp && key ? [`a=crypto:${key.tag} ${suite} inline:${master.toString('base64')}`] : []
    const plain = [`m=audio ${sockets.rtp.port} ${srtp ? 'RTP/SAVP' : 'RTP/AVP'} 0`, ...crypto_, '']
    const answer = parseSdp(await relay.describe(session, 'remoteAnswer', [...lines, ...plain].join('\r\n')))?.audio
    if (!answer?.transport || !offer?.rtp || !leg.acceptAnswer(answer.transport)) throw new Error('no answer')
    await isConnected
    const open = srtp && key ? new SrtpReceiver(key.master, suite) : null
    call = new LoadCall(leg, sockets, offer.rtp.port, srtp ? new SrtpSender(master, suite) : null)
    const made = call
    sockets.rtp.onPacket((packet) => {
      const readable = open === null ? packet : open.unprotectRtp(packet)
      if (readable !== null) made.arrived(0, readable)
    })
    return call
  }

  /** One packet each way. */
  send(): void {
    const sequence = this.#sequence++ & 0xffff
    const packet = Buffer.alloc(172)
    packet[0] = 0x80
    packet.writeUInt16BE(sequence, 2)
    packet.writeUInt32BE(sequence * 160, 4)
    packet.writeUInt32BE(4_711, 8)
    this.#left[0][sequence] = performance.now()
    this.leg.sendRtp(packet)
    this.#left[1][sequence] = performance.now()
    const sealed = this.seal === null ? packet : this.seal.protectRtp(packet)
    if (sealed !== null) this.sockets.rtp.send(sealed, { address: '127.0.0.1', port: this.port })
  }

  arrived(direction: 0 | 1, packet: Buffer): void {
    const left = this.#left[direction][packet.readUInt16BE(2)]
    if (left !== undefined) this.delays.push(performance.now() - left)
  }

  close(): void {
    this.leg.close()
    this.sockets.rtp.close()
    this.sockets.rtcp.close()
  }
}

class RelayProcess {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: RelayAnswer) => void>()
  #next = 0

  constructor(srtp: boolean) {
    const program = join(import.meta.dirname, 'run-gateway.mjs')
    this.#child = fork(program, ['--relay', ...(srtp ? ['--srtp'] : [])], { execArgv: [] })
    this.#child.on('message', (answer: RelayAnswer) => this.#waiting.get(answer.id)?.(answer))
  }

  async describe(session: string, step: DescribeStep, sdp: string): Promise<string> {
    const { sdp: described } = await this.#ask({ kind: 'describe', session, step, sdp })
    if (!described) throw new Error(`the relay refused a ${step}`)
    return described
  }

  async cost(): Promise<{ processorMs: number; at: number }> {
    const { processorMs = 0 } = await this.#ask({ kind: 'cost' })
    return { processorMs, at: performance.now() }
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }

  #ask(question: RelayQuestion): Promise<RelayAnswer> {
    const id = this.#next++
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#child.send({ ...question, id })
    })
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** So many are enough for a median and a tail. */
function thinned(samples: readonly number[]): number[] {
  const every = Math.max(1, Math.floor(samples.length / 1_000))
  return samples.filter((_, index) => index % every === 0)
}
