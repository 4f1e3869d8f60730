/*
 * What the phone remembers of calls: every call that was, kept in its file and shown newest first, complete even when the
 * phone itself stopped in the middle of one. It decides nothing about calls.
 */
import type { Call } from '../common/call'
import type { Clock } from '../common/clock'
import type { HistoryEntry } from '../common/phone-state'
import { CallJournal, entryOf } from './settings/call-journal'
import type { HistoryFile } from './settings/history-file'

export interface CallHistoryOptions {
  readonly file: HistoryFile
  readonly clock: Clock
  /** Called after every change with what is shown. */
  readonly onChange: (shown: readonly HistoryEntry[]) => void
}

/** Entries that are shown; the file keeps more. */
const shownAtMost = 200

export class CallHistory {
  private readonly journal: CallJournal

  constructor(private readonly options: CallHistoryOptions) {
    options.file.load()
    this.journal = new CallJournal(options)
    this.journal.settle()
  }

  /** Newest first. */
  get shown(): readonly HistoryEntry[] {
    return this.options.file.list().slice(0, shownAtMost)
  }

  /** Told of the calls at every change, so that none that is up is lost when the phone stops without a word. */
  follow(calls: readonly Call[]): void {
    this.journal.update(calls)
  }

  /** Takes in a call that has ended; any other is not history yet. */
  remember(call: Call): void {
    if (call.state !== 'ended') return
    this.options.file.append(entryOf(call))
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
