/*
 * Where the entries of a request go until it is complete: a table beside the one in use. The host brings it (the phone's
 * is a database); it checks nothing, because the context has.
 */
import type { CallDirectoryPhoneNumber } from './phone-number'

/** What is in a table. */
export interface CallDirectoryCounts {
  /** Labels; a number may have several. */
  readonly identifying: number
  /** Numbers that are blocked. */
  readonly blocking: number
}

/**
 * A table in the making. Entries come in ascending order, each stream by itself. Whatever the order of calls, removals are
 * applied to the old entries before any are added. A method that throws fails the request; its message is the detail.
 */
export interface CallDirectoryStaging {
  /** Called once and first. `incremental`: upon the old entries; else upon nothing. */
  begin(incremental: boolean): void
  /** Adds a number that is blocked. Adding what the old entries have already changes nothing. */
  addBlocking(number: CallDirectoryPhoneNumber): void
  /** Adds a label to those of a number. Adding what the old entries have already changes nothing. */
  addIdentification(number: CallDirectoryPhoneNumber, label: string): void
  /** Takes a number out of the old entries, if it is among them. */
  removeBlocking(number: CallDirectoryPhoneNumber): void
  /** Takes all labels of a number out of the old entries. */
  removeIdentification(number: CallDirectoryPhoneNumber): void
  /** Takes all blocked numbers out of the old entries. */
  removeAllBlocking(): void
  /** Takes all labels out of the old entries. */
  removeAllIdentification(): void
  /** Puts the table in the place of the old one, whole. `tooMany` asks, once the counts are known, whether to give up instead. */
  commit(tooMany: (counts: CallDirectoryCounts) => boolean): Promise<CallDirectoryCounts | 'too-many'>
  /** Forgets the table; the old one stays. May come at any time but after `commit` resolved. */
  abandon(): Promise<void>
}
