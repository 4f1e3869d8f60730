/*
 * The address books of a CardDAV account (RFC 6352) as a list of what changed, and cards that are fetched, put and removed.
 * An answer that is not whole is an error and never an empty book. It keeps nothing and merges nothing.
 */
import { davFetch, DavError, type DavAccess } from './dav-fetch'

/** What is on the server: path → version (ETag), and which are gone since. `token`: where to go on from next time. */
export interface BookChanges {
  readonly changed: ReadonlyMap<string, string>
  /** Gone since the token; null: `changed` is the whole book, and what is not in it is gone. */
  readonly gone: readonly string[] | null
  readonly token: string | null
  readonly ctag: string | null
}

export interface FetchedCard {
  readonly href: string
  readonly etag: string
  readonly raw: string
}

/** What became of a card that was sent. `etag` null: the server does not say. */
export type Sent =
  | { readonly ok: true; readonly etag: string | null }
  /** `changed`: another version is there (412). `gone`: there is none (404, 410). `refused`: the server does not want it. */
  | { readonly ok: false; readonly why: 'changed' | 'gone' | 'refused' }

interface DavResponse {
  readonly href?: string
  readonly status: number
  readonly ok: boolean
  readonly props?: Readonly<Record<string, unknown>>
  readonly raw?: unknown
}

const namespaces = { 'xmlns:d': 'DAV:', 'xmlns:card': 'urn:ietf:params:xml:ns:carddav' } as const
/** Cards in one request. */
const atOnce = 50

export class AddressBookServer {
  private readonly fetch: typeof fetch

  constructor(
    private readonly access: DavAccess,
    signal: AbortSignal,
  ) {
    this.fetch = davFetch(access, signal)
  }

  /** URLs of the address books; the first is where new contacts go. Throws a `DavError`. */
  async books(): Promise<readonly string[]> {
    const { DAVClient } = await import('tsdav')
    const { url, username, password } = this.access
    // Somebody may have given the address of the book itself.
    const [itself] = await this.request(url, 'PROPFIND', '0', {
      propfind: { _attributes: namespaces, 'd:prop': { 'd:resourcetype': {} } },
    })
    if (itself?.status === 401 || itself?.status === 403) throw new DavError(itself.status, 'not let in')
    if (itself && itself.status >= 500) throw new DavError(itself.status, 'not now')
    if (itself?.ok && isBook(itself)) return [url.endsWith('/') ? url : `${url}/`]
    const credentials = { username, password: password ?? '' }
    const client = new DAVClient({
      serverUrl: url,
      credentials,
      authMethod: 'Basic',
      defaultAccountType: 'carddav',
      fetch: this.fetch,
    })
    try {
      await client.login()
      const books = await client.fetchAddressBooks()
      if (books.length === 0) throw new DavError(404, 'there is no address book')
      return books.map((book) => book.url)
    } catch (error) {
      if (error instanceof DavError) throw error
      const said = error instanceof Error ? error.message : ''
      throw new DavError(/invalid credentials/i.test(said) ? 401 : null, 'the address book is not found')
    }
  }

  /** By RFC 6578 where the server knows it; else by the version of the whole book and of each card. null: nothing changed. */
  async changes(
    book: string,
    known: { readonly token: string | null; readonly ctag: string | null },
  ): Promise<BookChanges | null> {
    if (known.token !== null) {
      const since = await this.syncCollection(book, known.token)
      if (since) return since
    }
    const ctag = await this.ctag(book)
    if (known.token === null && ctag !== null && ctag === known.ctag) return null
    const token = await this.syncCollection(book, '')
    if (token) return { ...token, gone: null, ctag }
    return { changed: await this.list(book), gone: null, token: null, ctag }
  }

  async *cards(book: string, hrefs: readonly string[]): AsyncGenerator<readonly FetchedCard[]> {
    for (let n = 0; n < hrefs.length; n += atOnce) {
      const responses = await this.request(
        book,
        'REPORT',
        '1',
        {
          'addressbook-multiget': {
            _attributes: namespaces,
            'd:prop': { 'd:getetag': {}, 'card:address-data': {} },
            'd:href': hrefs.slice(n, n + atOnce),
          },
        },
        'card',
      )
      yield whole(responses).flatMap(({ href, props, ok }) => {
        const raw = textOf(props?.addressData)
        return ok && href !== undefined && raw !== null
          ? [{ href: pathOf(href, book), etag: textOf(props?.getetag) ?? '', raw }]
          : []
      })
    }
  }

  /** `etag` null: a new card, and only where there is none yet. */
  async put(href: string, book: string, raw: string, etag: string | null): Promise<Sent> {
    const condition = etag === null ? { 'If-None-Match': '*' } : { 'If-Match': etag }
    const headers = { 'Content-Type': 'text/vcard; charset=utf-8', ...condition }
    const response = await this.fetch(new URL(href, book), { method: 'PUT', headers, body: raw })
    const sent = outcomeOf(response)
    return sent.ok ? { ok: true, etag: response.headers.get('etag') } : sent
  }

