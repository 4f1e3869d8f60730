/*
 * Walks through a database of the profile, page by page: one that is damaged may end the process that reads it, so this is done in one
 * that nobody needs. It must not know what is in it.
 */
import { open } from 'lmdb'

/** Whether everything in it can be reached. Throws, or ends the process, when it cannot. */
export async function walkDatabase(folder: string): Promise<boolean> {
  const root = open({ path: folder, maxDbs: 16 })
  try {
    const names = [...root.getKeys()].filter((name) => typeof name === 'string')
    return names.every((name) => {
      const binary = { name, encoding: 'binary', keyEncoding: 'binary', cache: false } as const
      const database = root.openDB<Buffer, Buffer>(binary)
      let count = 0
      for (const { value } of database.getRange({ snapshot: false })) if (value.length >= 0) count++
      return count >= (database.getStats() as { readonly entryCount: number }).entryCount
    })
  } finally {
    await root.close()
  }
}
