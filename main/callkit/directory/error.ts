/*
 * What can go wrong with a call directory, with what CallKit keeps to itself: which entry it was, and in words what
 * happened. It must not know where entries are stored.
 */
import { callKitError, errorCodes, type CallKitError } from '../errors'
import type { CallDirectoryPhoneNumber } from './phone-number'

/** One of the two streams of entries a request adds. */
export type CallDirectoryStream = 'blocking' | 'identification'

/** The entry that was refused, and the one it does not fit to. */
export interface OffendingEntry {
  /** Which kind of entry. */
  readonly stream: CallDirectoryStream
  /** Its place among the entries of its stream in this request, from 0. */
  readonly index: number
  /** As it was given: a number that is none is one of the things that can be wrong. */
  readonly number: number
  /** The number before it; null: it was the first. */
  readonly previous: CallDirectoryPhoneNumber | null
}

/** CXErrorCodeCallDirectoryManagerError by name. */
export type CallDirectoryErrorName = keyof typeof errorCodes.callDirectoryManager & string

/** An error of the domain CallDirectoryManager, as a value. */
export interface CallDirectoryError extends CallKitError<'callDirectoryManager'> {
  /** A sentence for whoever keeps the source; null when the name says all. May quote the entry. */
  readonly detail: string | null
  /** The entry at fault; null when it was none. */
  readonly entry: OffendingEntry | null
}

/** The error `name`, with what is known of it. */
export function callDirectoryError(
  name: CallDirectoryErrorName,
  detail: string | null = null,
  entry: OffendingEntry | null = null,
): CallDirectoryError {
  return { ...callKitError('callDirectoryManager', name), detail, entry }
}

/** Whether a name that came from another process is one of CallKit's. */
export const isCallDirectoryErrorName = (name: string): name is CallDirectoryErrorName =>
  Object.hasOwn(errorCodes.callDirectoryManager, name)
