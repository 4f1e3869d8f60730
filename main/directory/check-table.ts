/*
 * Walks through a whole table: every block is to be there, in order and undamaged. A file whose inner order is not what the
 * database expects may end the process that reads it: so this is done in one that nobody needs, before the phone opens it.
 */
import { join } from 'node:path'
import type { LoadedTable } from './loader-messages'
import { sizeOfBlock } from './table/block'
import { openTable } from './table/table-database'
import { currentTable } from './table/table-files'

/** null: there is no table, or none that can be read. */
export async function checkTable(folder: string): Promise<LoadedTable | null> {
  const name = currentTable(folder)
  if (name === null) return null
  const database = openTable(join(folder, name), 'read')
  try {
    const { about } = database
    if (about === null) return null
    for (const stream of ['identification', 'blocking'] as const) {
      let [last, count] = [0, 0]
      for (const { key, value } of database[stream].getRange({ snapshot: false })) {
        if (typeof key !== 'number' || key <= last) return null
        last = key
        count += sizeOfBlock(value)
      }
      if (count !== (stream === 'blocking' ? about.blocking : about.identifying)) return null
    }
    return { name, identifying: about.identifying, blocking: about.blocking, checksum: about.checksum }
  } finally {
    await database.close()
  }
}
