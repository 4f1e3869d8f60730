/*
 * The least a WebSocket must be able to do for us. The engine page passes the browser's, tests and the demo line pass a
 * pair in memory, Node passes one of `ws`, and one may be a line of the gateway. Nothing here knows SIP.
 */
import type { RefusedCertificate } from '../../../../common/account'
import type { RegistrationFailure } from '../../../../common/errors'

/** What is known of why a socket could not be opened or was closed, when more is known than a page is told of a WebSocket. */
export interface SocketFailure {
  readonly reason: RegistrationFailure
  readonly certificate: RefusedCertificate | null
}

export interface MinimalWebSocket {
  /** Set to 'arraybuffer' where the property exists, so that binary frames can be decoded at once. */
  binaryType?: string
  send(data: string): void
  close(code?: number, reason?: string): void
  onopen: ((event: unknown) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code?: number; reason?: string; failure?: SocketFailure }) => void) | null
  onerror: ((event: unknown) => void) | null
}

/** Opens a socket at once. May throw (bad URL, refused by policy); the transport turns that into a failed connect. */
export type SocketFactory = (url: string, protocol: 'sip') => MinimalWebSocket
