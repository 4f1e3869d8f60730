/*
 * What the phone remembers of calls: every call that was, the newest in a file that is read at the start, those of years in
 * an archive opened later, complete even when the phone itself stopped in the middle of one. It decides nothing about calls.
 */
import type { Call, CallId } from '../../common/call'
import type { Clock, Timer } from '../../common/clock'
import { lineOf } from '../search/call-lines'
import type { Searcher } from '../search/searcher'
import type { Diagnosis } from '../../common/diagnosis'
import { done, refused, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import type { HistoryEntry } from '../../common/phone-state'
import type { CallArchive } from './call-archive'
import { CallJournal, entryOf } from './call-journal'
import { CallRelations } from './call-relations'
import { CallFinder, type CallQuery, type FoundCalls } from './find-calls'
import type { HistoryFile } from './history-file'
import { TroubleLog } from './trouble-log'

export interface RecentsOptions {
  readonly file: HistoryFile
  readonly clock: Clock
  readonly log?: Log
  /** Called after every change with what is shown, newest first, and how many missed calls nobody has looked at. */
  readonly onChange: (shown: readonly HistoryEntry[], missed: number) => void
  /** Looks through the calls of the archive; left out: nobody does. */
  readonly searcher?: Pick<Searcher, 'calls' | 'getReady' | 'callsArchived' | 'callsRemoved'>
  /** Days that ended calls are kept; 0: until they are cleared. */
  readonly keepDays?: () => number
  /** Whether the calls of an account are listed (CXProviderConfiguration.includesCallsInRecents). */
  readonly lists?: (accountId: string) => boolean
}

/** What others know of a call that is up or was refused. */
export interface CallKnowledge {
  /** Who the phone says it is. */
  readonly label: string | null
  /** Why it does not ring. */
  readonly screening: HistoryEntry['screening']
  /** Whom it was meant for before it came here. */
  readonly diverted: NonNullable<HistoryEntry['diverted']>
}

/** Entries that are shown; there are more. */
const shownAtMost = 200
const day = 86_400_000
/** Calls of which more is known than what they will be listed with; not every one of them ever is listed. */
const knownAtMost = 256
/** How often calls are looked for that have been kept long enough, ms. */
const expireEveryMs = day / 4

export class Recents {
  private readonly journal: CallJournal
  private readonly relations = new CallRelations()
  private readonly finder: CallFinder
  private readonly knowledge = new Map<CallId, Partial<CallKnowledge>>()
  /**
   * Sum and number of the scores of each call, of those that may be kept: they stay on this computer.
   */
  private readonly scores = new Map<CallId, { sum: number; count: number }>()
  private readonly troubles = new TroubleLog()
  private readonly secret = new Set<CallId>()
  private archive: CallArchive | null = null
  private timer: Timer | null = null

  constructor(private readonly options: RecentsOptions) {
    const { file, clock } = options
    file.load()
    this.journal = new CallJournal({ file, clock, leavesNoTrace: (call) => !this.isListed(call) })
    this.journal.settle()
    this.finder = new CallFinder(
      () => file.list(),
      () => this.archive,
      options.searcher ?? null,
    )
    this.expire()
  }

  /** Newest first. */
  get shown(): readonly HistoryEntry[] {
    return this.options.file.list().slice(0, shownAtMost)
  }

  /** Missed calls nobody has looked at. */
  get missed(): number {
    return this.options.file.list().filter(({ missed, seen }) => missed && !seen).length
  }

  /** Takes the archive into use: from now on nothing is forgotten for want of room. */
  useArchive(archive: CallArchive): void {
    const { file } = this.options
    this.archive = archive
    if (file.isClearing) this.clearArchive()
    file.makeRoom()
    this.expire()
  }

  /** For the history file: calls it has no room for. False: there is no archive yet, or it cannot take them. */
  archiveCalls(entries: readonly HistoryEntry[]): boolean {
    if (!this.archive) return false
    try {
      this.archive.put(entries)
      this.options.searcher?.callsArchived(entries.map(lineOf))
      return true
    } catch (error) {
      this.options.log?.error(`recents: not archived (${error instanceof Error ? error.name : 'unknown error'})`)
      return false
    }
  }

  /** Told of the calls at every change, so that none that is up is lost when the phone stops without a word. */
  follow(calls: readonly Call[]): void {
    this.relations.follow(calls)
    this.journal.update(calls)
  }

  /** What is known of a call before it has ended, or before it is refused. */
  learn(callId: CallId, knowledge: Partial<CallKnowledge>): void {
    this.knowledge.set(callId, { ...this.knowledge.get(callId), ...knowledge })
    const [oldest] = this.knowledge.keys()
    if (this.knowledge.size > knownAtMost && oldest !== undefined) this.knowledge.delete(oldest)
  }

  /** How a call sounded in the last second, 1 to 4.5. */
  measured(callId: CallId, mos: number | null): void {
    if (mos === null) return
    const { sum, count } = this.scores.get(callId) ?? { sum: 0, count: 0 }
    this.scores.set(callId, { sum: sum + mos, count: count + 1 })
  }

  /** What is wrong with the sound of a call now; null: nothing is (any more). `at`: wall-clock ms. */
  diagnosed(callId: CallId, diagnosis: Omit<Diagnosis, 'since'> | null, at: number): void {
    this.troubles.diagnosed(callId, diagnosis, at)
  }

  /** The far end of `from` asked us to call `to` in its stead. */
  referred(from: CallId, to: CallId): void {
    this.relations.handedOver(from, to)
  }

  /** A call that leaves no trace; what was written of it already is erased. */
  setPrivate(callId: CallId, isPrivate: boolean): void {
    if (!isPrivate) this.secret.delete(callId)
    else {
      this.secret.add(callId)
      this.options.file.remove(({ id, endedAt }) => id === callId && endedAt === null)
    }
  }

  /** Takes in a call that has ended; any other is not history yet. */
  remember(call: Call): void {
    if (call.state !== 'ended') return
    const { label = null, screening = null, diverted = [] } = this.knowledge.get(call.id) ?? {}
    const trouble = this.troubles.close(call.id, call.at)
    const score = this.scores.get(call.id)
    const mos = score ? Math.round((score.sum / score.count) * 100) / 100 : null
    const listed = this.isListed(call)
    for (const map of [this.knowledge, this.scores]) map.delete(call.id)
    // A private call stays one as long as anybody may still tell of it; its id means nothing afterwards.
    if (!listed) return
    const relations = this.relations.of(call)
    this.options.file.append(entryOf(call, { label, screening, mos, relations, trouble, diverted }))
    this.tell()
  }

  markSeen(): void {
    this.options.file.markSeen()
    this.tell()
  }

  /** Forgets every call that ended. `storage-failed`: not all of them. */
  clear(): Result {
    const cleared = this.options.file.clear()
    if (this.archive) this.clearArchive()
    this.tell()
    return cleared
  }

  find(query: CallQuery): Promise<FoundCalls> {
    return this.finder.find(query)
  }

  /** Every call that is kept, newest first. */
  async everything(): Promise<readonly HistoryEntry[]> {
    const all: CallQuery = { text: '', filter: 'all', before: null, limit: Number.MAX_SAFE_INTEGER }
    return (await this.finder.find(all)).calls
  }

  remove(callIds: readonly CallId[]): Result {
    const gone = new Set(callIds)
    const removed = this.options.file.remove(({ id, endedAt }) => endedAt !== null && gone.has(id))
    if (!removed.ok) return removed
    const result = this.changeArchive((archive) => archive.remove(gone) > 0, callIds)
    this.tell()
    return result
  }

  /** Forgets what has been kept long enough, now and from now on a few times a day. */
  expire(): void {
    const { clock, file, keepDays = () => 0 } = this.options
    const days = keepDays()
    if (days > 0) {
      const before = clock.date() - days * day
      file.remove(({ endedAt }) => endedAt !== null && endedAt < before)
      this.changeArchive((archive) => archive.removeBefore(before) > 0, null)
      this.tell()
    }
    if (this.timer !== null) clock.clearTimeout(this.timer)
    this.timer = days === 0 ? null : clock.setTimeout(() => this.expire(), expireEveryMs)
  }

  async close(): Promise<void> {
    const { archive } = this
    this.archive = null
    await archive?.close()
  }

  private isListed(call: Call): boolean {
    return !this.secret.has(call.id) && this.options.lists?.(call.accountId) !== false
  }

  private clearArchive(): void {
    const cleared = this.changeArchive((archive) => {
      archive.clear()
      return true
    }, null)
    if (cleared.ok) this.options.file.noteCleared()
  }

  /** `gone`: those that are, when any are; null: many. */
  private changeArchive(change: (archive: CallArchive) => boolean, gone: readonly CallId[] | null): Result {
    if (!this.archive) return done
    try {
      if (change(this.archive)) this.options.searcher?.callsRemoved(gone)
      return done
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown error'
      this.options.log?.error(`recents: the archive cannot be changed (${name})`)
      return refused('storage-failed', name)
    }
  }

  private tell(): void {
    this.options.onChange(this.shown, this.missed)
  }
}
