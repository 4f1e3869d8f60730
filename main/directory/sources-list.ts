/*
 * The user's sources in the user's order, with their secrets: kept in a file of their own, changed whole or not at all. It
 * loads nothing.
 */
import { randomUUID } from 'node:crypto'
import type { SourceDraft, SourceSettings } from '../../common/directory'
import { refused, type Result } from '../../common/errors'
import type { SecretVault } from '../settings/secret-vault'
import type { SettingsFile } from '../settings/settings-file'
import type { DirectoryDocument, StoredSource } from './directory-document'

/** More than anybody looks through. */
const maximumSources = 64

export interface SourcesListOptions {
  readonly file: Pick<SettingsFile<DirectoryDocument>, 'current' | 'write'>
  readonly vault: Pick<SecretVault, 'seal' | 'open'>
}

export class SourcesList {
  /** Secrets that no keychain takes: until the phone quits. */
  private readonly unsealed = new Map<string, string>()

  constructor(private readonly options: SourcesListOptions) {}

  get all(): readonly StoredSource[] {
    return this.options.file.current.sources
  }

  find(id: string): StoredSource | null {
    return this.all.find((source) => source.id === id) ?? null
  }

  hasSecret(id: string): boolean {
    return this.unsealed.has(id) || (this.find(id)?.secret ?? null) !== null
  }

  /** null: there is none, or it does not open here any more. */
  secret(id: string): string | null {
    const sealed = this.find(id)?.secret ?? null
    return this.unsealed.get(id) ?? (sealed === null ? null : this.options.vault.open(sealed))
  }

  add(draft: SourceDraft): Result<StoredSource> {
    if (this.all.length >= maximumSources) return refused('invalid-argument', 'too many directories')
    const { name, settings, enabled } = draft
    const id = randomUUID()
    const secret = draft.secret === null ? null : this.seal(id, draft.secret)
    const source = { id, name, settings, enabled, secret, loaded: null, failed: null, stamp: null }
    return this.write(id, (sources) => [...sources, source])
  }

  /** A secret that is not given anew is kept only where it goes to the same server. */
  change(id: string, draft: SourceDraft): Result<StoredSource> {
    const before = this.find(id)
    if (!before) return refused('invalid-argument', 'no such directory')
    const { name, settings, enabled } = draft
    const same = destinationOf(before.settings) === destinationOf(settings)
    if (!same || draft.secret !== null) this.unsealed.delete(id)
    const kept = same ? before.secret : null
    const secret = draft.secret === null ? kept : draft.secret === '' ? null : this.seal(id, draft.secret)
    return this.update(id, { name, settings, enabled, secret, stamp: null })
  }

  update(id: string, patch: Partial<Omit<StoredSource, 'id'>>): Result<StoredSource> {
    return this.write(id, (sources) => sources.map((source) => (source.id === id ? { ...source, ...patch } : source)))
  }

  remove(id: string): Result {
    this.unsealed.delete(id)
    return this.options.file.write((document) => ({
      ...document,
      sources: document.sources.filter((source) => source.id !== id),
    }))
  }

  /** `ids` must be all there are. */
  order(ids: readonly string[]): Result {
    const ordered = ids.map((id) => this.find(id)).filter((source) => source !== null)
    if (new Set(ids).size !== this.all.length || ordered.length !== this.all.length) {
      return refused('invalid-argument', 'not all directories')
    }
    return this.options.file.write((document) => ({ ...document, sources: ordered }))
  }

  /** null: it could not be sealed, and is kept in memory alone. */
  private seal(id: string, secret: string): StoredSource['secret'] {
    const sealed = this.options.vault.seal(secret, 'keychain')
    if (!sealed.ok) this.unsealed.set(id, secret)
    return sealed.ok ? sealed.value : null
  }

  private write(id: string, change: (sources: readonly StoredSource[]) => StoredSource[]): Result<StoredSource> {
    const written = this.options.file.write((document) => ({ ...document, sources: change(document.sources) }))
    if (!written.ok) return written
    const source = this.find(id)
    return source ? { ok: true, value: source } : refused('invalid-argument', 'no such directory')
  }
}

/** Where a secret of these settings goes, and as whose. */
function destinationOf(settings: SourceSettings): string | null {
  switch (settings.kind) {
    case 'url':
    case 'lookup':
      return originOf(settings.url)
    case 'carddav':
      return `${originOf(settings.url) ?? ''} ${settings.username}`
    case 'ldap':
      return `${settings.url} ${settings.user ?? ''}`
    case 'file':
    case 'vcard':
    case 'extension':
      return null
  }
}

function originOf(url: string): string | null {
  try {
    return new URL(url.replaceAll('{number}', '0')).origin
  } catch {
    return null
  }
}
