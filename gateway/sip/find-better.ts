/*
 * Looks whether a server that is preferred to the one in use can be reached again: an OPTIONS on a connection of its own, which is closed at once. It
 * neither moves anybody nor decides how often to look.
 */
import type { GatewayAccount } from '../../common/contract/gateway'
import { findTargets } from './find-targets'
import { outranks, type Rank, type RouteParts } from './open-route'
import { openTarget } from './open-target'
import { serversOf } from './servers-of'
import { targetKey, type Target } from './target'

/** The first that answers of those before `inUse`, whose rank is given; null: none. */
export async function findBetter(
  account: GatewayAccount,
  parts: RouteParts,
  inUse: Target,
  { server: its }: Rank,
  signal: AbortSignal,
): Promise<Target | null> {
  const servers = serversOf(account)
  for (const server of servers.slice(0, servers.indexOf(its) + 1)) {
    const found = await findTargets(server, parts.names, parts.random)
    for (const target of found.ok ? found.targets : []) {
      if (signal.aborted) return null
      if (server === its && targetKey(target) === targetKey(inUse)) break
      if (server === its && !outranks(target, inUse)) continue
      const events = { onMessage: () => {}, onClosed: () => {} }
      const outcome = await openTarget({ account, target, localPort: 0, isOneOfMany: true, signal }, parts, events)
      if (outcome.kind === 'opened') outcome.channel.close()
      if (outcome.kind !== 'failed') return target
    }
  }
  return null
}
