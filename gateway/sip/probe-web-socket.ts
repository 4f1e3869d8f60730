/*
 * Whether SIP over WebSocket (RFC 7118) is spoken at an announced place, and at which path: SRV records name none. Nothing is said there but
 * the handshake, so the certificate is left to whoever connects in earnest.
 */
import { randomBytes } from 'node:crypto'
import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP } from 'node:net'
import type { Clock } from '../../common/clock'
import { writeHost } from './endpoint'
import type { Target } from './target'

/** Where servers are found to listen. */
const usualPaths = ['/', '/ws']

/** The URL to connect to; null: no SIP over WebSocket there, or not in time. */
export async function probeWebSocket(
  target: Target,
  clock: Clock,
  patienceMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  for (const path of target.path === null ? usualPaths : [target.path]) {
    const answer = await knock(target, path, clock, patienceMs, signal)
    if (answer === 'open') return `${target.transport}://${writeHost(target.host)}:${target.port}${path}`
    if (answer === 'silent') return null
  }
  return null
}

function knock(target: Target, path: string, clock: Clock, patienceMs: number, signal: AbortSignal) {
  const request = target.transport === 'wss' ? requestSecure : requestPlain
  return new Promise<'open' | 'closed' | 'silent'>((resolve) => {
    const knocking = request({
      host: target.address,
      port: target.port,
      path,
      signal,
      agent: false,
      rejectUnauthorized: false,
      ...(isIP(target.host) ? {} : { servername: target.host }),
      headers: {
        Host: `${writeHost(target.host)}:${target.port}`,
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
        'Sec-WebSocket-Protocol': 'sip',
      },
    })
    const say = (answer: 'open' | 'closed' | 'silent'): void => {
      clock.clearTimeout(timer)
      knocking.destroy()
      resolve(answer)
    }
    const timer = clock.setTimeout(() => say('silent'), patienceMs)
    knocking.on('upgrade', ({ headers }, socket) => {
      socket.destroy()
      say(headers['sec-websocket-protocol'] === 'sip' ? 'open' : 'closed')
    })
    knocking.on('response', () => say('closed'))
    knocking.on('error', () => say('silent'))
    knocking.end()
  })
}
