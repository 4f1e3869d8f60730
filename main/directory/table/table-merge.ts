/*
 * Applies changes to a copy of a table: the blocks they fall into are read, changed and written again, the others are left
 * alone. Removals come before what is added. It must not know who wants the changes.
 */
import { BlockBuilder, entriesOfBlock, type Entry } from './block'
import { blockAt, type Blocks, type TableDatabase } from './table-database'

/** What is to be done to one number of the old table. */
interface Change {
  readonly number: number
  readonly remove: boolean
  /** Labels to add; null: nothing is added. Of a blocked number none. */
  readonly add: readonly string[] | null
}

/** Blocks that are written together. */
const blocksPerWrite = 500
/** Changes that are in memory at once: all of them may fall into the last block. */
const changesAtOnce = 1_000

/** One number has no more labels than this, however often some are added. */
const maximumLabels = 1_000

/** Changes `blocks` of `database`; returns by how many entries they grew. `removed` need not be sorted, `added` is. */
export function mergeInto(database: TableDatabase, blocks: Blocks, removed: Float64Array, added: Blocks): number {
  const changes = inOrder(removed, added)
  let grown = 0
  let change = changes.next()
  while (!change.done) {
    database.write(() => {
      for (let n = 0; n < blocksPerWrite && !change.done; n++) {
        // The first block also holds what comes before all others.
        const found = blockAt(blocks, change.value.number) ?? firstBlock(blocks)
        const end = found === null ? Infinity : (keyAfter(blocks, found.first) ?? Infinity)
        const old = found === null ? [] : entriesOfBlock(found.block)
        const own: Change[] = []
        while (!change.done && change.value.number < end && own.length < changesAtOnce) {
          own.push(change.value)
          change = changes.next()
        }
        const result = changed(old, own)
        if (found !== null) blocks.removeSync(found.first)
        writeBlocks(blocks, result)
        grown += sizeOf(result) - sizeOf(old)
      }
    })
  }
  return grown
}

function* inOrder(removed: Float64Array, added: Blocks): Generator<Change, undefined> {
  const sorted = removed.sort()
  let at = 0
  for (const { number, labels } of entriesOf(added)) {
    for (; at < sorted.length && (sorted[at] ?? 0) < number; at++) yield removal(sorted[at] ?? 0)
    const remove = sorted[at] === number
    while (sorted[at] === number) at++
    yield { number, remove, add: labels }
  }
  for (; at < sorted.length; at++) yield removal(sorted[at] ?? 0)
  return undefined
}

const removal = (number: number): Change => ({ number, remove: true, add: null })

/** Everything in the blocks, ascending. */
export function* entriesOf(blocks: Blocks): Generator<Entry, undefined> {
  for (const { value } of blocks.getRange({ snapshot: false })) yield* entriesOfBlock(value)
  return undefined
}

function changed(old: readonly Entry[], changes: readonly Change[]): Entry[] {
  const result: Entry[] = []
  let at = 0
  for (const { number, remove, add } of changes) {
    while (at < old.length && (old[at]?.number ?? 0) < number) result.push(old[at++] as Entry)
    const before = old[at]?.number === number ? (old[at++] as Entry) : null
    const kept = remove ? null : before
    if (add === null) {
      if (kept) result.push(kept)
    } else {
      const labels = new Set([...(kept?.labels ?? []), ...add])
      result.push({ number, labels: [...labels].slice(0, maximumLabels) })
    }
  }
  return [...result, ...old.slice(at)]
}

function writeBlocks(blocks: Blocks, entries: readonly Entry[]): void {
  const builder = new BlockBuilder()
  const put = (): void => {
    const { first } = builder
    blocks.putSync(first, builder.take())
  }
  for (const { number, labels } of entries) {
    if (builder.isFull) put()
    if (labels.length === 0) builder.add(number, null)
    for (const label of labels) builder.add(number, label)
  }
  if (!builder.isEmpty) put()
}

function firstBlock(blocks: Blocks): { first: number; block: Buffer } | null {
  for (const { key, value } of blocks.getRange({ limit: 1 })) return { first: key, block: value }
  return null
}

function keyAfter(blocks: Blocks, key: number): number | null {
  for (const next of blocks.getKeys({ start: key, limit: 2 })) if (next > key) return next
  return null
}

/** A blocked number counts as one entry, a number with labels as so many. */
const sizeOf = (entries: readonly Entry[]): number =>
  entries.reduce((total, { labels }) => total + Math.max(1, labels.length), 0)
