/*
 * One JSON document on disk that survives what the store underneath does not: a full disk, a torn or hand-edited file, a
 * kill at any moment. It keeps a verified copy beside the file and never throws anything away. It does not know what the
 * document says; the store (electron-store) and the schema are given to it.
 */
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../common/clock'
import { done, refused, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import type { Notice } from '../../common/phone-state'
import { readJson } from './read-json'

/** The part of electron-store that is used: the whole document, read and replaced. */
export interface JsonStore {
  store: Record<string, unknown>
}

/** electron-store's constructor options, all of them fixed here. `clearInvalidConfig` is never on: it wipes the file. */
interface JsonStoreOptions {
  readonly cwd: string
  readonly name: string
  readonly configFileMode: number
  readonly clearInvalidConfig: false
  readonly accessPropertiesByDotNotation: false
}

export type OpenJsonStore = (options: JsonStoreOptions) => JsonStore

export interface SettingsFileOptions<Document> {
  /** The profile's folder; made (0700) when it is missing. */
  readonly folder: string
  /** File name without `.json`. */
  readonly name: string
  readonly openStore: OpenJsonStore
  /** The document, or null when this is not one. Must accept what `empty` gives and what an older version wrote. */
  readonly parse: (raw: unknown) => Document | null
  readonly empty: () => Document
  readonly clock: Clock
  readonly log: Log
}

/** How many unreadable files are kept for a person to look at. */
const quarantineLimit = 5

const fileMode = 0o600

export class SettingsFile<Document extends object> {
  /** What the user should be told about how the file was found; filled by the constructor only. */
  readonly notices: readonly Notice[]
  private document: Document
  private store: JsonStore | null = null
  private readonly path: string
  private readonly backupPath: string

  /** Reads, and where needed repairs, the file. Never throws: a phone without its settings still starts. */
  constructor(private readonly options: SettingsFileOptions<Document>) {
    this.path = join(options.folder, `${options.name}.json`)
    this.backupPath = `${this.path}.bak`
    const notices: Notice[] = []
    this.document = this.recover(notices)
    this.notices = notices
    this.openStore()
  }

  get current(): Document {
    return this.document
  }

  /**
   * Replaces the document by what `change` makes of it. `storage-failed`: nothing has changed, neither here nor on disk.
   */
  write(change: (document: Document) => Document): Result {
    const next = change(this.document)
    const raw = toJson(next)
    if (!this.options.parse(raw)) return refused('invalid-argument', 'the settings would not be readable')
    if (isDeepStrictEqual(raw, toJson(this.document)) && this.store && this.readsAs(this.path, raw)) return done
    const store = this.store ?? this.openStore()
    if (!store) return refused('storage-failed', 'the settings file cannot be opened')
    // The copy must be good before the file is touched: the store replaces a good file by a truncated one on a full disk.
    const before = toJson(this.document)
    if (readJson(this.path) !== undefined && !this.readsAs(this.backupPath, before)) {
      const backedUp = this.backUp(before)
      if (!backedUp.ok) return backedUp
    }
    try {
      store.store = raw
      if (!this.readsAs(this.path, raw)) throw new Error('the file did not read back as it was written')
    } catch (error) {
      this.options.log.error(`settings: not written (${describe(error)})`)
      this.putBack(before)
      return refused('storage-failed', describe(error))
    }
    this.document = next
    // From here on the copy only lags behind: losing this one loses no more than the newest change.
    this.backUp(raw)
    return done
  }

  private recover(notices: Notice[]): Document {
    const { folder, parse, empty, log } = this.options
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      this.sweep()
    } catch (error) {
      log.error(`settings: the folder cannot be used (${describe(error)})`)
    }
    const raw = readJson(this.path)
    const found = raw === undefined ? null : parse(raw.value)
    if (raw && found) {
      tighten(this.path)
      // The store underneath does not read a byte-order mark, so the file is made plain before it is opened.
      if (raw.marked) this.replace(this.path, raw.value)
      if (!this.readsAs(this.backupPath, raw.value)) this.backUp(raw.value)
      return found
    }
    const quarantined = this.quarantine()
    const copy = readJson(this.backupPath)
    const restored = copy === undefined ? null : parse(copy.value)
    if (copy && restored) {
      log.warn(`settings: the last good copy is used (${quarantined ?? 'the file was missing'})`)
      notices.push({ id: 'settings-restored', kind: 'settings-restored', detail: quarantined })
      this.replace(this.path, copy.value)
      return restored
    }
    if (quarantined !== null) {
      log.error(`settings: unreadable, and so is the copy (${quarantined})`)
      notices.push({ id: 'settings-unreadable', kind: 'settings-unreadable', detail: quarantined })
    }
    return empty()
  }

  private openStore(): JsonStore | null {
    try {
      this.store = this.options.openStore({
        cwd: this.options.folder,
        name: this.options.name,
        configFileMode: fileMode,
        clearInvalidConfig: false,
        accessPropertiesByDotNotation: false,
      })
    } catch (error) {
      this.options.log.error(`settings: the store did not open (${describe(error)})`)
    }
    return this.store
  }

  /** Moves an unreadable file out of the way. Returns its new name, or null when there was none. */
  private quarantine(): string | null {
    const { folder, name, clock, log } = this.options
    const time = new Date(clock.date()).toISOString().replaceAll(':', '-').replace('.', '-')
    const bad = `${name}.bad-${time}.json`
    try {
      renameSync(this.path, join(folder, bad))
      tighten(join(folder, bad))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      log.error(`settings: the unreadable file cannot be moved (${describe(error)})`)
      return `${name}.json`
    }
    const older = list(folder).filter((file) => file.startsWith(`${name}.bad-`))
    for (const file of older.sort().slice(0, -quarantineLimit)) rmSync(join(folder, file), { force: true })
    return bad
  }

  /** Removes what a killed write left behind. Only one phone uses a profile, so nobody is writing now. */
  private sweep(): void {
    const { folder, name } = this.options
    for (const file of list(folder)) {
      if (file.startsWith(`${name}.json`) && file.includes('.tmp-')) rmSync(join(folder, file), { force: true })
    }
  }

  private backUp(value: unknown): Result {
    return this.replace(this.backupPath, value)
  }

  /** Undoes a write that went wrong. A rename needs no room on the disk. */
  private putBack(before: unknown): void {
    if (this.readsAs(this.path, before)) return
    try {
      if (this.readsAs(this.backupPath, before)) renameSync(this.backupPath, this.path)
      else if (!this.options.parse(readJson(this.path)?.value)) rmSync(this.path, { force: true })
    } catch (error) {
      this.options.log.error(`settings: the old file could not be put back (${describe(error)})`)
    }
    this.backUp(before)
  }

  /** Whole or not at all: written beside, flushed, read back, renamed. */
  private replace(path: string, value: unknown): Result {
    const temporary = `${path}.tmp-${randomBytes(6).toString('hex')}`
    try {
      const file = openSync(temporary, 'wx', fileMode)
      try {
        writeFileSync(file, JSON.stringify(value, null, '\t'))
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      if (!this.readsAs(temporary, value)) throw new Error('the file did not read back as it was written')
      renameSync(temporary, path)
      return done
    } catch (error) {
      rmSync(temporary, { force: true })
      this.options.log.error(`settings: the copy was not written (${describe(error)})`)
      return refused('storage-failed', describe(error))
    }
  }

  private readsAs(path: string, value: unknown): boolean {
    const raw = readJson(path)
    return raw !== undefined && !raw.marked && isDeepStrictEqual(raw.value, value)
  }
}

/** The document as it comes back from disk. */
const toJson = (document: object): Record<string, unknown> =>
  JSON.parse(JSON.stringify(document)) as Record<string, unknown>

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function tighten(path: string): void {
  try {
    chmodSync(path, fileMode)
  } catch {
    // Another owner's file, or a file system without modes: nothing more can be done here.
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code

/** The kind of error only: a message may quote the document. */
const describe = (error: unknown): string => codeOf(error) ?? (error instanceof Error ? error.message : 'unknown error')
