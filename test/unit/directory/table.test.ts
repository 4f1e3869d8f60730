/*
 * Tables against a plain model: whatever is added and removed in whatever requests, a table says what a map would say. And
 * what a damaged file does: nothing.
 */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { silentLog } from '../../../common/log'
import { checkTable } from '../../../main/directory/check-table'
import { BlockBuilder, entriesOfBlock, findInBlock } from '../../../main/directory/table/block'
import { currentTable } from '../../../main/directory/table/table-files'
import { TableReader } from '../../../main/directory/table/table-reader'
import { Tables } from '../../../main/directory/tables'
import { ManualClock } from '../../fakes/manual-clock'
import { ada, before, contents, loadedFolder, request, temporaryFolder } from './support'

const number = fc.integer({ min: 1, max: 400 }).map((n) => 49_300_000_000 + n * 7)
const label = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => text.trim() !== ''),
  fc.constantFrom('Spam', 'Spam!', 'Spam 😀', 'Spam 😁', 'Company 1', 'Company 12'),
)
const pairs = fc
  .array(fc.tuple(number, label), { maxLength: 300 })
  .map((list) => [...new Map(list.map((pair) => [pair.join('\0'), pair])).values()])
  .map((list) => list.sort(([a], [b]) => a - b))
const numbers = fc.uniqueArray(number, { maxLength: 200 }).map((list) => list.sort((a, b) => a - b))
const step = fc.record({
  incremental: fc.boolean(),
  block: numbers,
  identify: pairs,
  unblock: fc.array(number, { maxLength: 60 }),
  forget: fc.array(number, { maxLength: 60 }),
  unblockAll: fc.boolean(),
  forgetAll: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
})

it('a table says what a map would, after any requests', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
      const folder = temporaryFolder()
      const labels = new Map<number, string[]>()
      const blocked = new Set<number>()
      for (const [index, { incremental, ...what }] of steps.entries()) {
        const changes = incremental && index > 0
        const outcome = await request(
          folder,
          async (context) => {
            expect(context.isIncremental).toBe(changes)
            if (!changes || what.unblockAll) blocked.clear()
            if (!changes || what.forgetAll) labels.clear()
            if (changes) {
              if (what.unblockAll) context.removeAllBlockingEntries()
              if (what.forgetAll) context.removeAllIdentificationEntries()
              for (const one of what.unblock) context.removeBlockingEntry(one)
              for (const one of what.forget) context.removeIdentificationEntry(one)
              for (const one of what.unblock) blocked.delete(one)
              for (const one of what.forget) labels.delete(one)
            }
            for (const one of what.block) {
              context.addBlockingEntry(one)
              blocked.add(one)
            }
            for (const [one, text] of what.identify) {
              context.addIdentificationEntry(one, text)
              labels.set(one, [...new Set([...(labels.get(one) ?? []), text])])
            }
            await context.completeRequest()
          },
          { incremental: changes },
        )
        expect(outcome).toMatchObject({ ok: true, incremental: changes })
        expect(await contents(folder)).toEqual({
          labels: Object.fromEntries(labels),
          blocked: [...blocked].sort((a, b) => a - b),
        })
      }
      const reader = new TableReader(join(folder, currentTable(folder) ?? ''), new ManualClock())
      for (let one = 49_300_000_000; one < 49_300_003_000; one += 3) {
        expect(reader.labels(one)).toEqual(labels.get(one) ?? [])
        expect(reader.blocks(one)).toBe(blocked.has(one))
      }
      reader.close()
    }),
    { numRuns: 25 },
  )
})

it('changes of thousands in a table of thousands are merged where they belong', async () => {
  const folder = temporaryFolder()
  const model = new Map<number, string[]>()
  await request(folder, async (context) => {
    for (let n = 1; n <= 20_000; n++) {
      context.addIdentificationEntry(n * 10, `Company ${n}`)
      model.set(n * 10, [`Company ${n}`])
    }
    await context.completeRequest()
  })
  await request(
    folder,
    async (context) => {
      expect(context.isIncremental).toBe(true)
      // Between, among and far beyond the old ones, and most of one block gone.
      for (let n = 1; n <= 400; n++) {
        context.removeIdentificationEntry(50_000 + n * 10)
        model.delete(50_000 + n * 10)
      }
      for (let n = 1; n <= 5_000; n++) {
        const at = n * 77
        context.addIdentificationEntry(at, 'New')
        model.set(at, [...(model.get(at) ?? []), 'New'])
      }
      await context.completeRequest()
    },
    { incremental: true },
  )
  const { labels } = await contents(folder)
  expect(Object.keys(labels).length).toBe(model.size)
  expect(labels).toEqual(Object.fromEntries(model))
})

