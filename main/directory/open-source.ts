/*
 * Opens the source that its settings name. What is not used is not loaded: a list of numbers needs no LDAP. It must not know
 * what becomes of the rows.
 */
import { join } from 'node:path'
import { openFile } from './sources/file-source'
import { readRows } from './sources/read-rows'
import { SourceError, type Known, type OpenSource } from './sources/source'
import { openUrl } from './sources/url-source'
import type { LoadRequest } from './loader-messages'

/** null: the source says that nothing has changed. Throws a `SourceError`. */
export async function openSource(
  { settings, secret, folder }: Pick<LoadRequest, 'settings' | 'secret' | 'folder'>,
  known: Known | null,
  signal: AbortSignal,
): Promise<OpenSource | null> {
  switch (settings.kind) {
    case 'file':
      return openFile(settings.path, known, readRows)
    case 'vcard': {
      const { readCards } = await import('./sources/address-book-source')
      return openFile(settings.path, known, readCards)
    }
    case 'url':
      return openUrl({
        url: settings.url,
        authorization: secret,
        into: join(folder, `making-${process.pid}-list`),
        known,
        signal,
      })
    case 'carddav': {
      const { openCardDav } = await import('./sources/address-book-source')
      return openCardDav({ url: settings.url, username: settings.username, password: secret, signal })
    }
    case 'ldap': {
      const { openLdap } = await import('./sources/ldap-source')
      return openLdap({ settings, password: secret })
    }
    case 'lookup':
      throw new SourceError('a source that is asked for each caller has no entries')
    case 'extension':
      throw new SourceError('an extension is no list')
  }
}
