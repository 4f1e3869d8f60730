/*
 * What each page may load and where it may connect, as the Content-Security-Policy header of everything it is served. Pure.
 * Only the engine page may connect anywhere, and only to the servers it is given.
 */

export type PageName = 'ui' | 'engine' | 'alert' | 'bar' | 'gallery'

/** One WebSocket origin, or the scheme alone when the network layer decides by itself. */
const connectSource = /^(?:wss?:|wss?:\/\/[a-z0-9.-]+(?::\d{1,5})?|wss?:\/\/\[[0-9a-f:.]+\](?::\d{1,5})?)$/

/** `connectTo`: origins like `wss://pbx.example:8089`, for the engine page only; what is no such origin is left out. */
export function contentSecurityPolicy(page: PageName, connectTo: readonly string[] = []): string {
  const engine = page === 'engine'
  const sources = engine ? connectTo.filter((source) => connectSource.test(source)) : []
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    engine ? "media-src 'self' blob:" : "media-src 'none'",
    `connect-src ${sources.length > 0 ? [...new Set(sources)].sort().join(' ') : "'none'"}`,
    "worker-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    // Svelte makes this policy for its own templates; the engine page has none.
    engine ? "trusted-types 'none'" : 'trusted-types svelte-trusted-html',
  ].join('; ')
}

/** The origin of an account's server as a connect source; null when it has none (the demo line). */
export function connectSourceOf(server: string): string | null {
  try {
    const { protocol, host } = new URL(server)
    const source = `${protocol}//${host}`
    return (protocol === 'ws:' || protocol === 'wss:') && connectSource.test(source) ? source : null
  } catch {
    return null
  }
}
