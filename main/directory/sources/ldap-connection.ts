/*
 * One connection to an LDAP server, let in: encrypted from the first byte where the address says `ldaps:`, and as soon as the server
 * offers it where it says `ldap:` (StartTLS, RFC 4513 section 3), so that no password is said in the clear where it need not be. It
 * asks nothing.
 */
import { readFileSync } from 'node:fs'
import * as tls from 'node:tls'
import type { Client } from 'ldapts'
import type { SourceSettings } from '../../../common/directory'

export interface LdapConnectionOptions {
  readonly settings: Pick<Extract<SourceSettings, { kind: 'ldap' }>, 'url' | 'user'>
  readonly password: string | null
  /** For the connection and for each answer, ms. */
  readonly timeoutMs: number
  /** Certificates (PEM) of whom is believed; the system's and the runtime's when left out. */
  readonly authorities?: readonly string[]
}

/** Rejects with the library's or the network's error, which may quote what was said. */
export async function openLdapConnection(options: LdapConnectionOptions): Promise<Client> {
  const { settings, password, timeoutMs } = options
  const { Client } = await import('ldapts')
  const { protocol, hostname } = new URL(settings.url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const secure = { ca: [...(options.authorities ?? knownAuthorities())], ...(isName(host) ? { servername: host } : {}) }
  const client = new Client({
    url: settings.url,
    timeout: timeoutMs,
    connectTimeout: timeoutMs,
    ...(protocol === 'ldaps:' ? { tlsOptions: secure } : {}),
  })
  try {
    // Where nothing was promised, a stranger's certificate is better than none (RFC 7435): who listens hears nothing.
    if (protocol === 'ldap:') await startTls(client, { ...secure, host, rejectUnauthorized: false })
    if (settings.user !== null) await client.bind(settings.user, password ?? '')
    return client
  } catch (error) {
    await client.unbind().catch(() => {})
    throw error
  }
}

/** A server that does not offer it goes on without; a failed handshake is an error. */
async function startTls(client: Client, options: tls.ConnectionOptions): Promise<void> {
  const { ResultCodeError } = await import('ldapts')
  try {
    await client.startTLS(options)
  } catch (error) {
    if (!(error instanceof ResultCodeError)) throw error
  }
}

const isName = (host: string): boolean => /[a-z]/i.test(host) && !host.includes(':')

/** Where systems keep whom they believe. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** Those of the runtime, and those that whoever runs this computer has added to its own: a company signs its directory itself. */
function knownAuthorities(): readonly string[] {
  const newer = tls as unknown as { getCACertificates?: (which: string) => readonly string[] }
  if (newer.getCACertificates) return [...tls.rootCertificates, ...newer.getCACertificates('system')]
  for (const path of [process.env.SSL_CERT_FILE ?? '', ...systemBundles]) {
    try {
      if (path !== '') return [...tls.rootCertificates, readFileSync(path, 'utf8')]
    } catch {
      // The next one.
    }
  }
  return tls.rootCertificates
}
