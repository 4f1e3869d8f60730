/*
 * People to be found, as they are now: one large index that was built once, and a small one of those who changed since. When
 * there are too many of those, the large one is built anew in the background.
 */
import { SearchSegment, type Hit, type SearchEntry } from './search-segment'

/** More changes than this are worth building everything anew. */
const changesAtMost = 500
/** How long one slice of building may keep the process from its calls, ms. */
const sliceMs = 3

export class SearchIndex {
  private base: SearchSegment | null = null
  private building: Promise<void> | null = null
  private readonly changes = new Map<string, SearchEntry | null>()
  private recent: SearchSegment | null = null
  private generation = 0

  /** `everybody`: read when an index is built. */
  constructor(private readonly everybody: () => Iterable<SearchEntry>) {}

  /** There is something to search in. */
  get isReady(): boolean {
    return this.base !== null
  }

  /** Builds what is not built yet. Never rejects but for a bug. */
  ready(): Promise<void> {
    if (this.base !== null && this.changes.size <= changesAtMost) return Promise.resolve()
    this.building ??= this.build()
    return this.base === null ? this.building : Promise.resolve()
  }

  /** Somebody is new, changed, or gone (null). */
  change(id: string, entry: SearchEntry | null): void {
    if (this.base === null && this.building === null) return
    this.changes.set(id, entry)
    this.recent = null
  }

  /** Everything may have changed. */
  forget(): void {
    this.generation++
    this.building = null
    this.base = null
    this.recent = null
    this.changes.clear()
  }

  /** Best first; nobody before it is ready. */
  search(words: readonly string[], digits: string, limit: number): Hit[] {
    if (!this.base) return []
    this.recent ??= SearchSegment.of([...this.changes.values()].filter((entry) => entry !== null))
    const hits = [
      ...this.base.search(words, digits, limit, (id) => this.changes.has(id)),
      ...this.recent.search(words, digits, limit),
    ]
    return hits.sort((a, b) => b.score - a.score).slice(0, limit)
  }

  private async build(): Promise<void> {
    const { generation } = this
    const before = new Map(this.changes)
    let since = performance.now()
    const base = await SearchSegment.build(this.everybody(), async () => {
      if (performance.now() - since < sliceMs) return
      await new Promise((resolve) => setImmediate(resolve))
      since = performance.now()
    })
    // What was read is of before: it is read once more.
    if (generation !== this.generation) return this.ready()
    this.building = null
    this.base = base
    // What changed while it was built may or may not be in it.
    for (const [id, entry] of before) if (this.changes.get(id) === entry) this.changes.delete(id)
    this.recent = null
  }
}
