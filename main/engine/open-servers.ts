/*
 * Opens the network for an account: WebSockets at the engine page's own, every other server by the gateway. It connects nothing.
 */
import type { Account } from '../../common/account'
import { needsGateway } from '../../common/server-address'
import type { GatewayHost } from './gateway-host'

/** The returned function closes it again. */
export function openServers(
  account: Account,
  webSockets: { allow(url: string): () => void },
  gateway: Pick<GatewayHost, 'allow'>,
): () => void {
  if (needsGateway(account)) return gateway.allow(account)
  const closes = [account.server, ...account.connection.backups].map((url) => webSockets.allow(url))
  return () => {
    for (const close of closes) close()
  }
}
