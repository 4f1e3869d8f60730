/*
 * Asks a WebSocket server whether it takes SIP now, on a connection of its own that is closed at once. Whoever asks decides when, and what for.
 */
import type { Clock } from '../../../common/clock'
import { randomToken } from './guard/reply'
import type { MinimalWebSocket, SocketFactory } from './guard/socket'

export interface ServerQuestion {
  readonly clock: Clock
  readonly openSocket: SocketFactory
  readonly url: string
  /** Address of record; the question goes to its domain. */
  readonly aor: string
}

/** To connect and to answer, ms. */
const patience = 4_000

/** Whether it answered an OPTIONS (RFC 3261 section 11) with anything but 503. Never rejects. */
export function probeServer({ clock, openSocket, url, aor }: ServerQuestion): Promise<boolean> {
  return new Promise((resolve) => {
    let socket: MinimalWebSocket
    try {
      socket = openSocket(url, 'sip')
    } catch {
      return resolve(false)
    }
    const end = (answers: boolean): void => {
      clock.clearTimeout(limit)
      socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null
      socket.close(1000)
      resolve(answers)
    }
    const limit = clock.setTimeout(() => end(false), patience)
    if ('binaryType' in socket) socket.binaryType = 'arraybuffer'
    socket.onopen = () => socket.send(options(aor, /^wss:/i.test(url) ? 'WSS' : 'WS'))
    socket.onmessage = ({ data }) => {
      const text = data instanceof ArrayBuffer ? new TextDecoder().decode(data) : String(data)
      const status = /^SIP\/2\.0 (\d{3}) /i.exec(text)?.[1]
      if (status !== undefined && !status.startsWith('1')) end(status !== '503')
    }
    socket.onclose = socket.onerror = () => end(false)
  })
}

function options(aor: string, transport: string): string {
  const domain = aor.replace(/^(sips?:)(?:[^@]*@)?/i, '$1')
  return (
    `OPTIONS ${domain} SIP/2.0\r\nVia: SIP/2.0/${transport} ${randomToken(12)}.invalid;branch=z9hG4bK${randomToken(16)}\r\n` +
    `Max-Forwards: 70\r\nFrom: <${aor}>;tag=${randomToken()}\r\nTo: <${domain}>\r\nCall-ID: ${randomToken(20)}\r\n` +
    'CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n'
  )
}
