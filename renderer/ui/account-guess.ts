/*
 * What can be guessed of an account from the little a person likes to type: the server from the address, the
 * authorization user from the address, the rest of a URL from a bare host. Pure; knows no form and no server.
 */

export interface AccountGuess {
  /** `sip:user@host`, or null when the text is no address yet. */
  readonly uri: string | null
  readonly username: string
  readonly server: string
  readonly name: string
}

// user and host of RFC 3261 section 25.1, without passwords and headers, which have no place in an account; a port and parameters are the server's.
const address = /^(?:sips?:)?([^\s@:;?<>"]+)@(\[[0-9a-f:.]+\]|[^\s@:;?<>"/]+?)(?::(\d{1,5}))?(;[^\s<>"]*)?$/i

/** Ports where SIP over WebSocket is usual and SIP over anything else is not. */
const webPorts = new Set(['443', '7443', '8088', '8089', '8443'])

export function guessAccount(typed: string): AccountGuess {
  const match = address.exec(typed.trim())
  const [, user, host, port, parameters = ''] = match ?? []
  if (user === undefined || host === undefined) return { uri: null, username: '', server: '', name: '' }
  // With a port nothing would be looked up (RFC 3263), and the usual one says nothing.
  const place = port === undefined || port === '5060' ? host : `${host}:${port}`
  const server = completeServer(`${place}${parameters}`) ?? `sip:${host}`
  return { uri: `sip:${user}@${host}`, username: user, server, name: `${user}@${host}` }
}

/**
 * Makes a server of what was typed: a domain to be found (RFC 3263), or a way that was named, by its scheme or as in a SIP URI by `;transport=`; null when
 * nothing sensible can be made.
 */
export function completeServer(typed: string): string | null {
  const [text = '', ...parameters] = typed.trim().split(';')
  if (text === '' || Number(/:(\d{1,5})(?:\/|$)/.exec(text)?.[1] ?? 0) > 65_535) return null
  const transport = parameters.map((one) => /^transport=(udp|tcp|tls)$/i.exec(one)?.[1]?.toLowerCase()).find(Boolean)
  const plain = /^(udp|tcp|tls|sips?):(?:\/\/)?([^\s/@]+)$/i.exec(text)
  const scheme = plain?.[1]?.toLowerCase()
  if (transport !== undefined && scheme === 'sip') return `${transport}:${plain?.[2]}`
  if (plain) return `${scheme}:${plain[2]}`
  const bare = /^(\[[0-9a-f:.]+\]|[^\s:/?#@]+)(?::(\d{1,5}))?(\/[^\s]*)?$/i.exec(text)
  const [, host, port, path] = bare ?? []
  if (host !== undefined && path === undefined && !webPorts.has(port ?? ''))
    return `${transport ?? 'sip'}:${host}${port === undefined ? '' : `:${port}`}`
  if (host !== undefined) return `wss://${host}:${port ?? '8089'}${path ?? '/ws'}`
  if (!/^wss?:\/\//i.test(text)) return null
  return URL.canParse(text) ? text : null
}

/** The host a server's form names; null: none. */
export const hostOf = (server: string | null): string | null =>
  /^[a-z]+:(?:\/\/)?(\[[^\]]*\]|[^\s/:?#@]+)/i.exec(server ?? '')?.[1] ?? null

/** What a server's form means, in a sentence; null: it is none yet. */
export function explainServer(server: string | null): string | null {
  if (server === null) return null
  const [, scheme] = /^([a-z]+):/i.exec(server) ?? []
  switch (scheme?.toLowerCase()) {
    case 'sip':
      return 'The phone finds the best way that works: encrypted if the server can.'
    case 'tls':
    case 'sips':
      return 'Encrypted, straight to this server.'
    case 'tcp':
    case 'udp':
      return `${scheme?.toUpperCase()}, straight to this server. Others on the way can see who calls whom.`
    case 'wss':
      return 'WebSocket (WebRTC), encrypted.'
    case 'ws':
      return 'WebSocket (WebRTC), not encrypted.'
    default:
      return null
  }
}
