/*
 * Looks numbers up in one finished table. The file is mapped anew after some look-ups, so that what they touched does not
 * stay in the phone's memory. It must not know whose table it is.
 */
import type { Clock, Timer } from '../../../common/clock'
import { findInBlock } from './block'
import { blockAt, openTable, type Blocks, type TableDatabase } from './table-database'
import { isWhole } from './table-files'

/** Look-ups until the file is mapped anew: each leaves some hundred kilobytes at most. */
const lookUpsAtOnce = 32

export class TableReader {
  private database: TableDatabase | null = null
  private lookUps = 0
  private timer: Timer | null = null

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
  ) {}

  /** Opens it before anybody calls: opening takes longer than looking up. What is wrong with it whoever looks up will hear. */
  prepare(): void {
    try {
      this.database ??= this.open()
    } catch {
      this.database = null
    }
  }

  /** The labels of a number, in the order they were given; none: it is not known. A damaged table throws. */
  labels(number: number): readonly string[] {
    return this.find('identification', number) ?? []
  }

  /** Whether a number is blocked. A damaged table throws. */
  blocks(number: number): boolean {
    return this.find('blocking', number) !== null
  }

  close(): void {
    if (this.timer !== null) this.clock.clearTimeout(this.timer)
    this.timer = null
    this.lookUps = 0
    const { database } = this
    this.database = null
    void database?.close().catch(() => {})
  }

  private find(stream: 'identification' | 'blocking', number: number): readonly string[] | null {
    this.database ??= this.open()
    const blocks: Blocks = this.database[stream]
    const found = blockAt(blocks, number)
    const labels = found === null ? null : findInBlock(found.block, number)
    this.lookUps++
    if (this.lookUps === lookUpsAtOnce) this.timer = this.clock.setTimeout(() => this.mapAnew(), 0)
    return labels
  }

  /** Whoever looked up went on first, and the next one finds it open. */
  private mapAnew(): void {
    this.close()
    this.prepare()
  }

  private open(): TableDatabase {
    if (!isWhole(this.path)) throw new Error('the file is not the one that was written')
    return openTable(this.path, 'read')
  }
}
