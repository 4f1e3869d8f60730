/*
 * Loads in the real process: what it makes of sources, and that neither a kill at any moment, a full disk nor a provider that
 * misbehaves ever costs the table that is in use.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { usualNumbers } from '../../../common/account'
import { systemClock } from '../../../common/clock'
import type { SourceSettings } from '../../../common/directory'
import type { LoadRequest } from '../../../main/directory/loader-messages'
import { askLoader } from '../../../main/directory/loader-process'
import { currentTable } from '../../../main/directory/table/table-files'
import { forkedLoader, type ForkedLoader } from '../../support/forked-loader'
import { before, contents, loadedFolder, temporaryFolder } from './support'

let loader: ForkedLoader
beforeAll(async () => {
  loader = await forkedLoader()
})
afterAll(() => loader.close())

const requestFor = (folder: string, settings: SourceSettings, patch: Partial<LoadRequest> = {}): LoadRequest => ({
  type: 'load',
  folder,
  extensions: folder,
  settings,
  secret: null,
  plan: { ...usualNumbers, country: 'DE', areaCode: '30' },
  maximumEntries: 1_000_000,
  timeoutMs: 20_000,
  anew: false,
  ...patch,
})
const load = (folder: string, settings: SourceSettings, patch: Partial<LoadRequest> = {}) =>
  askLoader(requestFor(folder, settings, patch), { start: loader.start, clock: systemClock, timeoutMs: 30_000 })

function fileOf(text: string, name = 'list.csv'): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return path
}

describe('a list', () => {
  it('in no order, with numbers as people write them and lines that come twice, is loaded all the same', async () => {
    const folder = temporaryFolder()
    const path = fileOf(
      '0171 1234567,Zoe\n+49 30 123456,Ada\n123456,Ada\n030/123456,Countess\n12,Nobody\n+4930999,,x\n',
    )
    const loaded = await load(folder, { kind: 'file', path })
    expect(loaded).toMatchObject({ type: 'loaded', unchanged: false, table: { identifying: 3, blocking: 1 } })
    expect(await contents(folder)).toEqual({
      labels: { 4930123456: ['Ada', 'Countess'], 491711234567: ['Zoe'] },
      blocked: [4930999],
    })
    expect(readdirSync(folder).filter((name) => name.startsWith('making'))).toEqual([])
  })

  it('that has not changed is not loaded again, unless it is wished or read by other rules', async () => {
    const folder = temporaryFolder()
    const settings = { kind: 'file', path: fileOf('+4930123456,Ada\n') } as const
    const first = await load(folder, settings)
    expect(await load(folder, settings)).toEqual({ ...first, unchanged: true })
    expect(await load(folder, settings, { anew: true })).toMatchObject({ unchanged: false })
    const plan = { ...usualNumbers, country: 'FR' }
    expect(await load(folder, settings, { plan })).toMatchObject({ unchanged: false })
  })

  it('without a single number that can be understood is refused', async () => {
    const folder = await loadedFolder()
    expect(await load(folder, { kind: 'file', path: fileOf('Ada,+4930123456\nGrace,+4930123457\n') })).toEqual({
      type: 'failed',
      name: 'unknown',
      detail: 'none of 2 rows has a number that can be understood',
    })
    expect(await contents(folder)).toEqual(before)
  })

  it('over the limit is refused, and so is one that is not there', async () => {
    const folder = await loadedFolder()
    const path = fileOf('+4930123456,Ada\n+4930123457,Grace\n')
    expect(await load(folder, { kind: 'file', path }, { maximumEntries: 1 })).toMatchObject({
      name: 'maximumEntriesExceeded',
    })
    expect(await load(folder, { kind: 'file', path: `${path}-not` })).toMatchObject({
      detail: 'the file cannot be read (ENOENT)',
    })
    expect(await contents(folder)).toEqual(before)
  })
})

describe("a provider of the user's own", () => {
  const settings = { kind: 'extension', file: 'mine.mjs' } as const
  const provider = (folder: string, body: string): void =>
    writeFileSync(join(folder, 'mine.mjs'), `export default { async beginRequest(context) { ${body} } }`)

  it('is asked for all entries first, and for changes from then on', async () => {
    const folder = temporaryFolder()
    provider(
      folder,
      `if (context.isIncremental) context.addBlockingEntry(2)
       else { context.addBlockingEntry(1); context.addIdentificationEntry(3, 'Three') }
       await context.completeRequest()`,
    )
    expect(await load(folder, settings)).toMatchObject({ type: 'loaded', incremental: false })
    expect(await load(folder, settings)).toMatchObject({ type: 'loaded', incremental: true })
    expect(await contents(folder)).toEqual({ labels: { 3: ['Three'] }, blocked: [1, 2] })
  })

  it('is told every rule, and may be a class', async () => {
    const folder = await loadedFolder()
    provider(folder, 'context.addBlockingEntry(2); context.addBlockingEntry(1); await context.completeRequest()')
    expect(await load(folder, settings)).toEqual({
      type: 'failed',
      name: 'entriesOutOfOrder',
      detail: 'blocking entry 1: 1 comes after 2',
    })
    writeFileSync(
      join(folder, 'mine.mjs'),
      'export default class { beginRequest(context) { context.removeAllBlockingEntries() } }',
    )
    expect(await load(folder, settings)).toMatchObject({ name: 'unexpectedIncrementalRemoval' })
    expect(await contents(folder)).toEqual(before)
  })

  it.each([
    ['ends the process', 'context.addBlockingEntry(1); process.exit(0)', null],
    ['never completes', 'context.addBlockingEntry(1); await new Promise(() => {})', 'loadingInterrupted'],
    ['never comes back', 'for (;;);', null],
    ['goes on after a mistake', 'for (let n = 9; ; n--) context.addBlockingEntry(n)', 'entriesOutOfOrder'],
    ['says what it should not', 'process.send({ type: "loaded", table: { name: "../../etc/passwd" } })', null],
    ['is none', 'throw new Error("out of order")', 'unknown'],
  ])('that %s leaves the table as it was', async (_, body, name) => {
    const folder = await loadedFolder()
    provider(folder, body)
    const reply = await askLoader(requestFor(folder, settings, { timeoutMs: 300 }), {
      start: loader.start,
      clock: systemClock,
      timeoutMs: 1_200,
    })
    expect(reply?.type === 'failed' ? reply.name : reply).toBe(name)
    expect(await contents(folder)).toEqual(before)
    expect(loader.running.size).toBe(0)
  })
})

/** A provider that is at work for some hundred milliseconds, with all entries or with changes. */
const slow = (incremental: boolean): string => `export default { async beginRequest(context) {
  const begins = ${String(incremental)} && context.isIncremental ? 10 : 0
  if (begins) for (let n = 0; n < 5_000; n++) context.removeIdentificationEntry(1_000_000 + n * 10)
  for (let n = 0; n < 20_000; n++) {
    context.addIdentificationEntry(1_000_000 + n * 10 + begins, 'Company ' + n)
    if (n % 2_000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await context.completeRequest()
} }`

