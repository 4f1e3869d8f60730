/*
 * Walks through a database of the profile, page by page, and writes a line to it: one that is damaged may end the process that does,
 * so this is done in one that nobody needs. It must not know what is in it.
 */
import { open } from 'lmdb'

interface Stats {
  readonly entryCount: number
}

/** Whether everything in it can be reached and it can be written. Throws, or ends the process, when it cannot. */
export async function walkDatabase(folder: string): Promise<boolean> {
  const root = open({ path: folder, maxDbs: 16 })
  try {
    const names = [...root.getKeys()].filter((name) => typeof name === 'string')
    // Where the list of what is in it is damaged, nothing seems to be.
    if (names.length < (root.getStats() as Stats).entryCount) return false
    const isWhole = names.every((name) => {
      const binary = { name, encoding: 'binary', keyEncoding: 'binary', cache: false } as const
      const database = root.openDB<Buffer, Buffer>(binary)
      let count = 0
      for (const { value } of database.getRange({ snapshot: false })) if (value.length >= 0) count++
      return count >= (database.getStats() as Stats).entryCount
    })
    if (!isWhole) return false
    // What it knows of its free pages is read when it is written to, the second time what the first has left.
    const walks = root.openDB<number, string>({ name: 'walks' })
    for (const time of [1, 2, 3]) root.transactionSync(() => walks.putSync('times', time))
    return true
  } finally {
    await root.close()
  }
}
