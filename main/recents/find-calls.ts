/*
 * Finds ended calls by words, digits and kind over all that are kept: the newest in the history file, which is in memory, the others in
 * the archive, where another process looks. It changes nothing.
 */
import type { HistoryEntry } from '../../common/phone-state'
import { isFound, kindOfFilter, lineOf, needlesOf, type CallFilter } from '../search/call-lines'
import type { CallLine } from '../search/search-messages'
import type { Searcher } from '../search/searcher'
import type { CallArchive } from './call-archive'

export interface CallQuery {
  readonly text: string
  readonly filter: CallFilter
  /** Wall-clock ms: only calls that began before; null: from the newest. */
  readonly before: number | null
  readonly limit: number
}

export interface FoundCalls {
  readonly calls: readonly HistoryEntry[]
  readonly more: boolean
}

/** What is looked for, in either place. */
type Looked = ReturnType<typeof needlesOf> & { readonly kind: number }

export class CallFinder {
  /** What each is found by, made once. */
  private readonly lines = new WeakMap<HistoryEntry, CallLine>()

  constructor(
    private readonly newest: () => readonly HistoryEntry[],
    private readonly archive: () => CallArchive | null,
    private readonly searcher: Pick<Searcher, 'calls' | 'getReady'> | null,
  ) {}

  /** Newest first. Calls that began in the same millisecond are never on two pages. */
  async find(query: CallQuery): Promise<FoundCalls> {
    const before = query.before ?? Number.MAX_SAFE_INTEGER
    const looked: Looked = { ...needlesOf(query.text), kind: kindOfFilter(query.filter) }
    const found: HistoryEntry[] = []
    const full = (next: HistoryEntry): boolean =>
      found.length >= query.limit && next.startedAt !== found.at(-1)?.startedAt
    const recent = this.newest().filter(({ startedAt }) => startedAt < before)
    const inFile = new Set(recent.map(({ id }) => id))
    const hits = recent.filter((entry) => isFound(this.lineOf(entry), looked))
    const archive = this.archive()
    const older = archive ? this.fromArchive(archive, looked, before, query.limit) : nothing()
    let [next, oldest] = [0, await older.next()]
    for (;;) {
      const [ours, theirs] = [hits[next], oldest.done ? undefined : oldest.value]
      const entry = !theirs || (ours && ours.startedAt >= theirs.startedAt) ? ours : theirs
      if (!entry) return { calls: found, more: false }
      if (full(entry)) return { calls: found, more: true }
      if (entry === ours) next++
      else oldest = await older.next()
      // Between two transactions a call may be in both; the file's is the newer knowledge.
      if (entry === ours || !inFile.has(entry.id)) found.push(entry)
    }
  }

  private async *fromArchive(
    archive: CallArchive,
    looked: Looked,
    before: number,
    limit: number,
  ): AsyncGenerator<HistoryEntry> {
    if (looked.kind === 0 && looked.words.length === 0 && looked.digits === '') {
      // Whoever looks at all of them may be about to look for one.
      this.searcher?.getReady()
      return yield* archive.newest(before)
    }
    for (let from = before; this.searcher;) {
      // One more than a page, to know whether there is another.
      const { calls, more } = await this.searcher.calls({ ...looked, before: from, limit: limit + 1 })
      for (const { id, startedAt } of calls) {
        const entry = archive.get(id, startedAt)
        if (entry) yield entry
      }
      const last = calls.at(-1)
      if (!more || !last) return
      from = last.startedAt
    }
  }

  private lineOf(entry: HistoryEntry): CallLine {
    const line = this.lines.get(entry) ?? lineOf(entry)
    this.lines.set(entry, line)
    return line
  }
}

async function* nothing(): AsyncGenerator<HistoryEntry> {}
