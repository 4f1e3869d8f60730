/* Address books on servers that refuse, are full, want to be left alone, or are not there behind a page to sign in at. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ContactDraft } from '../../../common/contact'
import { silentLog } from '../../../common/log'
import { BookSync } from '../../../main/contacts/carddav/book-sync'
import { Contacts } from '../../../main/contacts/contacts'
import { ContactStore } from '../../../main/contacts/contact-store'
import { ManualClock } from '../../fakes/manual-clock'
import { removeFolder } from '../../support/remove-folder'
import { until } from '../../support/until'

/** An address book as RFC 6352 and RFC 6578 have it, until `odd` answers instead. */
class Server {
  readonly cards = new Map<string, string>()
  asked: string[] = []
  odd: (about: string, request: IncomingMessage, response: ServerResponse) => boolean = () => false
  private readonly http = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString()
      const what = /sync-collection|multiget|getctag|resourcetype/.exec(body)?.[0] ?? ''
      const about = request.method === 'PUT' ? 'PUT' : what
      this.asked.push(about)
      if (!this.odd(about, request, response)) this.answer(about, body, request, response)
    })
  })

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/book/`
  }

  stop(): void {
    this.http.closeAllConnections()
    this.http.close()
  }

  list(response: ServerResponse, parts: readonly string[], token = ''): void {
    response.writeHead(207, { 'Content-Type': 'application/xml' })
    const names = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav" xmlns:s="http://calendarserver.org/ns/"'
    response.end(`<?xml version="1.0"?><d:multistatus ${names}>${parts.join('')}${token}</d:multistatus>`)
  }

  private answer(about: string, body: string, { url = '' }: IncomingMessage, response: ServerResponse): void {
    const token = `<d:sync-token>t${this.cards.size}</d:sync-token>`
    if (about === 'PUT') {
      this.cards.set(url, body)
      response.writeHead(201, { ETag: '"put"' }).end()
    } else if (about === 'multiget') {
      const wanted = [...body.matchAll(/href>([^<]+)</g)].map(([, href = '']) => href)
      const data = (href: string): string => `<c:address-data>${this.cards.get(href) ?? ''}</c:address-data>`
      this.list(
        response,
        wanted.map((href) => one(href, `<d:getetag>"1"</d:getetag>${data(href)}`)),
      )
    } else if (about === 'sync-collection') {
      const isNew = !body.includes(`>t${this.cards.size}<`)
      const cards = isNew ? [...this.cards.keys()] : []
      this.list(
        response,
        cards.map((href) => one(href, '<d:getetag>"1"</d:getetag>')),
        token,
      )
    } else if (about === 'getctag') this.list(response, [one('/book/', `<s:getctag>${this.cards.size}</s:getctag>`)])
    else this.list(response, [one('/book/', '<d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>')])
  }
}
const one = (href: string, props: string): string =>
  `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${props}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`
const card = (name: string, more = ''): string =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:uid-of-${name}\r\nFN:${name}\r\nTEL:+4930123\r\n${more}END:VCARD\r\n`
const draft = (name: string): ContactDraft => ({
  name,
  organization: null,
  numbers: [{ label: 'work', value: '+49301' }],
  emails: [],
  notes: null,
  favourite: false,
  vip: false,
  speedDial: null,
  ringtone: null,
  avatar: null,
})

const server = new Server()
const clock = new ManualClock()
const folder = mkdtempSync(join(tmpdir(), 'patchcord-book-'))
let store: ContactStore
let contacts: Contacts
let sync: BookSync
beforeAll(async () => {
  const url = await server.start()
  store = await ContactStore.open({ folder, keyOf: (number) => number })
  const account = { id: 'home', url, username: 'ada', password: 'x', everyMinutes: 60, enabled: true }
  const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  sync = new BookSync({ store, clock, log: silentLog, accounts: () => [account], onAll: () => {}, rest })
  const nothing = (): void => {}
  contacts = new Contacts({
    store,
    log: silentLog,
    newIn: () => 'home',
    onContact: nothing,
    onAll: nothing,
    onPending: nothing,
  })
  for (const name of ['Ada', 'Bob']) server.cards.set(`/book/${name}.vcf`, card(name))
  expect(await sync.round('home')).toBe(true)
})
afterAll(async () => {
  await sync.stop()
  await store.close()
  server.stop()
  removeFolder(folder)
})

