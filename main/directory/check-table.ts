/*
 * Walks through a table as a look-up would go anywhere in it. A file whose inner order is damaged may end the process that
 * reads it: so this is done in one that nobody needs, before the phone opens the file itself.
 */
import { join } from 'node:path'
import type { LoadedTable } from './loader-messages'
import { openTable } from './table/table-database'
import { currentTable } from './table/table-files'

/** null: there is no table, or none that can be read. */
export async function checkTable(folder: string): Promise<LoadedTable | null> {
  const name = currentTable(folder)
  if (name === null) return null
  const database = openTable(join(folder, name), 'read')
  try {
    const { about, identification, blocking } = database
    for (const blocks of [identification, blocking]) {
      let last = 0
      for (const key of blocks.getKeys({ snapshot: false })) {
        if (typeof key !== 'number' || key <= last) return null
        last = key
      }
    }
    return about && { name, identifying: about.identifying, blocking: about.blocking, checksum: about.checksum }
  } finally {
    await database.close()
  }
}
