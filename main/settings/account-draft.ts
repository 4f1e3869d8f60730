/*
 * Turns what a person typed or a file says of an account into one that can be used, or names the field that is wrong and
 * what it must be. Pure: nothing is looked up, stored or connected to. An error text never quotes a password.
 */
import { isDemo, noFeatures, type AccountDraft, type AccountFeatures } from '../../common/account'

type TextField = Exclude<keyof AccountDraft, 'features' | 'connection' | 'numbers'>
type FeatureField = `features.${keyof AccountFeatures}`
type DraftField = TextField | FeatureField

interface DraftProblem {
  readonly ok: false
  readonly field: DraftField
  /** Reads after the field's name: `must begin with ws: or wss:`. */
  readonly problem: string
}

export type DraftResult = { readonly ok: true; readonly draft: AccountDraft } | DraftProblem

/** The server of the built-in line, which no form and no file may name. */
export const demoServer = 'demo:'

const limits: Readonly<Record<TextField, number>> = {
  name: 128,
  uri: 512,
  server: 512,
  username: 256,
  password: 512,
  displayName: 256,
  certificate: 128,
  turnPassword: 512,
}
/** Of a number or address to dial. */
const featureLimit = 256

/** Where Asterisk and FreePBX answer SIP over secure WebSocket unless they were told otherwise. */
const usualServer = (host: string): string => `wss://${host}:8089/ws`

/** RFC 3261 section 25.1: `user` without password; escapes must be whole. */
const userPattern = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/#]|%[0-9A-Fa-f]{2})+$/
const hostPattern =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*\.?|\[[0-9A-Fa-f:.]+\])$/

/** C0, DEL, C1, line and paragraph separators, lone surrogates and bidirectional controls. */
// eslint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/u

/**
 * Normalises a draft. `sip:` may be left out; a bare user gets the server's host; an empty server becomes the usual one of
 * the address's host; an empty user name is the address's user; an empty name is the address.
 */
