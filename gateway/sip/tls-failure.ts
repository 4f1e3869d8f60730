/*
 * Why no TLS connection came about, read from the error code of the library underneath: Node's OpenSSL and Electron's BoringSSL name the same alerts
 * a little differently. Pure; certificates of servers are judged elsewhere.
 */
import type { RegistrationFailure } from '../../common/errors'

export interface TlsFailure {
  readonly reason: Extract<RegistrationFailure, 'old-tls' | 'client-certificate' | 'no-tls'>
  /** Of the server; follows “no TLS connection: ”. */
  readonly words: string
}

const causes: readonly (readonly [RegExp, TlsFailure])[] = [
  [/CERTIFICATE_REQUIRED/, { reason: 'client-certificate', words: 'it wants a certificate from the phone' }],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, { reason: 'old-tls', words: 'it speaks none newer than 1.1' }],
  [/HANDSHAKE_FAILURE/, { reason: 'no-tls', words: 'it broke off the handshake' }],
  [/^ERR_SSL_|^EPROTO$/, { reason: 'no-tls', words: 'it speaks none' }],
]

/** null: the error tells nothing of TLS. `code`: `error.code`, e.g. `ERR_SSL_WRONG_VERSION_NUMBER`. */
export const tlsFailureOf = (code: string): TlsFailure | null =>
  causes.find(([pattern]) => pattern.test(code))?.[1] ?? null
