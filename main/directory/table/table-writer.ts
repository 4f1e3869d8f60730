/*
 * Writes ascending entries into a new table, block after block and some megabytes at a time, so that the memory it takes
 * does not depend on how many there are. It must not know where entries come from, or when the table is put in use.
 */
import { BlockBuilder } from './block'
import type { Blocks, TableDatabase } from './table-database'

/** Blocks that are written together: a few megabytes. */
const blocksPerWrite = 1_000

interface Stream {
  readonly blocks: Blocks
  readonly builder: BlockBuilder
  readonly waiting: { readonly first: number; readonly block: Buffer }[]
  last: number
  count: number
}

export class TableWriter {
  private readonly identification: Stream
  private readonly blocking: Stream

  /** `wrote`: told now and then, for progress. */
  constructor(
    private readonly database: TableDatabase,
    private readonly wrote: () => void = () => {},
  ) {
    this.identification = stream(database.identification)
    this.blocking = stream(database.blocking)
  }

  addBlocking(number: number): void {
    this.add(this.blocking, number, null)
  }

  addIdentification(number: number, label: string): void {
    this.add(this.identification, number, label)
  }

  get counts(): { identifying: number; blocking: number } {
    return { identifying: this.identification.count, blocking: this.blocking.count }
  }

  /** Writes what is still waiting. */
  finish(): void {
    for (const one of [this.identification, this.blocking]) {
      if (!one.builder.isEmpty) close(one)
      this.write(one)
    }
  }

  private add(to: Stream, number: number, label: string | null): void {
    if (number !== to.last && to.builder.isFull) {
      close(to)
      if (to.waiting.length >= blocksPerWrite) this.write(to)
    }
    to.builder.add(number, label)
    to.last = number
    to.count++
  }

  private write({ blocks, waiting }: Stream): void {
    this.database.write(() => {
      for (const { first, block } of waiting) blocks.putSync(first, block, { append: true })
    })
    waiting.length = 0
    this.wrote()
  }
}

const stream = (blocks: Blocks): Stream => ({ blocks, builder: new BlockBuilder(), waiting: [], last: 0, count: 0 })

function close({ builder, waiting }: Stream): void {
  const { first } = builder
  waiting.push({ first, block: builder.take() })
}
