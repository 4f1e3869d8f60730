/*
 * What sources say, as rows: files of every kind, servers with all their manners, and names asked for one by one. The servers
 * are real ones on loopback.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readCards } from '../../../main/directory/sources/address-book-source'
import { openFile } from '../../../main/directory/sources/file-source'
import { askForCaller } from '../../../main/directory/sources/lookup-source'
import { readRows } from '../../../main/directory/sources/read-rows'
import type { Row } from '../../../main/directory/sources/source'
import { openUrl, type UrlSourceOptions } from '../../../main/directory/sources/url-source'
import { ExternalSort } from '../../../main/directory/external-sort'
import { temporaryFolder } from './support'

async function all(rows: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const found: Row[] = []
  for await (const batch of rows) found.push(...batch)
  return found
}
function fileOf(text: string, name = 'list'): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return path
}
const rowsOf = (text: string): Promise<Row[]> => all(readRows(fileOf(text)))
const ada = { number: '+4930123456', label: 'Ada', block: false }

describe('a file', () => {
  it.each([
    ['CSV without headings', '+4930123456,Ada\n+4930999,,x\n'],
    ['CSV with headings in another order', 'Name,Blocked,Phone number\nAda,,+4930123456\n,yes,+4930999\n'],
    ['CSV of a spreadsheet', '\uFEFFNummer;Firma;Spam\r\n+4930123456;"Ada"\r\n+4930999;;1\r\n'],
    [
      'CSV of a spreadsheet that says what is between columns',
      'sep=;\r\nNummer;Firma;Spam\r\n+4930123456;Ada;\r\n+4930999;;x\r\n',
    ],
    ['tab-separated values', 'phone\tlabel\tblock\n+4930123456\tAda\t0\n+4930999\t\ttrue\n'],
    ['a JSON array', '[{"number":"+4930123456","label":"Ada"},{"phone":"+4930999","block":true}]'],
    ['JSON lines', '{"number":"+4930123456","name":"Ada"}\n\n{"tel":"+4930999","blocked":"yes"}\n'],
  ])('of %s is read', async (_, text) => {
    expect(await rowsOf(text)).toEqual([ada, { number: '+4930999', label: null, block: true }])
  })

  it.each([
    [
      'Outlook',
      'First Name,Last Name,Company,Business Phone,Business Fax,Mobile Phone\nAda,Lovelace,AE,+4930123456,1,\n,,AE,,2,+4930999\n',
    ],
    [
      'Google',
      'First Name,Last Name,Organization Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Value\nAda,Lovelace,,Work,+4930123456,\n,,AE,,+4930999,\n',
    ],
    [
      'a German spreadsheet',
      'Nachname;Vorname;Kundennummer;Telefon privat;Handy\nLovelace;Ada;77;+4930123456;\nAE;;78;;+4930999\n',
    ],
  ])('of %s has a row for each number of somebody', async (_, text) => {
    expect((await rowsOf(text)).map(({ number, label }) => `${number} ${label}`)).toEqual([
      '+4930123456 Ada Lovelace',
      '+4930999 AE',
    ])
    expect(await rowsOf('Name,Phone 1 - Value,Phone 2 - Value\nAda,+491 ::: +492,+493\n')).toHaveLength(3)
  })

  it.each(['utf8', 'utf16le', 'latin1'] as const)('written as %s keeps its letters', async (encoding) => {
    const path = fileOf('')
    writeFileSync(
      path,
      Buffer.from(`${encoding === 'utf16le' ? '\uFEFF' : ''}Name;Telefon\r\nMüller;+4930123456\r\n`, encoding),
    )
    expect(await all(readRows(path))).toEqual([{ ...ada, label: 'Müller' }])
  })

  it('may have quotes within a name', async () => {
    expect(await rowsOf('number,label\n+49301,Ada "the first" L.\n+49302,5" Disks\n')).toMatchObject([
      { label: 'Ada "the first" L.' },
      { label: '5" Disks' },
    ])
  })

  it('keeps what is quoted together', async () => {
    expect(await rowsOf('number,label\n+4930123456,"Lovelace, Ada ""Countess"""\n')).toEqual([
      { ...ada, label: 'Lovelace, Ada "Countess"' },
    ])
  })

  it.each([
    ['+4930,"never closed\n+4931,A\n', /^line \d+ is no CSV/],
    ['[{"number":', 'the file is no JSON'],
    ['[{"label":"Ada"}]', 'entry 0 has no number'],
    ['{"number":"+49"}\n{"number"\n', 'line 2 is no JSON'],
  ])('that is malformed says where: %j', async (text, why) => {
    await expect(rowsOf(text)).rejects.toThrow(why)
  })

  it('is known again by its checksum', async () => {
    const path = fileOf('+4930123456,Ada\n')
    const first = await openFile(path, null, readRows)
    expect(first?.checksum).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'))
    expect(await openFile(path, first, readRows)).toBeNull()
    writeFileSync(path, '+4930123456,Countess\n')
    expect(await openFile(path, first, readRows)).not.toBeNull()
    await expect(openFile(`${path}-not`, null, readRows)).rejects.toThrow('ENOENT')
  })

  it('of vCards gives a row for each number, whatever the version', async () => {
    const cards = [
      'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nTEL;TYPE=WORK:+4930123456\r\nTEL;TYPE=CELL:0171 999\r\nEND:VCARD\r\n',
      'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Grace Hop\r\n per\r\nTEL;VALUE=uri:tel:+1-555-0100;ext=5\r\nEND:VCARD\r\n',
      'BEGIN:VCARD\r\nVERSION:2.1\r\nN:Turing;Alan\r\nTEL;HOME:+44 20 1\r\nEND:VCARD\r\n',
      'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:No number\r\nEND:VCARD\r\n',
    ]
    const rows = await all(readCards(fileOf(cards.join(''))))
    expect(rows.map(({ number, label }) => [number, label])).toEqual([
      ['+4930123456', 'Ada'],
      ['0171 999', 'Ada'],
      ['+1-555-0100', 'Grace Hopper'],
      ['+44 20 1', 'Alan Turing'],
    ])
    await expect(all(readCards(fileOf('hello')))).rejects.toThrow('no vCard')
  })
})

type Serve = (request: IncomingMessage, response: ServerResponse) => void
async function server(serve: Serve): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = []
  const http = createServer((request, response) => {
    asked.push(request)
    serve(request, response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, asked }
}
/** Where nobody listens any more. */
async function freePort(): Promise<number> {
  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  await new Promise((resolve) => http.close(resolve))
  return port
}
const open = (url: string, options: Partial<UrlSourceOptions> = {}) =>
  openUrl({
    url,
    authorization: null,
    into: join(temporaryFolder(), 'making-list'),
    known: null,
    signal: AbortSignal.timeout(5_000),
    ...options,
  })

