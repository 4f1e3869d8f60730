/*
 * Takes in the accounts of a provisioning file and says in notices how that went. The file is read and judged elsewhere
 * (provisioning.ts); no password comes out of it again.
 */
import type { Log } from '../../common/log'
import type { Notice } from '../../common/phone-state'
import type { Accounts } from './accounts'
import { readProvisioningFile } from './provisioning'

/** Imports all of the file or nothing. The user is told what came of it, the log more of why. */
export function importAccounts(path: string, accounts: Accounts, log: Log): readonly Notice[] {
  const failed = (detail: string): readonly Notice[] => {
    log.error(`provisioning: ${detail}`)
    return [{ id: 'provisioning', kind: 'provisioning-failed', detail }]
  }
  const read = readProvisioningFile(path)
  if (!read.ok) return failed(read.error)
  for (const warning of read.warnings) log.warn(`provisioning: ${warning}`)
  const result = accounts.provision(read.accounts)
  if (!result.ok) return failed(result.detail ?? result.code)
  const { added, updated, unprotected } = result.value
  log.info(`provisioning: ${added.length} added, ${updated.length} updated`)
  const names = (list: readonly string[]): string => list.join(', ').slice(0, 200)
  const imported: Notice = { id: 'provisioning', kind: 'provisioned', detail: names([...added, ...updated]) }
  if (unprotected.length === 0) return [imported]
  return [{ id: 'unprotected', kind: 'unprotected-passwords', detail: names(unprotected) }, imported]
}
