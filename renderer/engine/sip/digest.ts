/*
 * Digest authentication (RFC 8760, RFC 7616) in place of sip.js's, which answers any challenge from anyone, with MD5 only. Ours answers
 * only the account's own realm, never inside a dialog the other side created, and never `auth-int`. Challenges were already
 * chosen and made readable by guard/challenge.ts.
 */
import { Core, type UserAgent } from 'sip.js'
import { restoreAliases } from './guard/alias'
import { md5, sha256, sha512256 } from './hash'

export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256'

/** Why a challenge was left unanswered. */
type DigestRefusal = 'foreign-realm' | 'peer-dialog' | 'unsupported' | 'md5-forbidden'

/** Who asks: the server a request is for (401), or a proxy on the way to it (407). */
type Challenger = 'server' | 'proxy'

/**
 * The realms an account answers, one of its server and one of the proxy before it. Each is learned from the first challenge to a REGISTER, which
 * only the account's own servers see; before that only the account's own domain is accepted. One pin per account, kept while its password is.
 */
export class RealmPin {
  readonly #domain: string
  readonly #realms = new Map<Challenger, string>()

  /** `domain`: host of the address of record. */
  constructor(domain: string) {
    this.#domain = domain.toLowerCase()
  }

  get realm(): string | null {
    return this.#realms.get('server') ?? this.#realms.get('proxy') ?? null
  }

