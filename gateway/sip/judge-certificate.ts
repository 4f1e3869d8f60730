/*
 * Whether a server's certificate is believed: signed by somebody known, in time, and for the SIP domain that was asked for, or the very one
 * the user said to trust. There is no third way.
 */
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import type { RefusedCertificate } from '../../common/account'
import { isForDomain } from './certificate-names'

/** What Node holds against a certificate, in the words of the rest of the phone. */
const authority = 'net::ERR_CERT_AUTHORITY_INVALID'
const date = 'net::ERR_CERT_DATE_INVALID'
const errors: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: authority,
  SELF_SIGNED_CERT_IN_CHAIN: authority,
  UNABLE_TO_GET_ISSUER_CERT: authority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: authority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: authority,
  CERT_UNTRUSTED: authority,
  CERT_HAS_EXPIRED: date,
  CERT_NOT_YET_VALID: date,
  CERT_REVOKED: 'net::ERR_CERT_REVOKED',
}

/** null: believed. `host`: what the user is told it was presented for; `domains`: what it may be for; `pin`: see `ChannelNeeds`. */
export function judgeCertificate(
  socket: Pick<TLSSocket, 'getPeerCertificate' | 'authorized' | 'authorizationError'>,
  host: string,
  domains: readonly string[],
  pin: string | null,
): RefusedCertificate | null {
  const certificate = socket.getPeerCertificate(false) as Partial<DetailedPeerCertificate>
  const fingerprint = (certificate.fingerprint256 ?? '').replace(/:/g, '').toLowerCase()
  if (pin !== null && fingerprint !== '' && fingerprint === pin.toLowerCase()) return null
  const error = socket.authorized
    ? domains.some((domain) => isForDomain(certificate, domain))
      ? null
      : 'net::ERR_CERT_COMMON_NAME_INVALID'
    : (errors[String(socket.authorizationError)] ?? 'net::ERR_CERT_INVALID')
  if (error === null) return null
  return {
    host: host.slice(0, 256),
    fingerprint,
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    error,
  }
}

/** `CN=pbx.example.com, O=Example`. */
function nameOf(name: object | undefined): string {
  return Object.entries(name ?? {})
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('+') : String(value)}`)
    .sort((a, b) => Number(b.startsWith('CN=')) - Number(a.startsWith('CN=')))
    .join(', ')
    .slice(0, 512)
}
