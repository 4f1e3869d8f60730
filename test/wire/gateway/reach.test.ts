import { createServer, type AddressInfo } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { Inviter, Registerer, RegistererState, SessionState, UserAgent } from 'sip.js'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { systemClock } from '../../../common/clock'
import { LineMemory } from '../../../gateway/sip/line-memory'
import type { Names, SrvRecord } from '../../../gateway/sip/names'
import { until } from '../../support/until'
import { SDP } from '../support/scripted-peer'
import { makeKeys, type Keys } from './support/keys'
import { noNames, type LineAlice } from './support/line-alice'
import { alice, closeAll, peerOn } from './support/opened'

afterEach(closeAll)

/** Nobody listens there. */
async function deadPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

const namesOf = (
  srv: Readonly<Record<string, readonly SrvRecord[]>>,
  naptr: Awaited<ReturnType<Names['naptr']>> = [],
): Names => ({
  naptr: () => Promise.resolve(naptr),
  srv: (name) => Promise.resolve(srv[name] ?? []),
  addresses: (host) => Promise.resolve(host.endsWith('six.example.com') ? ['::1'] : ['127.0.0.1']),
})

const record = (port: number, priority: number, name = 'pbx.example.com'): SrvRecord => ({
  name,
  port,
  priority,
  weight: 0,
})

describe('of several servers', () => {
  test.each(['udp', 'tcp'] as const)(
    'over %s the second is registered at when the first refuses',
    async (transport) => {
      const peer = await peerOn({ transport })
      const names = namesOf({
        [`_sip._${transport}.example.com`]: [record(await deadPort(), 10), record(peer.port, 20)],
      })
      const phone = await alice({ server: `${transport}:example.com`, names })
      await new Registerer(phone.userAgent).register()
      await until(() => peer.requests('REGISTER').length > 0, { what: 'REGISTER' })
      expect(phone.routes[0]).toMatchObject({ port: peer.port })
      expect(phone.routes[0]?.why).toMatch(/^SRV _sip\._\w+\.example\.com, priority 20; before it: .*refused/)
    },
  )

  test('the second is asked when the first is silent, and stays the first choice for a while', async () => {
    const [silent, peer] = [await peerOn({ transport: 'udp' }), await peerOn({ transport: 'udp' })]
    silent.loses = () => true
    const memory = new LineMemory(systemClock, 'sticky')
    const names = namesOf({ '_sip._udp.example.com': [record(silent.port, 10), record(peer.port, 20)] })
    const first = await alice({ server: 'udp:example.com', names, memory })
    expect(first.routes[0]?.port).toBe(peer.port)
    const asked = silent.heard.length
    const again = await alice({ server: 'udp:example.com', names, memory })
    expect(again.routes[0]?.port).toBe(peer.port)
    expect(silent.heard.length).toBe(asked)
  })

  test('one that takes no registrations (503) is left for the next', async () => {
    const [busy, peer] = [await peerOn({ transport: 'tcp' }), await peerOn({ transport: 'tcp' })]
    busy.on('REGISTER', (request) => busy.reply(request, 503))
    const memory = new LineMemory(systemClock, 'busy')
    const options = { server: busy.server, connection: { backups: [peer.server] }, memory }
    const phone = await alice(options)
    await new Registerer(phone.userAgent).register()
    await until(() => phone.closures.length > 0, { what: 'the end of the line' })
    expect(phone.closures[0]?.reason).toBe('server-error')
    expect((await alice(options)).routes[0]?.port).toBe(peer.port)
  })

  test('a call that the first does not take (503) goes to the second, and stays there', async () => {
    const [busy, peer] = [await peerOn({ transport: 'udp' }), await peerOn({ transport: 'udp' })]
    busy.on('INVITE', (request) => busy.reply(request, 503))
    peer.on('INVITE', (request) => {
      if (request.header('authorization') !== '') return peer.reply(request, 200, [], SDP)
      peer.reply(request, 401, ['WWW-Authenticate: Digest realm="example.com", nonce="abc", algorithm=MD5'])
    })
    peer.on('BYE', (request) => peer.reply(request, 200))
    const names = namesOf({ '_sip._udp.example.com': [record(busy.port, 10), record(peer.port, 20)] })
    const phone = await alice({ server: 'udp:example.com', names })
    const inviter = new Inviter(phone.userAgent, UserAgent.makeURI('sip:bob@example.com')!)
    await inviter.invite()
    await until(() => inviter.state === SessionState.Established, { what: 'a call' })
    await inviter.bye()
    await until(() => peer.requests('BYE').length > 0, { what: 'BYE' })
    expect(busy.said.map(({ word }) => word)).toEqual(['INVITE', 'ACK'])
    expect(peer.said.map(({ word }) => word)).toEqual(['INVITE', 'ACK', 'INVITE', 'ACK', 'BYE'])
  })

  test('a backup is taken when the account’s own server is gone', async () => {
    const peer = await peerOn({ transport: 'tcp' })
    const phone = await alice({ server: `udp:127.0.0.1:${await deadPort()}`, connection: { backups: [peer.server] } })
    expect(phone.routes[0]).toMatchObject({ transport: 'tcp', port: peer.port })
  })

  test('a proxy is gone through before anything else', async () => {
    const proxy = await peerOn({ transport: 'udp' })
    const phone = await alice({ server: 'udp:example.com', connection: { outboundProxy: `127.0.0.1:${proxy.port}` } })
    await new Registerer(phone.userAgent).register()
    await until(() => proxy.requests('REGISTER').length > 0, { what: 'REGISTER' })
    expect(proxy.requests('REGISTER')[0]?.message.start).toBe('REGISTER sip:example.com SIP/2.0')
  })

  test('when none answers, what is known of each is told', async () => {
    const phone = await alice({ server: `tcp:127.0.0.1:${await deadPort()}` })
    expect(phone.closures).toEqual([{ reason: 'unreachable', certificate: null }])
    expect(phone.details[0]).toMatch(/^tcp 127\.0\.0\.1:\d+: connection refused$/)
    expect((await alice({ server: 'udp:nowhere.example.com', names: noNames })).closures[0]?.reason).toBe(
      'unknown-host',
    )
  })
})

