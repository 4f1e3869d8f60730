/*
 * Which certificate a server may show: one the browser engine trusts, or the very one the user chose to trust for an account
 * on that host. Remembers what was refused, so that a person can look at it and decide.
 */
import { createHash } from 'node:crypto'
import type { App, Session } from 'electron'
import type { Account, AccountConnection, RefusedCertificate } from '../../common/account'
import type { Log } from '../../common/log'

/** Electron's answers to a verification request. */
const accept = 0
const useOwnVerdict = -3

/** The part of Electron's certificate that is looked at. */
export interface ShownCertificate {
  /** PEM. */
  readonly data: string
  readonly subjectName: string
  readonly issuerName: string
}

export interface CertificatePolicyOptions {
  /** The accounts in use and those being tried. */
  readonly accounts: () => readonly (Pick<Account, 'server' | 'certificate'> & {
    readonly connection: Pick<AccountConnection, 'backups'>
  })[]
  readonly log: Log
}

export class CertificatePolicy {
  private readonly refused = new Map<string, RefusedCertificate>()
  /** Beside the accounts' own: of servers that were found for them. */
  private readonly trusted = new Set<{ readonly host: string; readonly fingerprint: string }>()

  constructor(private readonly options: CertificatePolicyOptions) {}

  /** Has the last word on every TLS connection of the session. */
  guard(session: Pick<Session, 'setCertificateVerifyProc'>): void {
    session.setCertificateVerifyProc(({ hostname, certificate, verificationResult }, decide) => {
      const trusted = this.judge(hostname, certificate, verificationResult)
      decide(trusted && verificationResult !== 'net::OK' ? accept : useOwnVerdict)
    })
  }

  /**
   * The network layer remembers a refusal for a while, so a certificate that was refused first and trusted by the user
   * then would still be refused; this second question is asked each time.
   */
  guardErrors(app: Pick<App, 'on'>): void {
    app.on('certificate-error', (event, _contents, url, error, certificate, decide) => {
      event.preventDefault()
      decide(this.judge(hostOf(url), certificate, error))
    })
  }

  /** Whether `certificate` may be used for `host`; remembers it when not. `verdict`: the browser engine's, `net::OK` or an error. */
  judge(host: string, certificate: ShownCertificate, verdict: string): boolean {
    const name = normal(host)
    if (verdict === 'net::OK') {
      this.refused.delete(name)
      return true
    }
    const fingerprint = fingerprintOf(certificate.data)
    const trusted = fingerprint !== null && this.pinned(name).has(fingerprint)
    if (trusted) this.refused.delete(name)
    else {
      this.options.log.warn(`certificate: refused (${verdict})`)
      this.refused.set(name, {
        host: name.slice(0, 256),
        fingerprint: fingerprint ?? '',
        subject: certificate.subjectName.slice(0, 512),
        issuer: certificate.issuerName.slice(0, 512),
        error: verdict.slice(0, 128),
      })
    }
    return trusted
  }

  /** Takes this certificate of a server's that no account names itself, until the returned function is called. */
  trust(server: string, fingerprint: string | null): () => void {
    if (fingerprint === null) return () => {}
    const entry = { host: normal(hostOf(server)), fingerprint }
    this.trusted.add(entry)
    return () => void this.trusted.delete(entry)
  }

  /** The certificate last refused for an account's server; null when none was since it last worked. */
  refusedFor(server: string): RefusedCertificate | null {
    return this.refused.get(normal(hostOf(server))) ?? null
  }

  private pinned(host: string): ReadonlySet<string> {
    const fingerprints = new Set<string>()
    for (const { server, certificate, connection } of this.options.accounts()) {
      const isTheirs = [server, ...connection.backups].some((one) => normal(hostOf(one)) === host)
      if (certificate !== null && isTheirs) fingerprints.add(certificate)
    }
    for (const found of this.trusted) if (found.host === host) fingerprints.add(found.fingerprint)
    return fingerprints
  }
}

/** SHA-256 of the first certificate in a PEM text, 64 lower-case hex digits; null when there is none. */
export function fingerprintOf(pem: string): string | null {
  const body = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem)?.[1]
  return body === undefined ? null : createHash('sha256').update(Buffer.from(body, 'base64')).digest('hex')
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname
  } catch {
    return ''
  }
}

/** Lower case, IPv6 without brackets, no final dot: the network layer and URLs write hosts differently. */
const normal = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
