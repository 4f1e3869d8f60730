/*
 * An account behind the gateway as the engine page sees it: its line is a socket like any other, its failures have better reasons, and
 * another gateway takes the place of one that died.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { usualConnection } from '../../../common/account'
import { systemClock } from '../../../common/clock'
import type { EngineToGateway, GatewayToEngine, Route } from '../../../common/contract/gateway'
import { silentLog } from '../../../common/log'
import { GatewayLink, type LinkPort } from '../../../renderer/engine/sip/gateway-link'
import { iceServers } from '../../../renderer/engine/sip/ice-servers'
import { readGateway } from '../../../renderer/engine/sip/read-gateway'
import { aliceAccount, EngineBench } from '../support/engine-bench'
import type { MemorySocket } from '../support/memory-socket'
import { ScriptedPeer } from '../support/scripted-peer'

const route: Route = {
  transport: 'udp',
  host: 'pbx.example.com',
  address: '192.0.2.1',
  port: 5060,
  local: '192.0.2.9:40000',
  why: 'as the account says',
}

/** A gateway of which the test is the inside: its lines end at the scripted server. */
class HandGateway implements LinkPort {
  readonly heard: EngineToGateway[] = []
  closed = false
  /** What happens when a line is to be opened. */
  onOpen: (line: number) => void = (line) => this.connect(line)
  #listener: ((message: unknown) => void) | null = null
  #die = (): void => {}
  readonly #lines = new Map<number, MemorySocket>()

  constructor(private readonly peer: ScriptedPeer) {}

  send(message: EngineToGateway): void {
    this.heard.push(message)
    if (message.kind === 'open') this.onOpen(message.line)
    if (message.kind === 'send') this.#lines.get(message.line)?.send(message.text)
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listener = listener
  }

  onClose(listener: () => void): void {
    this.#die = listener
  }

  close(): void {
    this.closed = true
  }

