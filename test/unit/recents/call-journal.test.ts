/*
 * The journal of the calls through kills at any moment, torn files and long talks, on a real file system.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { silentLog } from '../../../common/log'
import type { HistoryEntry } from '../../../common/phone-state'
import { Recents } from '../../../main/recents/recents'
import {
  answerCallAction,
  createCallKit,
  playDtmfCallAction,
  type Provider,
  type ProviderDelegate,
} from '../../../main/callkit'
import { HistoryFile } from '../../../main/recents/history-file'
import { ManualClock, settle } from '../../fakes/manual-clock'
import { temporaryFolder } from '../settings/support'

const ada = { type: 'phoneNumber', value: '+4930123456' } as const
const hungUp = { cause: 'remote-hung-up', sipStatus: 200, reason: null } as const

/** One run of a phone in a profile: from its start until it is left alone, as a kill would leave it. */
class Run {
  readonly history: Recents
  readonly line: Provider
  private readonly kit
  shown: readonly HistoryEntry[] = []

  constructor(
    path: string,
    readonly clock = new ManualClock(),
    limit = 1_000,
  ) {
    const file = new HistoryFile({ path, log: silentLog, limit })
    this.history = new Recents({ file, clock, onChange: (shown) => (this.shown = shown) })
    this.kit = createCallKit({ clock, history: (call) => this.history.remember(call) })
    this.kit.registry.observe((calls) => this.history.follow(calls))
    this.line = this.kit.addProvider('work', { maximumCallGroups: 100 })
    this.line.delegate = {
      providerDidReset: () => {},
      performAnswer: (_, action) => action.fulfill(),
      performSetHeld: (_, action) => action.fulfill(),
      performPlayDtmf: (_, action) => action.fulfill(),
    } satisfies ProviderDelegate
  }

  async ring(callId: string): Promise<void> {
    await this.line.reportNewIncomingCall(callId, { remoteHandle: ada })
  }

  async talk(callId: string): Promise<void> {
    await this.ring(callId)
    await this.kit.controller.requestActions([answerCallAction(callId, this.clock)], 'window')
    await settle()
  }

  async press(callId: string, digits: string): Promise<void> {
    await this.kit.controller.requestActions([playDtmfCallAction(callId, digits, 'singleTone', this.clock)], 'window')
    await settle()
  }
}

const file = (): string => join(temporaryFolder(), 'history.jsonl')
/** What the next start of the phone shows, newest first. */
const shownAfter = (path: string): readonly HistoryEntry[] => new Run(path).history.shown
const ends = (path: string): string[] => shownAfter(path).map(({ id, cause }) => `${id} ${cause}`)

describe('after a phone stopped without a word', () => {
  it('the calls that had ended are listed as they ended, and those that were up as interrupted', async () => {
    const path = file()
    const run = new Run(path)
    await run.ring('gone')
    run.line.reportEnded('gone', { cause: 'remote-cancelled', sipStatus: null, reason: null })
    await run.talk('talking')
    await run.ring('ringing')
    expect(run.history.shown.map(({ id }) => id)).toEqual(['gone'])
    expect(ends(path).sort()).toEqual(['gone remote-cancelled', 'ringing interrupted', 'talking interrupted'])
  })

  it('whoever was not answered is missed, whoever was talked to is not', async () => {
    const path = file()
    const run = new Run(path)
    await run.talk('talking')
    await run.ring('ringing')
    const missed = shownAfter(path).map(({ id, missed, seen }) => [id, missed, seen])
    expect(Object.fromEntries(missed.map(([id, ...rest]) => [id, rest]))).toEqual({
      talking: [false, true],
      ringing: [true, false],
    })
  })

  it('is known to half a minute when', async () => {
    const path = file()
    const run = new Run(path)
    await run.talk('talking')
    const { clock } = run
    clock.advance(100_000)
    const [entry] = shownAfter(path)
    expect(entry?.connectedAt).toBe(clock.date() - 100_000)
    expect(entry?.endedAt).toBe(clock.date() - 10_000)
  })

  it('who called is as it was last known', async () => {
    const path = file()
    const run = new Run(path)
    await run.ring('ringing')
    run.line.reportUpdated('ringing', { localizedCallerName: 'Ada' })
    expect(shownAfter(path)).toMatchObject([{ id: 'ringing', name: 'Ada', handle: ada, accountId: 'work' }])
  })

  it('an interrupted call is settled once, however often the phone starts', async () => {
    const path = file()
    await new Run(path).talk('talking')
    const first = shownAfter(path)
    const { length } = readFileSync(path)
    expect(shownAfter(path)).toEqual(first)
    expect(readFileSync(path)).toHaveLength(length)
  })
})