describe('a block', () => {
  it('finds what is in it and nothing else', () => {
    const builder = new BlockBuilder()
    builder.add(10, 'Ten')
    builder.add(10, 'Tenth')
    builder.add(2 ** 50, 'Far')
    const block = builder.take()
    expect(findInBlock(block, 10)).toEqual(['Ten', 'Tenth'])
    expect(findInBlock(block, 2 ** 50)).toEqual(['Far'])
    expect(findInBlock(block, 11)).toBeNull()
    expect(builder.isEmpty).toBe(true)
  })

  it('knows when a bit of it is another', () => {
    const builder = new BlockBuilder()
    for (let n = 1; n < 100; n++) builder.add(n * 1_000, `Label ${n}`)
    const block = builder.take()
    for (let at = 0; at < block.length; at += 7) {
      const damaged = Buffer.from(block)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      expect(() => entriesOfBlock(damaged)).toThrow('damaged')
    }
  })
})

describe('a damaged table', () => {
  it('that is shorter than it was is not there', async () => {
    const folder = await loadedFolder()
    const name = currentTable(folder) ?? ''
    truncateSync(join(folder, name), 8_192)
    expect(currentTable(folder)).toBeNull()
    expect(await checkTable(folder)).toBeNull()
  })

  it('whose head is another is not there either', async () => {
    const folder = await loadedFolder()
    const path = join(folder, currentTable(folder) ?? '')
    expect(await checkTable(folder)).toMatchObject({ identifying: 3, blocking: 2 })
    const file = readFileSync(path)
    writeFileSync(path, file.fill(7, 0, 100))
    expect(currentTable(folder)).toBeNull()
    const reader = new TableReader(path, new ManualClock())
    expect(() => reader.labels(ada)).toThrow('not the one')
  })

  it('says nothing of any number, and is reported once', async () => {
    const folder = temporaryFolder()
    await request(folder, async (context) => {
      for (let n = 0; n < 2_000; n++) context.addIdentificationEntry(ada + n, `Company ${n}, of no particular place`)
      await context.completeRequest()
    })
    const name = currentTable(folder) ?? ''
    const path = join(folder, name)
    const file = readFileSync(path)
    // A label behind the head, wherever it is.
    const at = file.lastIndexOf(', of no particular place')
    expect(at).toBeGreaterThan(32_768)
    writeFileSync(path, file.fill('X', at, at + 1))
    const lines: string[] = []
    const broken: string[] = []
    const tables = new Tables({
      folderOf: () => folder,
      clock: new ManualClock(),
      log: { ...silentLog, error: (line) => void lines.push(line) },
      onBroken: (id) => void broken.push(id),
    })
    await tables.use('one', name)
    for (let n = 0; n < 2_000; n++) tables.label('one', ada + n)
    for (let n = 0; n < 2_000; n++) expect(tables.label('one', ada + n)).toBeNull()
    expect(tables.blocks('one', 4930111)).toBe(false)
    expect(broken).toEqual(['one'])
    expect(lines.length).toBe(1)
  })
})

describe('look-ups', () => {
  it('go on while the file is mapped anew again and again', async () => {
    const folder = await loadedFolder()
    const clock = new ManualClock()
    const reader = new TableReader(join(folder, currentTable(folder) ?? ''), clock)
    for (let n = 0; n < 200; n++) {
      expect(reader.labels(ada)).toEqual(before.labels[ada])
      expect(reader.blocks(4930222)).toBe(true)
      if (n % 9 === 0) await clock.advanceAsync(0)
    }
    reader.close()
    expect(clock.pending).toBe(0)
  })

  it('see the newest table, and older ones are gone', async () => {
    const folder = await loadedFolder()
    const clock = new ManualClock()
    const tables = new Tables({ folderOf: () => folder, clock, log: silentLog, onBroken: () => {} })
    await tables.use('one', currentTable(folder) ?? '')
    expect(tables.label('one', ada)).toBe('Ada')
    await request(folder, async (context) => {
      context.addIdentificationEntry(ada, 'Countess')
      await context.completeRequest()
    })
    // A loader does not know which table is in use: both are there until the new one is.
    expect(tables.label('one', ada)).toBe('Ada')
    await tables.use('one', currentTable(folder) ?? '')
    expect(tables.label('one', ada)).toBe('Countess')
    tables.close()
    await clock.advanceAsync(0)
    expect(readdirSync(folder).filter((name) => name.endsWith('.mdb'))).toEqual([currentTable(folder)])
  })
})
