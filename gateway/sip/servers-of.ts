/*
 * The servers of an account in the order in which they are to be tried, each in the form of `Account.server`. Pure.
 */
import type { GatewayAccount } from '../../common/contract/gateway'
import { plainServer } from '../../common/server-address'

export function serversOf({ server, connection }: Pick<GatewayAccount, 'server' | 'connection'>): string[] {
  const { outboundProxy, backups } = connection
  return [outboundProxy === null ? server : proxyServer(outboundProxy, server), ...backups]
}

/** As people write a proxy: `host`, `host:port`, a server's form, or the address of a route (`<sip:host;transport=tcp;lr>`). */
function proxyServer(proxy: string, server: string): string {
  if (/^wss?:\/\//i.test(proxy)) return proxy
  const [address = '', ...parameters] = proxy.replace(/^<|>$/g, '').split(';')
  const named = parameters.map((parameter) => /^transport=(udp|tcp|tls)$/i.exec(parameter.trim())?.[1]).find(Boolean)
  const host = address.replace(/^sips?:/i, '')
  if (named !== undefined) return `${named.toLowerCase()}:${host}`
  if (/^sips:/i.test(address)) return `tls:${host}`
  if (plainServer(address) !== null) return address
  // Spoken to as the server would be.
  return `${plainServer(server)?.transport ?? 'sip'}:${host}`
}
