/*
 * The way to a server looked at over real sockets of this computer: what a name leads to, what answers, how it is encrypted, and what is
 * said of each where it is not as it should be.
 */
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Account } from '../../../common/account'
import { systemClock } from '../../../common/clock'
import type { Names, SrvRecord } from '../../../gateway/sip/names'
import type { Finding } from '../../../main/diagnosis/finding'
import { Probe } from '../../../main/diagnosis/probe-server'
import { accountState } from '../../fakes/phone-state'
import { makeKeys, type Keys } from '../gateway/support/keys'
import { WirePeer } from '../gateway/support/wire-peer'

let keys: Keys
let roots: string[]
const opened: { close(): unknown }[] = []

beforeAll(() => {
  keys = makeKeys('DNS:pbx.example.com,IP:127.0.0.1')
})
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})
afterAll(() => (roots = []))

const records: Record<string, readonly SrvRecord[]> = {}
const names: Names = {
  naptr: async () => [],
  srv: async (name) => records[name] ?? [],
  addresses: async (host) => (host.endsWith('example.com') ? ['127.0.0.1'] : []),
}

async function look(change: Partial<Account>, state = accountState()): Promise<Record<string, string>> {
  const account = { ...state.account, uri: 'sip:100@example.com', ...change }
  const ending = new AbortController()
  const parts = { clock: systemClock, names, roots: () => roots, random: () => 0 }
  const probe = new Probe({ ...state, account }, parts, ending.signal)
  const words = ({ state, found }: Finding): string => `${state} ${found}`
  const found = { dns: words(await probe.dns()), connect: words(await probe.connect()), tls: words(await probe.tls()) }
  probe.close()
  return found
}

const unregistered = { ...accountState(), registration: { state: 'unregistered' } } as const

async function listen(server: HttpServer | Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  opened.push(server)
  return (server.address() as AddressInfo).port
}

/** `protocol`: what it says it speaks. */
async function webSocket(protocol: string | false, secure: boolean): Promise<number> {
  const server = secure ? createHttpsServer({ key: keys.key, cert: keys.certificate }) : createHttpServer()
  const sockets = new WebSocketServer({ server, path: '/ws', handleProtocols: () => protocol })
  opened.push(sockets)
  return listen(server)
}

async function peer(transport: 'udp' | 'tcp' | 'tls'): Promise<number> {
  const one = await WirePeer.open({ transport, keys })
  opened.push(one)
  return one.port
}

describe('a WebSocket', () => {
  test('that is not encrypted is looked up, reached and asked for SIP', async () => {
    const port = await webSocket('sip', false)
    expect(await look({ server: `ws://pbx.example.com:${port}/ws` })).toEqual({
      dns: `passed an address of the account → WS pbx.example.com:${port} (127.0.0.1)`,
      connect: `passed WS 127.0.0.1:${port}: connected; SIP over WebSocket is spoken at /ws`,
      tls: 'skipped not encrypted: WS has no TLS',
    })
  })

  test('whose certificate is believed', async () => {
    roots = [keys.certificate]
    const port = await webSocket('sip', true)
    const found = await look({ server: `wss://pbx.example.com:${port}/ws` })
    expect(found.connect).toBe(`passed WSS 127.0.0.1:${port}: connected`)
    expect(found.tls).toMatch(
      /^passed TLSv1\.3, a certificate for pbx\.example\.com, by pbx\.example\.com, until \d{4}-\d\d-\d\d, believed; SIP over WebSocket is spoken at \/ws$/,
    )
  })

  test('whose certificate nobody vouches for: why, and that one may be trusted all the same', async () => {
    roots = []
    const port = await webSocket('sip', true)
    const server = `wss://pbx.example.com:${port}/ws`
    expect((await look({ server }, unregistered)).tls).toMatch(
      /^failed .*not believed: nobody this computer trusts has signed it$/,
    )
    expect((await look({ server })).tls).toMatch(/^doubtful .*the account is registered all the same$/)
    expect((await look({ server, certificate: keys.fingerprint }, unregistered)).tls).toMatch(
      /^passed .*trusted for this account by its fingerprint; SIP over WebSocket is spoken/,
    )
  })

  test('whose certificate is for another name', async () => {
    roots = [keys.certificate]
    const port = await webSocket('sip', true)
    const found = await look({ server: `wss://other.example.com:${port}/ws` }, unregistered)
    expect(found.tls).toMatch(/^failed .*not believed: it is for another name$/)
  })

  test.each<[string, () => Promise<number>, string]>([
    ['that speaks something else', () => webSocket('chat', false), 'a WebSocket, but not for SIP'],
    ['that is none', () => listen(createHttpServer((_, response) => response.writeHead(404).end())), 'HTTP 404'],
    ['that hangs up', () => listen(createTcpServer((socket) => socket.end())), 'it hung up'],
  ])('%s', async (_what, open, why) => {
    const port = await open()
    const found = await look({ server: `ws://127.0.0.1:${port}/ws` })
    expect(found.dns).toBe('skipped the server is named by its address: there is nothing to look up')
    expect(found.connect).toContain(`no SIP over WebSocket at /ws: ${why}`)
    expect(found.connect).toMatch(/^failed/)
  })
})

