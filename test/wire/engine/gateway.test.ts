/*
 * An account behind the gateway as the engine page sees it: its line is a socket like any other, its failures have better reasons, and
 * another gateway takes the place of one that died.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { usualConnection, type AccountConnection } from '../../../common/account'
import { systemClock } from '../../../common/clock'
import type { EngineAccount } from '../../../common/contract/engine'
import type { EngineToGateway, GatewayToEngine, Route } from '../../../common/contract/gateway'
import { silentLog } from '../../../common/log'
import { GatewayLink, type LinkPort } from '../../../renderer/engine/sip/gateway-link'
import { iceServers } from '../../../renderer/engine/sip/ice-servers'
import { readGateway } from '../../../renderer/engine/sip/read-gateway'
import { aliceAccount, EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'
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
const plain = { offers: 'plain', iceServers: [] } as const

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

  it('is opened anew when its server is one to fall back on and a better one is back, unless a call is up', async () => {
    const gateway = new HandGateway(peer)
    await link.use(gateway)
    await bench.register(account)
    peer.request({ method: 'INVITE', body: makeSdp() })
    await bench.settle()
    gateway.say({ kind: 'better', line: 1, why: 'udp 192.0.2.1:5060 answers again' })
    await bench.settle(2_000)
    const opened = (): number => gateway.heard.filter(({ kind }) => kind === 'open').length
    expect(opened()).toBe(1)
    await bench.ask({ type: 'end', callId: bench.offers[0]?.callId ?? '' })
    gateway.say({ kind: 'better', line: 1, why: 'udp 192.0.2.1:5060 answers again' })
    await bench.settle(2_000)
    expect(opened()).toBe(2)
    expect(bench.registration?.state).toBe('registered')
    expect(bench.reported('registration').map(({ registration }) => registration.state)).not.toContain('failed')
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

describe('the kind of sound', () => {
  const withMedia = (media: AccountConnection['media'], srtp: AccountConnection['srtp']): Partial<EngineAccount> => ({
    ...account,
    connection: { ...usualConnection, media, srtp, stun: 's.example' },
  })

  const use = async (media: AccountConnection['media'], srtp: AccountConnection['srtp'] = 'off'): Promise<void> => {
    await bench.register(withMedia(media, srtp))
    await link.use(new HandGateway(peer))
    await bench.settle()
  }

  const dial = async (): Promise<string> => {
    const callId = crypto.randomUUID()
    await bench.ask({ type: 'dial', callId, accountId: 'work', target: 'sip:bob@example.com', referral: null })
    return callId
  }

  const sdpOf = (protocol: string, ...lines: string[]): string =>
    [
      'v=0',
      'o=- 1 1 IN IP4 192.0.2.1',
      's=-',
      'c=IN IP4 192.0.2.1',
      't=0 0',
      `m=audio 4000 ${protocol} 0`,
      ...lines,
      '',
    ].join('\r\n')
  const fingerprint = 'a=fingerprint:sha-256 AA:BB'

  /** What was offered, in order. */
  const offered = (): (string | undefined)[] => bench.media.gateways.map((media) => media?.offers)

  const answering = (...statuses: number[]): void => {
    peer.on('INVITE', (request) => {
      const status = statuses.shift() ?? 200
      peer.reply(request, 100)
      const answer = ['webrtc', 'dtls'].includes(offered().at(-1) ?? '') ? makeSdp() : sdpOf('RTP/AVP')
      peer.reply(request, status, [], status === 200 ? answer : '')
    })
  }

  it.each([488, 606, 415])(
    'plain sound refused with %i is offered as WebRTC’s, which the server is known by then',
    async (status) => {
      await use('automatic')
      answering(status)
      const callId = await dial()
      await bench.settle()
      expect(offered()).toEqual(['plain', 'webrtc'])
      expect(bench.media.gateways[1]?.iceServers).toEqual([{ urls: 'stun:s.example' }])
      const [first, second] = peer.requests('INVITE')
      expect(second?.header('call-id')).not.toBe(first?.header('call-id'))
      expect(bench.reported('connected')).toEqual([{ type: 'connected', callId }])
      expect(bench.media.last).toMatchObject({ microphone: true, closed: false })
      expect(bench.media.calls[0]?.closed).toBe(true)
      await bench.ask({ type: 'end', callId })
      await dial()
      expect(offered().slice(2)).toEqual(['webrtc'])
    },
  )

  it('plain is offered again with keys for a server that takes SRTP alone, which is known by then', async () => {
    await use('automatic', 'optional')
    answering(488, 200)
    const callId = await dial()
    await bench.settle()
    expect(offered()).toEqual(['plain', 'keyed'])
    expect(bench.reported('connected')).toEqual([{ type: 'connected', callId }])
    await bench.ask({ type: 'end', callId })
    await dial()
    expect(offered().slice(2)).toEqual(['keyed'])
  })

  it('is told once when it is learned, and begun with after a start that remembers it', async () => {
    await use('automatic')
    answering(488, 200, 200)
    for (let i = 0; i < 2; i++) {
      const callId = await dial()
      await bench.settle()
      await bench.ask({ type: 'end', callId })
    }
    expect(bench.reported('takes')).toEqual([{ type: 'takes', accountId: 'work', kind: 'webrtc' }])
    await bench.register({ ...withMedia('automatic', 'off'), takes: 'webrtc' })
    await bench.settle()
    const before = offered().length
    await dial()
    expect(offered().slice(before)).toEqual(['webrtc'])
  })

  it('is what is offered whatever was remembered, where the account does not allow that', async () => {
    await bench.register({ ...withMedia('plain', 'off'), takes: 'webrtc' })
    await link.use(new HandGateway(peer))
    await bench.settle()
    await dial()
    expect(offered()).toEqual(['plain'])
  })

  it.each([
    ['automatic', 'optional', ['plain', 'keyed', 'webrtc', 'dtls', 'feedback']],
    ['automatic', 'required', ['plain', 'webrtc', 'dtls', 'feedback']],
    ['plain', 'optional', ['plain', 'keyed', 'feedback']],
    ['plain', 'required', ['plain', 'feedback']],
    ['webrtc', 'optional', ['webrtc', 'dtls']],
  ] as const)('%s with SRTP %s is offered in each way there is, once', async (media, srtp, kinds) => {
    await use(media, srtp)
    answering(488, 488, 488, 488, 488)
    await dial()
    await bench.settle()
    expect(offered()).toEqual(kinds)
    expect(bench.ended).toMatchObject({ cause: 'not-acceptable', sipStatus: 488 })
  })

  it('behind a proxy is each phone’s own: what one takes is not offered to strangers before what all understand', async () => {
    await use('automatic')
    const call = async (target: string): Promise<void> => {
      const callId = crypto.randomUUID()
      await bench.ask({ type: 'dial', callId, accountId: 'work', target, referral: null })
      await bench.settle()
      await bench.ask({ type: 'end', callId })
      await bench.settle()
    }
    answering(200, 488)
    for (const user of ['anna', 'browser', 'carol', 'browser', 'anna']) await call(`sip:${user}@example.com`)
    expect(offered()).toEqual(['plain', 'plain', 'webrtc', 'plain', 'webrtc', 'plain'])
  })

  it('goes back to plain where WebRTC’s is refused later, and each call is offered each kind once at most', async () => {
    await use('automatic')
    answering(488, 200, 488, 200, 488, 488, 488, 488)
    for (const kinds of [
      ['plain', 'webrtc'],
      ['webrtc', 'plain'],
      ['plain', 'webrtc', 'dtls', 'feedback'],
    ]) {
      const before = offered().length
      const callId = await dial()
      await bench.settle()
      expect(offered().slice(before)).toEqual(kinds)
      await bench.ask({ type: 'end', callId })
      await bench.settle()
    }
    expect(bench.ended).toMatchObject({ cause: 'not-acceptable', sipStatus: 488 })
  })

  it.each([
    [200, 'an answer', ['INVITE', 'ACK', 'BYE', 'INVITE', 'ACK']],
    [183, 'early media', ['INVITE', 'CANCEL', 'INVITE', 'ACK']],
  ])('plain sound to which %i says that it will be DTLS is offered as WebRTC’s: %s', async (status, _what, words) => {
    await use('automatic')
    peer.on('BYE', (request) => peer.reply(request, 200))
    peer.on('CANCEL', (request) => peer.reply(request, 200))
    peer.on('INVITE', (request) => {
      peer.reply(request, 100)
      if (offered().length === 1) peer.reply(request, status, [], sdpOf('RTP/AVP', fingerprint, 'a=setup:actpass'))
      else peer.reply(request, 200, [], makeSdp())
    })
    peer.said.length = 0
    const callId = await dial()
    await bench.settle(100)
    expect(offered()).toEqual(['plain', 'webrtc'])
    const talk = peer.said.map(({ word }) => word).filter((word) => words.includes(word))
    expect([...talk].sort()).toEqual([...words].sort())
    expect(bench.reported('connected')).toEqual([{ type: 'connected', callId }])
    expect(bench.ended).toBeUndefined()
    await bench.ask({ type: 'end', callId })
    await dial()
    expect(offered().slice(2)).toEqual(['webrtc'])
  })

  it('DTLS without ICE is offered where WebRTC’s is refused too, and first from then on', async () => {
    await use('automatic')
    answering(488, 488)
    const callId = await dial()
    await bench.settle()
    expect(offered()).toEqual(['plain', 'webrtc', 'dtls'])
    expect(bench.reported('connected')).toEqual([{ type: 'connected', callId }])
    await bench.ask({ type: 'end', callId })
    await dial()
    expect(offered().slice(3)).toEqual(['dtls'])
  })

  it('that a call came in with is offered first while nothing is known of the server', async () => {
    await use('automatic')
    const ring = async (body: string): Promise<void> => {
      peer.request({ method: 'INVITE', body })
      await bench.settle()
      await bench.ask({ type: 'end', callId: bench.offers.at(-1)?.callId ?? '' })
    }
    answering(200, 200)
    await ring(makeSdp())
    await bench.ask({ type: 'end', callId: await dial() })
    await ring(sdpOf('RTP/AVP'))
    await dial()
    expect(offered().filter((_, index) => index % 2 === 1)).toEqual(['webrtc', 'webrtc'])
  })

  it.each(['RTP/AVPF', 'RTP/SAVPF'])(
    'that is plain in the profile with feedback, %s, is answered and offered so',
    async (profile) => {
      await use('plain')
      answering(200)
      const key = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(40)}`
      peer.request({ method: 'INVITE', body: sdpOf(profile, key) })
      await bench.settle()
      const offer = bench.offers.at(-1)
      expect(offer).toBeDefined()
      await bench.ask({ type: 'end', callId: offer?.callId ?? '' })
      await dial()
      expect(offered().at(-1)).toBe('feedback')
    },
  )

  it('answered without any sound is hung up and offered otherwise, and the server is not known by what it refused so', async () => {
    await use('automatic')
    peer.on('INVITE', (request) => {
      const isPlain = offered().at(-1) === 'plain'
      peer.reply(request, 200, [], isPlain ? sdpOf('RTP/AVP').replace('4000', '0') : makeSdp())
    })
    const callId = await dial()
    await bench.settle()
    expect(offered()).toEqual(['plain', 'webrtc'])
    expect(peer.requests('BYE')).toHaveLength(1)
    expect(bench.reported('connected')).toEqual([{ type: 'connected', callId }])
    await bench.ask({ type: 'end', callId })
    await dial()
    expect(offered().slice(2)).toEqual(['webrtc'])
  })

  it('plain by choice and answered in DTLS is no call', async () => {
    await use('plain')
    peer.on('INVITE', (request) => peer.reply(request, 200, [], sdpOf('RTP/AVP', fingerprint)))
    await dial()
    await bench.settle()
    expect(offered()).toEqual(['plain'])
    expect(bench.ended).toMatchObject({ cause: 'not-acceptable' })
    expect(peer.requests('BYE')).toHaveLength(1)
  })

  it.each([
    ['plain', ['plain', 'feedback']],
    ['webrtc', ['webrtc', 'dtls']],
  ] as const)('that is %s by choice is offered, and nothing else is', async (media, kinds) => {
    await use(media)
    answering(488, 488)
    await dial()
    await bench.settle()
    expect(offered()).toEqual(kinds)
    expect(bench.ended).toMatchObject({ cause: 'not-acceptable' })
  })

  it('is offered once when the user hangs up while the other is made ready', async () => {
    await use('automatic')
    answering(488)
    let open = (): void => {}
    const gates = [Promise.resolve(), new Promise<void>((resolve) => (open = resolve))]
    bench.media.microphoneGate = () => gates.shift() ?? Promise.resolve()
    const callId = await dial()
    await bench.settle()
    await bench.ask({ type: 'end', callId })
    open()
    await bench.settle(40_000)
    expect(peer.requests('INVITE')).toHaveLength(1)
    expect(bench.media.calls.every(({ closed }) => closed)).toBe(true)
    expect(bench.ended).toMatchObject({ cause: 'cancelled' })
  })

  it.each([
    ['automatic', 'plain', sdpOf('RTP/AVP'), null],
    ['automatic', 'WebRTC', makeSdp(), null],
    ['automatic', 'DTLS without ICE', sdpOf('UDP/TLS/RTP/SAVP', fingerprint), null],
    ['automatic', 'old DTLS without ICE', sdpOf('RTP/SAVP', fingerprint), null],
    ['automatic', 'DTLS without a certificate', sdpOf('UDP/TLS/RTP/SAVP'), 'not-acceptable'],
    ['plain', 'WebRTC', makeSdp(), 'not-acceptable'],
    ['plain', 'DTLS without ICE', sdpOf('UDP/TLS/RTP/SAVP', fingerprint), 'not-acceptable'],
    ['webrtc', 'DTLS without ICE', sdpOf('UDP/TLS/RTP/SAVP', fingerprint), null],
    ['plain', 'plain, with ICE', sdpOf('RTP/AVP', 'a=ice-ufrag:x'), null],
    ['webrtc', 'plain', sdpOf('RTP/AVP'), 'no-webrtc'],
    ['webrtc', 'WebRTC', makeSdp(), null],
  ] as const)(
    '%s: a call in with %s is offered to the user, or refused before it rings',
    async (media, _what, body, code) => {
      await use(media)
      peer.request({ method: 'INVITE', body })
      await bench.settle()
      expect(bench.offers).toHaveLength(code === null ? 1 : 0)
      expect(bench.reported('fault').map((fault) => fault.code)).toEqual(code === null ? [] : [code])
      if (code !== null) expect(peer.responses('INVITE').at(-1)?.status).toBe(488)
    },
  )
})

describe('descriptions', () => {
  it('are asked for by number, and are none when the gateway is silent or gone', async () => {
    const media = link.media('work', plain)
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
    const media = link.media('work', plain)
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