  /** True when the account may answer. Pins the realm where it may. */
  accepts(realm: string, method: string, challenger: Challenger = 'server'): boolean {
    if ([...this.#realms.values()].includes(realm)) return true
    if (this.#realms.has(challenger)) return false
    // A realm that was learned in the one place is not believed to have another in the other, but where only our servers listen.
    if (method !== 'REGISTER' && (this.#realms.size > 0 || realm.toLowerCase() !== this.#domain)) return false
    this.#realms.set(challenger, realm)
    return true
  }

  /** The user changed the server or said the new realm is right. */
  forget(): void {
    this.#realms.clear()
  }
}

export interface DigestOptions {
  readonly username: string
  readonly password: string
  readonly pin: RealmPin
  /** True for Call-IDs that a caller chose. */
  readonly isPeerDialog: (callId: string) => boolean
  /** Default true: most servers know nothing else. */
  readonly allowMd5?: boolean
  readonly onRefused?: (refusal: DigestRefusal, realm: string, method: string) => void
}

/** The parts of sip.js's outgoing request and parsed challenge that are used. */
interface Request {
  readonly method: string
  readonly callId: string
  readonly ruri: { toString(): string }
}
interface ParsedChallenge {
  readonly realm?: string
  readonly nonce?: string
  readonly opaque?: string
  readonly algorithm?: string
  readonly qop?: readonly string[]
}

const hashes: Record<string, (text: string) => string> = { MD5: md5, 'SHA-256': sha256, 'SHA-512-256': sha512256 }

/** RFC 7616 section 3.4.1. `nonceCount` is 1: each request answers its own challenge with a fresh cnonce. */
export const digestResponse = (input: {
  readonly algorithm: DigestAlgorithm
  readonly username: string
  readonly realm: string
  readonly password: string
  readonly method: string
  readonly uri: string
  readonly nonce: string
  readonly cnonce: string
  readonly nonceCount: string
  readonly qop: 'auth' | null
}): string => {
  const { algorithm, username, realm, password, method, uri, nonce, cnonce, nonceCount, qop } = input
  const hash = hashes[algorithm] ?? md5
  const ha1 = hash(`${username}:${realm}:${password}`)
  const ha2 = hash(`${method}:${uri}`)
  return qop ? hash(`${ha1}:${nonce}:${nonceCount}:${cnonce}:auth:${ha2}`) : hash(`${ha1}:${nonce}:${ha2}`)
}

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`
const unquoted = (text: string): string => text.replace(/\\(.)/g, '$1')

const makeCnonce = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** What sip.js's UserAgentClient asks of its credentials: one object for each request that gets challenged. */
class Credentials {
  readonly #options: DigestOptions
  #header = ''
  /** Of the challenge that is being answered. */
  challenger: Challenger = 'server'

  constructor(options: DigestOptions) {
    this.#options = options
  }

  authenticate(request: Request, challenge: ParsedChallenge): boolean {
    const { username, password, pin, isPeerDialog, allowMd5 = true, onRefused } = this.#options
    const { realm = '', nonce = '', opaque, algorithm = 'MD5', qop } = challenge
    const refuse = (refusal: DigestRefusal): false => {
      onRefused?.(refusal, realm, request.method)
      return false
    }
    if (realm === '' || nonce === '' || !(algorithm in hashes)) return refuse('unsupported')
    if (algorithm === 'MD5' && !allowMd5) return refuse('md5-forbidden')
    if (qop !== undefined && !qop.includes('auth')) return refuse('unsupported')
    if (isPeerDialog(request.callId)) return refuse('peer-dialog')
    if (!pin.accepts(realm, request.method, this.challenger)) return refuse('foreign-realm')
    const uri = restoreAliases(request.ruri.toString())
    const cnonce = makeCnonce()
    const nonceCount = '00000001'
    const response = digestResponse({
      algorithm: algorithm as DigestAlgorithm,
      username,
      realm: unquoted(realm),
      password,
      method: request.method,
      uri,
      nonce,
      cnonce,
      nonceCount,
      qop: qop ? 'auth' : null,
    })
    this.#header =
      `Digest algorithm=${algorithm}, username=${quoted(username)}, realm=${quoted(unquoted(realm))}, nonce="${nonce}", ` +
      `uri="${uri}", response="${response}"${opaque === undefined ? '' : `, opaque="${opaque}"`}` +
      (qop ? `, qop=auth, cnonce="${cnonce}", nc=${nonceCount}` : '')
    return true
  }

  toString(): string {
    return this.#header
  }
}

/** Makes a user agent answer challenges our way. Call once, before the first request. */
export const useDigest = (userAgent: UserAgent, options: DigestOptions): void => {
  answerBoth()
  const configuration: Core.UserAgentCoreConfiguration = userAgent.userAgentCore.configuration
  configuration.authenticationFactory = () => new Credentials(options) as unknown as Core.DigestAuthentication
}

/** What sip.js keeps of the challenges to one request. */
interface Client {
  challenged: boolean
  stale: boolean
  credentials?: unknown
  readonly core: { readonly configuration: Core.UserAgentCoreConfiguration }
}
interface Challenged {
  challenged: boolean
  stale: boolean
}

const seen = new WeakMap<Client, Map<Challenger, Challenged>>()
let answersBoth = false

/**
 * sip.js takes a second challenge to a request for a loop, also when the first came from a proxy and the second from the server behind it
 * (RFC 3261 section 22.3). So what it remembers of them is kept for each of the two, and given to it when it is that one's turn.
 */
function answerBoth(): void {
  if (answersBoth) return
  answersBoth = true
  const prototype = Core.UserAgentClient.prototype as unknown as {
    authenticationGuard(this: Client, message: Core.IncomingResponseMessage, dialog?: Core.Dialog): boolean
  }
  const original = prototype.authenticationGuard
  prototype.authenticationGuard = function (message, dialog) {
    const { statusCode } = message
    if (statusCode !== 401 && statusCode !== 407) return original.call(this, message, dialog)
    this.credentials ??= this.core.configuration.authenticationFactory() ?? undefined
    if (!(this.credentials instanceof Credentials)) return original.call(this, message, dialog)
    const challenger = statusCode === 407 ? 'proxy' : 'server'
    const both = seen.get(this) ?? new Map<Challenger, Challenged>()
    seen.set(this, both)
    const { challenged, stale } = both.get(challenger) ?? { challenged: false, stale: false }
    this.challenged = challenged
    this.stale = stale
    this.credentials.challenger = challenger
    const goOn = original.call(this, message, dialog)
    both.set(challenger, { challenged: this.challenged, stale: this.stale })
    return goOn
  }
}
