/*
 * Whether SIP over WebSocket (RFC 7118) is spoken on a connection that is open already: the handshake of RFC 6455 section 4, and nothing
 * more. It reads no more of the answer than its head.
 */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'

/** `no`: something answered, but not that; `why` says what. */
export type UpgradeAnswer = { readonly ok: true } | { readonly ok: false; readonly why: string }

const headLimit = 8_192

/** `host`: as the URL has it, with its port. Never rejects; pending for ever when nothing comes. */
export function askUpgrade(socket: Socket, host: string, path: string): Promise<UpgradeAnswer> {
  return new Promise((resolve) => {
    let head = ''
    const settle = (answer: UpgradeAnswer): void => {
      socket.removeAllListeners('data').removeAllListeners('close')
      resolve(answer)
    }
    socket.on('data', (chunk: Buffer) => {
      head += chunk.toString('latin1')
      if (head.includes('\r\n\r\n') || head.length > headLimit) settle(read(head))
    })
    socket.once('close', () => settle({ ok: false, why: 'it hung up' }))
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Protocol: sip\r\n\r\n`,
    )
  })
}

function read(head: string): UpgradeAnswer {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]
  if (status === undefined) return { ok: false, why: 'what answers there does not speak HTTP' }
  if (status !== '101') return { ok: false, why: `HTTP ${status}` }
  const protocol = /^sec-websocket-protocol:[ \t]*(\S+)/im.exec(head)?.[1]?.toLowerCase()
  return protocol === 'sip' ? { ok: true } : { ok: false, why: 'a WebSocket, but not for SIP' }
}
