/*
 * Has one source loaded by a process of its own, and says what came of it in the framework's words. It changes no settings
 * and opens no table.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { NumberPlan } from '../../common/account'
import type { Clock } from '../../common/clock'
import { callDirectoryError, type CallDirectoryError, type CallDirectoryOutcome } from '../callkit'
import type { StoredSource } from './directory-document'
import type { LoadedTable } from './loader-messages'
import { askLoader, type StartLoader } from './loader-process'

export interface SourceLoaderOptions {
  readonly folderOf: (id: string) => string
  readonly extensions: string
  readonly clock: Clock
  readonly startLoader: StartLoader
  readonly plan: () => NumberPlan
  readonly maximumEntries: number
  readonly timeoutMs: number
}

export interface Loaded {
  readonly outcome: CallDirectoryOutcome
  /** In use now; null: the old one still is. */
  readonly table: LoadedTable | null
}

/** A process that does not keep its own deadline is ended this much later, ms. */
const graceMs = 30_000

export class SourceLoader {
  constructor(private readonly options: SourceLoaderOptions) {}

  /** Never rejects. */
  async load(
    { id, settings, loaded }: StoredSource,
    secret: string | null,
    interrupted: Promise<CallDirectoryError>,
    onProgress: (entries: number) => void,
  ): Promise<Loaded> {
    const { folderOf, extensions, clock, startLoader: start, plan, maximumEntries, timeoutMs } = this.options
    if (settings.kind === 'lookup') return failed(callDirectoryError('unknown', 'it is asked for each caller'))
    if (settings.kind === 'extension' && !existsSync(join(extensions, settings.file))) {
      return failed(callDirectoryError('noExtensionFound', `${settings.file} is not there any more`))
    }
    let why: CallDirectoryError | null = null
    void interrupted.then((error) => (why = error))
    let ended: string | null = null
    const anew = loaded === null
    const reply = await askLoader(
      {
        type: 'load',
        folder: folderOf(id),
        extensions,
        settings,
        secret,
        plan: plan(),
        maximumEntries,
        timeoutMs,
        anew,
      },
      { start, clock, timeoutMs: timeoutMs + graceMs, onProgress, interrupted, onGone: (how) => (ended = how) },
    )
    if (reply?.type === 'loaded') {
      const { table, incremental } = reply
      const { identifying, blocking } = table
      return { outcome: { ok: true, incremental, counts: { identifying, blocking } }, table }
    }
    if (reply?.type === 'failed') return failed(callDirectoryError(reply.name, reply.detail))
    return failed(
      why ?? callDirectoryError('loadingInterrupted', `the process that loads it ended (${ended ?? 'no answer'})`),
    )
  }
}

const failed = (error: CallDirectoryError): Loaded => ({ outcome: { ok: false, error }, table: null })
