/*
 * The calls of years, in LMDB: what the history file has no room for, ordered by when each began. Every change is one
 * transaction, with the system when the method returns. It is told what to keep and for how long; it decides nothing.
 */
import { chmodSync, mkdirSync } from 'node:fs'
import type { Database, RootDatabase } from 'lmdb'
import type { CallId } from '../../common/call'
import type { HistoryEntry } from '../../common/phone-state'
import { markClosed, markInUse } from '../settings/database-care'
import { parseEntry } from './history-file'

type Key = [startedAt: number, id: CallId]

export class CallArchive {
  private constructor(
    private readonly folder: string,
    private readonly root: RootDatabase,
    /** In the order they began. */
    private readonly calls: Database<HistoryEntry, Key>,
    /** When each began. */
    private readonly starts: Database<number, CallId>,
  ) {}

  /** Opens it, or makes one. Throws where there can be none. The library is loaded here and not before. */
  static async open(folder: string): Promise<CallArchive> {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    const { open } = await import('lmdb')
    markInUse(folder)
    const root = open({ path: folder, maxDbs: 4 })
    const calls = root.openDB<HistoryEntry, Key>({ name: 'calls' })
    return new CallArchive(folder, root, calls, root.openDB<number, CallId>({ name: 'starts' }))
  }

  get count(): number {
    return this.starts.getCount()
  }

  /** Takes these in; one it has already it has once, as it is now. */
  put(entries: readonly HistoryEntry[]): void {
    this.root.transactionSync(() => {
      for (const entry of entries) {
        this.drop(entry.id)
        this.calls.putSync([entry.startedAt, entry.id], entry)
        this.starts.putSync(entry.id, entry.startedAt)
      }
    })
  }

  /** Forgets these, for good. Returns how many it had. */
  remove(ids: Iterable<CallId>): number {
    return this.root.transactionSync(() => [...ids].filter((id) => this.drop(id)).length)
  }

  /** Forgets what ended before `at`. Returns how many that were. */
  removeBefore(at: number): number {
    const gone: CallId[] = []
    for (const { value } of this.calls.getRange({ end: [at, ''] })) if (value.endedAt < at) gone.push(value.id)
    return gone.length === 0 ? 0 : this.remove(gone)
  }

  clear(): void {
    this.root.transactionSync(() => {
      this.calls.clearSync()
      this.starts.clearSync()
    })
  }

  /** Newest first, those that began before `before`. What cannot be read is left out. */
  *newest(before: number): Generator<HistoryEntry> {
    for (const { value } of this.calls.getRange({ reverse: true, start: [before, ''] })) {
      const entry = parseEntry(value)
      if (entry) yield entry
    }
  }

  get(id: CallId, startedAt: number): HistoryEntry | null {
    return parseEntry(this.calls.get([startedAt, id]))
  }

  /** Oldest first, unchecked: whoever reads all of them reads only what they were found by. */
  everything(): Iterable<HistoryEntry> {
    return this.calls.getRange().map(({ value }) => value)
  }

  async close(): Promise<void> {
    await this.root.close()
    markClosed(this.folder)
  }

  private drop(id: CallId): boolean {
    const startedAt = this.starts.get(id)
    if (startedAt === undefined) return false
    this.calls.removeSync([startedAt, id])
    this.starts.removeSync(id)
    return true
  }
}
