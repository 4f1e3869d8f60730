/*
 * Contacts and ended calls as another process wrote them, read one by one. It opens for reading alone; where there is nothing, it throws.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { open } from 'lmdb'
import type { HistoryEntry } from '../../common/phone-state'
import type { Stored } from '../contacts/contact-store'

export const readContacts = (folder: string): Generator<Stored> => read<Stored>(folder, 'contacts')

/** Oldest first. */
export const readCalls = (folder: string): Generator<HistoryEntry> => read<HistoryEntry>(folder, 'calls')

function* read<T>(folder: string, name: string): Generator<T> {
  // Opening would make one.
  if (!existsSync(join(folder, 'data.mdb'))) throw new Error('there is no database')
  const root = open({ path: folder, maxDbs: 12, readOnly: true })
  try {
    for (const { value } of root.openDB<T>({ name }).getRange({ snapshot: false })) yield value
  } finally {
    void root.close()
  }
}
