import { createSocket } from 'node:dgram'
import {
  Inviter,
  Messager,
  Registerer,
  RegistererState,
  SessionState,
  UserAgent,
  type Invitation,
  type Session,
} from 'sip.js'
import { afterEach, describe, expect, test } from 'vitest'
import { stunAnswer } from '../../support/gateway/packets'
import { until } from '../../support/until'
import { SDP, type Said } from '../support/scripted-peer'
import type { LineAlice } from './support/line-alice'
import { alice, closeAll, peerOn } from './support/opened'
import type { WirePeer } from './support/wire-peer'

afterEach(closeAll)

async function registered({ userAgent }: LineAlice): Promise<Registerer> {
  const registerer = new Registerer(userAgent)
  await registerer.register()
  await until(() => registerer.state === RegistererState.Registered, { what: 'a registration' })
  return registerer
}

/** 401 until there are credentials. */
const challenging = (peer: WirePeer): WirePeer =>
  peer.on('REGISTER', (request) => {
    if (request.header('authorization') === '')
      peer.reply(request, 401, ['WWW-Authenticate: Digest realm="example.com", nonce="abc", qop="auth", algorithm=MD5'])
    else peer.acceptRegister(request)
  })

const contactOf = (said: Said | undefined): string => /<([^>]*)>/.exec(said?.header('contact') ?? '')?.[1] ?? ''

const call = async ({ userAgent }: LineAlice): Promise<Inviter> => {
  const inviter = new Inviter(userAgent, UserAgent.makeURI('sip:bob@example.com')!)
  await inviter.invite()
  return inviter
}

const inState = (session: Session, state: SessionState): Promise<true> =>
  until(() => session.state === state, { what: `a call that is ${state}` })

test.each(['udp', 'tcp'] as const)(
  'a phone registers over %s with credentials, as the address it has',
  async (transport) => {
    const peer = challenging(await peerOn({ transport }))
    const phone = await alice({ server: peer.server })
    await registered(phone)
    const [first, second] = peer.requests('REGISTER')
    expect(first?.header('via')).toMatch(
      new RegExp(`^SIP/2\\.0/${transport.toUpperCase()} 127\\.0\\.0\\.1:\\d+;rport;branch=z9hG4bK`),
    )
    expect(contactOf(second)).toMatch(
      new RegExp(`^sip:\\w+@127\\.0\\.0\\.1:${peer.source?.port};transport=${transport}$`),
    )
    expect(second?.header('authorization')).toContain('username="alice"')
    expect(second?.text).not.toMatch(/invalid|transport=ws|SIP\/2\.0\/WS/i)
    expect(phone.routes[0]).toMatchObject({
      transport,
      host: '127.0.0.1',
      port: peer.port,
      local: `127.0.0.1:${peer.source?.port}`,
    })
  },
)

test('a call out is set up and ended, each message once, by a phone that speaks as one', async () => {
  const peer = await peerOn({ transport: 'udp' })
  peer.on('INVITE', (request) => {
    peer.reply(request, 180)
    peer.reply(request, 200, [], SDP)
  })
  peer.on('BYE', (request) => peer.reply(request, 200))
  const phone = await alice({ server: peer.server })
  const inviter = await call(phone)
  await inState(inviter, SessionState.Established)
  await inviter.bye()
  await inState(inviter, SessionState.Terminated)
  await until(() => peer.requests('BYE').length > 0, { what: 'BYE' })
  expect(peer.said.map(({ word }) => word)).toEqual(['INVITE', 'ACK', 'BYE'])
  expect(contactOf(peer.requests('INVITE')[0])).toMatch(
    new RegExp(`^sip:\\w+@127\\.0\\.0\\.1:${peer.source?.port};transport=udp;ob$`),
  )
  expect(peer.requests('BYE')[0]?.message.start).toBe(`BYE sip:bob@127.0.0.1:${peer.port};transport=udp SIP/2.0`)
})

