/*
 * The tables in use, one a source at most, as main looks numbers up in them. A table that cannot be read is no table: it is
 * said once, and nobody who rings waits for it. It does not know the order of the sources.
 */
import { join } from 'node:path'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import { sweepTables } from './table/table-files'
import type { TableReader } from './table/table-reader'

export interface TablesOptions {
  /** Of the tables of a source. */
  readonly folderOf: (sourceId: string) => string
  readonly clock: Clock
  readonly log: Log
  /** The table of this source turned out to be damaged. */
  readonly onBroken: (sourceId: string) => void
}

export class Tables {
  private readonly readers = new Map<string, TableReader>()
  private readonly paths = new Map<string, string>()

  constructor(private readonly options: TablesOptions) {}

  /** Has this table asked from now on, and removes those before it. The database library is loaded for the first one. */
  async use(sourceId: string, table: string): Promise<void> {
    const { folderOf, clock, log } = this.options
    try {
      const { TableReader } = await import('./table/table-reader')
      this.drop(sourceId)
      const path = join(folderOf(sourceId), table)
      const reader = new TableReader(path, clock)
      reader.prepare()
      this.readers.set(sourceId, reader)
      this.paths.set(sourceId, path)
      sweepTables(folderOf(sourceId), table)
    } catch (error) {
      log.error(`directories: tables cannot be read here (${nameOf(error)})`)
    }
  }

  drop(sourceId: string): void {
    this.readers.get(sourceId)?.close()
    this.readers.delete(sourceId)
    this.paths.delete(sourceId)
  }

  /** The file of the table in use; null: none is. */
  path(sourceId: string): string | null {
    return this.paths.get(sourceId) ?? null
  }

  /** The first label of a number; null: it is not known there. Never throws. */
  label(sourceId: string, number: number): string | null {
    return this.ask(sourceId, (reader) => reader.labels(number)[0] ?? null) ?? null
  }

  /** Never throws. */
  blocks(sourceId: string, number: number): boolean {
    return this.ask(sourceId, (reader) => reader.blocks(number)) ?? false
  }

  close(): void {
    for (const id of [...this.readers.keys()]) this.drop(id)
  }

  private ask<T>(sourceId: string, question: (reader: TableReader) => T): T | null {
    const reader = this.readers.get(sourceId)
    if (!reader) return null
    try {
      return question(reader)
    } catch (error) {
      this.options.log.error(`directories: a table is damaged and not used any more (${nameOf(error)})`)
      this.drop(sourceId)
      this.options.onBroken(sourceId)
      return null
    }
  }
}

const nameOf = (error: unknown): string =>
  (error as { code?: unknown } | null)?.code !== undefined
    ? String((error as { code?: unknown }).code)
    : error instanceof Error
      ? error.message.slice(0, 100)
      : 'unknown error'
