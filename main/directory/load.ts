/*
 * One load of one directory, in a process of its own: the source is opened, asked through the framework, and its table put in
 * use, or nothing has happened. It must not know who wants it or what is called.
 */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock } from '../../common/clock'
import { loadPhoneLibrary } from '../../common/numbers/phone-library'
import { understand } from '../../common/numbers/understand'
import {
  callDirectoryError,
  requestEntries,
  type CallDirectoryExtensionContext,
  type CallDirectoryOutcome,
  type CallDirectoryProvider,
} from '../callkit'
import type { LoadRequest, LoaderReply } from './loader-messages'
import { openSource } from './open-source'
import { NotSorted, SourceProvider } from './source-provider'
import type { Known } from './sources/source'
import { openTable, type AboutTable } from './table/table-database'
import { currentTable, sweepMade } from './table/table-files'
import { TableStaging } from './table/table-staging'

/** Between two reports of progress, ms. */
const progressEveryMs = 250

/** Loads, and tells how it ends; progress in between. Never rejects. */
export async function load(request: LoadRequest, report: (reply: LoaderReply) => void): Promise<LoaderReply> {
  try {
    return await new Load(request, report).run()
  } catch (error) {
    // What sources throw is made to be read. A secret is in none of it.
    const detail = error instanceof Error ? error.message.slice(0, 500) : null
    return { type: 'failed', name: 'unknown', detail }
  }
}

class Load {
  private readonly origin: string
  private current: string | null = null
  private about: AboutTable | null = null

  constructor(
    private readonly request: LoadRequest,
    private readonly report: (reply: LoaderReply) => void,
  ) {
    const { settings, plan } = request
    // A provider of the user's own makes numbers of the world itself.
    const by = settings.kind === 'extension' ? [settings] : [settings, plan]
    this.origin = createHash('sha256').update(JSON.stringify(by)).digest('hex')
  }

  async run(): Promise<LoaderReply> {
    const { folder, settings, timeoutMs } = this.request
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.current = currentTable(folder)
    sweepMade(folder)
    this.about = this.current === null ? null : await aboutOf(join(folder, this.current))
    if (settings.kind === 'extension') return this.runExtension(settings.file)
    const source = await openSource(this.request, this.known, AbortSignal.timeout(timeoutMs))
    if (source === null) return this.unchanged()
    try {
      const { e164Of } = await this.numbers()
      let unsorted = false
      const ask = (sort: string | null) => {
        const provider = new SourceProvider({ source, e164Of, sort })
        return this.requestOnce(
          noting(provider, () => (unsorted = true)),
          false,
          source,
        )
      }
      const straight = await ask(null)
      return unsorted ? await ask(join(folder, `making-${process.pid}-run`)) : straight
    } finally {
      source.close()
    }
  }

  /** What the source is asked with; null: it is to be read anew, or nothing of it is there. */
  private get known(): Known | null {
    return this.request.anew || this.about?.origin !== this.origin ? null : this.about
  }

  private unchanged(): LoaderReply {
    const { current, about } = this
    if (current === null || about === null) return { type: 'failed', name: 'unknown', detail: 'the table is gone' }
    const { identifying, blocking, checksum } = about
    const table = { name: current, identifying, blocking, checksum }
    return { type: 'loaded', table, incremental: false, unchanged: true }
  }

  private async runExtension(file: string): Promise<LoaderReply> {
    const module = (await import(/* @vite-ignore */ pathToFileURL(join(this.request.extensions, file)).href)) as {
      default?: unknown
    }
    const given = module.default
    const provider = (typeof given === 'function' ? new (given as new () => unknown)() : given) as CallDirectoryProvider
    if (typeof provider?.beginRequest !== 'function') throw new Error(`${file} has no provider as its default export`)
    return this.requestOnce(provider, this.about?.origin === this.origin, null)
  }

  private async requestOnce(
    provider: CallDirectoryProvider,
    incremental: boolean,
    source: Known | null,
  ): Promise<LoaderReply> {
    const { folder, maximumEntries, timeoutMs } = this.request
    const { checksum = null, etag = null, modified = null } = source ?? {}
    let context: CallDirectoryExtensionContext | null = null
    let toldAt = 0
    const staging = new TableStaging({
      folder,
      about: () => ({ origin: this.origin, loadedAt: systemClock.date(), checksum, etag, modified }),
      wrote: () => {
        const now = systemClock.now()
        if (now - toldAt < progressEveryMs) return
        toldAt = now
        this.report({ type: 'progress', entries: context?.added ?? 0 })
      },
    })
    const outcome = await requestEntries({
      provider,
      staging,
      incremental,
      maximumEntries,
      timeoutMs,
      clock: systemClock,
      watch: (made) => (context = made),
    })
    return this.ended(outcome, staging.made, checksum)
  }

  private ended(outcome: CallDirectoryOutcome, made: string | null, checksum: string | null): LoaderReply {
    const { error } = outcome.ok ? { error: made === null ? callDirectoryError('unknown') : null } : outcome
    if (error !== null) {
      const { name, detail } = error
      return { type: 'failed', name, detail }
    }
    if (!outcome.ok || made === null) return { type: 'failed', name: 'unknown', detail: null }
    const table = { name: made, ...outcome.counts, checksum }
    return { type: 'loaded', table, incremental: outcome.incremental, unchanged: false }
  }

  /** The numbering plans, for sources whose numbers are as people write them. */
  private async numbers(): Promise<{ e164Of: (text: string) => string | null }> {
    const library = await loadPhoneLibrary()
    const { plan } = this.request
    return {
      e164Of: (text) => {
        const understood = understand(text, plan, { library })
        return understood.kind === 'e164' ? understood.e164 : null
      },
    }
  }
}

/** Tells when the provider's rows were not in order, which is no failure of the source. */
function noting(provider: CallDirectoryProvider, unsorted: () => void): CallDirectoryProvider {
  return {
    async beginRequest(context) {
      try {
        await provider.beginRequest(context)
      } catch (error) {
        if (error instanceof NotSorted) unsorted()
        throw error
      }
    },
  }
}

/** null: the table cannot be read. */
async function aboutOf(path: string): Promise<AboutTable | null> {
  try {
    const database = openTable(path, 'read')
    const { about } = database
    await database.close()
    return about
  } catch {
    return null
  }
}
