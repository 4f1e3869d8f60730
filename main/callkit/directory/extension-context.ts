/*
 * CXCallDirectoryExtensionContext: takes the entries of one request, checks every rule there is about them, and has them
 * committed all together or not at all. It must not know where they are stored or how the source came by them.
 */
import {
  callDirectoryError,
  type CallDirectoryError,
  type CallDirectoryErrorName,
  type CallDirectoryStream,
} from './error'
import type { CallDirectoryExtensionContextDelegate } from './delegate'
import { isCallDirectoryPhoneNumber, type CallDirectoryPhoneNumber } from './phone-number'
import type { CallDirectoryCounts, CallDirectoryStaging } from './staging'

/** How a request for entries ended. */
export type CallDirectoryOutcome =
  | { readonly ok: true; readonly incremental: boolean; readonly counts: CallDirectoryCounts }
  | { readonly ok: false; readonly error: CallDirectoryError }

/** What a context is made of; the host's side of a request. */
export interface CallDirectoryContextOptions {
  /** Where entries go. */
  readonly staging: CallDirectoryStaging
  /** Only changes are wanted: there is an old table to change. */
  readonly incremental: boolean
  /** Entries of both kinds a table may have. */
  readonly maximumEntries: number
  /** How the request ended, told once. */
  readonly ended: (outcome: CallDirectoryOutcome) => void
}

/** One number can have this many labels; the next one is over the limit. */
const maximumLabels = 1_000
/** Who goes on adding without a pause keeps everybody from hearing of the failure: then adding throws. */
const ignoredAtMost = 1_000_000
/** UTF-16 units of a label that are kept. */
const maximumLabelLength = 256

/** Takes the entries of one request. Made by `requestEntries`. */
export class CallDirectoryExtensionContext {
  /** Hears of a failure. Set it before anything is added. */
  delegate: CallDirectoryExtensionContextDelegate | null = null
  private count = 0
  private mode: 'full' | 'incremental' | null = null
  private confirmed = false
  private state: 'adding' | 'committing' | 'over' = 'adding'
  private lastBlocking = 0
  private lastIdentification = 0
  private blockingCount = 0
  private identificationCount = 0
  private lastLabel = ''
  private labels: Set<string> | null = null
  private expired = false
  /** Calls since the request was over. */
  private ignored = 0
  private ending: Promise<void> = Promise.resolve()

  /** @internal The host's: providers are given their context. */
  constructor(private readonly options: CallDirectoryContextOptions) {}

  /** How many entries have been added so far. */
  get added(): number {
    return this.count
  }

  /**
   * Whether only changes are wanted, and what was there before is kept. To be read before anything is added: a request that
   * did not read it is a full one, whatever it would have been, and from then on this is false.
   */
  get isIncremental(): boolean {
    if (this.mode !== null) return this.mode === 'incremental'
    this.confirmed = true
    return this.options.incremental
  }

  /** Blocks a number. Each must be greater than the one before (`entriesOutOfOrder`, `duplicateEntries`). */
  addBlockingEntry(number: CallDirectoryPhoneNumber): void {
    if (!this.begins()) return
    const index = this.blockingCount
    const last = this.lastBlocking
    if (!isCallDirectoryPhoneNumber(number))
      return this.refuse('unknown', 'is no telephone number', 'blocking', index, number)
    if (number < last) return this.refuse('entriesOutOfOrder', `comes after ${last}`, 'blocking', index, number)
    if (number === last) return this.refuse('duplicateEntries', 'comes twice', 'blocking', index, number)
    if (this.count >= this.options.maximumEntries) return this.refuseTooMany('blocking', index, number)
    this.lastBlocking = number
    this.blockingCount++
    this.count++
    try {
      this.options.staging.addBlocking(number)
    } catch (error) {
      this.fail(callDirectoryError('unknown', reasonOf(error)))
    }
  }

  /**
   * Gives a number a label. None may be less than the one before (`entriesOutOfOrder`); the same number may come again
   * with another label, not with the same (`duplicateEntries`). Of a label 256 characters are kept.
   */
  addIdentificationEntry(number: CallDirectoryPhoneNumber, label: string): void {
    if (!this.begins()) return
    const index = this.identificationCount
    const last = this.lastIdentification
    if (!isCallDirectoryPhoneNumber(number)) {
      return this.refuse('unknown', 'is no telephone number', 'identification', index, number)
    }
    if (number < last) return this.refuse('entriesOutOfOrder', `comes after ${last}`, 'identification', index, number)
    if (typeof label !== 'string' || label.trim() === '') {
      return this.refuse('unknown', 'has no label', 'identification', index, number)
    }
    const kept = label.length > maximumLabelLength ? shortened(label) : label
    if (number === last) {
      this.labels ??= new Set([this.lastLabel])
      if (this.labels.has(kept)) {
        return this.refuse('duplicateEntries', 'comes twice with the same label', 'identification', index, number)
      }
      if (this.labels.size >= maximumLabels) {
        return this.refuse('maximumEntriesExceeded', 'has too many labels', 'identification', index, number)
      }
      this.labels.add(kept)
    } else {
      this.labels = null
    }
    if (this.count >= this.options.maximumEntries) return this.refuseTooMany('identification', index, number)
    this.lastIdentification = number
    this.lastLabel = kept
    this.identificationCount++
    this.count++
    try {
      this.options.staging.addIdentification(number, kept)
    } catch (error) {
      this.fail(callDirectoryError('unknown', reasonOf(error)))
    }
  }

  /** No longer blocks a number. Throws where the request is not incremental (`unexpectedIncrementalRemoval`). */
  removeBlockingEntry(number: CallDirectoryPhoneNumber): void {
    this.remove('removeBlockingEntry', number, () => this.options.staging.removeBlocking(number))
  }

