/*
 * Calls on the disk: those that ended, and those that are up, so that after a crash none is missing. An append-only file of
 * checked lines, brought back to its size now and then. It knows no live call but what it is told to note of it, and no digit
 * anybody pressed.
 */
import * as v from 'valibot'
import { mediaTroubles } from '../../common/diagnosis'
import { done, endCauses, type Result } from '../../common/errors'
import { handleTypes } from '../../common/handle'
import type { Log } from '../../common/log'
import type { HistoryEntry } from '../../common/phone-state'
import { CheckedLines } from '../settings/checked-lines'

export interface HistoryFileOptions {
  readonly path: string
  readonly log: Log
  /** How many calls are kept here; the oldest go first. */
  readonly limit?: number
  /** Takes in calls there is no room for. False: it cannot now, and they stay a while longer. Left out: they are forgotten. */
  readonly overflow?: (entries: readonly HistoryEntry[]) => boolean
}

/** So many times its limit the file grows when nobody takes in what it has no room for. */
const patience = 5

/** What is noted of a call that has not ended. Times are wall-clock ms. */
export type OpenCall = Pick<
  HistoryEntry,
  'id' | 'accountId' | 'direction' | 'handle' | 'name' | 'startedAt' | 'connectedAt'
>

const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const time = v.pipe(v.number(), v.minValue(0))

const handle = v.object({ type: v.picklist(handleTypes), value: text(512) })

const openSchema = v.object({
  id: v.pipe(text(64), v.minLength(1)),
  accountId: text(128),
  direction: v.picklist(['incoming', 'outgoing']),
  handle,
  name: v.nullable(text(256)),
  startedAt: time,
  connectedAt: v.nullable(time),
})

const troubleSchema = v.object({
  trouble: v.picklist(mediaTroubles),
  since: time,
  evidence: text(512),
  lasted: time,
})
const divertedSchema = v.pipe(
  v.array(v.object({ handle, name: v.nullable(text(256)), reason: v.nullable(text(64)) })),
  v.maxLength(8),
)

const entrySchema = v.object({
  ...openSchema.entries,
  endedAt: time,
  cause: v.picklist(endCauses),
  sipStatus: v.nullable(v.number()),
  missed: v.boolean(),
  seen: v.boolean(),
  label: v.optional(v.nullable(text(256)), null),
  screening: v.optional(
    v.nullable(
      v.object({
        by: v.picklist(['own-list', 'directory', 'do-not-disturb', 'focus']),
        list: v.nullable(text(128)),
        match: v.nullable(v.picklist(['exact', 'prefix', 'range', 'address', 'anonymous', 'unknown'])),
        ruleId: v.nullable(text(64)),
      }),
    ),
    null,
  ),
  mos: v.optional(v.nullable(v.number()), null),
  relations: v.optional(
    v.pipe(
      v.array(v.object({ kind: v.picklist(['transferred-to', 'transferred-from', 'conference']), callId: text(64) })),
      v.maxLength(32),
    ),
    [],
  ),
  // What cannot be read of these leaves the call in the list.
  trouble: v.optional(v.fallback(v.optional(troubleSchema), undefined)),
  diverted: v.optional(v.fallback(v.optional(divertedSchema), undefined)),
})

const recordSchema = v.variant('type', [
  /** A call that ended. */
  v.object({ type: v.literal('call'), entry: entrySchema }),
  /** Every call above has been seen. */
  v.object({ type: v.literal('seen') }),
  /** A call that is up, as it is now; the last one counts. */
  v.object({ type: v.literal('open'), call: openSchema, at: time }),
  /** Whatever was up above still is. */
  v.object({ type: v.literal('alive'), at: time }),
  /** The calls kept elsewhere are to be forgotten too, and are not yet. */
  v.object({ type: v.literal('clearing') }),
  /** They are. */
  v.object({ type: v.literal('cleared') }),
])
type HistoryRecord =
  | { type: 'call'; entry: HistoryEntry }
  | { type: 'seen' }
  | { type: 'open'; call: OpenCall; at: number }
  | { type: 'alive'; at: number }
  | { type: 'clearing' }
  | { type: 'cleared' }

export class HistoryFile {
  private readonly limit: number
  private readonly file: CheckedLines
  /** Oldest first, as in the file. */
  private entries: HistoryEntry[] = []
  private readonly up = new Map<string, { call: OpenCall; lastSeenAt: number }>()
  private lines = 0
  private loaded = false
  private clearing = false

  constructor(private readonly options: HistoryFileOptions) {
    this.limit = options.limit ?? 1_000
    this.file = new CheckedLines({ path: options.path, name: 'history', log: options.log })
  }

  /** Newest first. Reads the file again; a file that cannot be read is an empty history. */
  load(): HistoryEntry[] {
    this.entries = []
    this.up.clear()
    this.loaded = true
    this.clearing = false
    const { texts, damaged } = this.file.read()
    this.lines = texts.length + damaged
    let unknown = 0
    for (const line of texts) {
      const record = parse(line)
      if (record) this.apply(record)
      else unknown++
    }
    if (damaged + unknown > 0) this.options.log.warn(`history: ${damaged + unknown} damaged line(s) skipped`)
    if (!this.options.overflow) this.entries = this.entries.slice(-this.limit)
    if (!this.options.overflow && this.lines > this.limit * 2) this.compact()
    return this.list()
  }

  /** Newest first. */
  list(): HistoryEntry[] {
    return this.entries.toReversed()
  }

