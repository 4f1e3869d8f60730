/*
 * What searches, in a process of its own: contacts, the names of directories and the calls of years, each read from the disk when
 * somebody first looks for one, and kept up with what main tells. It answers one question after the other, and writes nothing.
 */
import type { Clock } from '../../common/clock'
import type { SearchReply, SearchRequest } from './search-messages'
import { CallCatalogue } from './call-catalogue'
import { entryOf } from './contact-entry'
import { DirectoryNames } from './directory-names'
import { lineOf } from './call-lines'
import { readCalls, readContacts } from './read-store'
import { SearchIndex } from './search-index'
import type { CallLine, CallSearch } from './search-messages'
import type { SearchEntry } from './search-segment'

/** How long one slice of reading may keep a question waiting, ms. */
const sliceMs = 4

export class SearchDesk {
  private folders: { readonly contacts: string; readonly calls: string } | null = null
  private readonly contacts = new SearchIndex(() => this.everybody())
  private readonly names: DirectoryNames
  private readonly catalogue = new CallCatalogue()
  private calls: 'unread' | 'reading' | 'read' = 'unread'
  private reading: Promise<void> = Promise.resolve()
  /** What changed while the calls were read. */
  private missed: ((catalogue: CallCatalogue) => void)[] = []

  constructor(
    clock: Clock,
    private readonly reply: (reply: SearchReply) => void,
  ) {
    this.names = new DirectoryNames(clock, restBetween(sliceMs))
  }

  /** Never rejects. */
  async hear(request: SearchRequest): Promise<void> {
    switch (request.type) {
      case 'open':
        this.folders = request
        return
      case 'tables':
        return this.names.use(request.tables)
      case 'contact':
        return this.contacts.change(request.id, request.entry)
      case 'contacts':
        return this.contacts.forget()
      case 'archived':
        return this.changeCalls((catalogue) => catalogue.put(request.calls))
      case 'removed':
        return this.removeCalls(request.callIds)
      case 'people':
        return this.findPeople(request)
      case 'calls':
        return this.findCalls(request.ask, request.search)
    }
  }

  private async findPeople({
    ask,
    words,
    digits,
    limit,
    wait,
  }: Extract<SearchRequest, { type: 'people' }>): Promise<void> {
    // Contacts first: whoever types waits for them alone.
    await this.contacts.ready()
    const named = this.names.ready()
    if (wait) await named
    const nothing = words.length === 0 && digits === ''
    // Nothing is looked for: the calls of years are read, too.
    if (nothing) await this.readyCalls()
    const contacts = nothing ? [] : this.contacts.search(words, digits, limit)
    const names = nothing ? [] : this.names.search(words, digits, limit)
    this.reply({ type: 'people', ask, contacts, names: [...names] })
  }

  private async findCalls(ask: number, search: CallSearch): Promise<void> {
    await this.readyCalls()
    const { calls, more } = this.catalogue.find(search)
    this.reply({ type: 'calls', ask, calls: [...calls], more })
  }

  private readyCalls(): Promise<void> {
    if (this.calls === 'unread') this.reading = this.readCalls()
    return this.reading
  }

  private async readCalls(): Promise<void> {
    this.calls = 'reading'
    this.missed = []
    const rest = restBetween(sliceMs)
    const lines: CallLine[] = []
    try {
      for (const entry of readCalls(this.folders?.calls ?? '')) {
        lines.push(lineOf(entry))
        await rest()
      }
    } catch {
      // What cannot be read is not found; main says what is wrong with it.
    }
    // All of them are gone meanwhile.
    if ((this.calls as 'unread' | 'reading') === 'unread') return this.readyCalls()
    this.catalogue.replace(lines)
    this.calls = 'read'
    for (const change of this.missed) change(this.catalogue)
    this.missed = []
  }

  private changeCalls(change: (catalogue: CallCatalogue) => void): void {
    if (this.calls === 'reading') this.missed.push(change)
    else if (this.calls === 'read') change(this.catalogue)
  }

  private removeCalls(callIds: readonly string[] | null): void {
    if (callIds) return this.changeCalls((catalogue) => catalogue.remove(callIds))
    this.calls = 'unread'
    this.catalogue.replace([])
  }

  private *everybody(): Generator<SearchEntry> {
    try {
      for (const contact of readContacts(this.folders?.contacts ?? '')) yield entryOf(contact, null)
    } catch {
      // As above.
    }
  }
}

function restBetween(ms: number): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < ms) return
    await new Promise((resolve) => setImmediate(resolve))
    since = performance.now()
  }
}
