/*
 * What a search as you type costs over fifty thousand contacts, the names of a directory and a hundred thousand calls, from the
 * question in main to the answer in main: every beginning of what people type, one letter at a time, with slips, accents, parts of
 * numbers and the keys of a keypad. And how long main is kept from its calls while everything is read.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { systemClock } from '../../common/clock'
import type { Contact } from '../../common/contact'
import { namesSearchedAtMost } from '../../common/directory'
import { silentLog } from '../../common/log'
import type { HistoryEntry } from '../../common/phone-state'
import { requestEntries } from '../../main/callkit'
import { Contacts } from '../../main/contacts/contacts'
import { ContactStore } from '../../main/contacts/contact-store'
import { currentTable } from '../../main/directory/table/table-files'
import { TableStaging } from '../../main/directory/table/table-staging'
import { CallArchive } from '../../main/recents/call-archive'
import { CallFinder } from '../../main/recents/find-calls'
import { PeopleSearch } from '../../main/search/people-search'
import { Searcher } from '../../main/search/searcher'
import { bundleProgram } from '../../test/support/forked-loader'
import { say } from '../setup/step.mjs'
import { Figures, table } from './figures'
import { keep } from './kept'

const contacts = 50_000
const calls = 100_000
const syllables = 'an be co da el fi ga hu is jo ka li mü no ö pe ra sö ti wa'.split(' ')
const typed = [
  'ada lovelace',
  'lovelcae',
  'müller',
  'mueller',
  'anbeco',
  'kali rawa',
  '4930123',
  '030 123 45',
  '2326',
  'zzzzzz',
  'gmbh be',
  'e',
]

/** Prints a table and keeps the figures. */
export async function measureSearch(rounds: number): Promise<void> {
  const figures = new Figures()
  const loadBefore = loadavg()[0] ?? 0
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-bench-'))
  const bundle = await bundleProgram('main/search/search-worker.ts')
  say(`Search: ${contacts} contacts, ${namesSearchedAtMost} names of a directory, ${calls} calls`)
  const { store, archive, path } = await fill(folder)
  let pid = 0
  const searcher = new Searcher({
    clock: systemClock,
    log: silentLog,
    contacts: join(folder, 'contacts'),
    calls: join(folder, 'recents'),
    start: ({ onReply, onGone }) => {
      const child = fork(bundle.program, [], { serialization: 'advanced', execArgv: [] })
      pid = child.pid ?? 0
      child.on('message', onReply)
      child.on('exit', () => onGone('exit'))
      return { send: (request) => void child.send(request), kill: () => void child.kill('SIGKILL') }
    },
  })
  const book = new Contacts({ store, log: silentLog, onContact: () => {}, onAll: () => {}, onPending: () => {} })
  const people = new PeopleSearch({
    contacts: () => book,
    recents: () => [],
    colleagues: () => [],
    servers: () => [],
    searcher,
    keyOf,
  })
  const finder = new CallFinder(
    () => [],
    () => archive,
    searcher,
  )
  const timed = async (task: () => Promise<unknown>): Promise<number> => {
    const begun = performance.now()
    await task()
    return performance.now() - begun
  }
  // What a phone has done many times before anybody searches is not what reading costs main.
  for (let n = 0; n < 200; n++) store.get(`contact-${n}`)
  ;['b', 'a'].sort((a, b) => a.localeCompare(b))
  archive.get('call-1-0123456789abcdef', 1_600_000_060_000)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  // What a busy machine does to everybody.
  delay.enable()
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  figures.add('search: longest pause of a process at rest', delay.max / 1e6)
  delay.reset()
  searcher.useTables([{ source: 'Directory', path }])
  ;(globalThis as { gc?: () => void }).gc?.()
  const first = timed(() => people.search('ada', 20, false))
  // Node makes a process in one go where Electron does not; that is not the search's.
  await new Promise((resolve) => setTimeout(resolve, 20))
  delay.reset()
  figures.add('search: first answer, nothing read', await first)
  figures.add('search: names of 100,000 entries read', await timed(() => people.search('ada', 20, true)))
  const page = { filter: 'all', before: null, limit: 50 } as const
  await finder.find({ ...page, text: 'ada' })
  delay.disable()
  figures.add('search: longest pause of main meanwhile', delay.max / 1e6)

  const slowest = new Map<string, number>()
  for (let round = 0; round <= rounds; round++)
    for (const text of typed)
      for (let length = 1; length <= text.length; length++) {
        const given = text.slice(0, length)
        const ms = await timed(() => people.search(given, 20, false))
        if (round === 0) continue
        figures.add('search: one letter, 50,000 contacts', ms)
        slowest.set(given, Math.max(ms, slowest.get(given) ?? 0))
        if (round <= 5)
          figures.add('search: a page of 100,000 calls', await timed(() => finder.find({ ...page, text: given })))
      }
  figures.add('search: memory of its process', megabytesOf(pid))
  searcher.close()
  await Promise.all([store.close(), archive.close()])
  bundle.remove()
  rmSync(folder, { recursive: true, force: true })

  const worst = [...slowest].sort((a, b) => b[1] - a[1]).slice(0, 5)
  say(`Slowest: ${worst.map(([given, ms]) => `"${given}" ${ms.toFixed(1)} ms`).join(', ')}`)
  const kept = keep(figures.all, loadBefore, { runtime: { node: process.version }, slowest: worst })
  console.log(`\n${table(figures.all)}\n`)
  console.log(`Kept in ${relative(process.cwd(), kept)}`)
}

