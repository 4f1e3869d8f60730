/*
 * What the directories cost at ten million entries: how fast a provider's sorted entries become a table and how much memory
 * the process takes that does it, how long a change of a hundred thousand takes, and what a look-up costs main.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { usualNumbers } from '../../common/account'
import { systemClock } from '../../common/clock'
import { askLoader } from '../../main/directory/loader-process'
import { currentTable } from '../../main/directory/table/table-files'
import { bundleProgram, forkedLoader, type ForkedLoader } from '../../test/support/forked-loader'
import { say } from '../setup/step.mjs'
import { Figures, table } from './figures'
import { keep } from './kept'

export interface DirectoryOptions {
  readonly entries: number
  readonly loads: number
}

/** What `directory-look-ups.ts` prints. Times in µs, memory in MB. */
export interface LookUpFigures {
  readonly times: readonly number[]
  readonly addedMb: number
}

/** What `directory-offers.ts` prints: from a call's arrival in main to the verdict, ms. */
export interface OfferFigures {
  readonly with: readonly number[]
  readonly without: readonly number[]
}

const changes = 100_000

export async function measureDirectory({ entries, loads }: DirectoryOptions): Promise<void> {
  const figures = new Figures()
  const loadBefore = loadavg()[0] ?? 0
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-bench-'))
  const loader = await forkedLoader()
  try {
    // The numbers of a plan that is used in part, each with a name of its own; every fifth one is blocked.
    const full = `
      for (let n = 0; n < ${entries}; n++) context.addIdentificationEntry(4930000000 + n * 37, 'Company ' + (n * 7919) % ${entries})`
    // Numbers all over the table: every block changes. Half of them are new, half get another label.
    const spread = `
      if (!context.isIncremental) throw new Error('no base')
      const step = Math.floor(${entries} / ${changes}) * 37
      for (let n = 0; n < ${changes}; n++) context.addIdentificationEntry(4930000000 + n * step + (n % 2), 'New ' + n)`
    // A change as they come: one region, one after the other.
    const near = `
      if (!context.isIncremental) throw new Error('no base')
      for (let n = 0; n < ${changes}; n++) context.addIdentificationEntry(4930000001 + n * 37, 'Newer ' + n)`
    for (let n = 1; n <= loads; n++) {
      say(`Loading ${entries} entries, ${n} of ${loads}`)
      const { seconds, peakMb } = await load(loader, folder, full)
      figures.add('directory: load of 10,000,000 sorted', entries / seconds)
      figures.add('directory: memory of the loader', peakMb)
    }
    const merge = async (name: Parameters<Figures['add']>[0], body: string): Promise<void> => {
      const { seconds, peakMb } = await load(loader, folder, body)
      figures.add(name, seconds * 1_000)
      figures.add('directory: memory of the loader, changes', peakMb)
    }
    say(`Changing ${changes} entries`)
    await merge('directory: 100,000 changes, side by side', near)
    await merge('directory: 100,000 changes, in every block', spread)

    say('Looking up')
    const { program, remove } = await bundleProgram('scripts/bench/directory-look-ups.ts')
    // What a burst of look-ups leaves for the garbage collector is not what they keep.
    const args = [
      '--expose-gc',
      '--max-semi-space-size=1',
      program,
      join(folder, currentTable(folder) ?? ''),
      String(entries),
    ]
    const found = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as LookUpFigures
    remove()
    for (const time of found.times) figures.add('directory: look-up', time)
    const sorted = [...found.times].sort((a, b) => a - b)
    figures.add('directory: look-up, p99', sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN)
    figures.add('directory: added memory of main', found.addedMb)

    say('Calling')
    const calls = await bundleProgram('scripts/bench/directory-offers.ts')
    const told = execFileSync(process.execPath, [
      calls.program,
      join(folder, currentTable(folder) ?? ''),
      String(entries),
    ])
    calls.remove()
    const offers = JSON.parse(told.toString()) as OfferFigures
    for (const ms of offers.with) figures.add('directory: INVITE → verdict, with the table', ms)
    for (const ms of offers.without) figures.add('directory: INVITE → verdict, without', ms)
    figures.add('directory: effect on INVITE → 180', median(offers.with) - median(offers.without))
    figures.add('directory: effect on INVITE → 180, p99', quantile(offers.with, 0.99) - quantile(offers.without, 0.99))
  } finally {
    loader.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const all = figures.all.map((figure) => ({ ...figure, samples: figure.samples.slice(0, 100) }))
  const kept = keep(all, loadBefore, { runtime: { node: process.version } })
  console.log(`\n${table(figures.all)}\n`)
  console.log(`Kept in ${relative(process.cwd(), kept)}`)
}

const quantile = (samples: readonly number[], share: number): number =>
  samples.toSorted((a, b) => a - b)[Math.ceil(samples.length * share) - 1] ?? NaN
const median = (samples: readonly number[]): number => quantile(samples, 0.5)

/** One load by the real process, from its start to its end. */
async function load(loader: ForkedLoader, folder: string, body: string): Promise<{ seconds: number; peakMb: number }> {
  writeFileSync(
    join(folder, 'bench.mjs'),
    `export default { async beginRequest(context) { ${body}
      await context.completeRequest() } }`,
  )
  let peakMb = 0
  const watch = setInterval(() => {
    for (const { pid } of loader.running) peakMb = Math.max(peakMb, peakOf(pid ?? 0))
  }, 50)
  const begun = performance.now()
  const reply = await askLoader(
    {
      type: 'load',
      folder,
      extensions: folder,
      settings: { kind: 'extension', file: 'bench.mjs' },
      secret: null,
      plan: usualNumbers,
      maximumEntries: 50_000_000,
      timeoutMs: 600_000,
      anew: false,
    },
    { start: loader.start, clock: systemClock, timeoutMs: 600_000 },
  )
  const seconds = (performance.now() - begun) / 1_000
  clearInterval(watch)
  if (reply?.type !== 'loaded') throw new Error(`the load failed: ${JSON.stringify(reply)}`)
  return { seconds, peakMb }
}

/** The most memory a process has had, MB: all of it, with the program itself and what is mapped. */
function peakOf(pid: number): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes ?? 0) / 1_024
  } catch {
    return 0
  }
}
