/*
 * The accounts as they are shown: what is kept of them, together with how they stand with their servers. Pure.
 */
import type { Registration } from '../../common/account'
import type { Reach } from '../../common/reach'
import type { AccountState } from '../../common/phone-state'
import type { Accounts } from '../settings/accounts'

export const accountStates = (
  accounts: Accounts,
  registrations: ReadonlyMap<string, Registration>,
  reachOf: (accountId: string) => Reach | null,
): readonly AccountState[] =>
  accounts.list.map((account) => ({
    account,
    registration: registrations.get(account.id) ?? { state: 'unregistered' },
    needsPassword: accounts.needsPassword(account.id),
    unprotected: accounts.isUnprotected(account.id),
    reach: reachOf(account.id),
  }))