test.each(['udp', 'tcp'] as const)(
  'a call in over %s rings, is answered and ended by its caller',
  async (transport) => {
    const peer = await peerOn({ transport })
    const phone = await alice({ server: peer.server })
    await registered(phone)
    let invitation: Invitation | undefined
    phone.userAgent.delegate = { onInvite: (invite) => void (invitation = invite) }
    peer.request({ callId: 'in-1' })
    await until(() => invitation !== undefined, { what: 'a call' })
    await invitation?.progress()
    await invitation?.accept()
    await until(() => peer.responses('INVITE').some(({ status }) => status === 200), { what: '200' })
    const answer = peer.responses('INVITE').find(({ status }) => status === 200)
    expect(answer?.header('via')).toContain(`;rport=${peer.port}`)
    expect(contactOf(answer)).toMatch(/^sip:\w+@127\.0\.0\.1:\d+;transport=(udp|tcp)$/)
    const to = answer?.header('to') ?? ''
    peer.request({ method: 'ACK', callId: 'in-1', to, uri: contactOf(answer) })
    await inState(invitation!, SessionState.Established)
    peer.request({ method: 'BYE', callId: 'in-1', to, sequence: 2, uri: contactOf(answer) })
    await inState(invitation!, SessionState.Terminated)
    await until(() => peer.responses('BYE').length > 0, { what: 'the answer to BYE' })
    expect(peer.responses('BYE')[0]?.status).toBe(200)
  },
)

test('a call goes through where every message is lost the first time, in either direction', async () => {
  const peer = await peerOn({ transport: 'udp' })
  const phone = await alice({ server: peer.server })
  const lost = new Set<string>()
  peer.loses = (direction, text) => {
    const message = `${direction} ${text.slice(0, text.indexOf('\r\n'))}`
    const isFirst = !lost.has(message)
    lost.add(message)
    return isFirst
  }
  peer.on('INVITE', (request) => peer.reply(request, 200, [], SDP))
  peer.on('BYE', (request) => peer.reply(request, 200))
  const inviter = await call(phone)
  await inState(inviter, SessionState.Established)
  await inviter.bye()
  await until(() => peer.requests('BYE').length > 0, { what: 'BYE' })
  expect(peer.heard.filter((word) => word === 'INVITE').length).toBeGreaterThan(1)
})

test('a refusal that is repeated is acknowledged each time and seen once', async () => {
  const peer = await peerOn({ transport: 'udp' })
  const phone = await alice({ server: peer.server })
  peer.on('INVITE', (request) => {
    peer.reply(request, 486)
    peer.reply(request, 486)
    peer.reply(request, 486)
  })
  const inviter = await call(phone)
  await inState(inviter, SessionState.Terminated)
  await until(() => peer.requests('ACK').length === 3, { what: 'three ACKs' })
  const branches = new Set(
    [...peer.requests('ACK'), ...peer.requests('INVITE')].map((said) => /branch=([^;]*)/.exec(said.header('via'))?.[1]),
  )
  expect(branches.size).toBe(1)
})

test('strangers that speak to the port are not heard, the server at another of its addresses is', async () => {
  const peer = await peerOn({ transport: 'udp' })
  const stranger = await peerOn({ transport: 'udp', address: '127.0.0.2' })
  const other = await peerOn({ transport: 'udp', address: '127.0.0.3' })
  const names = {
    naptr: () => Promise.resolve([]),
    srv: () => Promise.resolve([]),
    addresses: () => Promise.resolve(['127.0.0.1', '127.0.0.3']),
  }
  const phone = await alice({ server: `udp:pbx.example.com:${peer.port}`, names })
  await registered(phone)
  const calls: string[] = []
  phone.userAgent.delegate = { onInvite: ({ request }) => void calls.push(request.callId) }
  for (const [index, from] of [stranger, other].entries()) {
    const port = peer.source?.port ?? 0
    const address = from === stranger ? '127.0.0.2' : '127.0.0.3'
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, address, resolve))
    from.source = {
      address: '127.0.0.1',
      port,
      write: (text) => socket.send(text, port, '127.0.0.1', () => socket.close()),
    }
    from.request({ callId: `call-${index}`, uri: contactOf(peer.requests('REGISTER')[0]) })
  }
  await until(() => calls.length > 0, { what: 'the call of the server' })
  expect(calls).toEqual(['call-1'])
})

