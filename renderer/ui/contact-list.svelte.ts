/*
 * A list of contacts as long as it may be: knows how many there are and fetches the part that is looked at, page by page.
 * It knows no pixels; a filter or a change of the contacts begins anew without emptying what is shown.
 */
import type { Contact } from '../../common/contact'
import { answerOf } from './answer-of'
import type { Phone } from './phone.svelte'

const pageSize = 100
/** Pages that are kept. */
const pagesAtMost = 20

export class ContactList {
  /** null: not known yet. */
  total = $state<number | null>(null)
  private pages = $state.raw<Readonly<Record<number, readonly Contact[]>>>({})
  private filter = ''
  private generation = 0
  private wanted: readonly number[] = [0]
  // Bookkeeping that nothing shows.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  private asked = new Set<number>()

  constructor(private readonly phone: Phone) {}

  /** The contact in this row; null: on its way. */
  at(row: number): Contact | null {
    return this.pages[Math.floor(row / pageSize)]?.[row % pageSize] ?? null
  }

  find(filter: string): void {
    const text = filter.trim()
    if (text === this.filter && this.generation > 0) return
    this.filter = text
    this.wanted = [0]
    this.refresh()
  }

  /** Fetches again what is looked at. */
  refresh(): void {
    this.generation += 1
    this.asked.clear()
    for (const page of this.wanted) this.fetch(page, true)
  }

  /** These rows are looked at. */
  show(first: number, last: number): void {
    const from = Math.max(0, Math.floor(first / pageSize))
    const to = Math.max(from, Math.floor(last / pageSize))
    this.wanted = Array.from({ length: Math.min(to - from + 1, pagesAtMost) }, (_, index) => from + index)
    for (const page of this.wanted) this.fetch(page, false)
  }

  private fetch(page: number, again: boolean): void {
    if (this.asked.has(page) || (!again && page in this.pages)) return
    this.asked.add(page)
    const { generation, filter } = this
    void this.phone
      .request({ type: 'listContacts', filter, offset: page * pageSize, limit: pageSize })
      .then((reply) => {
        if (generation !== this.generation) return
        this.asked.delete(page)
        const answer = answerOf(reply, 'contacts')
        if (!answer) {
          this.total ??= 0
          return
        }
        const moved = answer.total !== this.total
        this.total = answer.total
        // Pages of another length or filter would not fit together.
        const kept = moved || again ? [] : Object.entries(this.pages).slice(-pagesAtMost)
        this.pages = { ...Object.fromEntries(kept), [page]: answer.contacts }
        if (moved || again) for (const other of this.wanted) this.fetch(other, false)
      })
  }
}