describe('a bare domain', () => {
  test('is reached by what it announces', async () => {
    const peer = await peerOn({ transport: 'tcp' })
    const names = namesOf({ '_sip._tcp.example.com': [record(peer.port, 1)], '_sip._udp.example.com': [record(9, 1)] })
    const phone = await alice({ server: 'sip:example.com', names })
    expect(phone.routes[0]).toMatchObject({
      transport: 'tcp',
      port: peer.port,
      why: 'SRV _sip._tcp.example.com, priority 1',
    })
  })

  test('is reached by what its NAPTR records prefer', async () => {
    const [udp, tcp] = [await peerOn({ transport: 'udp' }), await peerOn({ transport: 'tcp' })]
    const names = namesOf({ 'u.example.com': [record(udp.port, 1)], 't.example.com': [record(tcp.port, 1)] }, [
      { order: 20, preference: 1, service: 'SIP+D2T', flags: 's', replacement: 't.example.com' },
      { order: 10, preference: 1, service: 'SIP+D2U', flags: 's', replacement: 'u.example.com' },
    ])
    expect((await alice({ server: 'sip:example.com', names })).routes[0]?.transport).toBe('udp')
  })

  test('that announces SIP over WebSocket is left to the page, at the path where it is spoken', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/ws', handleProtocols: () => 'sip' })
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const names = namesOf({ 'w.example.com': [record(port, 1)] }, [
      { order: 1, preference: 1, service: 'SIP+D2W', flags: 's', replacement: 'w.example.com' },
    ])
    const phone = await alice({ server: 'sip:example.com', names })
    expect(phone.elsewhere).toEqual([`ws://pbx.example.com:${port}/ws`])
    await new Promise((resolve) => server.close(resolve))
  })

  test('that has only IPv6 is reached by it', async () => {
    const peer = await peerOn({ transport: 'udp', address: '::1' })
    const names = namesOf({ '_sip._udp.example.com': [record(peer.port, 1, 'six.example.com')] })
    const phone = await alice({ server: 'sip:example.com', names })
    const registerer = new Registerer(phone.userAgent)
    await registerer.register()
    await until(() => registerer.state === RegistererState.Registered, { what: 'a registration' })
    expect(peer.requests('REGISTER')[0]?.header('contact')).toMatch(/<sip:\w+@\[::1\]:\d+;transport=udp>/)
  })
})

