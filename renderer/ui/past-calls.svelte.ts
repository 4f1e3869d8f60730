/*
 * The calls that ended, as a list one can filter, search and read to its end: pages from main, the newest ones again whenever the phone
 * says that there is something new. It knows no markup.
 */
import type { HistoryEntry } from '../../common/phone-state'
import { answerOf } from './answer-of'
import type { Phone } from './phone.svelte'

export type RecentFilter = 'all' | 'missed' | 'incoming' | 'outgoing' | 'blocked'

const pageSize = 100

export class PastCalls {
  entries = $state.raw<readonly HistoryEntry[]>([])
  more = $state(false)
  /** Nothing has been answered yet. */
  unknown = $state(true)
  private filter: RecentFilter = 'all'
  private text = ''
  private generation = 0
  private loading = false

  constructor(private readonly phone: Phone) {}

  /** Begins anew, with as many as were shown before. */
  find(filter: RecentFilter, text: string): void {
    const same = filter === this.filter && text.trim() === this.text
    this.filter = filter
    this.text = text.trim()
    void this.load(null, same ? Math.min(200, Math.max(pageSize, this.entries.length)) : pageSize)
  }

  /** The next page, when there is one. */
  next(): void {
    const last = this.entries.at(-1)
    if (this.more && !this.loading && last) void this.load(last.startedAt, pageSize)
  }

  private async load(before: number | null, limit: number): Promise<void> {
    if (before === null) this.generation += 1
    const mine = this.generation
    this.loading = true
    const { filter, text } = this
    const reply = await this.phone.request({ type: 'findCalls', text, filter, before, limit })
    if (mine !== this.generation) return
    this.loading = false
    this.unknown = false
    const answer = answerOf(reply, 'calls')
    if (!answer) {
      this.more = false
      return
    }
    const known = this.entries.map(({ id }) => id)
    this.entries =
      before === null ? answer.calls : [...this.entries, ...answer.calls.filter(({ id }) => !known.includes(id))]
    this.more = answer.more
  }
}
