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

// user and host of RFC 3261 section 25.1, without passwords, parameters and headers, which have no place in an account.
const address = /^(?:sips?:)?([^\s@:;?<>"]+)@(\[[0-9a-f:.]+\]|[^\s@:;?<>"/]+?)(?::\d+)?$/i

/** The defaults of Asterisk's and most PBXs' WebSocket listeners. */
const usualServer = (host: string): string => `wss://${host}:8089/ws`

export function guessAccount(typed: string): AccountGuess {
  const match = address.exec(typed.trim())
  const [, user, host] = match ?? []
  if (user === undefined || host === undefined) return { uri: null, username: '', server: '', name: '' }
  return { uri: `sip:${user}@${host}`, username: user, server: usualServer(host), name: `${user}@${host}` }
}

/** Makes a WebSocket URL of a bare host or `host:port`; null when nothing sensible can be made. */
export function completeServer(typed: string): string | null {
  const text = typed.trim()
  if (text === '') return null
  const bare = /^(\[[0-9a-f:.]+\]|[^\s:/?#@]+)(?::(\d{1,5}))?(\/[^\s]*)?$/i.exec(text)
  if (bare) return `wss://${bare[1]}:${bare[2] ?? '8089'}${bare[3] ?? '/ws'}`
  if (!/^wss?:\/\//i.test(text)) return null
  return URL.canParse(text) ? text : null
}
