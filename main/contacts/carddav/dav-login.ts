/*
 * What is said to a server to be let in: the password in a header (RFC 7617) where it takes that, or the proof that it is known
 * (Digest, RFC 7616) once it has asked for it. It sends nothing.
 */
import { createHash, randomBytes } from 'node:crypto'

interface Challenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | null
  readonly algorithm: 'MD5' | 'SHA-256' | null
  readonly isSession: boolean
  readonly hasQop: boolean
}

export class DavLogin {
  private challenge: Challenge | null = null
  private count = 0

  constructor(
    private readonly username: string,
    private readonly password: string,
  ) {}

  /** The value of `Authorization` for this request. */
  header(method: string, url: URL): string {
    const { username, password, challenge } = this
    return challenge === null
      ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
      : this.proof(challenge, method, `${url.pathname}${url.search}`)
  }

  /** Takes in what a server that answered 401 asks for. Whether it is worth asking once more. */
  asked(header: string | null): boolean {
    const asked = challengeOf(header ?? '')
    if (asked === null || asked.nonce === this.challenge?.nonce) return false
    this.challenge = asked
    this.count = 0
    return true
  }

  private proof(
    { realm, nonce, opaque, algorithm, isSession, hasQop }: Challenge,
    method: string,
    uri: string,
  ): string {
    const { username, password } = this
    const hash = (text: string): string =>
      createHash(algorithm === 'SHA-256' ? 'sha256' : 'md5')
        .update(text)
        .digest('hex')
    const count = (++this.count).toString(16).padStart(8, '0')
    const ours = randomBytes(12).toString('hex')
    const secret = hash(`${username}:${realm}:${password}`)
    const who = isSession ? hash(`${secret}:${nonce}:${ours}`) : secret
    const what = hash(`${method}:${uri}`)
    const response = hash(hasQop ? `${who}:${nonce}:${count}:${ours}:auth:${what}` : `${who}:${nonce}:${what}`)
    const fields = [
      ...Object.entries({ username, realm, nonce, uri, response }).map(([name, value]) => `${name}="${quoted(value)}"`),
      ...(opaque === null ? [] : [`opaque="${quoted(opaque)}"`]),
      ...(algorithm === null ? [] : [`algorithm=${algorithm}${isSession ? '-sess' : ''}`]),
      ...(hasQop || isSession ? [`cnonce="${ours}"`] : []),
      ...(hasQop ? ['qop=auth', `nc=${count}`] : []),
    ]
    return `Digest ${fields.join(', ')}`
  }
}

/** The first that can be answered; null: none. */
function challengeOf(header: string): Challenge | null {
  for (const text of header
    .slice(0, 8_192)
    .split(/(?:^|,\s*)Digest\s+/i)
    .slice(1)) {
    const fields = new Map<string, string>()
    for (const [, name = '', inQuotes, bare] of text.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi))
      if (!fields.has(name.toLowerCase()))
        fields.set(name.toLowerCase(), inQuotes?.replace(/\\(.)/g, '$1') ?? bare ?? '')
    const [, algorithm = '', session] = /^(MD5|SHA-256)(-sess)?$/i.exec(fields.get('algorithm') ?? 'MD5') ?? []
    const [nonce, qop] = [fields.get('nonce'), fields.get('qop')]
    if (nonce === undefined || algorithm === '' || (qop !== undefined && !/\bauth(?![-\w])/i.test(qop))) continue
    return {
      realm: fields.get('realm') ?? '',
      nonce,
      opaque: fields.get('opaque') ?? null,
      algorithm: fields.has('algorithm') ? (algorithm.toUpperCase() as 'MD5' | 'SHA-256') : null,
      isSession: session !== undefined,
      hasQop: qop !== undefined,
    }
  }
  return null
}

const quoted = (text: string): string => text.replace(/["\\]/g, '\\$&')