  /** Takes all labels of a number away. Throws where the request is not incremental. */
  removeIdentificationEntry(number: CallDirectoryPhoneNumber): void {
    this.remove('removeIdentificationEntry', number, () => this.options.staging.removeIdentification(number))
  }

  /** Takes away all that were blocked before; what this request adds stays. Throws where it is not incremental. */
  removeAllBlockingEntries(): void {
    this.remove('removeAllBlockingEntries', null, () => this.options.staging.removeAllBlocking())
  }

  /** Takes away all labels there were before; what this request adds stays. Throws where it is not incremental. */
  removeAllIdentificationEntries(): void {
    this.remove('removeAllIdentificationEntries', null, () => this.options.staging.removeAllIdentification())
  }

  /**
   * Commits what was added, all of it. Resolves, and calls the handler, with `expired`: true when the time was exceeded and
   * nothing was added. It is false also after a failure, which the delegate hears of.
   */
  async completeRequest(completionHandler?: (expired: boolean) => void): Promise<boolean> {
    if (this.begins()) await this.commit()
    await this.ending
    completionHandler?.(this.expired)
    return this.expired
  }

  /** Gives up: nothing of the request is kept, and `error` is told as its reason. */
  cancelRequest(error: unknown = null): void {
    if (this.state === 'adding') this.fail(callDirectoryError('unknown', reasonOf(error) ?? 'the source gave up'))
  }

  /** @internal The host's: ends the request from outside. Nothing of it is kept. What is being committed goes on. */
  interrupt(error: CallDirectoryError, expired = false): void {
    if (this.state !== 'adding') return
    this.expired = expired
    this.fail(error)
  }

  /** Whether entries are still taken; the first one decides what the request is. */
  private begins(): boolean {
    if (this.state === 'over' && ++this.ignored > ignoredAtMost) throw new Error('the request is over')
    if (this.state !== 'adding') return false
    if (this.mode !== null) return true
    this.mode = this.options.incremental && this.confirmed ? 'incremental' : 'full'
    const incremental = this.mode === 'incremental'
    this.store(() => this.options.staging.begin(incremental))
    return this.isAdding()
  }

  private isAdding(): boolean {
    return this.state === 'adding'
  }

  private remove(what: string, number: number | null, task: () => void): void {
    if (!this.begins()) return
    if (this.mode !== 'incremental') {
      const why = this.options.incremental ? 'isIncremental was not read first' : 'the request is for all entries'
      this.fail(callDirectoryError('unexpectedIncrementalRemoval', `${what}: ${why}`))
      throw new Error(`${what} in a request that is not incremental: ${why}`)
    }
    if (number !== null && !isCallDirectoryPhoneNumber(number)) {
      return this.fail(callDirectoryError('unknown', `${what}: ${String(number)} is no telephone number`))
    }
    this.store(task)
  }

  private async commit(): Promise<void> {
    this.state = 'committing'
    const { staging, maximumEntries } = this.options
    const tooMany = ({ identifying, blocking }: CallDirectoryCounts): boolean => identifying + blocking > maximumEntries
    try {
      const counts = await staging.commit(tooMany)
      if (this.isOver()) return
      if (counts === 'too-many') return this.fail(overLimit(maximumEntries, null))
      this.state = 'over'
      this.options.ended({ ok: true, incremental: this.mode === 'incremental', counts })
    } catch (error) {
      this.fail(callDirectoryError('unknown', reasonOf(error)))
    }
  }

  private isOver(): boolean {
    return this.state === 'over'
  }

  private refuse(
    name: CallDirectoryErrorName,
    what: string,
    stream: CallDirectoryStream,
    index: number,
    number: number,
  ) {
    const last = stream === 'blocking' ? this.lastBlocking : this.lastIdentification
    const entry = { stream, index, number, previous: last === 0 ? null : last }
    this.fail(callDirectoryError(name, `${stream} entry ${index}: ${String(number)} ${what}`, entry))
  }

  private refuseTooMany(stream: CallDirectoryStream, index: number, number: number): void {
    const last = stream === 'blocking' ? this.lastBlocking : this.lastIdentification
    this.fail(overLimit(this.options.maximumEntries, { stream, index, number, previous: last === 0 ? null : last }))
  }

  private store(task: () => void): void {
    try {
      task()
    } catch (error) {
      this.fail(callDirectoryError('unknown', reasonOf(error)))
    }
  }

  private fail(error: CallDirectoryError): void {
    if (this.state === 'over') return
    this.state = 'over'
    this.ending = this.abandon(error)
  }

  /** The failure is told when nothing is left of the new table. Should some be left, the old one is intact all the same. */
  private async abandon(error: CallDirectoryError): Promise<void> {
    await this.options.staging.abandon().catch(() => {})
    try {
      this.delegate?.requestFailed(this, error)
    } catch {
      // The delegate's own trouble; the request has failed already.
    }
    this.options.ended({ ok: false, error })
  }
}

const overLimit = (maximum: number, entry: CallDirectoryError['entry']): CallDirectoryError =>
  callDirectoryError('maximumEntriesExceeded', `no more than ${maximum} entries`, entry)

function reasonOf(error: unknown): string | null {
  if (typeof error === 'string' && error !== '') return error.slice(0, 500)
  if (error instanceof Error && error.message !== '') return error.message.slice(0, 500)
  return null
}

/** The first of its characters, no half of one at the end. */
function shortened(label: string): string {
  const end = label.charCodeAt(maximumLabelLength - 1)
  return label.slice(0, end >= 0xd800 && end <= 0xdbff ? maximumLabelLength - 1 : maximumLabelLength)
}