const keyOf = (number: string): string | null => number.replace(/[^0-9+]/g, '') || null

/** A profile on the disk, as a phone leaves it. */
async function fill(folder: string) {
  const store = await ContactStore.open({ folder: join(folder, 'contacts'), keyOf })
  const archive = await CallArchive.open(join(folder, 'recents'))
  for (const slice of slices(contacts)) store.put(slice.map((n) => ({ contact: contactOf(n) })))
  for (const slice of slices(calls)) archive.put(slice.map(callOf))
  const tables = join(folder, 'table')
  const loaded = await requestEntries({
    provider: {
      async beginRequest(context) {
        for (let n = 0; n < namesSearchedAtMost; n++)
          context.addIdentificationEntry(498900000000 + n * 7, nameOf(n * 3))
        await context.completeRequest()
      },
    },
    staging: new TableStaging({
      folder: tables,
      about: () => ({ origin: 'bench', loadedAt: 1, checksum: null, etag: null, modified: null }),
    }),
    incremental: false,
    maximumEntries: namesSearchedAtMost,
    clock: systemClock,
    timeoutMs: 60_000,
  })
  if (!loaded.ok) throw new Error(loaded.error.name)
  return { store, archive, path: join(tables, currentTable(tables) ?? '') }
}

function* slices(count: number): Generator<readonly number[]> {
  for (let at = 0; at < count; at += 1_000) yield Array.from({ length: Math.min(1_000, count - at) }, (_, n) => at + n)
}

/** The same number always has the same name; some have the same. */
function nameOf(n: number): string {
  if (n === 4_711) return 'Ada Lovelace'
  let seed = (n + 1) * 48_271
  const next = (most: number): number => (seed = (seed * 48_271) % 2_147_483_647) % most
  const word = (parts: number): string =>
    Array.from({ length: parts }, () => syllables[next(syllables.length)] ?? '')
      .join('')
      .replace(/^./, (letter) => letter.toUpperCase())
  return `${word(2 + next(2))} ${word(2 + next(3))}`
}

const contactOf = (n: number): Contact => ({
  id: `contact-${n}`,
  book: 'local',
  name: nameOf(n),
  organization: `${nameOf(n + 1_000_000).split(' ')[0] ?? ''} GmbH`,
  numbers: [
    { label: 'work', value: `+49 30 ${1_000_000 + ((n * 7_919) % 8_999_999)}` },
    { label: 'mobile', value: `+49 171 ${1_000_000 + ((n * 104_729) % 8_999_999)}` },
  ],
  emails: [`person${n}@example.org`],
  notes: null,
  favourite: n % 20 === 0,
  vip: false,
  speedDial: null,
  ringtone: null,
  avatar: null,
})

const callOf = (n: number): HistoryEntry => ({
  id: `call-${n}-0123456789abcdef`,
  accountId: 'work',
  direction: n % 3 === 0 ? 'outgoing' : 'incoming',
  handle: { type: 'phoneNumber', value: `+4930${1_000_000 + ((n * 7_919) % 8_999_999)}` },
  name: nameOf(n % 5_000),
  startedAt: 1_600_000_000_000 + n * 60_000,
  connectedAt: null,
  endedAt: 1_600_000_000_000 + n * 60_000 + 5_000,
  cause: 'remote-cancelled',
  sipStatus: null,
  missed: n % 3 === 1,
  seen: true,
  label: null,
  screening: null,
  mos: null,
  relations: [],
})

/** All its memory, what is mapped included. */
function megabytesOf(pid: number): number {
  const [, kilobytes] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
  return Number(kilobytes ?? NaN) / 1_024
}