it('a loader killed at any moment leaves the old table or the new one, whole', { timeout: 60_000 }, async () => {
  const settings = { kind: 'extension', file: 'mine.mjs' } as const
  let [killed, done] = [0, 0]
  for (const incremental of [false, true]) {
    const folder = temporaryFolder()
    writeFileSync(
      join(folder, 'mine.mjs'),
      `export default { async beginRequest(context) { context.addIdentificationEntry(1, 'Old'); await context.completeRequest() } }`,
    )
    expect(await load(folder, settings)).toMatchObject({ type: 'loaded' })
    writeFileSync(join(folder, 'mine.mjs'), slow(incremental))
    const begun = performance.now()
    expect(await load(folder, settings)).toMatchObject({ type: 'loaded', incremental })
    const takes = performance.now() - begun
    for (let round = 0; round < 6; round++) {
      const old = currentTable(folder)
      const was = await contents(folder)
      const request = requestFor(folder, settings)
      const interrupted = new Promise((resolve) => setTimeout(resolve, takes * (0.25 + round * 0.17)))
      const reply = await askLoader(request, {
        start: loader.start,
        clock: systemClock,
        timeoutMs: 20_000,
        interrupted,
      })
      const now = currentTable(folder)
      expect(now).not.toBeNull()
      // `contents` reads every block and compares the counts.
      const is = await contents(folder)
      if (now === old) expect(is).toEqual(was)
      else expect(Object.keys(is.labels).length).toBeGreaterThanOrEqual(20_000)
      if (reply === null) killed++
      else done++
    }
  }
  expect(killed).toBeGreaterThan(2)
  console.log({ killed, done })
  expect(killed + done).toBe(12)
})

it('a full disk fails the load and nothing else', { timeout: 20_000 }, async () => {
  const folder = await loadedFolder()
  writeFileSync(join(folder, 'mine.mjs'), slow(false))
  // No file may grow beyond half a megabyte: the table would.
  const program = `
    import { fork } from 'node:child_process'
    process.on('SIGXFSZ', () => {})
    const child = fork(${JSON.stringify(loader.program)})
    child.on('message', (reply) => { if (reply.type !== 'progress') { console.log(JSON.stringify(reply)); child.kill() } })
    child.on('exit', (code, signal) => console.log(JSON.stringify({ gone: code ?? signal })))
    child.send(${JSON.stringify(requestFor(folder, { kind: 'extension', file: 'mine.mjs' }))})`
  const shell = `ulimit -f 512; exec '${process.execPath}' --input-type=module -e "$PROGRAM"`
  const { stdout } = spawnSync('bash', ['-c', shell], { encoding: 'utf8', env: { ...process.env, PROGRAM: program } })
  // Told, or dead of the signal that comes with it: the table is the same.
  expect(stdout).toMatch(/"failed"|"gone"/)
  expect(stdout).not.toContain('"loaded"')
  expect(await contents(folder)).toEqual(before)
  // With room again the next load sweeps and succeeds.
  expect(await load(folder, { kind: 'extension', file: 'mine.mjs' })).toMatchObject({ type: 'loaded' })
  expect(readdirSync(folder).filter((name) => name.startsWith('making'))).toEqual([])
})
