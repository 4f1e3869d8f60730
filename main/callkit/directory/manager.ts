/*
 * CXCallDirectoryManager: what a program may ask about the directories, which the user alone enables and orders. It must
 * not know what a directory is made of; the host loads them.
 */
import { callDirectoryError, type CallDirectoryError } from './error'
import type { CallDirectoryOutcome } from './extension-context'

/** CXCallDirectoryEnabledStatus, with its raw values: the user's switch, and nothing about what is loaded. */
export const callDirectoryEnabledStatuses = { unknown: 0, disabled: 1, enabled: 2 } as const
/** One of `callDirectoryEnabledStatuses`. */
export type CallDirectoryEnabledStatus = keyof typeof callDirectoryEnabledStatuses

/** What the host brings. */
export interface CallDirectoryManagerOptions {
  /** Whether the user has enabled this extension; null: there is none by that identifier. */
  readonly isEnabled: (identifier: string) => boolean | null
  /** Asks the extension for its entries. `interrupted` settles when it is to be given up, with the reason. A rejection is a lost loader. */
  readonly load: (identifier: string, interrupted: Promise<CallDirectoryError>) => Promise<CallDirectoryOutcome>
  /** Shows the user where extensions are enabled; left out: there is no such place. */
  readonly openSettings?: () => void
}

/** What programs may ask about the directories. */
export class CallDirectoryManager {
  private readonly loads = new Map<string, { interrupt: (error: CallDirectoryError) => void; done: Promise<unknown> }>()

  constructor(private readonly options: CallDirectoryManagerOptions) {}

  /**
   * Has an extension asked for its entries again. Resolves when they are in use, with null, or with why the old ones
   * still are: `noExtensionFound`, `extensionDisabled`, `currentlyLoading` (the load that runs goes on), or whatever
   * went wrong with the load.
   */
  async reloadExtension(identifier: string): Promise<CallDirectoryError | null> {
    const enabled = this.options.isEnabled(identifier)
    if (enabled === null) return callDirectoryError('noExtensionFound')
    if (!enabled) return callDirectoryError('extensionDisabled')
    if (this.loads.has(identifier)) return callDirectoryError('currentlyLoading')
    const outcome = await this.load(identifier)
    return outcome.ok ? null : outcome.error
  }

  /** The user's switch. A directory that is enabled need not have been loaded. */
  async getEnabledStatusForExtension(
    identifier: string,
  ): Promise<{ readonly status: CallDirectoryEnabledStatus; readonly error: CallDirectoryError | null }> {
    const enabled = this.options.isEnabled(identifier)
    if (enabled === null) return { status: 'unknown', error: callDirectoryError('noExtensionFound') }
    return { status: enabled ? 'enabled' : 'disabled', error: null }
  }

  /** Shows the user where extensions are enabled. */
  async openSettings(): Promise<CallDirectoryError | null> {
    if (!this.options.openSettings) return callDirectoryError('unknown', 'there are no settings to open')
    this.options.openSettings()
    return null
  }

  /** Whether an extension is being loaded. */
  isLoading(identifier: string): boolean {
    return this.loads.has(identifier)
  }

  /** Gives up the load that runs, if one does: it fails with `loadingInterrupted`. Resolves when it is over. */
  async interrupt(identifier: string, why: string | null = null): Promise<void> {
    const load = this.loads.get(identifier)
    load?.interrupt(callDirectoryError('loadingInterrupted', why))
    await load?.done
  }

  private async load(identifier: string): Promise<CallDirectoryOutcome> {
    let interrupt: (error: CallDirectoryError) => void = () => {}
    const interrupted = new Promise<CallDirectoryError>((resolve) => (interrupt = resolve))
    const done = this.options.load(identifier, interrupted).catch((error: unknown): CallDirectoryOutcome => {
      const detail = error instanceof Error ? error.message : null
      return { ok: false, error: callDirectoryError('loadingInterrupted', detail) }
    })
    this.loads.set(identifier, { interrupt, done })
    try {
      return await done
    } finally {
      this.loads.delete(identifier)
    }
  }
}
