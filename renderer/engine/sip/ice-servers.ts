/*
 * An account's STUN and TURN servers as a browser wants them (RFC 7064, RFC 7065). Pure.
 */
import type { EngineAccount } from '../../../common/contract/engine'

/** A TURN server without its password would be refused by the browser, so it is left out. */
export function iceServers({
  connection: { stun, turn },
  turnPassword,
}: Pick<EngineAccount, 'connection' | 'turnPassword'>): RTCIceServer[] {
  const servers: RTCIceServer[] = []
  if (stun !== null) servers.push({ urls: `stun:${stun}` })
  if (turn !== null && turnPassword !== null) {
    // Where UDP is shut out, TCP may be open.
    const urls = [`turn:${turn.server}`, `turn:${turn.server}?transport=tcp`]
    servers.push({ urls, username: turn.username, credential: turnPassword })
  }
  return servers
}
