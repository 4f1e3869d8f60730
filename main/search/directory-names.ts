/*
 * The names that directories have for numbers, to be searched: read from their tables when somebody searches, and let go of when
 * nobody does any more. It reads tables and changes none.
 */
import type { Clock, Timer } from '../../common/clock'
import { namesSearchedAtMost } from '../../common/directory'
import { columnsOfBlock } from '../directory/table/block'
import { openTable } from '../directory/table/table-database'
import { isWhole } from '../directory/table/table-files'
import { wordsOf } from './fold'
import { SearchSegment, type SearchEntry } from './search-segment'
import type { NameHit, SearchedTable } from './search-messages'

/** After the last search, ms. */
const keptMs = 120_000
/** People the user knows come before as good a match of a directory. */
const behind = 0.1

interface Names {
  readonly source: string
  readonly segment: SearchSegment
}

export class DirectoryNames {
  private tables: readonly SearchedTable[] = []
  private built: readonly Names[] | null = null
  private building: Promise<void> | null = null
  private idle: Timer | null = null
  private generation = 0

  constructor(
    private readonly clock: Clock,
    /** Lets other work go first. */
    private readonly rest: () => Promise<void>,
  ) {}

  /** These from now on, in the user's order. */
  use(tables: readonly SearchedTable[]): void {
    this.tables = tables
    this.forget()
  }

  /** Reads what is not read yet. Never rejects. */
  ready(): Promise<void> {
    this.keepFor(keptMs)
    if (this.built) return Promise.resolve()
    this.building ??= this.build()
    return this.building
  }

  /** Best first; nobody before it is ready. */
  search(words: readonly string[], digits: string, limit: number): readonly NameHit[] {
    const hits = (this.built ?? []).flatMap(({ source, segment }) =>
      segment.search(words, digits, limit).map(({ id, score }) => {
        const at = id.indexOf(' ')
        return { number: Number(id.slice(0, at)), label: id.slice(at + 1), source, score: score - behind }
      }),
    )
    return hits.sort((a, b) => b.score - a.score).slice(0, limit)
  }

  private forget(): void {
    this.generation++
    this.built = null
    this.building = null
    if (this.idle !== null) this.clock.clearTimeout(this.idle)
    this.idle = null
  }

  private keepFor(ms: number): void {
    if (this.idle !== null) this.clock.clearTimeout(this.idle)
    this.idle = this.clock.setTimeout(() => this.forget(), ms)
  }

  private async build(): Promise<void> {
    const { generation } = this
    const built: Names[] = []
    for (const { source, path } of this.tables) {
      const segment = await this.read(path).catch(() => null)
      if (segment) built.push({ source, segment })
    }
    // Other tables are used meanwhile.
    if (generation !== this.generation) return this.ready()
    this.built = built
    this.building = null
  }

  private async read(path: string): Promise<SearchSegment> {
    if (!isWhole(path)) throw new Error('the file is not the one that was written')
    const database = openTable(path, 'read')
    try {
      return await SearchSegment.build(entriesOf(database.identification.getRange({ snapshot: false })), this.rest)
    } finally {
      await database.close()
    }
  }
}

/** The label is part of the id: it is shown, and looking it up again would touch the table once more. */
function* entriesOf(blocks: Iterable<{ readonly value: Buffer }>): Generator<SearchEntry> {
  let count = 0
  for (const { value } of blocks) {
    const { numbers, labels } = columnsOfBlock(value)
    for (let n = 0; n < numbers.length; n++) {
      const [number = 0, label = ''] = [numbers[n], labels?.[n]]
      if (++count > namesSearchedAtMost) return
      yield { id: `${number} ${label.slice(0, 256)}`, words: wordsOf(label), numbers: [String(number)], weight: 0 }
    }
  }
}