  async remove(href: string, book: string, etag: string | null): Promise<Sent> {
    const headers: Record<string, string> = etag === null ? {} : { 'If-Match': etag }
    return outcomeOf(await this.fetch(new URL(href, book), { method: 'DELETE', headers }))
  }

  /** null: the server does not know this token, or none at all. */
  private async syncCollection(book: string, token: string): Promise<BookChanges | null> {
    const responses = await this.request(book, 'REPORT', null, {
      'sync-collection': {
        _attributes: namespaces,
        'd:sync-token': token,
        'd:sync-level': 1,
        'd:prop': { 'd:getetag': {} },
      },
    })
    const next = tokenOf(responses)
    // An answer that was cut short (RFC 6578 section 3.6) names the rest next time; this one must not be taken for all.
    if (next === null || responses.some(({ status }) => status === 507)) return null
    const changed = new Map<string, string>()
    const gone: string[] = []
    for (const { href, status, props } of responses) {
      if (href === undefined || isSame(href, book)) continue
      const etag = textOf(props?.getetag)
      if (status === 404) gone.push(pathOf(href, book))
      else if (etag !== null) changed.set(pathOf(href, book), etag)
    }
    return { changed, gone, token: next, ctag: null }
  }

  private async ctag(book: string): Promise<string | null> {
    const attributes = { ...namespaces, 'xmlns:cs': 'http://calendarserver.org/ns/' }
    const responses = await this.request(book, 'PROPFIND', '0', {
      propfind: { _attributes: attributes, 'd:prop': { 'cs:getctag': {} } },
    })
    return textOf(whole(responses)[0]?.props?.getctag)
  }

  /** Every card's version. */
  private async list(book: string): Promise<ReadonlyMap<string, string>> {
    const responses = whole(
      await this.request(book, 'PROPFIND', '1', {
        propfind: { _attributes: namespaces, 'd:prop': { 'd:getetag': {}, 'd:resourcetype': {} } },
      }),
    )
    // A book that does not even list itself was not listed.
    if (!responses.some(({ href, ok }) => ok && href !== undefined && isSame(href, book)))
      throw new DavError(null, 'the list is not whole')
    const found = new Map<string, string>()
    for (const { href, props } of responses) {
      const etag = textOf(props?.getetag)
      if (href !== undefined && etag !== null && !isSame(href, book) && !href.endsWith('/'))
        found.set(pathOf(href, book), etag)
    }
    return found
  }

  private async request(
    url: string,
    method: string,
    depth: string | null,
    body: object,
    namespace = 'd',
  ): Promise<readonly DavResponse[]> {
    const { davRequest } = await import('tsdav')
    const headers: Record<string, string> = depth === null ? {} : { depth }
    try {
      const init = { method, headers, body, namespace } as unknown as Parameters<typeof davRequest>[0]['init']
      return (await davRequest({ url, init, fetch: this.fetch as never })) as unknown as readonly DavResponse[]
    } catch (error) {
      if (error instanceof DavError) throw error
      throw new DavError(null, 'the answer cannot be read')
    }
  }
}

/** Throws when the request as a whole failed. */
function whole(responses: readonly DavResponse[]): readonly DavResponse[] {
  const [first] = responses
  if (first && !first.ok && !isList(first)) throw new DavError(first.status, 'refused')
  // A page to sign in at, or an error, is told by the library as if it were about the book itself.
  if (first && !isList(first)) throw new DavError(first.status, 'not a list')
  return responses
}

const isList = ({ raw }: DavResponse): boolean => typeof raw === 'object' && raw !== null && 'multistatus' in raw

function outcomeOf({ status, ok }: Response): Sent {
  if (ok) return { ok: true, etag: null }
  if (status === 412 || status === 409) return { ok: false, why: 'changed' }
  if (status === 404 || status === 410) return { ok: false, why: 'gone' }
  // No room for this one (RFC 4918 section 11.5); another may be removed.
  if (status === 507) return { ok: false, why: 'refused' }
  if (status === 401 || status >= 500 || status === 429) throw new DavError(status, 'not now')
  return { ok: false, why: 'refused' }
}

const isBook = ({ props }: DavResponse): boolean => {
  const type = props?.resourcetype
  return typeof type === 'object' && type !== null && 'addressbook' in type
}

function tokenOf(responses: readonly DavResponse[]): string | null {
  const raw = responses[0]?.raw as { multistatus?: { syncToken?: unknown } } | undefined
  return textOf(raw?.multistatus?.syncToken)
}

/** What the library makes of an element: a text, a number, or CDATA. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return null
  const { _cdata, _text } = value as { _cdata?: unknown; _text?: unknown }
  return textOf(_cdata ?? _text ?? null)
}

const pathOf = (href: string, book: string): string => new URL(href, book).pathname
const isSame = (href: string, book: string): boolean =>
  pathOf(href, book).replace(/\/$/, '') === new URL(book).pathname.replace(/\/$/, '')
