/*
 * The system's side of one request for entries: makes the context, asks the provider, and waits until it is over, however
 * the provider behaves. It must not know where providers or tables come from.
 */
import type { Clock } from '../../../common/clock'
import { callDirectoryError, type CallDirectoryError } from './error'
import { CallDirectoryExtensionContext, type CallDirectoryOutcome } from './extension-context'
import type { CallDirectoryProvider } from './provider'
import type { CallDirectoryStaging } from './staging'

/** Entries a table may have where the host says nothing else. */
export const defaultMaximumEntries = 50_000_000

/** What a request is made of. */
export interface EntriesRequest {
  /** Who is asked. */
  readonly provider: CallDirectoryProvider
  /** Where entries go. */
  readonly staging: CallDirectoryStaging
  /** Only changes are wanted. */
  readonly incremental: boolean
  /** Entries of both kinds together; left out: `defaultMaximumEntries`. */
  readonly maximumEntries?: number
  /** Until the provider has to have completed, ms. */
  readonly timeoutMs: number
  /** Of the deadline. */
  readonly clock: Clock
  /** Ends it before its time, with the error that it is to fail with. */
  readonly interrupted?: Promise<CallDirectoryError>
  /** Handed the context before the provider is: progress can be read from it. */
  readonly watch?: (context: CallDirectoryExtensionContext) => void
}

/** Asks a provider for its entries. Resolves when they are committed, or nothing is left of them; never rejects. */
export function requestEntries(request: EntriesRequest): Promise<CallDirectoryOutcome> {
  const { provider, staging, incremental, clock, timeoutMs, maximumEntries = defaultMaximumEntries } = request
  return new Promise((resolve) => {
    const context = new CallDirectoryExtensionContext({
      staging,
      incremental,
      maximumEntries,
      ended: (outcome) => {
        clock.clearTimeout(deadline)
        resolve(outcome)
      },
    })
    const seconds = Math.round(timeoutMs / 1_000)
    const deadline = clock.setTimeout(() => {
      context.interrupt(callDirectoryError('loadingInterrupted', `not complete after ${seconds} seconds`), true)
    }, timeoutMs)
    void request.interrupted?.then((error) => context.interrupt(error))
    request.watch?.(context)
    void ask(provider, context)
  })
}

async function ask(provider: CallDirectoryProvider, context: CallDirectoryExtensionContext): Promise<void> {
  try {
    await provider.beginRequest(context)
  } catch (error) {
    context.cancelRequest(error)
  }
}
