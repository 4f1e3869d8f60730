/* How the phone is let in by servers of address books: a real server on loopback that asks for a proof instead of the password. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { davFetch } from '../../../main/contacts/carddav/dav-fetch'

interface Scheme {
  readonly challenge: (nonce: string) => string
  readonly hash: 'md5' | 'sha256'
  readonly isSession?: boolean
}
let close = (): void => {}
afterEach(() => close())

/** Each nonce is good for three requests; `said` is every `Authorization` it heard. */
async function server({ challenge, hash, isSession = false }: Scheme) {
  const said: string[] = []
  let [nonce, uses] = [1, 0]
  const sum = (text: string): string => createHash(hash).update(text).digest('hex')
  const isGood = ({ headers, method, url }: IncomingMessage): boolean => {
    const header = headers.authorization ?? ''
    said.push(header)
    const field = (name: string): string => new RegExp(`\\b${name}="?([^",]*)`).exec(header)?.[1] ?? ''
    if (field('nonce') !== `n${nonce}` || field('uri') !== url || ++uses > 3) return false
    const secret = sum('ada:home "1":correct-horse')
    const who = isSession ? sum(`${secret}:n${nonce}:${field('cnonce')}`) : secret
    const proof = header.includes('qop')
      ? `${who}:n${nonce}:${field('nc')}:${field('cnonce')}:auth:${sum(`${method}:${url}`)}`
      : `${who}:n${nonce}:${sum(`${method}:${url}`)}`
    return field('response') === sum(proof)
  }
  const http = createServer((request, response) => {
    request.resume()
    if (isGood(request)) return response.writeHead(207).end()
    if (uses > 3) [nonce, uses] = [nonce + 1, 0]
    response.writeHead(401, { 'WWW-Authenticate': challenge(`n${nonce}`) }).end()
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  close = () => {
    http.closeAllConnections()
    http.close()
  }
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/book/`, said }
}

const never = new AbortController().signal

it.each<[string, Scheme]>([
  [
    'as servers have it',
    { challenge: (n) => `Digest realm="home \\"1\\"", nonce="${n}", qop="auth,auth-int"`, hash: 'md5' },
  ],
  ['without qop', { challenge: (n) => `Digest realm="home \\"1\\"",nonce="${n}"`, hash: 'md5' }],
  [
    'beside others, with SHA-256',
    {
      challenge: (n) =>
        `Negotiate, Digest algorithm=SHA-256-sess, realm="home \\"1\\"", nonce="${n}", qop=auth, opaque="o"`,
      hash: 'sha256',
      isSession: true,
    },
  ],
])('a proof is given where it is asked for: %s', async (_, scheme) => {
  const { url, said } = await server(scheme)
  const ask = davFetch({ url, username: 'ada', password: 'correct-horse' }, never)
  for (let n = 0; n < 8; n++) expect((await ask(`${url}?n=${n}`, { method: 'REPORT', body: 'x' })).status).toBe(207)
  // The first said the password, as most servers want it; two more had a nonce that was used up.
  expect(said.filter((header) => header.startsWith('Basic'))).toHaveLength(1)
  expect(said).toHaveLength(8 + 3)
})

it('a wrong password is refused after one more attempt, and no other origin is told anything', async () => {
  const { url, said } = await server({ challenge: (n) => `Digest realm="home", nonce="${n}", qop="auth"`, hash: 'md5' })
  const ask = davFetch({ url, username: 'ada', password: 'wrong' }, never)
  expect((await ask(url, { method: 'PROPFIND' })).status).toBe(401)
  expect(said).toHaveLength(2)
  const elsewhere = davFetch({ url: 'http://localhost:1/', username: 'ada', password: 'correct-horse' }, never)
  expect((await elsewhere(url, { method: 'PROPFIND' })).status).toBe(401)
  expect(said.slice(2)).toEqual([''])
})
