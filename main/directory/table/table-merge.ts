/*
 * Applies changes to a copy of a table: the blocks they fall into are read, changed and written again, the others are left
 * alone. Removals come before what is added. It must not know who wants the changes.
 */
import { BlockBuilder, columnsOfBlock, entriesOfBlock, type Columns, type Entry } from './block'
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

const nothing: Columns = { numbers: [], labels: null }

/** One number has no more labels than this, however often some are added. */
const maximumLabels = 1_000

/** Changes `blocks` of `database`; returns by how many entries they grew. `removed` need not be sorted, `added` is. */
export function mergeInto(database: TableDatabase, blocks: Blocks, removed: Float64Array, added: Blocks): number {
  const changes = inOrder(removed, added)
  const written = new Rewritten(blocks)
  let grown = 0
  let change = changes.next()
  while (!change.done) {
    database.write(() => {
      for (let n = 0; n < blocksPerWrite && !change.done; n++) {
        // The first block also holds what comes before all others.
        const found = blockAt(blocks, change.value.number) ?? firstBlock(blocks)
        const end = found === null ? Infinity : (keyAfter(blocks, found.first) ?? Infinity)
        const own: Change[] = []
        while (!change.done && change.value.number < end && own.length < changesAtOnce) {
          own.push(change.value)
          change = changes.next()
        }
        const old = found === null ? nothing : columnsOfBlock(found.block)
        if (found !== null) blocks.removeSync(found.first)
        apply(old, own, written)
        grown += written.finish() - old.numbers.length
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

/** The old entries with the changes among them. */
function apply({ numbers, labels }: Columns, changes: readonly Change[], to: Rewritten): void {
  let at = 0
  const copyUntil = (number: number): void => {
    for (; at < numbers.length && (numbers[at] ?? 0) < number; at++) to.add(numbers[at] ?? 0, labels?.[at] ?? null)
  }
  for (const { number, remove, add } of changes) {
    copyUntil(number)
    if (add === null || remove) while (numbers[at] === number) at++
    if (add === null) continue
    const own = new Set<string>()
    for (; numbers[at] === number; at++) if (labels) own.add(labels[at] ?? '')
    for (const label of add) own.add(label)
    if (own.size === 0) to.add(number, null)
    else for (const label of [...own].slice(0, maximumLabels)) to.add(number, label)
  }
  copyUntil(Infinity)
}

/** Blocks that take the place of one, or of some. */
class Rewritten {
  private readonly builder = new BlockBuilder()
  private last = 0
  private count = 0

  constructor(private readonly blocks: Blocks) {}

  add(number: number, label: string | null): void {
    if (number !== this.last && this.builder.isFull) this.put()
    this.builder.add(number, label)
    this.last = number
    this.count++
  }

  /** Writes what is left; returns how many entries there were since the last time. */
  finish(): number {
    const { count } = this
    if (!this.builder.isEmpty) this.put()
    this.last = 0
    this.count = 0
    return count
  }

  private put(): void {
    const { first } = this.builder
    this.blocks.putSync(first, this.builder.take())
  }
}

function firstBlock(blocks: Blocks): { first: number; block: Buffer } | null {
  for (const { key, value } of blocks.getRange({ limit: 1 })) return { first: key, block: value }
  return null
}

function keyAfter(blocks: Blocks, key: number): number | null {
  for (const next of blocks.getKeys({ start: key, limit: 2 })) if (next > key) return next
  return null
}
