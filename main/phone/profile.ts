/*
 * What the phone remembers, opened from its folder: settings, accounts with their passwords, and the list of recents. A
 * file that cannot be read is a notice, never the end of the start.
 */
import { join } from 'node:path'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import type { HistoryEntry, Notice } from '../../common/phone-state'
import { CallHistory } from '../call-history'
import { Accounts } from '../settings/accounts'
import { HistoryFile } from '../settings/history-file'
import { SecretVault, type SafeStorage } from '../settings/secret-vault'
import { emptyDocument, parseDocument } from '../settings/settings-document'
import { SettingsFile, type OpenJsonStore } from '../settings/settings-file'
import { SettingsKeeper } from '../settings/settings-keeper'

export interface ProfileOptions {
  readonly folder: string
  readonly openStore: OpenJsonStore
  readonly safeStorage: SafeStorage
  readonly onHistoryChange: (shown: readonly HistoryEntry[]) => void
  readonly clock: Clock
  readonly log: Log
}

export interface Profile {
  readonly keeper: SettingsKeeper
  readonly vault: SecretVault
  readonly accounts: Accounts
  readonly history: CallHistory
  /** What the user should know about the files. */
  readonly notices: readonly Notice[]
}

export function openProfile({ folder, openStore, safeStorage, onHistoryChange, clock, log }: ProfileOptions): Profile {
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
  const history = new CallHistory({
    file: new HistoryFile({ path: join(folder, 'history.jsonl'), log }),
    clock,
    onChange: onHistoryChange,
  })
  return {
    keeper: new SettingsKeeper(file),
    vault,
    accounts: new Accounts({ file, vault }),
    history,
    notices: file.notices,
  }
}
