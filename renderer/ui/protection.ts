/*
 * Who can listen in: of a call's sound and of an account's signalling, in words. Pure.
 */
import { isDemo } from '../../common/account'
import type { Encryption } from '../../common/media'
import type { AccountState } from '../../common/phone-state'
import { serverSecurity } from '../../common/server-address'

/** `word` for everybody, `how` for who wants to know. */
export const soundProtection: Record<
  Encryption,
  { readonly safe: boolean; readonly word: string; readonly how: string }
> = {
  dtls: { safe: true, word: 'Encrypted', how: 'DTLS-SRTP' },
  sdes: { safe: true, word: 'Encrypted', how: 'SRTP (SDES)' },
  none: { safe: false, word: 'Not encrypted', how: 'Plain RTP' },
}

/** How an account is connected; null: it is not, or has no server. */
export function sayRoute(
  state: AccountState,
): { readonly safe: boolean; readonly words: string; readonly why: string | null } | null {
  const { account, route, registration } = state
  if (isDemo(account) || !account.enabled || registration.state !== 'registered') return null
  if (route) {
    const safe = route.transport === 'tls' || route.transport === 'wss'
    const words = `${safe ? 'Encrypted' : 'Not encrypted'} · ${route.transport.toUpperCase()} to ${route.host}:${route.port}`
    // What the network layer calls it stays in the diagnostics.
    const why = route.why.replace(/net::ERR_CERT_\w+/g, 'its certificate is not trusted')
    return { safe, words, why: why === '' ? null : why }
  }
  const security = serverSecurity(account.server)
  if (security === 'best-found' || security === 'invalid') return null
  const safe = security === 'encrypted'
  const [, scheme = '', host] = /^(wss?):\/\/([^/?#]+)/i.exec(account.server) ?? []
  const place = host === undefined ? '' : ` · ${scheme.toUpperCase()} to ${host}`
  return { safe, words: `${safe ? 'Encrypted' : 'Not encrypted'}${place}`, why: null }
}