test('a request too large for a datagram goes by TCP, and by UDP where that is refused', async () => {
  const udp = await peerOn({ transport: 'udp' })
  const tcp = await peerOn({ transport: 'tcp', port: udp.port })
  for (const peer of [udp, tcp]) peer.on('MESSAGE', (request) => peer.reply(request, 200))
  const phone = await alice({ server: udp.server })
  const say = ({ userAgent }: LineAlice, length: number): Promise<void> =>
    new Messager(userAgent, UserAgent.makeURI('sip:bob@example.com')!, 'ö'.repeat(length)).message()
  await say(phone, 600)
  await until(() => tcp.requests('MESSAGE').length === 1, { what: 'the message by TCP' })
  expect(tcp.requests('MESSAGE')[0]?.header('via')).toMatch(/^SIP\/2\.0\/TCP /)
  await say(phone, 20)
  await until(() => udp.requests('MESSAGE').length === 1, { what: 'the small one by UDP' })
  await tcp.close()
  await say(await alice({ server: udp.server }), 600)
  await until(() => udp.requests('MESSAGE').length === 2, { what: 'the large one by UDP' })
  expect(udp.requests('MESSAGE')[1]?.header('via')).toMatch(/^SIP\/2\.0\/UDP /)
})

test('a large request that TCP takes and drops is said again by UDP', async () => {
  const udp = await peerOn({ transport: 'udp' })
  const tcp = await peerOn({ transport: 'tcp', port: udp.port })
  tcp.on('MESSAGE', () => tcp.hangUp())
  udp.on('MESSAGE', (request) => udp.reply(request, 200))
  const { userAgent } = await alice({ server: udp.server })
  await new Messager(userAgent, UserAgent.makeURI('sip:bob@example.com')!, 'ö'.repeat(600)).message()
  await until(() => udp.requests('MESSAGE').length === 1, { what: 'the message by UDP' })
  expect(tcp.requests('MESSAGE')).toHaveLength(1)
})

test('where an edge proxy names the flow of a call, all that is said in it goes by that, however large or small', async () => {
  const udp = await peerOn({ transport: 'udp' })
  const tcp = await peerOn({ transport: 'tcp', port: udp.port })
  for (const peer of [udp, tcp]) {
    peer.on('INVITE', (request) =>
      peer.reply(request, 200, [`Record-Route: <sip:flowtoken=@127.0.0.1:${peer.port};lr>`], SDP),
    )
    for (const method of ['INFO', 'BYE']) peer.on(method, (request) => peer.reply(request, 200))
  }
  const { userAgent } = await alice({ server: udp.server })
  const long = [`X-Long: ${'x'.repeat(1_200)}`]
  for (const [begun, other, extraHeaders] of [
    [udp, tcp, []],
    [tcp, udp, long],
  ] as const) {
    const inviter = new Inviter(userAgent, UserAgent.makeURI('sip:bob@example.com')!, {
      extraHeaders: [...extraHeaders],
    })
    await inviter.invite()
    await inState(inviter, SessionState.Established)
    await inviter.info({ requestOptions: { extraHeaders: long } })
    await inviter.bye()
    await until(() => begun.requests('BYE').length === 1, { what: 'BYE by the same way' })
    expect(begun.said.map(({ word }) => word)).toEqual(['INVITE', 'ACK', 'INFO', 'BYE'])
    expect(other.said).toEqual([])
    begun.said.length = 0
  }
  // So does what goes out by the route the registrar gave.
  udp.on('MESSAGE', (request) => udp.reply(request, 200))
  const route = [`Route: <sip:flowtoken=@127.0.0.1:${udp.port};lr>`, ...long]
  await new Messager(userAgent, UserAgent.makeURI('sip:bob@example.com')!, 'Hello', 'text/plain', {
    extraHeaders: route,
  }).message()
  await until(() => udp.requests('MESSAGE').length === 1, { what: 'the message by UDP' })
})

