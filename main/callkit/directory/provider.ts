/*
 * What a directory has to be: something that is asked for its entries, and never for a caller. It does not know when it
 * runs, where entries go, or who calls.
 */
import type { CallDirectoryExtensionContext } from './extension-context'

/** CXCallDirectoryProvider: the principal object of a directory extension. */
export interface CallDirectoryProvider {
  /**
   * Adds entries to the context and completes or cancels it, now or later. First of all it sets the context's delegate
   * and reads `isIncremental`. A throw or a rejection cancels the request.
   */
  beginRequest(context: CallDirectoryExtensionContext): void | Promise<void>
}
