/*
 * The directories of the phone: which there are, how each is loaded and when, and what they say of a number, in the user's
 * order. Loading is done in processes of their own; looking up is done here, and never throws or waits.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { NumberPlan } from '../../common/account'
import type { Clock } from '../../common/clock'
import type { DirectorySource, SourceDraft } from '../../common/directory'
import { refused, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import { callDirectoryPhoneNumber, CallDirectoryManager, defaultMaximumEntries } from '../callkit'
import { visibleText } from '../callkit/visible-text'
import { hasRoom } from '../settings/disk-room'
import { CallerLookup, type LookupSource } from './caller-lookup'
import type { StoredSource } from './directory-document'
import { extensionFiles } from './extension-files'
import { askLoader, type StartLoader } from './loader-process'
import { Refresh, stampOf } from './refresh'
import { SourceLoader } from './source-loader'
import { SourcesList, type SourcesListOptions } from './sources-list'
import { Tables } from './tables'

export interface DirectoryServiceOptions extends SourcesListOptions {
  /** Of the tables, one folder a source. */
  readonly folder: string
  /** Where the user puts providers of his own: `*.mjs`. */
  readonly extensions: string
  readonly clock: Clock
  readonly log: Log
  readonly startLoader: StartLoader
  /** By which numbers in lists are understood. */
  readonly plan: () => NumberPlan
  readonly onChange: (sources: readonly DirectorySource[]) => void
  readonly maximumEntries?: number
  /** For one load, ms. */
  readonly timeoutMs?: number
}

/** What a directory says of a number. */
export interface Identified {
  readonly label: string
  readonly sourceName: string
}

const usualTimeoutMs = 30 * 60_000
/** For a walk through a table, ms. */
const checkMs = 60_000

export class DirectoryService {
  /** Whoever wants to reload an extension asks here, as programs do on CallKit. */
  readonly manager: CallDirectoryManager
  private readonly list: SourcesList
  private readonly tables: Tables
  private readonly lookups: CallerLookup
  private readonly refresh: Refresh
  private readonly loader: SourceLoader
  private readonly loading = new Map<string, number>()
  private stopped = false

  constructor(private readonly options: DirectoryServiceOptions) {
    const { clock, log, startLoader, maximumEntries = defaultMaximumEntries, timeoutMs = usualTimeoutMs } = options
    this.list = new SourcesList(options)
    this.tables = new Tables({ folderOf: (id) => this.folderOf(id), clock, log, onBroken: (id) => this.broken(id) })
    this.lookups = new CallerLookup({ start: startLoader, clock, secret: (id) => this.list.secret(id) })
    this.refresh = new Refresh({ clock, sources: () => this.list.all, refresh: (id) => void this.load(id) })
    this.loader = new SourceLoader({ ...options, maximumEntries, timeoutMs, folderOf: (id) => this.folderOf(id) })
    this.manager = new CallDirectoryManager({
      isEnabled: (id) => this.list.find(id)?.enabled ?? null,
      load: (id, interrupted) => this.perform(id, interrupted),
    })
  }

  /** As they are shown. */
  get sources(): readonly DirectorySource[] {
    return this.list.all.map((source) => this.shown(source))
  }

  /** The tables in use of those that are switched on, in the user's order. */
  get searched(): readonly { readonly source: string; readonly path: string }[] {
    return this.list.all.flatMap(({ id, name, enabled }) => {
      const path = enabled ? this.tables.path(id) : null
      return path === null ? [] : [{ source: name, path }]
    })
  }

  /** Of an address book or a directory that is also asked elsewhere; null: there is none. */
  secretOf(id: string): string | null {
    return this.list.secret(id)
  }

  /** Opens the tables there are and looks for what is to be loaded. Resolves when both was seen to. */
  async start(): Promise<void> {
    this.findExtensions()
    for (const { id, enabled, loaded } of this.list.all) if (enabled && loaded) await this.open(id)
    this.changed()
    if (!this.stopped) await this.refresh.start()
  }

