/*
 * With which servers an account is registered at once (flows, RFC 5626), as one account for each, and how it stands with them. Pure: nothing is asked.
 */
import type { Account, Registration } from './account'

/** Registrations of one account at once; RFC 5626 section 4.2 wants two of a phone, and no more than four. */
export const mostFlows = 3

/** How an account stands with one of the servers it is registered with at once. */
export interface Flow {
  /** In the forms of `Account.server`. */
  readonly server: string
  readonly registration: Registration
  /** Wall-clock ms of its last proof, see `Reach`; null: never. */
  readonly provenAt: number | null
}

/**
 * The account once for each of its flows, the most preferred first, with no other servers than that flow's: one of them, or to the last all that are
 * left. An account that is registered with one server at a time is one flow with all its servers.
 */
export function flowsOf<A extends Pick<Account, 'server' | 'connection'>>(account: A): readonly A[] {
  const { connection } = account
  if (connection.registration !== 'all') return [account]
  const backups = [...new Set(connection.backups)].filter((server) => server !== account.server)
  const servers = [account.server, ...backups]
  return servers.slice(0, mostFlows).map((server, index) => ({
    ...account,
    server,
    connection: {
      ...connection,
      // It is the way to the first server; the others are ways of their own.
      outboundProxy: index === 0 ? connection.outboundProxy : null,
      backups: index === mostFlows - 1 ? servers.slice(mostFlows) : [],
    },
  }))
}
