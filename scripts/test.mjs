/*
 * `npm test [-- LANE … [-- VITEST ARGS]]`: sets up what is missing, runs the lanes, and ends with one line over all of them.
 * A lane that cannot run on this machine says why and counts as skipped; where CI is set nothing may be skipped.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { ensureElectron } from './electron-runtime.mjs'
import { ensureAsteriskRoot } from './lab/asterisk-root.mjs'
import { countReport, failedFiles } from './lanes/count.mjs'
import { cannotRunBecause, lanes, missingPackages } from './lanes/lanes.mjs'
import { hasPrivateNetworks, inPrivateNetwork } from './lanes/private-network.mjs'
import { ensureBuild } from './setup/build.mjs'
import { installDebianPackages } from './setup/debian.mjs'
import { checkNodeVersion } from './setup/node-version.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { cache, root } from './setup/places.mjs'
import { runInFront } from './setup/run-in-front.mjs'
import { run } from './setup/run.mjs'
import { say, StepError, wordsFor } from './setup/step.mjs'
import { ensureSystemLibraries } from './setup/system-libraries.mjs'

const inCi = Boolean(process.env.CI) && process.env.CI !== 'false'
/** A lane that takes longer hangs. */
const limit = 30 * 60_000
/** More than so many files that fail are no matter of a busy machine. */
const mostAgain = 3

const total = { passed: 0, failed: 0, skipped: 0 }
const remarks = []
/** With arguments of their own somebody looks for something, and does not ask whether everything is fine. */
let filtered = false

try {
  checkNodeVersion()
  const { chosen, rest } = choose(process.argv.slice(2))
  filtered = rest.length > 0
  const reasons = new Map(chosen.map((lane) => [lane, cannotRunBecause(lane)]))
  await setUp(chosen, reasons)
  const { alone, together } = runsOf(chosen, reasons)
  for (const one of alone) {
    say(`\n── ${one.lane.name} ${'─'.repeat(60)}`)
    await take(one)
  }
  if (together.length > 0) say(`\n── ${together.map(nameOf).join(', ')} ${'─'.repeat(60)}`)
  await inColumns(together, (one) => take(one, together.length > 1 ? `${nameOf(one)} │ ` : undefined))
  if (!filtered) await askAgain([...alone, ...together])

  async function take({ lane, part }, label) {
    const reason = reasons.get(lane)
    const counted = reason ? await countSkipped(lane, rest, reason) : await runLane({ lane, part }, rest, label)
    add(counted)
    if (counted.complaint) remarks.push(`The ${lane.name} lane: ${counted.complaint}.`)
  }
} catch (error) {
  total.failed += 1
  remarks.push(wordsFor(error))
}