  /** Ends what runs; nothing is loaded or asked any more. Tables stay as they are. */
  async stop(): Promise<void> {
    this.stopped = true
    this.refresh.stop()
    this.lookups.stop()
    await Promise.all(this.list.all.map(({ id }) => this.manager.interrupt(id, 'the phone quits')))
    this.tables.close()
  }

  /** The first label of the first directory that knows the number; null: none does. Never waits, never throws. */
  identify(e164: string): Identified | null {
    const number = callDirectoryPhoneNumber(e164)
    if (number === null) return null
    for (const { id, name, enabled, settings } of this.list.all) {
      if (!enabled) continue
      const label = settings.kind === 'lookup' ? this.lookups.known(id, e164) : this.tables.label(id, number)
      const shown = label ? visibleText(label) : ''
      if (shown !== '') return { label: shown, sourceName: name }
    }
    return null
  }

  /** The first directory that blocks the number; null: none does. Never waits, never throws. */
  blocks(e164: string): { readonly sourceName: string } | null {
    const number = callDirectoryPhoneNumber(e164)
    const found =
      number === null ? null : this.list.all.find(({ id, enabled }) => enabled && this.tables.blocks(id, number))
    return found ? { sourceName: found.name } : null
  }

  /** Asks the servers that are asked for each caller, one after the other; null: none knows the number. Never rejects. */
  async lookUp(e164: string): Promise<Identified | null> {
    for (const { id, name, enabled, settings } of this.list.all) {
      if (!enabled || settings.kind !== 'lookup' || this.stopped) continue
      const source: LookupSource = { id, settings }
      const label = await this.lookups.ask(source, e164)
      if (label !== null) return { label, sourceName: name }
    }
    return null
  }

  add(draft: SourceDraft): Result<DirectorySource> {
    const { settings } = draft
    if (settings.kind === 'extension' && !extensionFiles(this.options.extensions).includes(settings.file)) {
      return refused('invalid-argument', 'there is no such extension')
    }
    return this.after(this.list.add(draft), true)
  }

  change(id: string, draft: SourceDraft): Result<DirectorySource> {
    const before = this.list.find(id)
    const { settings, enabled, secret } = draft
    const same = isDeepStrictEqual(before?.settings, settings)
    if (!same && [before?.settings.kind, settings.kind].includes('extension')) {
      return refused('invalid-argument', 'an extension stays what it is')
    }
    const changed = this.list.change(id, draft)
    return this.after(changed, !same || before?.enabled !== enabled || secret !== null)
  }

  setEnabled(id: string, enabled: boolean): Result<DirectorySource> {
    const before = this.list.find(id)
    if (!before) return refused('invalid-argument', 'no such directory')
    return this.after(this.list.update(id, { enabled }), before.enabled !== enabled)
  }

  async remove(id: string): Promise<Result> {
    const removed = this.list.remove(id)
    if (!removed.ok) return removed
    await this.manager.interrupt(id, 'the directory was removed')
    this.tables.drop(id)
    this.lookups.forget(id)
    rmSync(this.folderOf(id), { recursive: true, force: true })
    this.changed()
    return removed
  }

  order(ids: readonly string[]): Result {
    const ordered = this.list.order(ids)
    if (ordered.ok) this.changed()
    return ordered
  }

  /** Begins to load it anew. `invalid-action`: it is switched off, or being loaded. */
  reload(id: string): Result {
    const source = this.list.find(id)
    if (!source) return refused('invalid-argument', 'noExtensionFound')
    if (!source.enabled) return refused('invalid-action', 'extensionDisabled')
    if (this.manager.isLoading(id)) return refused('invalid-action', 'currentlyLoading')
    if (source.settings.kind === 'lookup') this.lookups.forget(id)
    else void this.load(id)
    return { ok: true, value: undefined }
  }

  private async load(id: string): Promise<void> {
    if (this.stopped || this.manager.isLoading(id)) return
    await this.manager.reloadExtension(id)
  }