describe('SIP itself', () => {
  test('over TLS by an announced name', async () => {
    roots = [keys.certificate]
    const port = await peer('tls')
    records['_sips._tcp.example.com'] = [{ name: 'pbx.example.com', port, priority: 10, weight: 1 }]
    const found = await look({ server: 'tls:example.com' }, unregistered)
    expect(found.dns).toBe(`passed SRV _sips._tcp.example.com, priority 10 → TLS pbx.example.com:${port} (127.0.0.1)`)
    expect(found.connect).toBe(`passed TLS 127.0.0.1:${port}: connected`)
    // RFC 5922: it must be for the domain that was asked for, whatever names led to.
    expect(found.tls).toMatch(/^failed .*it is for another name$/)
    expect((await look({ server: 'tls:example.com', certificate: keys.fingerprint })).tls).toMatch(/^passed/)
  })

  test('over TCP at the second place of two is doubted', async () => {
    const port = await peer('tcp')
    records['_sip._tcp.example.com'] = [
      { name: 'gone.example.com', port: 1, priority: 1, weight: 0 },
      { name: 'pbx.example.com', port, priority: 2, weight: 0 },
    ]
    const found = await look({ server: 'tcp:example.com' })
    expect(found.connect).toBe(
      `doubtful TCP 127.0.0.1:${port}: connected; before it TCP 127.0.0.1:1: connection refused`,
    )
    expect(found.tls).toBe('skipped not encrypted: TCP has no TLS')
  })

  test('over UDP is proved by an answer', async () => {
    const port = await peer('udp')
    expect(await look({ server: `udp:127.0.0.1:${port}` })).toEqual({
      dns: 'skipped the server is named by its address: there is nothing to look up',
      connect: `passed UDP 127.0.0.1:${port}: answered`,
      tls: 'skipped not encrypted: UDP has no TLS',
    })
  })

  test.each(['udp', 'tcp', 'tls'])('nobody at all over %s', async (transport) => {
    const found = await look({ server: `${transport}:127.0.0.1:9` })
    expect(found.connect).toMatch(/^failed .*127\.0\.0\.1:9: (connection refused|nobody listens there)$/)
    expect(found.tls).toBe('skipped nothing is connected')
  })

  test('no TLS where it was expected', async () => {
    const port = await listen(createTcpServer((socket) => void socket.on('data', () => socket.destroy())))
    expect((await look({ server: `tls:127.0.0.1:${port}` })).tls).toMatch(/^failed no TLS connection: /)
  })
})

test('a name that leads nowhere, and one that its backup makes good', async () => {
  const port = await peer('udp')
  const { connection } = accountState().account
  expect((await look({ server: 'udp:no.invalid' })).dns).toBe('failed no host by the name in udp:no.invalid')
  const found = await look({
    server: 'udp:no.invalid',
    connection: { ...connection, backups: [`udp:127.0.0.1:${port}`] },
  })
  expect(found.dns).toMatch(
    /^doubtful no host by the name in udp:no.invalid; the address of the account → \(127.0.0.1\)/,
  )
  expect(found.connect).toMatch(/^passed/)
})
