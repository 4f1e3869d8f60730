/*
 * What a certificate that was just shown is, for a person: for whom, by whom, until when, whether it is believed and why not. By SIP's rules
 * for names where SIP is spoken (RFC 5922), by the web's where a WebSocket is.
 */
import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls'
import { judgeCertificate } from '../../gateway/sip/judge-certificate'
import { plain } from '../../common/plain-text'

export interface CertificateLook {
  readonly believed: boolean
  /** The user said to trust this very one. */
  readonly pinned: boolean
  readonly words: string
}

export interface ShownFor {
  /** The name that was asked for. */
  readonly domain: string
  /** Other names it may be for. */
  readonly domains: readonly string[]
  readonly isWeb: boolean
  /** SHA-256 of a certificate the user trusts, lower-case hex. */
  readonly pin: string | null
}

const reasons: Readonly<Record<string, string>> = {
  'net::ERR_CERT_AUTHORITY_INVALID': 'nobody this computer trusts has signed it',
  'net::ERR_CERT_DATE_INVALID': 'it is out of date, or this computer’s clock is wrong',
  'net::ERR_CERT_COMMON_NAME_INVALID': 'it is for another name',
  'net::ERR_CERT_REVOKED': 'it was revoked',
}

export function lookAtCertificate(socket: TLSSocket, shown: ShownFor): CertificateLook {
  const certificate = socket.getPeerCertificate()
  const refused = shown.isWeb ? judgeForWeb(socket, certificate, shown) : judgeForSip(socket, shown)
  const fingerprint = certificate.fingerprint256?.replace(/:/g, '').toLowerCase() ?? ''
  const pinned = shown.pin !== null && shown.pin.toLowerCase() === fingerprint
  const verdict = pinned
    ? 'trusted for this account by its fingerprint'
    : refused === null
      ? 'believed'
      : `not believed: ${reasons[refused] ?? refused}`
  const words = [
    `${socket.getProtocol() ?? 'TLS'}, a certificate for ${nameOf(certificate.subject)}`,
    `by ${nameOf(certificate.issuer)}`,
    `until ${dayOf(certificate.valid_to)}`,
    verdict,
  ]
  return { believed: refused === null, pinned, words: words.join(', ') }
}

const judgeForSip = (socket: TLSSocket, { domain, domains, pin }: ShownFor): string | null =>
  judgeCertificate(socket, domain, domains, pin)?.error ?? null

function judgeForWeb(
  socket: TLSSocket,
  certificate: PeerCertificate,
  { domain, domains, pin }: ShownFor,
): string | null {
  // Names are looked at here; the rest is the same.
  const refused = judgeCertificate(socket, domain, domains, pin)
  if (refused === null || refused.error !== 'net::ERR_CERT_COMMON_NAME_INVALID') return refused?.error ?? null
  return checkServerIdentity(domain, certificate) === undefined ? null : refused.error
}

const nameOf = (name: PeerCertificate['subject'] | undefined): string =>
  plain([name?.CN ?? name?.O ?? 'nobody'].flat().join(' + '), 80)

function dayOf(text: string): string {
  const time = Date.parse(text)
  return Number.isNaN(time) ? 'nobody knows when' : new Date(time).toISOString().slice(0, 10)
}
