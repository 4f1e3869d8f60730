/*
 * What a search as you type costs over fifty thousand contacts: every beginning of what people type, one letter at a time,
 * with slips, accents, parts of numbers and the keys of a keypad. And how long the process is kept from its calls by building
 * the index.
 */
import { loadavg } from 'node:os'
import { relative } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fold } from '../../main/search/fold'
import { SearchSegment, type SearchEntry } from '../../main/search/search-segment'
import { say } from '../setup/step.mjs'
import { Figures, table } from './figures'
import { keep } from './kept'

const contacts = 50_000
const sliceMs = 3
const sounds = [
  'an',
  'be',
  'co',
  'da',
  'el',
  'fi',
  'ga',
  'hu',
  'is',
  'jo',
  'ka',
  'li',
  'mü',
  'no',
  'ö',
  'pe',
  'ra',
  'sö',
  'ti',
  'wa',
]
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
  const heapBefore = heap()
  say(`Search: ${contacts} contacts`)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  let since = performance.now()
  const begun = since
  const segment = await SearchSegment.build(people(), async () => {
    if (performance.now() - since < sliceMs) return
    await new Promise((resolve) => setImmediate(resolve))
    since = performance.now()
  })
  figures.add('search: build the index', performance.now() - begun)
  delay.disable()
  figures.add('search: longest pause while building', delay.max / 1e6)
  figures.add('search: memory of the index', (heap() - heapBefore) / 2 ** 20)
  const slowest = new Map<string, number>()
  for (let round = 0; round <= rounds; round++)
    for (const text of typed)
      for (let length = 1; length <= text.length; length++) {
        const given = text.slice(0, length)
        const words = fold(given).split(' ').filter(Boolean)
        const digits = /^[0-9 ]+$/.test(given) ? given.replace(/\D/g, '').replace(/^0+/, '') : ''
        const start = performance.now()
        segment.search(digits === '' ? words : [], digits, 20)
        const ms = performance.now() - start
        if (round === 0) continue
        figures.add('search: one letter, 50,000 contacts', ms)
        slowest.set(given, Math.max(ms, slowest.get(given) ?? 0))
      }
  const worst = [...slowest].sort((a, b) => b[1] - a[1]).slice(0, 5)
  say(`Slowest: ${worst.map(([given, ms]) => `"${given}" ${ms.toFixed(1)} ms`).join(', ')}`)
  const kept = keep(figures.all, loadBefore, { runtime: { node: process.version }, slowest: worst })
  console.log(`\n${table(figures.all)}\n`)
  console.log(`Kept in ${relative(process.cwd(), kept)}`)
}

function heap(): number {
  ;(globalThis as { gc?: () => void }).gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function* people(): Generator<SearchEntry> {
  let seed = 1
  const next = (most: number): number => (seed = (seed * 48_271) % 2_147_483_647) % most
  const word = (parts: number): string =>
    Array.from({ length: parts }, () => sounds[next(sounds.length)] ?? '').join('')
  for (let n = 0; n < contacts; n++) {
    const [given, family, firm] =
      n === 4_711 ? ['Ada', 'Lovelace', 'Analytical'] : [word(2 + next(2)), word(2 + next(3)), word(3)]
    const number = `4930${String(1_000_000 + next(8_999_999))}`
    yield {
      id: `contact-${n}`,
      words: [
        ...fold(`${given} ${family} ${firm} GmbH`).split(' '),
        ...fold(`${given}.${family}${next(99)}`).split('.'),
      ],
      numbers: [number, `491${String(100_000_000 + next(800_000_000))}`],
      weight: next(20) === 0 ? 1 : 0,
    }
  }
}
