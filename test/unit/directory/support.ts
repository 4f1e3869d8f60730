/*
 * What the directory tests share: requests for entries against the real tables in a folder that goes away, and everything a
 * table holds.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock, type Clock } from '../../../common/clock'
import {
  requestEntries,
  type CallDirectoryError,
  type CallDirectoryExtensionContext,
  type CallDirectoryOutcome,
} from '../../../main/callkit'
import { openTable } from '../../../main/directory/table/table-database'
import { currentTable } from '../../../main/directory/table/table-files'
import { entriesOf } from '../../../main/directory/table/table-merge'
import { TableStaging } from '../../../main/directory/table/table-staging'

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-directory-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface RequestOptions {
  readonly incremental?: boolean
  readonly maximumEntries?: number
  readonly timeoutMs?: number
  readonly clock?: Clock
  readonly interrupted?: Promise<CallDirectoryError>
}

/** One request for entries, into the tables of this folder. */
export function request(
  folder: string,
  begin: (context: CallDirectoryExtensionContext) => void | Promise<void>,
  { incremental = false, clock = systemClock, timeoutMs = 10_000, ...rest }: RequestOptions = {},
): Promise<CallDirectoryOutcome> {
  const about = () => ({ origin: 'test', loadedAt: 1, checksum: null, etag: null, modified: null })
  const staging = new TableStaging({ folder, about })
  return requestEntries({ provider: { beginRequest: begin }, staging, incremental, clock, timeoutMs, ...rest })
}

/** Everything in the table in use. */
export async function contents(folder: string): Promise<{
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly blocked: readonly number[]
}> {
  const name = currentTable(folder)
  if (name === null) return { labels: {}, blocked: [] }
  const database = openTable(join(folder, name), 'read')
  try {
    const labels = Object.fromEntries(
      [...entriesOf(database.identification)].map(({ number, labels }) => [number, labels]),
    )
    const blocked = [...entriesOf(database.blocking)].map(({ number }) => number)
    const { about } = database
    const count = Object.values(labels).flat().length
    if (about?.identifying !== count || about.blocking !== blocked.length) throw new Error('the counts are wrong')
    return { labels, blocked }
  } finally {
    await database.close()
  }
}

/** A table to begin with. */
export const ada = 4930123456
export async function loadedFolder(): Promise<string> {
  const folder = temporaryFolder()
  const loaded = await request(folder, async (context) => {
    context.addBlockingEntry(4930111)
    context.addBlockingEntry(4930222)
    context.addIdentificationEntry(ada, 'Ada')
    context.addIdentificationEntry(ada, 'Ada Lovelace')
    context.addIdentificationEntry(ada + 1, 'Grace')
    await context.completeRequest()
  })
  if (!loaded.ok) throw new Error(loaded.error.name)
  return folder
}
export const before = {
  labels: { [ada]: ['Ada', 'Ada Lovelace'], [ada + 1]: ['Grace'] },
  blocked: [4930111, 4930222],
}