describe('where no proxy stays on the way', () => {
  test.each([
    ['of its own', '127.0.0.4'],
    ['of the server’s own', '127.0.0.1'],
  ])('the far end is spoken to itself, and may speak itself, on a computer %s', async (_whose, address) => {
    const proxy = await peerOn({ transport: 'udp' })
    const far = await peerOn({ transport: 'udp', address })
    const contact = `Contact: <sip:bob@${address}:${far.port}>`
    proxy.on('INVITE', (request) => proxy.reply(request, 200, [contact], SDP))
    const phone = await alice({ server: proxy.server })
    const inviter = await call(phone)
    await until(() => far.requests('ACK').length === 1, { what: 'ACK at the far end' })
    const invite = proxy.requests('INVITE')[0]
    const names = { callId: invite?.header('call-id') ?? '', to: invite?.header('from') ?? '' }
    const asked = { ...names, from: '<sip:bob@example.com>;tag=peertag', uri: contactOf(invite) }
    far.request({ ...asked, method: 'BYE' })
    await inState(inviter, SessionState.Terminated)
    await until(() => far.responses('BYE').length === 1, { what: 'the answer at the far end' })
  })

  test('a proxy behind the server’s that stays may speak itself, and others may not', async () => {
    const proxy = await peerOn({ transport: 'udp' })
    const near = await peerOn({ transport: 'udp', address: '127.0.0.4' })
    const stranger = await peerOn({ transport: 'udp', address: '127.0.0.6' })
    const routes = [
      `Record-Route: <sip:127.0.0.6:${stranger.port};lr>`,
      `Record-Route: <sip:127.0.0.4:${near.port};lr>`,
    ]
    proxy.on('INVITE', (request) => proxy.reply(request, 200, routes, SDP))
    const phone = await alice({ server: proxy.server })
    const inviter = await call(phone)
    await until(() => proxy.requests('ACK').length === 1, { what: 'ACK by the server' })
    const invite = proxy.requests('INVITE')[0]
    const names = { callId: invite?.header('call-id') ?? '', to: invite?.header('from') ?? '' }
    const asked = { ...names, from: '<sip:bob@example.com>;tag=peertag', uri: contactOf(invite) }
    const { address = '', port = 0 } = proxy.source ?? {}
    for (const peer of [stranger, near]) peer.aim({ address, port })
    stranger.request({ ...asked, method: 'INFO' })
    near.request({ ...asked, sequence: 2, method: 'BYE' })
    await inState(inviter, SessionState.Terminated)
    await until(() => near.responses('BYE').length === 1, { what: 'the answer at the proxy' })
    expect(stranger.said).toEqual([])
  })

  test('whoever cannot be reached is spoken to through the server after all', async () => {
    const server = await peerOn({ transport: 'udp' })
    server.on('INVITE', (request) => server.reply(request, 200, ['Contact: <sip:bob@127.0.0.5:9>'], SDP))
    server.on('BYE', (request) => server.reply(request, 200))
    const phone = await alice({ server: server.server })
    const inviter = await call(phone)
    await until(() => server.requests('ACK').length === 1, { what: 'ACK at the server' })
    await inviter.bye()
    await until(() => server.requests('BYE').length === 1, { what: 'BYE at the server' })
  })
})

test('where a STUN server is named, we call ourselves what it sees, unless the SIP server sees another', async () => {
  const stun = createSocket('udp4')
  await new Promise<void>((resolve) => stun.bind(0, '127.0.0.1', resolve))
  stun.on('message', (question, { address, port }) =>
    stun.send(stunAnswer(question, '198.51.100.7', 61_000), port, address),
  )
  const connection = { stun: `127.0.0.1:${stun.address().port}` }
  const old = await peerOn({ transport: 'udp' })
  old.knowsRport = false
  const phone = await alice({ server: old.server, connection })
  await registered(phone)
  const register = old.requests('REGISTER')[0]
  expect(register?.header('via')).toMatch(/^SIP\/2\.0\/UDP 198\.51\.100\.7:61000;rport;/)
  expect(contactOf(register)).toMatch(/@198\.51\.100\.7:61000;transport=udp$/)
  expect(phone.routes.at(-1)?.local).toBe('198.51.100.7:61000')

  const modern = await peerOn({ transport: 'udp' })
  const other = await alice({ server: modern.server, connection })
  await registered(other)
  expect(contactOf(modern.requests('REGISTER').at(-1))).toContain(`@127.0.0.1:${modern.source?.port};`)

  stun.close()
  const none = await alice({ server: modern.server, connection })
  await registered(none)
  expect(none.routes).toHaveLength(1)
})