  say(message: GatewayToEngine | { kind: string }): void {
    queueMicrotask(() => this.#listener?.(structuredClone(message)))
  }

  connect(line: number): void {
    const socket = this.peer.server.open()
    this.#lines.set(line, socket)
    socket.onopen = () => this.say({ kind: 'opened', line, route })
    socket.onmessage = ({ data }) => this.say({ kind: 'message', line, text: String(data) })
  }

  die(): void {
    this.#lines.clear()
    this.#listener = null
    this.#die()
  }
}

let bench: EngineBench
let link: GatewayLink
let peer: ScriptedPeer
let webSockets: string[]

beforeEach(() => {
  vi.useFakeTimers()
  peer = new ScriptedPeer()
  webSockets = []
  const openSocket = (url: string): MemorySocket => {
    webSockets.push(url)
    return peer.server.open()
  }
  link = new GatewayLink({
    clock: systemClock,
    log: silentLog,
    openSocket,
    loadReader: () => Promise.resolve(readGateway),
  })
  bench = new EngineBench({ gateway: link, openSocket })
})
afterEach(() => vi.useRealTimers())

const account = { server: 'udp:pbx.example.com' }

describe('a line', () => {
  it('waits for the gateway, registers through it and takes calls whose sound is not WebRTC', async () => {
    await bench.register(account)
    expect(bench.registration).toMatchObject({ state: 'registering' })
    const gateway = new HandGateway(peer)
    await link.use(gateway)
    await bench.settle()
    expect(gateway.heard[0]).toEqual({ kind: 'open', line: 1, accountId: 'work' })
    expect(bench.registration).toMatchObject({ state: 'registered' })
    const body = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n'
    peer.request({ method: 'INVITE', body })
    await bench.settle()
    expect(bench.offers).toHaveLength(1)
    expect(bench.media.gateways).toHaveLength(1)
    expect(webSockets).toEqual([])
  })

  it('says why it could not be opened, and shows the certificate that was refused', async () => {
    const gateway = new HandGateway(peer)
    const certificate = {
      host: 'pbx.example.com',
      fingerprint: 'ab'.repeat(32),
      subject: 'CN=pbx',
      issuer: 'CN=pbx',
      error: 'self-signed',
    }
    gateway.onOpen = (line) => gateway.say({ kind: 'closed', line, reason: 'certificate', detail: null, certificate })
    await link.use(gateway)
    await bench.register({ server: 'tls:pbx.example.com' })
    expect(bench.registration).toMatchObject({ state: 'failed', reason: 'certificate', certificate })
  })

  it('is made again with the next gateway when the one before died', async () => {
    const first = new HandGateway(peer)
    await link.use(first)
    await bench.register(account)
    first.die()
    await bench.settle()
    expect(bench.registration).toMatchObject({ state: 'failed', reason: 'connection-lost' })
    const second = new HandGateway(peer)
    await link.use(second)
    await bench.settle(5_000)
    expect(bench.registration).toMatchObject({ state: 'registered' })
    expect(second.heard.filter(({ kind }) => kind === 'open')).toHaveLength(1)
  })

  it('becomes a WebSocket where the server speaks that best, with sound straight from the browser', async () => {
    const gateway = new HandGateway(peer)
    gateway.onOpen = (line) =>
      gateway.say({ kind: 'elsewhere', line, url: 'wss://ws.example.com/ws', why: 'announced' })
    await link.use(gateway)
    await bench.register({ server: 'sip:example.com', connection: { ...usualConnection, stun: 'stun.example.com' } })
    expect(webSockets).toEqual(['wss://ws.example.com/ws'])
    expect(bench.registration).toMatchObject({ state: 'registered' })
    const callId = crypto.randomUUID()
    await bench.ask({ type: 'dial', callId, accountId: 'work', target: 'sip:bob@example.com', referral: null })
    expect(peer.requests('INVITE')).toHaveLength(1)
    expect(bench.media.gateways).toEqual([undefined])
    expect(bench.media.iceServers).toEqual([[{ urls: 'stun:stun.example.com' }]])
  })

  it('is not disturbed by what makes no sense', async () => {
    const gateway = new HandGateway(peer)
    await link.use(gateway)
    await bench.register(account)
    gateway.say({ kind: 'nonsense' })
    gateway.say({ kind: 'message', line: 99, text: 'x' })
    gateway.say({ kind: 'counters', id: 99, counters: null })
    await bench.settle()
    expect(bench.registration).toMatchObject({ state: 'registered' })
  })

  it('is not to be had where there is no gateway', async () => {
    const other = new EngineBench()
    await other.register(account)
    expect(other.registration).toMatchObject({ state: 'failed', reason: 'invalid-account' })
  })
})

describe('descriptions', () => {
  it('are asked for by number, and are none when the gateway is silent or gone', async () => {
    const media = link.media('work')
    expect(await media.describe('localOffer', 'x')).toEqual({ sdp: null, error: 'media-failed' })
    const gateway = new HandGateway(peer)
    await link.use(gateway)
    const described = media.describe('localOffer', 'browser')
    const asked = gateway.heard.at(-1)
    expect(asked).toMatchObject({ kind: 'describe', accountId: 'work', step: 'localOffer', sdp: 'browser' })
    gateway.say({ kind: 'described', id: asked?.kind === 'describe' ? asked.id : 0, sdp: 'wire', error: null })
    expect(await described).toMatchObject({ sdp: 'wire', error: null })
    const silent = media.describe('remoteAnswer', 'wire')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await silent).toEqual({ sdp: null, error: 'media-failed' })
    const pending = [media.describe('localOffer', 'x'), media.count()]
    gateway.die()
    expect(await Promise.all(pending)).toEqual([{ sdp: null, error: 'media-failed' }, null])
  })

  it('the gateway makes by itself reach their call until it is released', async () => {
    const gateway = new HandGateway(peer)
    await link.use(gateway)
    const media = link.media('work')
    const offers: string[] = []
    media.onRenegotiate((sdp) => offers.push(sdp))
    void media.describe('localOffer', 'x')
    const asked = gateway.heard.at(-1)
    const session = asked?.kind === 'describe' ? asked.session : ''
    gateway.say({ kind: 'renegotiate', session, sdp: 'offer' })
    await vi.advanceTimersByTimeAsync(0)
    media.release()
    gateway.say({ kind: 'renegotiate', session, sdp: 'late' })
    await vi.advanceTimersByTimeAsync(0)
    expect(offers).toEqual(['offer'])
    expect(gateway.heard.at(-1)).toEqual({ kind: 'release', session })
  })
})

it('a TURN server without its password is none', () => {
  const connection = { ...usualConnection, stun: 's.example', turn: { server: 't.example:3478', username: 'me' } }
  expect(iceServers({ connection, turnPassword: null })).toEqual([{ urls: 'stun:s.example' }])
  expect(iceServers({ connection, turnPassword: 'secret' })[1]).toEqual({
    urls: ['turn:t.example:3478', 'turn:t.example:3478?transport=tcp'],
    username: 'me',
    credential: 'secret',
  })
  expect(iceServers(aliceAccount)).toEqual([])
})
