/*
 * A key and a certificate signed by itself, made for one test.
 */
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Keys {
  readonly key: string
  readonly certificate: string
  /** SHA-256, lower-case hex. */
  readonly fingerprint: string
}

/** `names`: as openssl writes them, e.g. `DNS:pbx.example.com,URI:sip:example.com`. */
export function makeKeys(names: string): Keys {
  const dir = mkdtempSync(join(tmpdir(), 'patchcord-keys-'))
  try {
    const how = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    const what = ['-subj', '/CN=pbx.example.com', '-addext', `subjectAltName=${names}`]
    execFileSync('openssl', ['req', '-x509', ...how, ...what, '-keyout', 'key', '-out', 'certificate'], {
      cwd: dir,
      stdio: 'ignore',
    })
    const certificate = readFileSync(join(dir, 'certificate'), 'utf8')
    const fingerprint = new X509Certificate(certificate).fingerprint256.replace(/:/g, '').toLowerCase()
    return { key: readFileSync(join(dir, 'key'), 'utf8'), certificate, fingerprint }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
