/*
 * What the framework itself costs, without a phone around it: how fast transactions go through, and what ten thousand calls
 * leave in memory. The parts are those of the phone, its history on disk included; only the line is one that does at once
 * whatever it is asked for.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { silentLog } from '../../common/log'
import { systemClock } from '../../common/clock'
import { Recents } from '../../main/recents/recents'
import {
  createCallKit,
  endCallAction,
  setHeldCallAction,
  setMutedCallAction,
  startCallAction,
  type Action,
  type CallKit,
  type Provider,
} from '../../main/callkit'
import { HistoryFile } from '../../main/recents/history-file'
import { say } from '../setup/step.mjs'
import { Figures, table } from './figures'
import { keep } from './kept'

export interface FrameworkOptions {
  readonly rounds: number
  /** Calls of the memory measurement. */
  readonly calls: number
}

const callsPerRound = 500
const historyLimit = 1_000
const ada = { type: 'phoneNumber', value: '+4930123456' } as const

/** Needs a Node that was started with --expose-gc. */
export async function measureFramework({ rounds, calls }: FrameworkOptions): Promise<void> {
  const figures = new Figures()
  const loadBefore = loadavg()[0] ?? 0
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-bench-'))
  try {
    const bare = kitWithLine({})
    // The first round is the compiler's.
    for (let round = 0; round <= rounds; round++) {
      say(`Transactions, round ${round} of ${rounds}`)
      const begun = performance.now()
      let count = 0
      for (let n = 0; n < callsPerRound; n++) count += await live(bare.kit, bare.line)
      if (round > 0) figures.add('framework: transactions', (count * 1_000) / (performance.now() - begun))
    }

    const file = new HistoryFile({ path: join(folder, 'history.jsonl'), log: silentLog, limit: historyLimit })
    const history = new Recents({ file, clock: systemClock, onChange: () => {} })
    const { kit, line } = kitWithLine({ history: (call) => history.remember(call) })
    kit.registry.observe((now) => history.follow(now))
    kit.observeCalls(() => {})
    kit.actionEvents.observe(() => {})
    const liveAll = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        await live(kit, line)
        if (n % 2_500 === 0) say(`Call ${n} of ${count}`)
      }
      // Until the last of them is no longer there to be read.
      while (kit.registry.calls.length > 0) await new Promise((resolve) => setImmediate(resolve))
    }
    // Until the history is as full as it gets: what it holds is meant to be held.
    await liveAll(historyLimit)
    const before = heap()
    await liveAll(calls)
    figures.add('framework: kept of 10,000 calls', ((heap() - before) / 1_024) * (10_000 / calls))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const kept = keep(figures.all, loadBefore, { runtime: { node: process.version } })
  console.log(`\n${table(figures.all)}\n`)
  console.log(`Kept in ${relative(process.cwd(), kept)}`)
}

function kitWithLine(options: Pick<Parameters<typeof createCallKit>[0] & object, 'history'>): {
  kit: CallKit
  line: Provider
} {
  const policies = { ringSeconds: () => 30, resume: 'local', watchdog: true } as const
  const kit = createCallKit({ ...options, lingerMs: 0, policies })
  const line = kit.addProvider('line', { supportedHandleTypes: new Set(['phoneNumber']) })
  const atOnce = (_: Provider, action: Action): void => action.fulfill()
  line.delegate = {
    providerDidReset: () => {},
    performStart: atOnce,
    performEnd: atOnce,
    performSetHeld: atOnce,
    performSetMuted: atOnce,
  }
  return { kit, line }
}

/** The whole life of a call; returns how many transactions it took. */
async function live({ controller }: CallKit, line: Provider): Promise<number> {
  const callId = crypto.randomUUID()
  const ask = async (action: Action): Promise<void> => {
    const accepted = await controller.requestActions([action], 'control')
    const outcome = accepted.ok ? await accepted.completed : accepted.error
    if (!('ok' in outcome && outcome.ok)) throw new Error(`${action.body.kind}: ${JSON.stringify(outcome)}`)
  }
  await ask(startCallAction(callId, 'line', ada))
  line.reportOutgoingProgress(callId, 'alerting')
  line.reportConnected(callId)
  await ask(setMutedCallAction(callId, true))
  await ask(setHeldCallAction(callId, true))
  await ask(setHeldCallAction(callId, false))
  await ask(endCallAction(callId))
  // Lets the timers of calls that ended run, as they do in a phone.
  await new Promise((resolve) => setImmediate(resolve))
  return 5
}

function heap(): number {
  // Twice: what is only weakly held goes with the second.
  for (let n = 0; n < 2; n++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