  /** What the manager has done when an extension is to be loaded. */
  private async perform(id: string, interrupted: Parameters<SourceLoader['load']>[2]) {
    const source = this.list.find(id)
    if (!source) throw new Error('the directory is gone')
    this.loading.set(id, 0)
    this.changed()
    const { settings } = source
    const stamp = settings.kind === 'file' || settings.kind === 'vcard' ? await stampOf(settings.path) : null
    const { outcome, table } = await this.loader.load(source, this.list.secret(id), interrupted, (entries) => {
      this.loading.set(id, entries)
      this.changed()
    })
    this.loading.delete(id)
    const at = this.options.clock.date()
    if (outcome.ok && table !== null) {
      const { identifying, blocking, checksum } = table
      this.list.update(id, { loaded: { at, identifying, blocking, checksum }, failed: null, stamp })
      // Its switch may have been moved while it was loaded.
      if (this.list.find(id)?.enabled && !this.stopped) await this.tables.use(id, table.name)
    } else if (!outcome.ok) {
      const { name, detail } = outcome.error
      this.options.log.warn(`directories: a load failed (${name})`)
      this.list.update(id, { failed: { at, code: name, detail }, stamp })
    }
    this.changed()
    return outcome
  }

  /** `applies`: what its switch and its settings say is to be seen to. */
  private after(changed: Result<StoredSource>, applies: boolean): Result<DirectorySource> {
    if (!changed.ok) return changed
    const { id } = changed.value
    if (applies) void this.apply(id)
    this.changed()
    return { ok: true, value: this.shown(changed.value) }
  }

  private async apply(id: string): Promise<void> {
    this.lookups.forget(id)
    await this.manager.interrupt(id, 'the directory was changed')
    const source = this.list.find(id)
    if (!source || this.stopped) return
    if (!source.enabled) this.tables.drop(id)
    else if (source.settings.kind !== 'lookup') {
      if (source.loaded) await this.open(id)
      await this.load(id)
    }
  }

  /** Uses a table from before, when another process has walked through it unharmed. */
  private async open(id: string): Promise<void> {
    const { startLoader: start, clock, log } = this.options
    const reply = await askLoader({ type: 'check', folder: this.folderOf(id) }, { start, clock, timeoutMs: checkMs })
    if (this.stopped || !this.list.find(id)?.enabled) return
    if (reply?.type === 'checked' && reply.table) return this.tables.use(id, reply.table.name)
    if (!hasRoom(this.options.folder)) return log.error('directories: no table without room on the disk')
    log.error('directories: a table is gone or damaged')
    this.broken(id)
  }

  /** There is no table any more, and its source is asked for a new one. */
  private broken(id: string): void {
    rmSync(this.folderOf(id), { recursive: true, force: true })
    this.list.update(id, { loaded: null, stamp: null })
    this.changed()
    void this.load(id)
  }

  /** Providers the user has put beside the settings: there, but switched off. */
  private findExtensions(): void {
    const known = this.list.all.flatMap(({ settings }) => (settings.kind === 'extension' ? [settings.file] : []))
    for (const file of extensionFiles(this.options.extensions)) {
      if (known.includes(file)) continue
      const settings = { kind: 'extension', file } as const
      this.list.add({ name: file.replace(/\.mjs$/, ''), settings, secret: null, enabled: false })
    }
  }

  private folderOf(id: string): string {
    return join(this.options.folder, id)
  }

  private changed(): void {
    this.refresh.sync()
    this.options.onChange(this.sources)
  }

  private shown(source: StoredSource): DirectorySource {
    const { id, name, settings, enabled, loaded, failed } = source
    const entries = this.loading.get(id)
    const status = (): DirectorySource['status'] => {
      if (entries !== undefined) return { state: 'loading', entries }
      if (failed !== null) return { state: 'failed', ...failed }
      return loaded === null ? { state: 'never-loaded' } : { state: 'loaded', ...loaded }
    }
    return { id, name, settings, enabled, hasSecret: this.list.hasSecret(id), status: status() }
  }
}
