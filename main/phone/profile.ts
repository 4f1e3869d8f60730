/*
 * What the phone remembers, opened from its folder: settings, accounts with their passwords, and the list of recents. A
 * file that cannot be read is a notice, never the end of the start.
 */
import { join } from 'node:path'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import type { HistoryEntry, Notice } from '../../common/phone-state'
import { Recents } from '../recents/recents'
import type { Searcher } from '../search/searcher'
import { Accounts } from '../settings/accounts'
import { HistoryFile } from '../recents/history-file'
import { SecretVault, type SafeStorage } from '../settings/secret-vault'
import { emptyDocument, parseDocument } from '../settings/settings-document'
import { SettingsFile, type OpenJsonStore } from '../settings/settings-file'
import { SettingsKeeper } from '../settings/settings-keeper'

export interface ProfileOptions {
  readonly folder: string
  readonly openStore: OpenJsonStore
  readonly safeStorage: SafeStorage
  readonly searcher: Searcher
  readonly onHistoryChange: (shown: readonly HistoryEntry[], missed: number) => void
  /** Whether the calls of an account are listed (CXProviderConfiguration.includesCallsInRecents). */
  readonly listsCallsOf: (accountId: string) => boolean
  readonly clock: Clock
  readonly log: Log
}

export interface Profile {
  readonly keeper: SettingsKeeper
  readonly vault: SecretVault
  readonly accounts: Accounts
  readonly history: Recents
  /** What the user should know about the files. */
  readonly notices: readonly Notice[]
}

export function openProfile(options: ProfileOptions): Profile {
  const { folder, openStore, safeStorage, onHistoryChange, listsCallsOf, clock, log } = options
  const file = new SettingsFile({
    folder,
    name: 'settings',
    openStore,
    parse: parseDocument,
    empty: emptyDocument,
    clock,
    log,
  })
  const vault = new SecretVault(safeStorage, log)
  const keeper = new SettingsKeeper(file)
  const history: Recents = new Recents({
    file: new HistoryFile({
      path: join(folder, 'history.jsonl'),
      log,
      overflow: (entries) => history.archiveCalls(entries),
    }),
    clock,
    log,
    searcher: options.searcher,
    onChange: onHistoryChange,
    keepDays: () => keeper.current.keepHistoryDays,
    lists: listsCallsOf,
  })
  return {
    keeper,
    vault,
    accounts: new Accounts({ file, vault }),
    history,
    notices: file.notices,
  }
}
