/*
 * Finds out why a WebSocket could not be opened. A page is told no more than "closed", so main asks the same server once
 * over HTTP and reads the browser engine's own error. Only words come of it: it decides nothing.
 */
import type { RefusedCertificate } from '../../common/account'
import type { RegistrationFailure } from '../../common/errors'

/** Asks a server once; rejects with an error whose message holds Chromium's `net::ERR_…`. */
export type Fetch = (
  url: string,
  init: { signal: AbortSignal; redirect: 'manual'; cache: 'no-store' },
) => Promise<{ status: number }>

export interface Explanation {
  readonly reason: RegistrationFailure
  readonly certificate: RefusedCertificate | null
}

/** `net::` errors that mean: there is something, but it does not speak HTTP, let alone WebSocket. */
const notHttp = /net::ERR_(INVALID_HTTP_RESPONSE|EMPTY_RESPONSE|INVALID_RESPONSE|RESPONSE_HEADERS_|SSL_PROTOCOL_ERROR)/
/** Electron's word for an answer that leads elsewhere, as those of networks that want a login first; it is not followed. */
const leadsElsewhere = 'Redirect was cancelled'
const noHost = /net::ERR_(NAME_NOT_RESOLVED|NAME_RESOLUTION_FAILED|DNS_|ICANN_NAME_COLLISION)/
/** A certificate that is asked for, not shown. */
const wantsCertificate = /net::ERR_(SSL_CLIENT_AUTH_|BAD_SSL_CLIENT_AUTH_)/
const oldTls = /net::ERR_SSL_(VERSION_OR_CIPHER_MISMATCH|OBSOLETE_VERSION|UNSUPPORTED_VERSION)/
const certificateError = /net::ERR_(CERT_|SSL_|BAD_SSL)/

/** What an answer without a WebSocket, or an error, says about the server. Pure. */
export function explain(outcome: { status: number } | { error: string }): RegistrationFailure {
  // Any answer at all: something listens there, yet the WebSocket was refused.
  if ('status' in outcome) return outcome.status >= 500 ? 'server-error' : 'no-websocket'
  if (notHttp.test(outcome.error) || outcome.error === leadsElsewhere) return 'no-websocket'
  if (wantsCertificate.test(outcome.error)) return 'client-certificate'
  if (oldTls.test(outcome.error)) return 'old-tls'
  if (certificateError.test(outcome.error)) return 'certificate'
  if (noHost.test(outcome.error)) return 'unknown-host'
  return 'unreachable'
}

export interface ConnectionProbeOptions {
  readonly fetch: Fetch
  /** The certificate this server showed and that was refused; null when there was none. */
  readonly refusedCertificate: (server: string) => RefusedCertificate | null
}

/** A server that takes longer than this to say anything is as good as silent, ms. */
const limitMs = 3_000

export class ConnectionProbe {
  constructor(private readonly options: ConnectionProbeOptions) {}

  /** Why `server` (`ws:` or `wss:`) cannot be used. Never rejects. */
  async explain(server: string): Promise<Explanation> {
    const url = server.replace(/^ws/, 'http')
    const outcome = await this.options
      .fetch(url, { signal: AbortSignal.timeout(limitMs), redirect: 'manual', cache: 'no-store' })
      .catch((error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }))
    const reason = explain(outcome)
    return { reason, certificate: reason === 'certificate' ? this.options.refusedCertificate(server) : null }
  }
}
