/*
 * Address books as sources: a vCard file, or all address books of a CardDAV account (RFC 6352), read and never written. It
 * must not know what becomes of the numbers.
 */
import { readFileSync, statSync } from 'node:fs'
import { cardsIn } from '../../contacts/content-lines'
import { readCard } from '../../contacts/vcard'
import { guardedFetch, reasonOf } from './guarded-fetch'
import { SourceError, type OpenSource, type Row } from './source'

const maximumFile = 128 * 2 ** 20

export async function* readCards(path: string): AsyncGenerator<readonly Row[]> {
  if (statSync(path).size > maximumFile) throw new SourceError(`larger than ${maximumFile / 2 ** 20} MB`)
  const text = readFileSync(path, 'utf8')
  if (!/^BEGIN:VCARD/im.test(text)) throw new SourceError('there is no vCard in the file')
  yield* rowsOfCards(text)
}

function* rowsOfCards(text: string): Generator<readonly Row[]> {
  for (const lines of cardsIn(text)) {
    const { name = '', organization = null, numbers = [] } = readCard(lines)?.draft ?? {}
    const label = name === '' ? organization : name
    // Of `+1-555-0100;ext=5` the number is what callers come from.
    const rows = numbers.map(({ value }) => ({
      number: value.split(';', 1)[0] ?? value,
      label: label ?? '',
      block: false,
    }))
    if (label !== null) yield rows
  }
}

export interface CardDavOptions {
  readonly url: string
  readonly username: string
  readonly password: string | null
  readonly signal: AbortSignal
}

export async function openCardDav({ url, username, password, signal }: CardDavOptions): Promise<OpenSource> {
  const { DAVClient } = await import('tsdav')
  const authorization = `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`
  const { origin } = new URL(url)
  /** As the library asks, but credentials stay with the origin the user named. */
  const guarded = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const at = new URL(input instanceof Request ? input.url : input)
    const headers = new Headers(init.headers)
    headers.delete('authorization')
    if (at.origin === origin) headers.set('authorization', authorization)
    // Discovery follows redirects by itself; what else redirects may not carry the credentials along.
    if (init.redirect !== 'manual' && (init.method ?? 'GET') === 'GET') {
      return guardedFetch(at.href, { headers: Object.fromEntries(headers), authorization: null, signal })
    }
    return fetch(at, { ...init, headers, signal })
  }
  const client = new DAVClient({
    serverUrl: url,
    credentials: { username, password: password ?? '' },
    authMethod: 'Basic',
    defaultAccountType: 'carddav',
    fetch: guarded as typeof fetch,
  })
  try {
    await client.login()
  } catch (error) {
    throw new SourceError(`the address book cannot be opened (${whyOf(error)})`)
  }
  return { rows: () => rowsOf(client), checksum: null, etag: null, modified: null, close: () => {} }
}

interface Books {
  fetchAddressBooks(): Promise<readonly { readonly url: string }[]>
  fetchVCards(of: { addressBook: { url: string } }): Promise<readonly { readonly data?: unknown }[]>
}

async function* rowsOf(client: Books): AsyncGenerator<readonly Row[]> {
  try {
    for (const addressBook of await client.fetchAddressBooks()) {
      const cards = await client.fetchVCards({ addressBook })
      for (const { data } of cards) if (typeof data === 'string') yield* rowsOfCards(data)
    }
  } catch (error) {
    throw error instanceof SourceError ? error : new SourceError(`the address book cannot be read (${whyOf(error)})`)
  }
}

/** A library may quote requests, and with them credentials: of its words only a status is passed on. */
function whyOf(error: unknown): string {
  if (error instanceof SourceError) return error.message
  const message = error instanceof Error ? error.message : ''
  if (/invalid credentials|unauthori[sz]ed/i.test(message)) return '401'
  return /\b[45]\d\d\b/.exec(message)?.[0] ?? reasonOf(error)
}
