/*
 * The accounts and how they stand with their servers, for somebody who helps: no password, and users and hosts by their pseudonyms. Pure.
 */
import type { Registration } from '../../common/account'
import type { AccountState, PhoneState } from '../../common/phone-state'
import type { Pseudonyms } from './pseudonyms'
import { redactUri } from './redact-uri'

export function describeAccounts(
  { accounts, voicemail, away }: PhoneState,
  names: Pseudonyms,
  now: number,
  clean: (text: string) => string,
): string {
  const described = accounts.map((state) => describe(state, names, now, clean))
  const waiting = voicemail.filter((one) => one.waiting).map(({ accountId }) => names.account(accountId))
  const gone = away.map(
    ({ accountId, from, to, because }) => `${names.account(accountId)}: ${iso(from)} to ${iso(to)}, ${because}`,
  )
  return [
    ...(described.length === 0 ? ['there is none'] : described),
    `voicemail waits: ${waiting.join(', ') || 'none'}`,
    ['could not be reached:', ...(gone.length === 0 ? ['never'] : gone)].join('\n  '),
  ].join('\n\n')
}

function describe(state: AccountState, names: Pseudonyms, now: number, clean: (text: string) => string): string {
  const { account, registration, reach, route, flows = [] } = state
  const { connection, features, numbers } = account
  /** A host that stands alone, with a port or not, is not seen to be one. */
  const place = (text: string): string => {
    const bare = text.replace(/^(?:stun|turn)s?:/i, '')
    return /^(?:sips?|udp|tcp|tls|wss?):/i.test(bare) ? clean(bare) : clean(`sip:${bare}`).replace(/^sip:/, '')
  }
  const addressUser = /^sips?:([^@]*)@/i.exec(account.uri)?.[1]
  const facts: Record<string, string> = {
    address: redactUri(account.uri, names),
    server: clean(account.server),
    user: account.username === addressUser ? 'as in the address' : names.user(account.username),
    displayName: account.displayName === null ? 'none' : 'set',
    certificate: account.certificate === null ? 'none is trusted by hand' : 'one is trusted by hand',
    on: String(account.enabled),
    password: state.needsPassword ? 'not known' : state.unprotected ? 'kept without protection' : 'kept',
    outboundProxy: connection.outboundProxy === null ? 'none' : place(connection.outboundProxy),
    backups: connection.backups.map(clean).join(', ') || 'none',
    registeredWith: `${connection.registration} of its servers`,
    expires: String(connection.expires),
    srtp: connection.srtp,
    media: connection.media,
    mediaPorts: connection.mediaPorts === null ? 'any' : `${connection.mediaPorts.from} to ${connection.mediaPorts.to}`,
    stun: connection.stun === null ? 'none' : place(connection.stun),
    turn: connection.turn === null ? 'none' : place(connection.turn.server),
    features:
      Object.entries(features)
        .flatMap(([name, value]) => (value === null ? [] : [name]))
        .join(', ') || 'none',
    numbers: `country ${numbers.country ?? 'none'}, sent ${numbers.send}, ${numbers.rules.length} rules`,
    registration: describeRegistration(registration, clean),
    ...(flows.length === 0
      ? {}
      : {
          atOnce: flows
            .map((flow) => `${clean(flow.server)} ${describeRegistration(flow.registration, clean)}`)
            .join('; '),
        }),
    reach:
      reach === null
        ? 'nothing is known'
        : `proven ${ago(reach.provenAt, now)}, in ${reach.roundTripMs === null ? '?' : Math.round(reach.roundTripMs)} ms, ` +
          `doubt: ${reach.doubt ?? 'none'}`,
    route:
      route === null
        ? 'none but the server itself'
        : `${route.transport} ${names.host(route.host)} ${names.host(route.address)}:${route.port}, ` +
          `we are ${clean(route.local)}, ${clean(route.why)}`,
  }
  const listed = Object.entries(facts).map(([name, value]) => `  ${name}: ${value}`)
  return [names.account(account.id), ...listed].join('\n')
}

function describeRegistration(registration: Registration, clean: (text: string) => string): string {
  switch (registration.state) {
    case 'registered':
      return `registered since ${iso(registration.since)}, until ${iso(registration.expiresAt)}`
    case 'failed': {
      const { reason, sipStatus, retryAt, certificate } = registration
      const shown =
        certificate === null
          ? ''
          : `, ${certificate.error} for ${clean(certificate.subject)} by ${clean(certificate.issuer)}`
      return `failed: ${reason}${sipStatus === null ? '' : ` (${sipStatus})`}, next try ${retryAt === null ? 'never' : iso(retryAt)}${shown}`
    }
    default:
      return registration.state
  }
}

const ago = (at: number | null, now: number): string =>
  at === null ? 'never' : `${Math.max(0, Math.round((now - at) / 1000))} s ago`

const iso = (ms: number): string => new Date(ms).toISOString()
