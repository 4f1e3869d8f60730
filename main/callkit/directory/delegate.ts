/*
 * Who hears that a request for entries failed. It must not know why before it is told.
 */
import type { CallDirectoryError } from './error'
import type { CallDirectoryExtensionContext } from './extension-context'

/** CXCallDirectoryExtensionContextDelegate. */
export interface CallDirectoryExtensionContextDelegate {
  /** The request failed, perhaps in the middle of adding; nothing of it is kept. Called once, never from within an `add…`. */
  requestFailed(context: CallDirectoryExtensionContext, error: CallDirectoryError): void
}
