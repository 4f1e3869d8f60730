/*
 * Which certificates are taken, and what is remembered of the others.
 */
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { silentLog } from '../../../common/log'
import { CertificatePolicy, fingerprintOf, type ShownCertificate } from '../../../main/windows/certificate-policy'

function selfSigned(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-cert-'))
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', `/CN=${name}`]
  execFileSync('openssl', [...args, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  const pem = readFileSync(certificate, 'utf8')
  rmSync(folder, { recursive: true })
  return pem
}

const pem = selfSigned('pbx.example')
const shown: ShownCertificate = { data: pem, subjectName: 'pbx.example', issuerName: 'pbx.example' }
const fingerprint = new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()
const server = 'wss://PBX.example:8089/ws'
const untrusted = 'net::ERR_CERT_AUTHORITY_INVALID'

const policy = (certificate: string | null = null): CertificatePolicy =>
  new CertificatePolicy({ accounts: () => [{ server, certificate, connection: { backups: [] } }], log: silentLog })

test('the fingerprint is the one other tools show', () => {
  expect(fingerprintOf(pem)).toBe(fingerprint)
  expect(fingerprintOf('nonsense')).toBeNull()
})

test('a certificate the system trusts is taken', () => {
  expect(policy().judge('pbx.example', shown, 'net::OK')).toBe(true)
})

test('one it does not trust is refused and can be looked at', () => {
  const certificates = policy()
  expect(certificates.judge('pbx.example', shown, untrusted)).toBe(false)
  expect(certificates.refusedFor(server)).toEqual({
    host: 'pbx.example',
    fingerprint,
    subject: 'pbx.example',
    issuer: 'pbx.example',
    error: untrusted,
  })
  expect(certificates.refusedFor('wss://other.example/ws')).toBeNull()
  certificates.judge('pbx.example', shown, 'net::OK')
  expect(certificates.refusedFor(server)).toBeNull()
})

test('the very certificate the user trusts is taken, on that host only', () => {
  const certificates = policy(fingerprint)
  expect(certificates.judge('pbx.example', shown, untrusted)).toBe(true)
  expect(certificates.judge('PBX.example.', shown, untrusted)).toBe(true)
  expect(certificates.refusedFor(server)).toBeNull()
  expect(certificates.judge('evil.example', shown, untrusted)).toBe(false)
  expect(policy('0'.repeat(64)).judge('pbx.example', shown, untrusted)).toBe(false)
})

test('another certificate on a host with a trusted one is still judged by the system', () => {
  const certificates = policy(fingerprint)
  const other = { ...shown, data: selfSigned('pbx.example') }
  expect(certificates.judge('pbx.example', other, untrusted)).toBe(false)
  expect(certificates.judge('pbx.example', other, 'net::OK')).toBe(true)
})

test('an IPv6 host is the same with and without brackets', () => {
  const certificates = new CertificatePolicy({
    accounts: () => [{ server: 'wss://[2001:db8::1]:8089/ws', certificate: fingerprint, connection: { backups: [] } }],
    log: silentLog,
  })
  expect(certificates.judge('2001:db8::1', shown, untrusted)).toBe(true)
  expect(certificates.judge('[2001:db8::1]', shown, untrusted)).toBe(true)
})

test('the session is told: yes for what the user trusts, else the browser engine’s own verdict', () => {
  let ask: (request: object, decide: (verdict: number) => void) => void = () => {}
  policy(fingerprint).guard({ setCertificateVerifyProc: (proc) => void (ask = proc as typeof ask) })
  const verdict = (hostname: string, verificationResult: string): number | null => {
    let decided: number | null = null
    ask({ hostname, certificate: shown, verificationResult }, (given) => (decided = given))
    return decided
  }
  expect(verdict('pbx.example', untrusted)).toBe(0)
  expect(verdict('evil.example', untrusted)).toBe(-3)
  expect(verdict('pbx.example', 'net::OK')).toBe(-3)
})

test('asked again about a connection it refused, the answer is today’s', () => {
  let pinned: string | null = null
  const certificates = new CertificatePolicy({
    accounts: () => [{ server, certificate: pinned, connection: { backups: [] } }],
    log: silentLog,
  })
  const app = new EventEmitter()
  certificates.guardErrors(app as never)
  const allowed = (): boolean | null => {
    let decided: boolean | null = null
    const event = { preventDefault: () => {} }
    app.emit('certificate-error', event, null, server, untrusted, shown, (yes: boolean) => (decided = yes))
    return decided
  }
  expect(allowed()).toBe(false)
  pinned = fingerprint
  expect(allowed()).toBe(true)
})

test('what the user trusts for an account counts at its other servers, and at one that was found for it as long as it is', () => {
  const account = {
    server: 'sip:example',
    certificate: fingerprint,
    connection: { backups: ['wss://second.example/ws'] },
  }
  const certificates = new CertificatePolicy({ accounts: () => [account], log: silentLog })
  expect(certificates.judge('second.example', shown, untrusted)).toBe(true)
  expect(certificates.judge('found.example', shown, untrusted)).toBe(false)
  const distrust = certificates.trust('wss://Found.example:8089', fingerprint)
  const none = certificates.trust('wss://other.example', null)
  expect(certificates.judge('found.example', shown, untrusted)).toBe(true)
  expect(certificates.judge('other.example', shown, untrusted)).toBe(false)
  distrust()
  none()
  expect(certificates.judge('found.example', shown, untrusted)).toBe(false)
})
