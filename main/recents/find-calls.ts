/*
 * Finds ended calls by words, digits and kind over all that are kept: the newest in the history file, the others in the
 * archive, read in slices so that no call waits for a search. It changes nothing.
 */
import type { CallId } from '../../common/call'
import type { HistoryEntry } from '../../common/phone-state'
import type { CallArchive } from './call-archive'
import { digitsOf, fold, looksLikeNumber } from '../search/fold'

export interface CallQuery {
  readonly text: string
  readonly filter: 'all' | 'missed' | 'incoming' | 'outgoing' | 'blocked'
  /** Wall-clock ms: only calls that began before; null: from the newest. */
  readonly before: number | null
  readonly limit: number
}

export interface FoundCalls {
  readonly calls: readonly HistoryEntry[]
  readonly more: boolean
}

/** How long one slice of work may keep the process from its calls, ms. */
const sliceMs = 4

/** What calls of the archive are found by, oldest first. */
interface Catalogue {
  readonly ids: CallId[]
  readonly starts: number[]
  readonly texts: string[]
  readonly kinds: number[]
}

export class CallFinder {
  private catalogue: Catalogue | null = null
  private building: Promise<Catalogue> | null = null
  private version = 0

  constructor(
    private readonly newest: () => readonly HistoryEntry[],
    private readonly archive: () => CallArchive | null,
  ) {}

  /** The archive changed. */
  forget(): void {
    this.version++
    this.catalogue = null
    this.building = null
  }

  /** Newest first. Calls that began in the same millisecond are never on two pages. */
  async find(query: CallQuery): Promise<FoundCalls> {
    const before = query.before ?? Number.MAX_SAFE_INTEGER
    const matches = matcherOf(query)
    const found: HistoryEntry[] = []
    const full = (next: HistoryEntry): boolean =>
      found.length >= query.limit && next.startedAt !== found.at(-1)?.startedAt
    const recent = this.newest().filter(({ startedAt }) => startedAt < before)
    const inFile = new Set(recent.map(({ id }) => id))
    const hits = recent.filter((entry) => matches(textOf(entry), kindOf(entry)))
    const archived = this.archive()
    const older = archived ? this.fromArchive(archived, query, before, matches) : nothing()
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
    query: CallQuery,
    before: number,
    matches: (text: string, kind: number) => boolean,
  ): AsyncGenerator<HistoryEntry> {
    if (query.filter === 'all' && query.text.trim() === '') return yield* archive.newest(before)
    const { ids, starts, texts, kinds } = await this.read(archive)
    for (let n = ids.length - 1; n >= 0; n--) {
      const [id, startedAt] = [ids[n], starts[n]]
      if (id === undefined || startedAt === undefined || startedAt >= before) continue
      if (!matches(texts[n] ?? '', kinds[n] ?? 0)) continue
      const entry = archive.get(id, startedAt)
      if (entry) yield entry
    }
  }

  private async read(archive: CallArchive): Promise<Catalogue> {
    if (this.catalogue) return this.catalogue
    this.building ??= this.build(archive)
    return this.building
  }

  private async build(archive: CallArchive): Promise<Catalogue> {
    const { version } = this
    const made: Catalogue = { ids: [], starts: [], texts: [], kinds: [] }
    let since = performance.now()
    for (const entry of archive.everything()) {
      made.ids.push(entry.id)
      made.starts.push(entry.startedAt)
      made.texts.push(textOf(entry))
      made.kinds.push(kindOf(entry))
      if (performance.now() - since < sliceMs) continue
      await new Promise((resolve) => setImmediate(resolve))
      since = performance.now()
    }
    if (version === this.version) this.catalogue = made
    return made
  }
}

async function* nothing(): AsyncGenerator<HistoryEntry> {}

const kinds = { all: 0, missed: 1, incoming: 2, outgoing: 4, blocked: 8 } as const

const kindOf = ({ missed, direction, screening }: HistoryEntry): number =>
  (missed ? kinds.missed : 0) | kinds[direction] | (screening === null ? 0 : kinds.blocked)

/** What a call is found by: words, and after a tab its digits. */
const textOf = ({ label, name, handle }: HistoryEntry): string =>
  `${fold(`${label ?? ''} ${name ?? ''} ${handle.value}`)}\t${digitsOf(handle.value)}`

function matcherOf({ text, filter }: CallQuery): (text: string, kind: number) => boolean {
  const kind = kinds[filter]
  const ofKind = (given: number): boolean => kind === 0 || (given & kind) !== 0
  const digits = digitsOf(text).replace(/^0+/, '')
  if (looksLikeNumber(text) && digits !== '')
    return (haystack, given) => ofKind(given) && haystack.includes(digits, haystack.indexOf('\t') + 1)
  const words = fold(text)
    .split(' ')
    .filter((word) => word !== '')
  return (haystack, given) => ofKind(given) && words.every((word) => haystack.includes(word))
}