const names = (): string[] => store.byName(0, 100).map(({ name }) => name)
async function round(odd: Server['odd'] = () => false): Promise<boolean> {
  server.odd = odd
  server.asked = []
  try {
    return await sync.round('home')
  } finally {
    server.odd = () => false
  }
}

it('a page to sign in at instead of the list is no empty book', async () => {
  const page: Server['odd'] = (about, _, response) => {
    if (about === 'resourcetype' && !server.asked.includes('getctag')) return false
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Sign in</html>')
    return true
  }
  expect(await round(page)).toBe(false)
  expect(names()).toEqual(['Ada', 'Bob'])
  // The same said by the book itself, within a list.
  const gone: Server['odd'] = (about, _, response) => {
    if (about === 'sync-collection') response.writeHead(403).end()
    else if (server.asked.length < 3) return false
    else
      server.list(response, ['<d:response><d:href>/book/</d:href><d:status>HTTP/1.1 404 Gone</d:status></d:response>'])
    return true
  }
  expect(await round(gone)).toBe(false)
  expect(names()).toEqual(['Ada', 'Bob'])
})

it.each([403, 409, 410])('a token that is refused by %d costs a list and nobody', async (status) => {
  server.cards.set(`/book/${status}.vcf`, card(`Late ${status}`))
  const forgotten: Server['odd'] = (about, _, response) => {
    const isFirst = about === 'sync-collection' && server.asked.filter((one) => one === about).length === 1
    if (isFirst) response.writeHead(status).end('<d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>')
    return isFirst
  }
  expect(await round(forgotten)).toBe(true)
  expect(names()).toContain(`Late ${status}`)
})

it('a card the server does not give this time comes the next', async () => {
  server.cards.set('/book/Carol.vcf', card('Carol'))
  const failing: Server['odd'] = (about, _, response) => {
    if (about !== 'multiget') return false
    const failed = '<d:status>HTTP/1.1 500 Oops</d:status>'
    server.list(response, [`<d:response><d:href>/book/Carol.vcf</d:href>${failed}</d:response>`])
    return true
  }
  expect(await round(failing)).toBe(true)
  expect(names()).not.toContain('Carol')
  expect(await round()).toBe(true)
  expect(names()).toContain('Carol')
})

it('a server that is full refuses one contact, which is sent again', async () => {
  expect(contacts.save(null, draft('Dave')).ok).toBe(true)
  const full: Server['odd'] = (about, _, response) => {
    if (about === 'PUT') response.writeHead(507).end()
    return about === 'PUT'
  }
  expect(await round(full)).toBe(true)
  expect(await round()).toBe(true)
  expect([...server.cards.values()].join('')).toContain('FN:Dave')
})

it('a picture too large to be shown here stays there when its contact is changed', async () => {
  server.cards.set('/book/Eve.vcf', card('Eve', `PHOTO;ENCODING=b;TYPE=JPEG:${'QUFB'.repeat(1_700_000)}\r\n`))
  expect(await round()).toBe(true)
  const eve = contacts.byNumber('+4930123') && store.byName(0, 100).find(({ name }) => name === 'Eve')
  if (!eve) throw new Error('Eve did not come')
  const { id, book: _book, ...said } = eve
  expect(contacts.save(id, { ...said, notes: 'changed' }).ok).toBe(true)
  expect(await round()).toBe(true)
  const there = (server.cards.get('/book/Eve.vcf') ?? '').replace(/\r\n /g, '')
  expect(there).toContain('NOTE:changed')
  expect(there.length).toBeGreaterThan(6_800_000)
})

it('a server that wants to be left alone is, for as long as it says', async () => {
  const busy: Server['odd'] = (_, __, response) => {
    response.writeHead(429, { 'Retry-After': '600' }).end()
    return true
  }
  expect(await round(busy)).toBe(false)
  expect(server.asked).toHaveLength(1)
  // A change here does not hurry it either.
  sync.soon('home')
  clock.advance(599_000)
  expect(server.asked).toHaveLength(1)
  clock.advance(2_000)
  await until(() => server.asked.length > 1, { what: 'the next round' })
})
