/*
 * One table as an LMDB file: a database of blocks for labels, one for blocked numbers, one line about the table. The keys
 * are the first numbers of the blocks. The only file that knows lmdb; it must not know what a block says.
 */
import { open, type Database, type RootDatabase } from 'lmdb'
import * as v from 'valibot'
import { makeLock } from '../../settings/disk-room'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))

const aboutSchema = v.strictObject({
  version: v.literal(1),
  /** Fingerprint of the settings it was loaded by: with others it is no base for changes. */
  origin: v.string(),
  /** Wall-clock ms. */
  loadedAt: v.number(),
  identifying: count,
  blocking: count,
  /** SHA-256 of what was read; null where there is no one file. */
  checksum: v.nullable(v.string()),
  /** What the server says to ask again with. */
  etag: v.nullable(v.string()),
  modified: v.nullable(v.string()),
})
/** What a table says of itself. */
export type AboutTable = Readonly<v.InferOutput<typeof aboutSchema>>

/** Blocks by their first number. */
export type Blocks = Database<Buffer, number>

export interface TableDatabase {
  readonly identification: Blocks
  readonly blocking: Blocks
  readonly about: AboutTable | null
  /** Runs `task` as one write. */
  write(task: () => void): void
  describe(about: AboutTable): void
  close(): Promise<void>
}

/** A writable one is not flushed to the disk until it is put in use: nobody reads it before. Throws when it is no database. */
export function openTable(path: string, mode: 'read' | 'write'): TableDatabase {
  const writing = { noSync: true, overlappingSync: false }
  // Look-ups are far apart: what lies beside a block is of no use.
  const reading = { readOnly: true, noReadAhead: true }
  const options = { path, noSubdir: true, maxDbs: 4, encoding: 'binary', cache: false } as const
  makeLock(`${path}-lock`)
  const root: RootDatabase = open(Object.assign({ ...options }, mode === 'read' ? reading : writing))
  const blocks = (name: string): Blocks => root.openDB<Buffer, number>({ name, encoding: 'binary', cache: false })
  try {
    const line = () => root.openDB<string, string>({ name: 'about', encoding: 'string', cache: false })
    return {
      identification: blocks('identification'),
      blocking: blocks('blocking'),
      get about() {
        return parseAbout(line().get('table'))
      },
      write: (task) => root.transactionSync(task),
      describe: (value) => line().putSync('table', JSON.stringify(value)),
      close: () => root.close(),
    }
  } catch (error) {
    void root.close()
    throw error
  }
}

function parseAbout(text: string | undefined): AboutTable | null {
  if (text === undefined) return null
  try {
    const parsed = v.safeParse(aboutSchema, JSON.parse(text))
    return parsed.success ? parsed.output : null
  } catch {
    return null
  }
}

/** The block that holds `number` if any does: the last one that does not begin after it. */
export function blockAt(blocks: Blocks, number: number): { readonly first: number; readonly block: Buffer } | null {
  for (const { key, value } of blocks.getRange({ start: number, reverse: true, limit: 1 })) {
    return { first: key, block: value }
  }
  return null
}
