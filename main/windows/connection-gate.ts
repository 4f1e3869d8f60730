/*
 * What the engine's session may connect to, decided at the network and not by the page: its own files and the servers
 * of the accounts in use, nothing else. It also remembers how the last attempt at each server failed, because the page
 * itself is only told "closed", and a person deserves to know why.
 */
import type { Session } from 'electron'
import type { RegistrationFailure } from '../../common/errors'

/** `net::` errors that mean: there is something, but it does not speak SIP over WebSocket. */
const notWebSocket = new Set(['net::ERR_INVALID_RESPONSE', 'net::ERR_EMPTY_RESPONSE', 'net::ERR_INVALID_HTTP_RESPONSE'])
const noHost = new Set([
  'net::ERR_NAME_NOT_RESOLVED',
  'net::ERR_NAME_RESOLUTION_FAILED',
  'net::ERR_ICANN_NAME_COLLISION',
])

/** The browser engine's error, and the HTTP status of a handshake that was answered without an upgrade. */
export interface ConnectionFailure {
  readonly error: string
  readonly httpStatus: number | null
}

/** The account-level reason behind a connection that could not be made. Pure. */
export function explainFailure(failure: ConnectionFailure): RegistrationFailure {
  if (failure.httpStatus !== null && failure.httpStatus !== 101) return 'no-websocket'
  if (failure.error.startsWith('net::ERR_CERT_') || failure.error.startsWith('net::ERR_SSL_')) return 'certificate'
  if (noHost.has(failure.error)) return 'unknown-host'
  if (notWebSocket.has(failure.error)) return 'no-websocket'
  return 'unreachable'
}

export class ConnectionGate {
  private readonly allowed = new Map<string, number>()
  private readonly failures = new Map<string, ConnectionFailure>()

  constructor(session: Session, ownScheme: string) {
    const urls = ['<all_urls>', 'ws://*/*', 'wss://*/*']
    session.webRequest.onBeforeRequest({ urls }, (details, decide) => {
      decide({
        cancel: !(details.url.startsWith(ownScheme) || details.url.startsWith('blob:') || this.allows(details.url)),
      })
    })
    session.webRequest.onHeadersReceived({ urls }, (details, decide) => {
      if (isSocket(details.url) && details.statusCode !== 101) {
        this.failures.set(origin(details.url), { error: 'net::ERR_INVALID_RESPONSE', httpStatus: details.statusCode })
      }
      decide({})
    })
    session.webRequest.onErrorOccurred({ urls }, (details) => {
      if (!isSocket(details.url)) return
      const known = this.failures.get(origin(details.url))
      // A refused handshake is told twice; the status says more than the error.
      this.failures.set(origin(details.url), { error: details.error, httpStatus: known?.httpStatus ?? null })
    })
    session.webRequest.onResponseStarted({ urls }, (details) => {
      if (isSocket(details.url) && details.statusCode === 101) this.failures.delete(origin(details.url))
    })
  }

  /** Lets the engine connect to this server until the returned function is called. */
  allow(server: string): () => void {
    const key = origin(server)
    this.allowed.set(key, (this.allowed.get(key) ?? 0) + 1)
    this.failures.delete(key)
    let open = true
    return () => {
      if (!open) return
      open = false
      const left = (this.allowed.get(key) ?? 1) - 1
      if (left > 0) this.allowed.set(key, left)
      else this.allowed.delete(key)
    }
  }

  /** How the last attempt to connect to this server failed; null when it did not. */
  lastFailure(server: string): ConnectionFailure | null {
    return this.failures.get(origin(server)) ?? null
  }

  private allows(url: string): boolean {
    return isSocket(url) && this.allowed.has(origin(url))
  }
}

const isSocket = (url: string): boolean => url.startsWith('ws:') || url.startsWith('wss:')

/** `wss://host:port`, lower case; the input itself when it is no URL. */
function origin(url: string): string {
  try {
    const { protocol, host } = new URL(url)
    return `${protocol}//${host}`
  } catch {
    return url
  }
}
