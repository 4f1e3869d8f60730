/*
 * Requests whose Request-URI names somebody else than we call ourselves: trunks put the number that was called there, some proxies no user at all.
 * sip.js would answer 404; but what our own server sends us over our own connection is meant for us. It changes the user part and nothing else.
 */
import type { UserAgent } from 'sip.js'
import type { Passed } from './header-check'

const pattern = /^(\S+ sips?:)(?:([^@\s]*)@)?([^@\s]+ SIP\/2\.0)$/i

/** To be called with every request; a REGISTER is for nobody here, whomever it names. */
export function takeAsOurs({ message, method }: Passed, userAgent: UserAgent): void {
  const { aor, contact } = userAgent.userAgentCore.configuration
  const [, start, user = '', rest] = pattern.exec(message.start) ?? []
  if (start === undefined || rest === undefined || method === 'REGISTER') return
  const names = [aor, contact.uri, contact.pubGruu, contact.tempGruu].map((uri) => uri?.user)
  if (contact.uri.user === undefined || names.some((name) => name === decoded(user))) return
  message.start = `${start}${contact.uri.user}@${rest}`
  message.changed = true
}

/** As sip.js compares it. */
function decoded(user: string): string {
  try {
    return decodeURIComponent(user)
  } catch {
    return user
  }
}