describe('over TLS', () => {
  let keys: Keys
  beforeAll(() => {
    keys = makeKeys('DNS:pbx.example.com,URI:sip:example.com')
  })

  test('a certificate nobody vouches for is refused, and shown', async () => {
    const peer = await peerOn({ transport: 'tls', keys })
    const phone = await alice({ server: peer.server })
    expect(phone.routes).toEqual([])
    expect(phone.closures).toEqual([
      {
        reason: 'certificate',
        certificate: {
          host: '127.0.0.1',
          fingerprint: keys.fingerprint,
          subject: 'CN=pbx.example.com',
          issuer: 'CN=pbx.example.com',
          error: 'net::ERR_CERT_AUTHORITY_INVALID',
        },
      },
    ])
    expect(peer.heard).toEqual([])
  })

  test('the very certificate the user trusts is taken, another is not', async () => {
    const peer = await peerOn({ transport: 'tls', keys })
    const phone = await alice({ server: peer.server, certificate: keys.fingerprint })
    await new Registerer(phone.userAgent).register()
    await until(() => peer.requests('REGISTER').length > 0, { what: 'REGISTER' })
    expect(peer.requests('REGISTER')[0]?.header('contact')).toContain(';transport=tls')
    const other = await alice({ server: peer.server, certificate: 'ab'.repeat(32) })
    expect(other.closures[0]?.reason).toBe('certificate')
  })

  test.each([
    ['pbx.example.com', 'its host name'],
    ['example.com', 'its SIP domain, wherever that led'],
  ])('a certificate somebody believed vouches for is taken for %s, %s', async (domain) => {
    const peer = await peerOn({ transport: 'tls', keys })
    const names = namesOf({ [`_sips._tcp.${domain}`]: [record(peer.port, 1, 'host.example.net')] })
    const phone = await alice({ server: `tls:${domain}`, names, roots: [keys.certificate] })
    expect(phone.routes[0]).toMatchObject({ transport: 'tls', host: 'host.example.net' })
  })

  test('a certificate for somebody else is refused, whoever vouches for it', async () => {
    const others = makeKeys('DNS:pbx.example.net,DNS:*.example.com,URI:sip:alice@example.com')
    const peer = await peerOn({ transport: 'tls', keys: others })
    const names = namesOf({ '_sips._tcp.pbx.example.com': [record(peer.port, 1, 'pbx.example.net')] })
    const phone = await alice({ server: 'tls:pbx.example.com', names, roots: [others.certificate] })
    expect(phone.closures[0]?.certificate?.error).toBe('net::ERR_CERT_COMMON_NAME_INVALID')
    expect(peer.heard).toEqual([])
  })

  test.each<[string, string, TlsOptions]>([
    ['speaks nothing newer than 1.1', 'old-tls', { maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['wants a certificate from the phone', 'client-certificate', { requestCert: true }],
    ['knows none of our ciphers', 'no-tls', { maxVersion: 'TLSv1.2', ciphers: 'NULL-SHA256:@SECLEVEL=0' }],
  ])('a server that %s is told from one that is not there', async (_what, reason, more) => {
    const server = createTlsServer({ key: keys.key, cert: keys.certificate, minVersion: 'TLSv1', ...more })
    server.on('tlsClientError', () => {})
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    )
    const phone = await alice({ server: `tls:127.0.0.1:${port}`, certificate: keys.fingerprint })
    await until(() => phone.closures.length > 0, { what: 'the end of the line' })
    expect(phone.closures).toEqual([{ reason, certificate: null }])
    server.close()
  })

  test('nor is one that speaks no TLS there', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', () => socket.end('SIP/2.0 400 Bad Request\r\n\r\n'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const phone = await alice({ server: `tls:127.0.0.1:${(server.address() as AddressInfo).port}` })
    expect(phone.closures).toEqual([{ reason: 'no-tls', certificate: null }])
    server.close()
  })

  test('where nobody announced TLS, an untrusted certificate is gone round, and that is said', async () => {
    const peer = await peerOn({ transport: 'tls', keys, port: 5061, address: '127.0.0.9' })
    const tcp = await peerOn({ transport: 'tcp', port: 5060, address: '127.0.0.9' })
    const phone = await alice({ server: 'sip:127.0.0.9' })
    expect(phone.routes[0]).toMatchObject({ transport: 'tcp', port: tcp.port })
    expect(phone.routes[0]?.why).toContain('ERR_CERT_AUTHORITY_INVALID')
    expect(peer.heard).toEqual([])
  })
})

