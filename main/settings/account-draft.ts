/*
 * Turns what a person typed or a file says of an account into one that can be used, or names the field that is wrong and
 * what it must be. Pure: nothing is looked up, stored or connected to. An error text never quotes a password.
 */
import {
  noFeatures,
  type AccountConnection,
  type AccountDraft,
  type AccountFeatures,
  type NumberPlan,
} from '../../common/account'
import { hostPattern, isPort, parseServer, serverHost } from './server-form'

type TextField = Exclude<keyof AccountDraft, 'features' | 'connection' | 'numbers' | 'listsCalls'>
type FeatureField = `features.${keyof AccountFeatures}`
type DraftField = TextField | FeatureField | `connection.${keyof AccountConnection}` | `numbers.${keyof NumberPlan}`

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

/** RFC 3261 section 25.1: `user` without password; escapes must be whole. */
const userPattern = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/#]|%[0-9A-Fa-f]{2})+$/
/** C0, DEL, C1, line and paragraph separators, lone surrogates and bidirectional controls. */
// eslint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/u

/**
 * Normalises a draft. `sip:` may be left out; a bare user gets the server's host; an empty server becomes the usual one of
 * the address's host, a bare host is a server that is to be found; an empty user name is the address's user; an empty name is the address.
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
  const address = parseAddress(raw.uri.trim(), serverHost(raw.server.trim()))
  if ('problem' in address) return address
  const server = parseServer(raw.server.trim(), address.host)
  if (!server.ok) return problem('server', server.problem)
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
  const connection = normaliseConnection(raw.connection, server.value)
  if ('problem' in connection) return connection
  const numbers = normaliseNumbers(raw.numbers)
  if ('problem' in numbers) return numbers
  return {
    ok: true,
    draft: {
      name: raw.name.trim() || address.uri.slice('sip:'.length).slice(0, limits.name),
      uri: address.uri,
      server: server.value,
      username,
      password: raw.password === '' ? null : raw.password,
      displayName,
      certificate,
      features,
      connection,
      numbers,
      turnPassword: connection.turn === null ? null : raw.turnPassword || null,
      ...(raw.listsCalls !== undefined && { listsCalls: raw.listsCalls }),
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

function normaliseConnection(raw: AccountConnection, server: string): AccountConnection | DraftProblem {
  const bad = (field: keyof AccountConnection, text: string): DraftProblem => problem(`connection.${field}`, text)
  const isWeb = (form: string): boolean => /^wss?:/.test(form)
  const backups: string[] = []
  for (const text of raw.backups.map((backup) => backup.trim()).filter(Boolean)) {
    const backup = parseServer(text, '')
    if (!backup.ok) return bad('backups', backup.problem)
    if (isWeb(backup.value) !== isWeb(server))
      return bad(
        'backups',
        isWeb(server) ? 'must be WebSocket servers, as the first is' : 'must not be WebSocket servers',
      )
    backups.push(backup.value)
  }
  if (backups.length > 4) return bad('backups', 'must not be more than four')
  const outboundProxy = raw.outboundProxy?.trim() || null
  if (outboundProxy !== null) {
    if (isWeb(server)) return bad('outboundProxy', 'is not for WebSocket servers')
    const parsed = parseServer(outboundProxy, '')
    if (!parsed.ok) return bad('outboundProxy', parsed.problem)
    if (isWeb(parsed.value)) return bad('outboundProxy', 'must not be a WebSocket server')
  }
  if (!Number.isInteger(raw.expires) || raw.expires < 60 || raw.expires > 86_400)
    return bad('expires', 'must be 60 to 86400 seconds')
  const stun = raw.stun?.trim().replace(/^stun:/i, '') || null
  if (stun !== null && !isHostAndPort(stun)) return bad('stun', 'must be a host, or host:port')
  const turnServer = raw.turn?.server.trim().replace(/^turn:/i, '') ?? ''
  const turn = turnServer === '' ? null : { server: turnServer, username: raw.turn?.username.trim() ?? '' }
  if (turn !== null && !isHostAndPort(turn.server)) return bad('turn', 'must be a host, or host:port')
  if (turn !== null && (turn.username === '' || controls.test(turn.username)))
    return bad('turn', 'must have a user name without control characters')
  const { registration, expires, srtp, media, mediaPorts } = raw
  if (mediaPorts !== null && (mediaPorts.from < 1024 || mediaPorts.to > 65_535 || mediaPorts.to - mediaPorts.from < 3))
    return bad('mediaPorts', 'must be four ports or more, from 1024 to 65535')
  return { outboundProxy, backups, registration, expires, srtp, media, mediaPorts, stun, turn }
}

const isHostAndPort = (text: string): boolean => {
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text) ?? []
  return hostPattern.test(host) && (port === undefined || isPort(port))
}

/** What these rules mean is not known here. */
function normaliseNumbers(raw: NumberPlan): NumberPlan | DraftProblem {
  const bad = (field: keyof NumberPlan, text: string): DraftProblem => problem(`numbers.${field}`, text)
  const country = raw.country?.trim().toUpperCase() || null
  if (country !== null && !/^[A-Z]{2}$/.test(country)) return bad('country', 'must be a country code of two letters')
  const areaCode = raw.areaCode?.trim() || null
  if (areaCode !== null && !/^\d{1,8}$/.test(areaCode)) return bad('areaCode', 'must be up to eight digits')
  const outsidePrefix = raw.outsidePrefix?.trim() || null
  if (outsidePrefix !== null && !/^[\d*#]{1,8}$/.test(outsidePrefix))
    return bad('outsidePrefix', 'must be up to eight digits, * or #')
  for (const { match } of raw.rules) {
    try {
      new RegExp(match)
    } catch {
      return bad('rules', 'must each match by a regular expression')
    }
  }
  return { ...raw, country, areaCode, outsidePrefix }
}

function parseAddress(
  text: string,
  hostOfServer: string | null,
): { uri: string; user: string; host: string } | DraftProblem {
  if (text === '') return problem('uri', 'must not be empty')
  if (/^sips:/i.test(text)) return problem('uri', 'must begin with sip:, not sips:')
  if (/^(?:tel|https?|wss?|mailto|callto|demo):/i.test(text))
    return problem('uri', 'must be a SIP address like sip:100@pbx.example')
  const bare = text.replace(/^sip:/i, '')
  const at = bare.lastIndexOf('@')
  const user = at < 0 ? bare : bare.slice(0, at)
  const rest = at < 0 ? hostOfServer : bare.slice(at + 1)
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

/** Nobody else is reached than before: a password that was given for one may go to the other. */
export const sameServer = (
  before: Pick<AccountDraft, 'server' | 'connection'>,
  after: Pick<AccountDraft, 'server' | 'connection'>,
): boolean => {
  const known = new Set(hostsOf(before))
  return hostsOf(after)[0] === hostsOf(before)[0] && hostsOf(after).every((host) => known.has(host))
}

/** The same TURN server and user. */
export const sameTurn = (before: AccountConnection['turn'], after: AccountConnection['turn']): boolean =>
  before?.server === after?.server && before?.username === after?.username

/** Of every server that may be shown what proves the password, the account's own first. */
const hostsOf = ({ server, connection }: Pick<AccountDraft, 'server' | 'connection'>): string[] =>
  [server, ...connection.backups, ...(connection.outboundProxy === null ? [] : [connection.outboundProxy])].map(
    (form) => serverHost(form) ?? form,
  )

function decode(user: string): string {
  try {
    return decodeURIComponent(user)
  } catch {
    return user
  }
}

const problem = (field: DraftField, text: string): DraftProblem => ({ ok: false, field, problem: text })