export function normaliseDraft(raw: AccountDraft): DraftResult {
  for (const field of Object.keys(limits) as TextField[]) {
    const value = raw[field]
    if (value !== null && value.length > limits[field]) {
      return problem(field, `must not be longer than ${limits[field]} characters`)
    }
    if (value !== null && controls.test(field === 'password' || field === 'turnPassword' ? value : value.trim())) {
      return problem(field, 'must not contain line breaks or control characters')
    }
  }
  const address = parseAddress(raw.uri.trim(), hostOf(raw.server.trim()))
  if ('problem' in address) return address
  const server = parseServer(raw.server.trim(), address.host)
  if (typeof server !== 'string') return server
  const username = raw.username.trim() || decode(address.user)
  // The address may have said it escaped.
  if (controls.test(username)) return problem('username', 'must not contain line breaks or control characters')
  if (username.length > limits.username)
    return problem('username', `must not be longer than ${limits.username} characters`)
  // A quoted-string of RFC 2617 in the Authorization header: neither may be in it unescaped, and stacks do not escape.
  if (/["\\]/.test(username)) return problem('username', 'must not contain " or \\')
  const displayName = raw.displayName?.trim() || null
  if (displayName !== null && /["\\]/.test(displayName)) return problem('displayName', 'must not contain " or \\')
  const certificate = parseFingerprint(raw.certificate?.trim() || null)
  if (certificate !== null && typeof certificate !== 'string') return certificate
  const features = normaliseFeatures(raw.features)
  if ('problem' in features) return features
  return {
    ok: true,
    draft: {
      name: raw.name.trim() || address.uri.slice('sip:'.length).slice(0, limits.name),
      uri: address.uri,
      server,
      username,
      password: raw.password === '' ? null : raw.password,
      displayName,
      certificate,
      features,
      connection: raw.connection,
      numbers: raw.numbers,
      turnPassword: raw.turnPassword || null,
    },
  }
}

/** Trimmed; nothing typed is none. Whether a number can be dialled is found out when it is. */
function normaliseFeatures(raw: AccountFeatures): AccountFeatures | DraftProblem {
  const features: Record<keyof AccountFeatures, string | null> = { ...noFeatures }
  for (const key of Object.keys(noFeatures) as (keyof AccountFeatures)[]) {
    const value = raw[key]?.trim() || null
    if (value !== null && value.length > featureLimit)
      return problem(`features.${key}`, `must not be longer than ${featureLimit} characters`)
    if (value !== null && controls.test(value))
      return problem(`features.${key}`, 'must not contain line breaks or control characters')
    features[key] = value
  }
  return features
}

function parseAddress(
  text: string,
  serverHost: string | null,
): { uri: string; user: string; host: string } | DraftProblem {
  if (text === '') return problem('uri', 'must not be empty')
  if (/^sips:/i.test(text)) return problem('uri', 'must begin with sip:, not sips:')
  if (/^(?:tel|https?|wss?|mailto|callto|demo):/i.test(text))
    return problem('uri', 'must be a SIP address like sip:100@pbx.example')
  const bare = text.replace(/^sip:/i, '')
  const at = bare.lastIndexOf('@')
  const user = at < 0 ? bare : bare.slice(0, at)
  const rest = at < 0 ? serverHost : bare.slice(at + 1)
  if (rest === null || user === '' || rest === '')
    return problem('uri', 'must be a SIP address like sip:100@pbx.example')
  if (!userPattern.test(user)) return problem('uri', 'has characters before the @ that a SIP address cannot have')
  const split = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(rest)
  const host = split?.[1]
  const port = split?.[2]
  if (host === undefined || !hostPattern.test(host)) return problem('uri', 'must end in a host, with nothing after it')
  if (port !== undefined && !isPort(port)) return problem('uri', 'has a port outside 1 to 65535')
  const lower = host.toLowerCase()
  return { uri: `sip:${user}@${lower}${port === undefined ? '' : `:${port}`}`, user, host: lower }
}

function parseServer(text: string, host: string): string | DraftProblem {
  if (text === '') return usualServer(host)
  if (isDemo({ server: text.toLowerCase() })) return problem('server', 'must not be demo:, which is the built-in line')
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'ws' && scheme !== 'wss')
    return problem('server', 'must begin with ws: or wss:')
  let url: URL
  try {
    url = new URL(scheme === undefined ? `wss://${text}` : text)
  } catch {
    return problem(
      'server',
      scheme === undefined ? 'must begin with ws: or wss:' : 'must be a URL like wss://pbx.example:8089/ws',
    )
  }
  if (url.username !== '' || url.password !== '') return problem('server', 'must not contain a user or password')
  if (url.hash !== '') return problem('server', 'must not contain #')
  if (!hostPattern.test(url.hostname)) return problem('server', 'must name a host')
  if (scheme !== undefined) return url.href
  // Only a host was typed: the usual port and path; a host with a port keeps the port.
  if (url.pathname !== '/' || url.search !== '') return url.href
  return `wss://${url.hostname}:${/:443$/.test(text) ? '443' : url.port || '8089'}/ws`
}

function parseFingerprint(text: string | null): string | null | DraftProblem {
  if (text === null) return null
  const hex = text
    .replace(/^sha-?256[ :/]?/i, '')
    .replaceAll(/[: ]/g, '')
    .toLowerCase()
  return /^[0-9a-f]{64}$/.test(hex)
    ? hex
    : problem('certificate', 'must be a SHA-256 fingerprint of 64 hexadecimal digits')
}

/** Two accounts are the same when they would register the same address as the same user. */
export const sameAccount = (
  a: Pick<AccountDraft, 'uri' | 'username'>,
  b: Pick<AccountDraft, 'uri' | 'username'>,
): boolean => a.uri === b.uri && a.username === b.username

/** The same host: a password that was given for one may go to the other. */
export const sameServer = (a: Pick<AccountDraft, 'server'>, b: Pick<AccountDraft, 'server'>): boolean =>
  (hostOf(a.server) ?? a.server) === (hostOf(b.server) ?? b.server)

function hostOf(server: string): string | null {
  try {
    const { hostname } = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `wss://${server}`)
    return hostname === '' ? null : hostname
  } catch {
    return null
  }
}

/** A port with leading zeros or out of range is none. */
const isPort = (text: string): boolean => Number(text) >= 1 && Number(text) <= 65_535

function decode(user: string): string {
  try {
    return decodeURIComponent(user)
  } catch {
    return user
  }
}

const problem = (field: DraftField, text: string): DraftProblem => ({ ok: false, field, problem: text })
