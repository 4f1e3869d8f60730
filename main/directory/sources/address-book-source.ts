/*
 * Address books as sources: a vCard file, or all address books of a CardDAV account (RFC 6352), read and never written. It
 * must not know what becomes of the numbers.
 */
import { readFileSync, statSync } from 'node:fs'
import { AddressBookServer } from '../../contacts/carddav/address-book'
import { DavError } from '../../contacts/carddav/dav-fetch'
import { cardsIn } from '../../contacts/content-lines'
import { readCard } from '../../contacts/vcard'
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
  const server = new AddressBookServer({ url, username, password }, signal)
  try {
    const books = await server.books()
    return { rows: () => rowsOf(server, books), checksum: null, etag: null, modified: null, close: () => {} }
  } catch (error) {
    throw new SourceError(`the address book cannot be opened (${whyOf(error)})`)
  }
}

async function* rowsOf(server: AddressBookServer, books: readonly string[]): AsyncGenerator<readonly Row[]> {
  try {
    for (const book of books) {
      const { changed = new Map<string, string>() } = (await server.changes(book, { token: null, ctag: null })) ?? {}
      for await (const cards of server.cards(book, [...changed.keys()]))
        for (const { raw } of cards) yield* rowsOfCards(raw)
    }
  } catch (error) {
    throw new SourceError(`the address book cannot be read (${whyOf(error)})`)
  }
}

/** Of its words; they quote no request. */
const whyOf = (error: unknown): string =>
  error instanceof DavError ? String(error.status ?? error.message) : 'the answer cannot be read'
