/*
 * What the phone remembers of calls: every call that ended, kept in its file and shown newest first. It decides what
 * counts as missed and nothing else about calls.
 */
import { isMissed, type Call } from '../common/call'
import type { HistoryEntry } from '../common/phone-state'
import type { HistoryFile } from './settings/history-file'

export interface CallHistoryOptions {
  readonly file: HistoryFile
  /** Called after every change with what is shown. */
  readonly onChange: (shown: readonly HistoryEntry[]) => void
}

/** Entries that are shown; the file keeps more. */
const shownAtMost = 200

export class CallHistory {
  constructor(private readonly options: CallHistoryOptions) {
    options.file.load()
  }

  /** Newest first. */
  get shown(): readonly HistoryEntry[] {
    return this.options.file.list().slice(0, shownAtMost)
  }

  /** Takes in a call that has ended; any other is not history yet. */
  remember(call: Call): void {
    if (call.state !== 'ended') return
    const { id, accountId, direction, handle, name, startedAt, connectedAt, cause, sipStatus, at } = call
    const missed = isMissed(call)
    const facts = { id, accountId, direction, handle, name, startedAt, connectedAt, cause, sipStatus }
    this.options.file.append({ ...facts, endedAt: at, missed, seen: !missed })
    this.tell()
  }

  markSeen(): void {
    this.options.file.markSeen()
    this.tell()
  }

  clear(): void {
    this.options.file.clear()
    this.tell()
  }

  private tell(): void {
    this.options.onChange(this.shown)
  }
}
