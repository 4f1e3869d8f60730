/*
 * Requests to the server of an address book: with the user's credentials to the origin the user named and nowhere else, never
 * from https to http, each with a deadline and a bound on what comes back. It knows no address book.
 */

import { DavLogin } from './dav-login'

export interface DavAccess {
  readonly url: string
  readonly username: string
  readonly password: string | null
}

/** For one request, ms. */
const deadlineMs = 30_000
const redirectsAtMost = 5
const longestPauseMs = 24 * 3_600_000
/** Of one answer, in bytes: a batch of cards with pictures, or the list of a large book. */
const answerAtMost = 64 * 2 ** 20

/** Of what a server did; its words are not passed on, they may quote the request. */
export class DavError extends Error {
  override readonly name = 'DavError'
  constructor(
    /** HTTP status; null: no answer. */
    readonly status: number | null,
    what: string,
    /** The server wants to be left alone for so long, ms; null: it does not say. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(status === null ? what : `${what} (${status})`)
  }
}

/** Like `fetch`, as `tsdav` calls it. */
export function davFetch({ url, username, password }: DavAccess, signal: AbortSignal): typeof fetch {
  const home = new URL(url)
  const login = new DavLogin(username, password ?? '')
  return async (input, init = {}) => {
    let at = new URL(input instanceof Request ? input.url : input)
    for (let hop = 0; hop <= redirectsAtMost; hop++) {
      if (at.protocol !== home.protocol && at.protocol !== 'https:') throw new DavError(null, 'redirected out of https')
      const headers = new Headers(init.headers)
      headers.delete('authorization')
      const isHome = at.origin === home.origin
      const ask = (): Promise<Response> => {
        if (isHome) headers.set('authorization', login.header(init.method ?? 'GET', at))
        const limit = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
        return fetch(at, { ...init, headers, redirect: 'manual', signal: limit }).catch((error: unknown) => {
          throw new DavError(null, codeOf(error))
        })
      }
      let response = await ask()
      // It wants a proof instead of the password, or a newer one: once more.
      if (response.status === 401 && isHome && login.asked(response.headers.get('www-authenticate'))) {
        await response.body?.cancel()
        response = await ask()
      }
      const location = response.headers.get('location')
      const redirected = [301, 302, 307, 308].includes(response.status) && location !== null
      if (!redirected && [429, 503].includes(response.status)) {
        await response.body?.cancel()
        throw new DavError(response.status, 'not now', pauseOf(response.headers))
      }
      if (!redirected || init.redirect === 'manual') return bounded(response)
      await response.body?.cancel()
      at = new URL(location, at)
    }
    throw new DavError(null, 'redirected too often')
  }
}

/** Retry-After (RFC 9110 section 10.2.3): seconds, or a time by the server's own clock; ms, a day at most. */
function pauseOf(headers: Headers): number | null {
  const said = headers.get('retry-after')?.trim() ?? ''
  const ms = /^\d{1,9}$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - Date.parse(headers.get('date') ?? '')
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, longestPauseMs) : null
}

async function bounded(response: Response): Promise<Response> {
  const { status, statusText, headers, body } = response
  const parts: Uint8Array[] = []
  let size = 0
  if (body)
    for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
      size += part.byteLength
      if (size > answerAtMost) throw new DavError(status, 'answered too much')
      parts.push(part)
    }
  const empty = [101, 204, 205, 304].includes(status)
  return new Response(empty ? null : Buffer.concat(parts), { status, statusText, headers })
}

const codeOf = (error: unknown): string => {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } }
  if (name === 'TimeoutError' || name === 'AbortError') return 'no answer in time'
  return typeof cause?.code === 'string' ? cause.code : 'cannot be reached'
}
