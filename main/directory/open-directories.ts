/*
 * The directories of a profile, opened from its folder: their settings file, their tables, and the place for providers of the
 * user's own. Nothing runs before `start`.
 */
import { join } from 'node:path'
import type { SecretVault } from '../settings/secret-vault'
import { SettingsFile, type OpenJsonStore } from '../settings/settings-file'
import { emptyDirectory, parseDirectory } from './directory-document'
import { DirectoryService, type DirectoryServiceOptions } from './directory-service'

export interface OpenDirectoriesOptions extends Omit<
  DirectoryServiceOptions,
  'folder' | 'extensions' | 'file' | 'vault'
> {
  /** The profile's. */
  readonly folder: string
  readonly openStore: OpenJsonStore
  readonly vault: SecretVault
}

export function openDirectories({ folder, openStore, ...rest }: OpenDirectoriesOptions): DirectoryService {
  const { clock, log } = rest
  const file = new SettingsFile({
    folder,
    name: 'directory',
    openStore,
    parse: parseDirectory,
    empty: emptyDirectory,
    clock,
    log,
  })
  return new DirectoryService({
    ...rest,
    file,
    folder: join(folder, 'directory-tables'),
    extensions: join(folder, 'extensions'),
  })
}