  /** Calls that were noted as up and did not end since. `lastSeenAt`: when they last were known to be. */
  get open(): readonly { readonly call: OpenCall; readonly lastSeenAt: number }[] {
    return [...this.up.values()]
  }

  /** `storage-failed`: the call is in the list of this session, but not on the disk. */
  append(entry: HistoryEntry): Result {
    return this.record({ type: 'call', entry })
  }

  /** A call is up, and this is known of it. */
  noteOpen(call: OpenCall, at: number): Result {
    return this.record({ type: 'open', call, at })
  }

  /** What is noted as up is up still. */
  noteAlive(at: number): Result {
    return this.record({ type: 'alive', at })
  }

  /** Every missed call so far has been seen. */
  markSeen(): Result {
    if (!this.loaded) this.load()
    if (this.entries.every(({ seen }) => seen)) return done
    return this.record({ type: 'seen' })
  }

  /** Forgets the calls that ended; `isClearing` until the calls kept elsewhere are forgotten too. */
  clear(): Result {
    if (!this.loaded) this.load()
    this.entries = []
    this.clearing = this.options.overflow !== undefined
    return this.compact()
  }

  get isClearing(): boolean {
    return this.clearing
  }

  /** The calls kept elsewhere are forgotten. */
  noteCleared(): Result {
    return this.record({ type: 'cleared' })
  }

  /** Forgets these calls, ended or up, so that no line of them is left. */
  remove(gone: (call: { readonly id: string; readonly endedAt: number | null }) => boolean): Result {
    if (!this.loaded) this.load()
    const before = this.entries.length + this.up.size
    this.entries = this.entries.filter((entry) => !gone(entry))
    for (const id of [...this.up.keys()]) if (gone({ id, endedAt: null })) this.up.delete(id)
    return this.entries.length + this.up.size === before ? done : this.compact()
  }

  /** Gives away what there is no room for, when somebody takes it. */
  makeRoom(): Result {
    const { overflow } = this.options
    if (!overflow || this.entries.length <= this.limit) return this.isLong ? this.compact() : done
    const old = this.entries.slice(0, -this.limit)
    // What nobody has looked at stays here, where it is counted, as long as there is patience.
    const leaving = this.entries.length > this.limit * patience ? old : old.filter(({ seen }) => seen)
    const isWorthIt = this.isLong || leaving.length * 4 >= this.limit
    if (leaving.length > 0 && isWorthIt && overflow(leaving.map((entry) => ({ ...entry, seen: true })))) {
      const gone = new Set(leaving)
      this.entries = this.entries.filter((entry) => !gone.has(entry))
      // Or whoever removes it there finds it here again at the next start.
      return this.compact()
    }
    if (this.entries.length > this.limit * patience) this.entries = this.entries.slice(-this.limit)
    return this.isLong ? this.compact() : done
  }

  /**
   * Most of the file says nothing any more. It has doubled since it was last written anew, so that on average a call costs its own lines alone, however
   * many there are that nobody has looked at.
   */
  private get isLong(): boolean {
    return this.lines > 2 * Math.max(this.limit, this.entries.length + this.up.size)
  }

  private record(record: HistoryRecord): Result {
    if (!this.loaded) this.load()
    this.apply(record)
    const written = this.file.append(JSON.stringify(record))
    if (!written.ok) return written
    this.lines++
    if (!this.options.overflow) {
      if (this.entries.length > this.limit) this.entries.splice(0, this.entries.length - this.limit)
      return this.isLong ? this.compact() : done
    }
    return this.lines > this.limit * 2 ? this.makeRoom() : done
  }

  private apply(record: HistoryRecord): void {
    switch (record.type) {
      case 'seen':
        this.entries = this.entries.map((entry) => (entry.seen ? entry : { ...entry, seen: true }))
        return
      case 'open':
        this.up.set(record.call.id, { call: record.call, lastSeenAt: record.at })
        return
      case 'alive':
        for (const [id, { call }] of this.up) this.up.set(id, { call, lastSeenAt: record.at })
        return
      case 'call': {
        const { entry } = record
        this.up.delete(entry.id)
        // A call that was written twice ended once.
        const again = this.entries.findIndex(({ id }) => id === entry.id)
        if (again >= 0) this.entries.splice(again, 1)
        this.entries.push(entry)
        return
      }
      case 'clearing':
        this.clearing = true
        return
      case 'cleared':
        this.clearing = false
    }
  }

  /** What is left of the history, and what is up. */
  private compact(): Result {
    const records: HistoryRecord[] = [
      ...(this.clearing ? [{ type: 'clearing' } as const] : []),
      ...this.entries.map((entry): HistoryRecord => ({ type: 'call', entry })),
      ...this.open.map(({ call, lastSeenAt }): HistoryRecord => ({ type: 'open', call, at: lastSeenAt })),
    ]
    const replaced = this.file.replace(records.map((record) => JSON.stringify(record)))
    if (replaced.ok) this.lines = records.length
    return replaced
  }
}

/** An entry as it was kept; null when it cannot be one. */
export function parseEntry(value: unknown): HistoryEntry | null {
  const parsed = v.safeParse(entrySchema, value)
  return parsed.success ? parsed.output : null
}

function parse(line: string): HistoryRecord | null {
  try {
    const parsed = v.safeParse(recordSchema, JSON.parse(line))
    return parsed.success ? parsed.output : null
  } catch {
    return null
  }
}