describe('a line that is no good any more', () => {
  test('ends when the server goes', async () => {
    const peer = await peerOn({ transport: 'tcp' })
    const phone = await alice({ server: peer.server })
    peer.hangUp()
    await until(() => phone.closures.length > 0, { what: 'the end of the line' })
    expect(phone.closures[0]?.reason).toBe('unreachable')
  })

  test('ends at the first word that is no SIP', async () => {
    const peer = await peerOn({ transport: 'tcp' })
    const phone = await alice({ server: peer.server })
    peer.source?.write('HTTP/1.1 400 Bad Request\r\n\r\n')
    await until(() => phone.closures.length > 0, { what: 'the end of the line' })
    expect(phone.closures[0]?.reason).toBe('server-error')
  })

  test('ends when the server sees it at another address than before, but not again and again', async () => {
    const peer = await peerOn({ transport: 'udp' })
    peer.seenAs = { address: '192.0.2.1', port: 40_000 }
    const memory = new LineMemory(systemClock, 'moved')
    const phone = await alice({ server: peer.server, memory })
    await new Registerer(phone.userAgent).register()
    await until(() => peer.requests('REGISTER').length > 0, { what: 'REGISTER' })
    expect(peer.requests('REGISTER')[0]?.header('contact')).toContain('@192.0.2.1:40000;transport=udp')
    expect(phone.routes[0]?.local).toBe('192.0.2.1:40000')
    const refresh = async (of: LineAlice): Promise<void> => {
      peer.seenAs = { address: '192.0.2.1', port: (peer.seenAs?.port ?? 0) + 1 }
      await new Registerer(of.userAgent).register()
    }
    await refresh(phone)
    await until(() => phone.closures.length > 0, { what: 'the end of the line' })
    expect(phone.closures[0]?.reason).toBe('connection-lost')
    const again = await alice({ server: peer.server, memory })
    await refresh(again)
    await until(() => peer.requests('REGISTER').length > 2, { what: 'REGISTER' })
    expect(again.closures).toEqual([])
  })

  test('outlives a change of the network that does not touch it', async () => {
    const peer = await peerOn({ transport: 'udp' })
    const phone = await alice({ server: peer.server })
    phone.line().networkChanged()
    await new Registerer(phone.userAgent).register()
    await until(() => peer.requests('REGISTER').length > 0, { what: 'REGISTER' })
    expect(phone.closures).toEqual([])
  })
})
