/*
 * Fetches for a source, with what a browser would do besides: few redirects, never from https to http, and a secret only to
 * the origin it was given for. It must not know what is fetched.
 */
import { SourceError } from './source'

const maximumRedirects = 5

export interface GuardedOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as `Authorization` to the first origin alone; null: none. */
  readonly authorization?: string | null
  readonly signal: AbortSignal
  readonly fetch?: typeof fetch
}

/** The answer, whatever its status but a redirect. Throws a `SourceError` without a secret in it. */
export async function guardedFetch(url: string, options: GuardedOptions): Promise<Response> {
  const { headers = {}, authorization = null, signal, fetch: ask = fetch } = options
  const first = addressOf(url)
  let at = first
  for (let hop = 0; hop <= maximumRedirects; hop++) {
    const authorized = authorization !== null && at.origin === first.origin
    const response = await ask(at.href, {
      headers: authorized ? { ...headers, Authorization: authorization } : { ...headers },
      redirect: 'manual',
      signal,
    }).catch((error: unknown): never => {
      throw new SourceError(`${at.host}: ${reasonOf(error)}`)
    })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null || response.status === 304) return response
    await response.body?.cancel()
    const next = addressOf(location, at)
    if (at.protocol === 'https:' && next.protocol !== 'https:')
      throw new SourceError(`${at.host} redirects out of https`)
    at = next
  }
  throw new SourceError(`${first.host} redirects more than ${maximumRedirects} times`)
}

function addressOf(url: string, base?: URL): URL {
  let parsed: URL
  try {
    parsed = new URL(url, base)
  } catch {
    throw new SourceError('the address is none')
  }
  if (!['http:', 'https:'].includes(parsed.protocol)) throw new SourceError(`${parsed.protocol} is not fetched from`)
  if (parsed.username !== '' || parsed.password !== '') throw new SourceError('the address has a password in it')
  return parsed
}

/** What the network layer says, without the address it quotes. */
export function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: unknown } } | null)?.cause?.code
  if (typeof cause === 'string') return cause
  const name = (error as { name?: unknown } | null)?.name
  if (name === 'TimeoutError' || name === 'AbortError') return 'no answer in time'
  return 'cannot be reached'
}
