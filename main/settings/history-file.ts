/*
 * Ended calls, kept in an append-only file of checked lines: a kill, a full disk or a damaged line costs at most that
 * line. Knows nothing of live calls. The file holds numbers and names, so only its owner can read it.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { done, endCauses, refused, type Result } from '../../common/errors'
import { handleTypes } from '../../common/handle'
import type { Log } from '../../common/log'
import type { HistoryEntry } from '../../common/phone-state'

export interface HistoryFileOptions {
  readonly path: string
  readonly log: Log
  /** How many calls are kept; the oldest go first. */
  readonly limit?: number
}

const fileMode = 0o600
const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
const time = v.pipe(v.number(), v.minValue(0))

const entrySchema = v.object({
  id: v.pipe(text(64), v.minLength(1)),
  accountId: text(128),
  direction: v.picklist(['incoming', 'outgoing']),
  handle: v.object({ type: v.picklist(handleTypes), value: text(512) }),
  name: v.nullable(text(256)),
  startedAt: time,
  connectedAt: v.nullable(time),
  endedAt: time,
  cause: v.picklist(endCauses),
  sipStatus: v.nullable(v.number()),
  missed: v.boolean(),
  seen: v.boolean(),
})

/** A line is one call, or the mark that every call above it has been seen. */
const recordSchema = v.variant('type', [
  v.object({ type: v.literal('call'), entry: entrySchema }),
  v.object({ type: v.literal('seen') }),
])
type HistoryRecord = { type: 'call'; entry: HistoryEntry } | { type: 'seen' }

export class HistoryFile {
  private readonly limit: number
  /** Oldest first, as in the file. */
  private entries: HistoryEntry[] = []
  private lines = 0
  /** The last line has no end: a kill or a full disk cut it. */
  private torn = false
  private loaded = false

  constructor(private readonly options: HistoryFileOptions) {
    this.limit = options.limit ?? 1_000
  }

  /** Newest first. Reads the file again; a file that cannot be read is an empty history. */
  load(): HistoryEntry[] {
    this.entries = []
    this.lines = 0
    this.torn = false
    this.loaded = true
    const { path, log } = this.options
    let content = ''
    try {
      content = readFileSync(path, 'utf8')
      chmodSync(path, fileMode)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') log.error(`history: cannot be read (${codeOf(error)})`)
    }
    const lines = content.split('\n')
    this.torn = lines.pop() !== ''
    let damaged = this.torn ? 1 : 0
    for (const line of lines) {
      if (line === '') continue
      this.lines++
      const record = readLine(line)
      if (record) this.apply(record)
      else damaged++
    }
    if (damaged > 0) log.warn(`history: ${damaged} damaged line(s) skipped`)
    if (this.lines > this.limit * 2) this.compact()
    return this.list()
  }

  /** Newest first, at most `limit`. */
  list(): HistoryEntry[] {
    return this.entries.toReversed()
  }

  /** `storage-failed`: the call is in the list of this session, but not on the disk. */
  append(entry: HistoryEntry): Result {
    return this.record({ type: 'call', entry })
  }

  /** Every missed call so far has been seen. */
  markSeen(): Result {
    if (!this.loaded) this.load()
    if (this.entries.every(({ seen }) => seen)) return done
    return this.record({ type: 'seen' })
  }

  clear(): Result {
    this.loaded = true
    this.entries = []
    return this.compact()
  }

  private record(record: HistoryRecord): Result {
    if (!this.loaded) this.load()
    this.apply(record)
    const { path, log } = this.options
    let size: number | null = null
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      size = sizeOf(path)
      appendFileSync(path, `${this.torn ? '\n' : ''}${writeLine(record)}\n`, { mode: fileMode })
      this.torn = false
      this.lines++
    } catch (error) {
      log.error(`history: not written (${codeOf(error)})`)
      this.torn = !takeBack(path, size) || this.torn
      return refused('storage-failed', codeOf(error))
    }
    return this.lines > this.limit * 2 ? this.compact() : done
  }

  private apply(record: HistoryRecord): void {
    if (record.type === 'seen') {
      this.entries = this.entries.map((entry) => (entry.seen ? entry : { ...entry, seen: true }))
      return
    }
    const { entry } = record
    // A call that was written twice ended once.
    if (this.entries.some(({ id }) => id === entry.id)) this.entries = this.entries.filter(({ id }) => id !== entry.id)
    this.entries.push(entry)
    if (this.entries.length > this.limit) this.entries.splice(0, this.entries.length - this.limit)
  }

  /** Writes what is left of the history into a new file and puts that in the old one's place. */
  private compact(): Result {
    const { path, log } = this.options
    const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      const lines = this.entries.map((entry) => `${writeLine({ type: 'call', entry })}\n`)
      const file = openSync(temporary, 'wx', fileMode)
      try {
        writeFileSync(file, lines.join(''))
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(temporary, path)
      this.lines = lines.length
      this.torn = false
      return done
    } catch (error) {
      rmSync(temporary, { force: true })
      log.error(`history: not compacted (${codeOf(error)})`)
      return refused('storage-failed', codeOf(error))
    }
  }
}

const prefix = /^\{"sum":"([0-9a-f]{16})","record":(.*)\}$/s

const sumOf = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, 16)

function writeLine(record: HistoryRecord): string {
  const body = JSON.stringify(record)
  return `{"sum":"${sumOf(body)}","record":${body}}`
}

function readLine(line: string): HistoryRecord | null {
  const match = prefix.exec(line)
  const body = match?.[2]
  if (body === undefined || match?.[1] !== sumOf(body)) return null
  try {
    const parsed = v.safeParse(recordSchema, JSON.parse(body))
    return parsed.success ? parsed.output : null
  } catch {
    return null
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0
    throw error
  }
}

/** Cuts off what a failed append left. Returns whether the file is as it was. */
function takeBack(path: string, size: number | null): boolean {
  if (size === null) return false
  try {
    if (sizeOf(path) > size) truncateSync(path, size)
    return true
  } catch {
    return false
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error'
