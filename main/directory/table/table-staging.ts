/*
 * A table in the making, as the framework fills it: a new file for all entries, or a copy of the table in use with the
 * changes merged in. Until `commit` renames it nobody sees it, and whatever ends the process leaves the old one as it was.
 */
import { constants, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CallDirectoryCounts, CallDirectoryStaging } from '../../callkit'
import { openTable, type AboutTable, type TableDatabase } from './table-database'
import { currentTable, makingPath, putInUse, removeMade } from './table-files'
import { mergeInto } from './table-merge'
import { TableWriter } from './table-writer'

export interface TableStagingOptions {
  /** Of this directory alone; made when it is missing. */
  readonly folder: string
  /** What the table says of itself, asked for when all entries are there. */
  readonly about: () => Omit<AboutTable, keyof CallDirectoryCounts | 'version'>
  /** Told now and then, while entries are written. */
  readonly wrote?: () => void
}

export class TableStaging implements CallDirectoryStaging {
  /** Name of the table once it is in use. */
  made: string | null = null
  private readonly paths: { readonly table: string; readonly changes: string }
  private database: TableDatabase | null = null
  private writer: TableWriter | null = null
  private incremental = false
  private readonly removed = { identification: new Numbers(), blocking: new Numbers() }
  private readonly cleared = { identification: false, blocking: false }
  private abandoned = false

  constructor(private readonly options: TableStagingOptions) {
    const { folder } = options
    this.paths = { table: makingPath(folder, `${process.pid}`), changes: makingPath(folder, `${process.pid}-changes`) }
  }

  begin(incremental: boolean): void {
    this.incremental = incremental
    this.clean()
    this.database = openTable(incremental ? this.paths.changes : this.paths.table, 'write')
    this.writer = new TableWriter(this.database, this.options.wrote)
  }

  addBlocking(number: number): void {
    this.writer?.addBlocking(number)
  }

  addIdentification(number: number, label: string): void {
    this.writer?.addIdentification(number, label)
  }

  removeBlocking(number: number): void {
    this.removed.blocking.push(number)
  }

  removeIdentification(number: number): void {
    this.removed.identification.push(number)
  }

  removeAllBlocking(): void {
    this.cleared.blocking = true
  }

  removeAllIdentification(): void {
    this.cleared.identification = true
  }

  async commit(tooMany: (counts: CallDirectoryCounts) => boolean): Promise<CallDirectoryCounts | 'too-many'> {
    const { writer } = this
    if (!writer || !this.database) throw new Error('nothing was begun')
    writer.finish()
    const counts = this.incremental ? await this.merge(this.database) : writer.counts
    if (tooMany(counts)) return 'too-many'
    this.database.describe({ version: 1, ...this.options.about(), ...counts })
    await this.close()
    if (this.abandoned) throw new Error('abandoned')
    this.made = putInUse(this.options.folder, this.paths.table)
    this.clean()
    return counts
  }

  async abandon(): Promise<void> {
    this.abandoned = true
    await this.close()
    this.clean()
  }

  /** Turns from the changes, which are complete, to a copy of the table in use, and applies them. */
  private async merge(changes: TableDatabase): Promise<CallDirectoryCounts> {
    const { folder } = this.options
    const current = currentTable(folder)
    if (current === null) throw new Error('there is nothing to change')
    // On file systems that can, the copy costs nothing until it is written to.
    copyFileSync(join(folder, current), this.paths.table, constants.COPYFILE_FICLONE)
    const table = openTable(this.paths.table, 'write')
    this.database = table
    try {
      if (table.about === null) throw new Error('the table in use cannot be read')
      const grown = (stream: 'identification' | 'blocking', before: number): number => {
        const { removed, cleared } = this
        if (cleared[stream]) table.write(() => table[stream].clearSync())
        const base = cleared[stream] ? 0 : before
        return base + mergeInto(table, table[stream], removed[stream].all, changes[stream])
      }
      const { identifying, blocking } = table.about
      return { identifying: grown('identification', identifying), blocking: grown('blocking', blocking) }
    } finally {
      await changes.close()
    }
  }

  private async close(): Promise<void> {
    const { database } = this
    this.database = null
    await database?.close()
  }

  private clean(): void {
    removeMade(this.paths.table)
    removeMade(this.paths.changes)
  }
}

/** Numbers in eight bytes each. */
class Numbers {
  private array = new Float64Array(1_024)
  private count = 0

  push(number: number): void {
    if (this.count === this.array.length) {
      const next = new Float64Array(this.count * 2)
      next.set(this.array)
      this.array = next
    }
    this.array[this.count++] = number
  }

  get all(): Float64Array {
    return this.array.subarray(0, this.count)
  }
}