describe('the journal', () => {
  it('holds no digit that was pressed', async () => {
    const path = file()
    const run = new Run(path)
    await run.talk('talking')
    await run.press('talking', '973164')
    run.line.reportEnded('talking', hungUp)
    expect(readFileSync(path, 'utf8')).toContain('remote-hung-up')
    expect(readFileSync(path, 'utf8')).not.toContain('973164')
  })

  it('keeps what is up when the history is cleared or brought back to its size', async () => {
    const path = file()
    const run = new Run(path, new ManualClock(), 5)
    await run.talk('talking')
    run.history.clear()
    for (let n = 0; n < 30; n++) {
      await run.ring(`call-${n}`)
      run.line.reportEnded(`call-${n}`, { cause: 'remote-cancelled', sipStatus: null, reason: null })
    }
    expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThan(15)
    expect(ends(path)).toContain('talking interrupted')
    run.line.reportEnded('talking', hungUp)
    expect(ends(path)[0]).toBe('talking remote-hung-up')
  })

  it('stays small through a day of talking, and leaves no timer behind', async () => {
    const path = file()
    const run = new Run(path, new ManualClock(), 50)
    await run.talk('talking')
    run.clock.advance(86_400_000)
    expect(readFileSync(path).length).toBeLessThan(50_000)
    run.line.reportEnded('talking', hungUp)
    run.clock.advance(60_000)
    expect(run.clock.pending).toBe(0)
  })

  it('writes nothing when nothing is new', async () => {
    const path = file()
    const run = new Run(path)
    await run.talk('talking')
    const before = readFileSync(path).length
    run.line.reportRemoteHeld('talking', true)
    run.line.reportUpdated('talking', { supportsHolding: false })
    expect(readFileSync(path)).toHaveLength(before)
  })
})

type Step = { readonly callId: string; readonly what: 'open' | 'end' | 'alive' | 'seen' }

const steps = fc.array(
  fc.record({
    callId: fc.constantFrom('a', 'b', 'c'),
    what: fc.constantFrom('open', 'end', 'alive', 'seen') as fc.Arbitrary<Step['what']>,
  }),
  { minLength: 1, maxLength: 5 },
)

const open = (id: string, name: string | null) =>
  ({ id, accountId: 'work', direction: 'incoming', handle: ada, name, startedAt: 1, connectedAt: null }) as const

/** Cut at any byte, what was written whole is there, and nothing else is. */
it('cut at any byte, it has every line that was written whole, and goes on', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(steps, (all) => {
      const folder = mkdtempSync(join(tmpdir(), 'patchcord-journal-'))
      const path = join(folder, 'history.jsonl')
      try {
        const written = new HistoryFile({ path, log: silentLog })
        /** After so many bytes, this is what the file says. */
        const known: { bytes: number; says: string }[] = [{ bytes: 0, says: says(written) }]
        all.forEach(({ callId, what }, n) => {
          if (what === 'open') written.noteOpen(open(callId, `Ada ${n} 𝄞\n"`), n)
          else if (what === 'alive') written.noteAlive(n)
          else if (what === 'seen') written.markSeen()
          else {
            const end = { endedAt: n, cause: 'busy', sipStatus: null, missed: true, seen: false } as const
            const known = { label: null, screening: null, mos: null, relations: [] }
            written.append({ ...open(callId, null), ...end, ...known })
          }
          known.push({ bytes: contentOf(path).length, says: says(written) })
        })
        const content = contentOf(path)
        for (let bytes = 0; bytes <= content.length; bytes++) {
          writeFileSync(path, content)
          truncateSync(path, bytes)
          const read = new HistoryFile({ path, log: silentLog })
          read.load()
          // A line that lacks but its end is whole.
          expect(says(read)).toBe(known.findLast((one) => one.bytes <= bytes + 1)?.says)
          read.noteOpen(open('later', null), 99)
          const again = new HistoryFile({ path, log: silentLog })
          again.load()
          expect(says(again)).toBe(says(read))
        }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }),
    { numRuns: 10 },
  )
})

const says = (history: HistoryFile): string => JSON.stringify([history.list(), history.open])

/** Nothing when nothing was worth a file yet. */
const contentOf = (path: string): Buffer => (existsSync(path) ? readFileSync(path) : Buffer.alloc(0))

it('a phone killed at any moment has lost no call', { timeout: 60_000 }, async () => {
  const program = await bundle('endless-caller')
  const path = file()
  const told: string[] = []
  for (let round = 0; round < 8; round++) {
    const child = spawn(process.execPath, [program, path, `run${round}`], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let output = ''
    const begun = new Promise<void>((resolve) =>
      child.stdout.on('data', (data: Buffer) => {
        output += data.toString()
        resolve()
      }),
    )
    await begun
    await new Promise((resolve) => setTimeout(resolve, 5 * round))
    const gone = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await gone
    told.push(...output.split('\n').slice(0, -1))
  }
  const causes = new Map(shownAll(path).map(({ id, cause }) => [id, cause]))
  const ended = new Set(told.filter((line) => line.startsWith('ended ')).map((line) => line.slice(6)))
  const begun = new Set(told.filter((line) => line.startsWith('begun ')).map((line) => line.slice(6)))
  expect(ended.size).toBeGreaterThan(8)
  for (const id of ended) expect([id, causes.get(id)]).toEqual([id, 'remote-hung-up'])
  const open = [...begun].filter((id) => !ended.has(id))
  // What ended in the file but was killed before it could say so is well remembered too.
  for (const id of open) expect(['interrupted', 'remote-hung-up']).toContain(causes.get(id))
  expect([...causes.values()]).toContain('interrupted')
})

/** All that the file has, as the next start of the phone leaves it. */
function shownAll(path: string): HistoryEntry[] {
  new Run(path, new ManualClock(), 100_000)
  return new HistoryFile({ path, log: silentLog, limit: 100_000 }).load()
}

async function bundle(name: string): Promise<string> {
  const outDir = temporaryFolder()
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, `programs/${name}.ts`),
      outDir,
      rollupOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
    ssr: { noExternal: true },
  })
  return join(outDir, `${name}.mjs`)
}