describe('a list on a server', () => {
  const text = '+4930123456,Ada\n'
  const checksum = createHash('sha256').update(text).digest('hex')

  it('is fetched, with its checksum and what it is to be asked for with the next time', async () => {
    const { url, asked } = await server((request, response) => {
      if (request.headers['if-none-match'] === '"1"') return void response.writeHead(304).end()
      response.writeHead(200, { etag: '"1"', 'last-modified': 'Sun, 22 Nov 2026 00:00:00 GMT' }).end(text)
    })
    const into = join(temporaryFolder(), 'making-list')
    const source = await open(url, { into })
    expect(source).toMatchObject({ checksum, etag: '"1"', modified: 'Sun, 22 Nov 2026 00:00:00 GMT' })
    expect(source && (await all(source.rows()))).toEqual([ada])
    expect(await open(url, { known: source })).toBeNull()
    expect(asked[1]?.headers['if-modified-since']).toBe('Sun, 22 Nov 2026 00:00:00 GMT')
    source?.close()
    expect(existsSync(into)).toBe(false)
  })

  it('is the same when its checksum is, though the server knows no ETag', async () => {
    const { url } = await server((_, response) => void response.end(text))
    expect(await open(url, { known: { checksum, etag: null, modified: null } })).toBeNull()
  })

  it('has a size it may not exceed', async () => {
    const { url } = await server((_, response) => void response.end('x'.repeat(2 ** 21)))
    const into = join(temporaryFolder(), 'making-list')
    await expect(open(url, { limit: 2 ** 20, into })).rejects.toThrow('larger than 1 MB')
    expect(existsSync(into)).toBe(false)
  })

  it('of which only a part comes, or nothing, or that never ends, is no list', async () => {
    const part = await server((_, response) => void response.writeHead(206).end(text))
    await expect(open(part.url)).rejects.toThrow('the server answers 206')
    const nothing = await server((_, response) => void response.end())
    await expect(open(nothing.url)).rejects.toThrow('the list is empty')
    const endless = await server((_, response) => void response.write(text))
    await expect(open(endless.url, { signal: AbortSignal.timeout(300) })).rejects.toThrow('no answer in time')
  })

  it('that breaks off is no list', async () => {
    const { url } = await server((_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write(text)
      setImmediate(() => response.destroy())
    })
    await expect(open(url)).rejects.toThrow('did not arrive whole')
  })

  it('may be somewhere else, but the secret stays where it was meant for', async () => {
    const other = await server((_, response) => void response.end(text))
    const { url, asked } = await server((request, response) => {
      const location = request.url === '/' ? '/next' : `${other.url}/list`
      response.writeHead(302, { location }).end()
    })
    const source = await open(`${url}/`, { authorization: 'Bearer canary' })
    expect(source?.checksum).toBe(checksum)
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer canary', 'Bearer canary'])
    expect(other.asked.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  it('is not looked for without end, nor on the disk', async () => {
    const { url, asked } = await server((_, response) => void response.writeHead(302, { location: '/again' }).end())
    await expect(open(url)).rejects.toThrow('redirects more than 5 times')
    expect(asked.length).toBe(6)
    const file = await server((_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end())
    await expect(open(file.url)).rejects.toThrow('file: is not fetched from')
  })

  it('that is not there says so, without the address', async () => {
    const { url } = await server((_, response) => void response.writeHead(404).end())
    await expect(open(`${url}/secret-path?token=canary`)).rejects.toThrow(/^the server answers 404$/)
    await expect(open(`http://127.0.0.1:${await freePort()}/?token=canary`)).rejects.toThrow(
      /^127\.0\.0\.1:\d+: ECONNREFUSED$/,
    )
    await expect(open('http://user:canary@127.0.0.1:9/')).rejects.toThrow(/^the address has a password in it$/)
  })
})

describe('a name that is asked for', () => {
  const ask = (url: string, namePointer: string | null, authorization: string | null = null) =>
    askForCaller({
      settings: { kind: 'lookup', url, namePointer, authorized: authorization !== null },
      authorization,
      e164: '+4930123456',
      signal: AbortSignal.timeout(2_000),
    })

  it('is where the pointer says, or the first line', async () => {
    const { url, asked } = await server((request, response) => {
      const json = JSON.stringify({ found: [{ 'full/name': 'Ada \u202eLovelace' }] })
      response.end(request.url?.startsWith('/json') ? json : 'Ada\nmore')
    })
    expect(await ask(`${url}/json/{number}?n={number}`, '/found/0/full~1name', 'Bearer canary')).toBe('Ada Lovelace')
    expect(asked[0]?.url).toBe('/json/4930123456?n=4930123456')
    expect(asked[0]?.headers.authorization).toBe('Bearer canary')
    expect(await ask(`${url}/text`, null)).toBe('Ada')
    expect(await ask(`${url}/json`, '/nothing/here')).toBeNull()
  })

  it('is none where nobody is known', async () => {
    const { url } = await server((request, response) => {
      if (request.url === '/empty') return void response.writeHead(204).end()
      if (request.url === '/number') return void response.end('{"name":5}')
      response.writeHead(404).end('<h1>Not found</h1>')
    })
    for (const path of ['empty', 'number', 'other']) expect(await ask(`${url}/${path}`, '/name')).toBeNull()
  })
})

describe('the sort', () => {
  it('is right with runs and without, and entries of one number keep their order', () => {
    for (const perRun of [10_000, 100]) {
      const sort = new ExternalSort(join(temporaryFolder(), 'making-run'), perRun)
      const given = Array.from({ length: 1_000 }, (_, n) => ({ number: 1 + ((n * 7_919) % 500), label: `L${n}` }))
      for (const { number, label } of given) sort.add(number, label)
      const expected = given.map((one, n) => ({ ...one, n })).sort((a, b) => a.number - b.number || a.n - b.n)
      expect([...sort.sorted()]).toEqual(expected.map(({ number, label }) => ({ number, label })))
      sort.close()
    }
  })
})
