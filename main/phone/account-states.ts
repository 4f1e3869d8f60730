/*
 * The accounts as they are shown: what is kept of them, together with how they stand with their servers. Pure.
 */
import type { Registration } from '../../common/account'
import type { Flow } from '../../common/account-flows'
import type { Route } from '../../common/contract/gateway'
import type { Reach } from '../../common/reach'
import type { AccountState } from '../../common/phone-state'
import type { Accounts } from '../settings/accounts'

export interface AccountFacts {
  readonly registrations: ReadonlyMap<string, Registration>
  readonly reachOf: (accountId: string) => Reach | null
  readonly routeOf: (accountId: string) => Route | null
  /** Empty: it is registered with one server at a time. */
  readonly flowsOf: (accountId: string) => readonly Flow[]
}

export const accountStates = (
  accounts: Accounts,
  { registrations, reachOf, routeOf, flowsOf }: AccountFacts,
): readonly AccountState[] =>
  accounts.list.map((account) => {
    const flows = flowsOf(account.id)
    return {
      account,
      registration: registrations.get(account.id) ?? { state: 'unregistered' },
      needsPassword: accounts.needsPassword(account.id),
      unprotected: accounts.isUnprotected(account.id),
      reach: reachOf(account.id),
      route: routeOf(account.id),
      ...(flows.length === 0 ? {} : { flows }),
    }
  })