const skippedInCi = inCi && !filtered && total.skipped > 0
if (skippedInCi) remarks.push(`CI is set, and there nothing may be skipped: ${total.skipped} skipped is a failure.`)
if (remarks.length > 0) say(`\n${remarks.join('\n')}`)
// The very last thing on either stream, also when both go to one pipe.
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`, () =>
  process.exit(total.failed > 0 || skippedInCi ? 1 : 0),
)

function add(counted, sign = 1) {
  for (const key of Object.keys(total)) total[key] += sign * counted[key]
}

/**
 * What is timed may be late where several files share the machine, and is no fault then: the files in which something failed are run once more, each by itself,
 * and that counts. It is said which they were, because a test that needs this often is one to look at.
 */
async function askAgain(runs) {
  const failed = runs.flatMap((one) => failedFiles(reportOf(one)).map((first) => ({ lane: one.lane, first })))
  if (failed.length > mostAgain) return
  for (const { lane, first } of failed) {
    const { file } = first
    say(`\n── ${file}, once more and by itself ${'─'.repeat(30)}`)
    const again = await runLane({ lane, part: null }, [file])
    // One that does not even begin is none that passed.
    if (again.passed + again.failed < first.passed + first.failed) continue
    add(first, -1)
    add(again)
    const verdict = again.failed > 0 ? 'and failed by itself too' : 'and passed by itself'
    remarks.push(`${file} failed beside others, ${verdict}.`)
  }
}

function choose(args) {
  const end = args.indexOf('--')
  const names = end < 0 ? args : args.slice(0, end)
  const unknown = names.filter((name) => !lanes.some((lane) => lane.name === name))
  if (unknown.length > 0) {
    throw new StepError(
      `There is no lane ${unknown.join(', ')}. The lanes are ${lanes.map((lane) => lane.name).join(', ')}; ` +
        'arguments for vitest come after another `--`.',
    )
  }
  const chosen = names.length > 0 ? lanes.filter((lane) => names.includes(lane.name)) : lanes
  return { chosen, rest: end < 0 ? [] : args.slice(end + 1) }
}

/** What this machine cannot be given becomes the reason of the lanes that need it; a build that fails is no such thing. */
async function setUp(chosen, reasons) {
  const able = () => chosen.filter((lane) => !reasons.get(lane))
  const prepare = async (needs, work) => {
    if (!able().some(needs)) return
    try {
      await work()
    } catch (error) {
      if (!(error instanceof StepError)) throw error
      for (const lane of able().filter(needs)) reasons.set(lane, error.message)
    }
  }
  await ensureNpmPackages()
  await prepare(
    (lane) => lane.programs.length > 0,
    () => installDebianPackages('programs the tests run', missingPackages(able())),
  )
  await prepare(
    (lane) => lane.desktop,
    async () => ensureSystemLibraries(await ensureElectron()),
  )
  await prepare((lane) => lane.asterisk, ensureAsteriskRoot)
  if (able().some((lane) => lane.desktop)) await ensureBuild()
}

/**
 * What mostly waits for programs runs side by side, where each has a network of its own; what uses all cores runs by itself. A lane that is not run has no
 * parts, and neither has one of which somebody wants a certain test.
 */
function runsOf(chosen, reasons) {
  const whole = (lane) => ({ lane, part: null })
  if (!hasPrivateNetworks || availableParallelism() < 2) return { alone: chosen.map(whole), together: [] }
  const partsOf = (lane) =>
    filtered || reasons.get(lane) || lane.parts === 1
      ? [whole(lane)]
      : Array.from({ length: lane.parts }, (_, at) => ({ lane, part: at + 1 }))
  return {
    alone: chosen.filter(({ desktop }) => !desktop).map(whole),
    together: chosen.filter(({ desktop }) => desktop).flatMap(partsOf),
  }
}

function nameOf({ lane, part }) {
  return part === null ? lane.name : `${lane.name}-${part}`
}

function reportOf(run) {
  return join(cache, 'test-reports', `${nameOf(run)}.json`)
}

/** Two at once, whatever the machine has: one that is busy is late for what is timed. */
async function inColumns(runs, take) {
  const left = [...runs]
  const column = async () => {
    for (let next = left.shift(); next; next = left.shift()) await take(next)
  }
  await Promise.all([column(), column()])
}

async function runLane({ lane, part }, rest, label) {
  const report = reportOf({ lane, part })
  mkdirSync(dirname(report), { recursive: true })
  rmSync(report, { force: true })
  const program = join(import.meta.dirname, 'lanes/run-lane.mjs')
  const shard = part === null ? [] : [`--shard=${part}/${lane.parts}`]
  // Chosen tests may well be in another lane; without a choice a lane that finds no test is broken.
  const args = [program, lane.name, report, lane.desktop ? 'desktop' : 'plain', ...shard, ...rest, '--passWithNoTests']
  const [command, all] = lane.desktop ? inPrivateNetwork(process.execPath, args) : [process.execPath, args]
  // Behind a label it is no terminal any more, and would lose its colours.
  const env = label !== undefined && process.stdout.isTTY ? { ...process.env, FORCE_COLOR: '1' } : process.env
  const code = await runInFront(command, all, { cwd: root, timeout: limit, env, label })
  const counted = countReport(report, code)
  if (rest.length > 0 || counted.passed + counted.failed + counted.skipped > 0) return counted
  return { passed: 0, failed: 1, skipped: 0, complaint: 'it found no test at all' }
}

async function countSkipped(lane, rest, reason) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const list = join(cache, 'test-reports', `${lane.name}.list.json`)
  await run(process.execPath, [vitest, 'list', '--project', lane.name, `--json=${list}`, ...rest], { cwd: root })
  const count = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')).length : 0
  say(`Not run: ${reason}.`)
  return { passed: 0, failed: 0, skipped: count, complaint: `not run, ${reason}` }
}
