/*
 * Chooses one digest challenge of a 401 or 407 and drops the others, strongest algorithm first (RFC 8760 section 2.4, which lets
 * a server offer several), because sip.js looks only at the last header. What is left is rewritten so that sip.js can read it.
 * Whether it will be answered is decided in digest.ts.
 */
import type { DigestAlgorithm } from '../digest'
import type { WireMessage } from '../../../../common/wire-message'

interface Challenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | null
  readonly algorithm: DigestAlgorithm
  /** RFC 2617 `auth`, or null for the older form without qop. `auth-int` alone is not answered. */
  readonly qop: 'auth' | null
  readonly stale: boolean
}

const algorithms: Record<string, DigestAlgorithm> = {
  md5: 'MD5',
  'sha-256': 'SHA-256',
  'sha-512-256': 'SHA-512-256',
}
const strength: Record<DigestAlgorithm, number> = { MD5: 0, 'SHA-256': 1, 'SHA-512-256': 2 }

const fieldPattern = /([A-Za-z0-9_-]{1,32})=(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]+))/g

/** Reads one WWW-Authenticate or Proxy-Authenticate value; null when it is not a challenge we answer. */
const parseChallenge = (value: string): Challenge | null => {
  if (!/^Digest\s/i.test(value) || /[^\x20-\x7e\xa0-\uffff]/.test(value)) return null
  const fields = new Map<string, string>()
  for (const match of value.matchAll(fieldPattern)) {
    const name = (match[1] ?? '').toLowerCase()
    if (!fields.has(name)) fields.set(name, match[2] ?? match[3] ?? '')
  }
  const algorithm = algorithms[(fields.get('algorithm') ?? 'md5').toLowerCase()]
  const realm = fields.get('realm')
  const nonce = fields.get('nonce')
  if (algorithm === undefined || !realm || !nonce) return null
  const qops = fields.get('qop')
  const offered = qops?.split(',').map((qop) => qop.trim().toLowerCase())
  if (offered && qops?.trim() !== '' && !offered.includes('auth')) return null
  return {
    realm,
    nonce,
    opaque: fields.get('opaque') ?? null,
    algorithm,
    qop: offered?.includes('auth') ? 'auth' : null,
    stale: fields.get('stale')?.toLowerCase() === 'true',
  }
}

const render = (challenge: Challenge): string => {
  const { realm, nonce, opaque, algorithm, qop, stale } = challenge
  // qop is a list in quotes: sip.js's grammar reads only that form.
  return (
    `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}` +
    `${opaque === null ? '' : `, opaque="${opaque}"`}${qop ? ', qop="auth"' : ''}${stale ? ', stale=true' : ''}`
  )
}

/** Leaves the best challenge of each kind in the message, or none: then sip.js reports the 401 or 407 itself. */
export const chooseChallenge = (message: WireMessage): void => {
  for (const name of ['www-authenticate', 'proxy-authenticate']) {
    const headers = message.headers.filter((header) => header.name === name)
    if (headers.length === 0) continue
    // SIP has one in each header (RFC 3261 section 20.44), HTTP several.
    const challenges = headers
      .flatMap(({ value }) => value.split(/,\s*(?=Digest\s)/i))
      .map(parseChallenge)
      .filter((challenge) => challenge !== null)
    const best = challenges.toSorted((a, b) => strength[b.algorithm] - strength[a.algorithm])[0]
    message.headers = message.headers.filter((header) => header.name !== name)
    message.changed = true
    const label = name === 'www-authenticate' ? 'WWW-Authenticate' : 'Proxy-Authenticate'
    if (best) message.headers.push({ name, label, value: render(best) })
  }
}
