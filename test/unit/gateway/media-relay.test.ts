/* Calls through the relay over loopback, with a real WebRTC transport on the browser's side and real sockets on the wire's. */
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { readdirSync, readlinkSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../../common/clock'
import { silentLog } from '../../../common/log'
import { createRelays } from '../../../gateway/media/create-relays'
import { nativeWebLegs } from '../../../gateway/media/native-web-leg'
import { nodeUdp } from '../../../gateway/media/node-udp'
import { bindPair } from '../../../gateway/media/port-pair'
import { parseSdp } from '../../../gateway/media/parse-sdp'
import type { MediaAccount } from '../../../gateway/media/relay-session'
import type { RelaySessions } from '../../../gateway/media/relay-sessions'
import { SrtpReceiver, SrtpSender } from '../../../gateway/media/srtp'
import type { CreateWebLeg, WebLegEvents } from '../../../gateway/media/web-leg'
import { until } from '../../support/until'
import { ManualClock } from '../../fakes/manual-clock'
import { Browser, browserSdp } from '../../support/gateway/browser'
import { goodbye, receiverReport, rtp, senderReport, stunAnswer } from '../../support/gateway/packets'
import { WirePeer } from '../../support/gateway/wire-peer'

// Real transports on a machine that may have much else to do.
vi.setConfig({ testTimeout: 30_000 })

const open: { close(): void }[] = []
const ours = <T extends { close(): void }>(one: T): T => {
  open.push(one)
  return one
}
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

const plain: MediaAccount = { srtp: 'off', stun: null, secure: false, server: '127.0.0.1', ports: null }
const renegotiations: string[] = []

function relays(account: Partial<MediaAccount> = {}, createWebLeg?: CreateWebLeg): RelaySessions {
  return ours(
    createRelays({
      clock: systemClock,
      log: silentLog,
      account: () => ({ ...plain, ...account }),
      onRenegotiate: (_, sdp) => void renegotiations.push(sdp),
      ...(createWebLeg && { createWebLeg }),
    }),
  )
}

/** One call's end: a browser and its relay. */
class Phone {
  readonly browser = ours(new Browser())
  constructor(
    private readonly relays: RelaySessions,
    private readonly session = crypto.randomUUID() as string,
  ) {}

  async describe(step: Parameters<RelaySessions['describe']>[2], sdp: string): Promise<string> {
    const described = await this.relays.describe(this.session, 'work', step, sdp)
    if (!described.ok) throw new Error(`${step}: ${described.error}`)
    return described.sdp
  }

  async offer(direction: 'sendrecv' | 'sendonly' = 'sendrecv', types?: number[]): Promise<string> {
    return this.describe('localOffer', await this.browser.offer({ direction, ...(types && { types }) }))
  }

  async answer(offer: string, direction: 'sendrecv' | 'recvonly' = 'sendrecv'): Promise<string> {
    const web = await this.describe('remoteOffer', offer)
    const answer = await this.describe('localAnswer', await this.browser.answer(web, direction))
    this.browser.connect()
    return answer
  }

  async accept(answer: string, step: 'remoteAnswer' | 'remoteEarly' = 'remoteAnswer'): Promise<string> {
    const web = await this.describe(step, answer)
    this.browser.accept(web)
    return web
  }

  count(): NonNullable<ReturnType<RelaySessions['count']>> {
    const counters = this.relays.count(this.session)
    if (counters === null) throw new Error('no such session')
    return counters
  }

  connected(): Promise<unknown> {
    return until(() => this.browser.state === 'connected', { what: 'the browser to be connected', ms: 4_000 })
  }

  release(): void {
    this.relays.release(this.session)
  }
}

async function call(account: Partial<MediaAccount> = {}, types?: number[]): Promise<[Phone, Phone]> {
  const both = relays(account)
  const [caller, callee] = [new Phone(both), new Phone(both)]
  await caller.accept(await callee.answer(await caller.offer('sendrecv', types)))
  await Promise.all([caller.connected(), callee.connected()])
  return [caller, callee]
}

/** Speaks both ways until both have heard enough. */
async function talk(caller: Phone, callee: Phone, type = 0): Promise<void> {
  const before = [caller.browser.heard.length, callee.browser.heard.length]
  await until(
    () => {
      caller.browser.send(type)
      callee.browser.send(type)
      return caller.browser.heard.length > (before[0] ?? 0) + 5 && callee.browser.heard.length > (before[1] ?? 0) + 5
    },
    { what: 'sound in both directions', ms: 3000 },
  )
}

/** A call of ours to a phone of the plain kind that said this. */
async function callTo(peer: WirePeer, lines: string[] = [], formats = '0'): Promise<{ phone: Phone; port: number }> {
  const phone = new Phone(relays())
  const port = parseSdp(await phone.offer())?.audio.rtp?.port ?? 0
  await phone.accept(peer.sdp(lines, { formats }))
  await phone.connected()
  return { phone, port }
}

test('two phones hear each other through their relays, and their reports pass', async () => {
  const [caller, callee] = await call()
  await talk(caller, callee)
  expect(callee.browser.heard.at(-1)).toMatchObject({ type: 0, payload: Buffer.alloc(160, 0x55) })
  expect(caller.count()).toMatchObject({ strangers: 0, refused: 0, encryption: 'none' })
  expect(caller.count().latched).toBe(caller.count().signalled)
  expect(caller.count().silentMs).toBeLessThan(1000)
  caller.browser.sendReport(receiverReport(7))
  callee.browser.sendReport(receiverReport(8))
  await until(() => caller.browser.reports.length > 0 && callee.browser.reports.length > 0, {
    what: 'reports',
    ms: 2_000,
  })
  expect(callee.browser.reports).toEqual([receiverReport(7)])
})

test('it is counted whether the far end’s reports tell of our sound, in whatever order and by whatever name', async () => {
  const peer = ours(await WirePeer.open())
  const { phone, port } = await callTo(peer)
  const told = async (packet: Buffer): Promise<[number, number]> => {
    const { reports } = phone.count()
    peer.sendReport(packet, port + 1)
    await until(() => phone.count().reports > reports, { what: 'the report to be counted' })
    return [phone.count().reports, phone.count().progress]
  }
  expect(await told(senderReport())).toEqual([1, 0])
  expect(await told(Buffer.concat([senderReport({ 7: 100 }), goodbye()]))).toEqual([2, 1])
  expect(await told(senderReport({ 7: 100 }))).toEqual([3, 1])
  expect(await told(senderReport({ 8: 5, 7: 100 }))).toEqual([4, 2])
  expect(await told(senderReport({ 7: 101 }))).toEqual([5, 3])
  // More blocks than there is room for, and a length that goes beyond the packet.
  const short = senderReport({ 7: 102 }).subarray(0, 32)
  short.writeUInt16BE(7, 2)
  expect(await told(short)).toEqual([6, 3])
})

test('a port nobody listens at is known by what its host says, and whoever sends later is heard', async () => {
  const peer = ours(await WirePeer.open())
  const pair = await bindPair(nodeUdp, 4, { from: 40_000, to: 49_999 }, randomBytes)
  if (pair === null) throw new Error('no port')
  const here = ours(pair.rtp)
  ours(pair.rtcp)
  let heard = 0
  here.onPacket(() => void heard++)
  const asks = async (port: number): Promise<boolean> => {
    const to = { address: '127.0.0.1', port }
    const timer = setInterval(() => here.send(Buffer.from('sound'), to), 5)
    return here.isTurnedAway(to, 200).finally(() => clearInterval(timer))
  }
  const gone = await WirePeer.open()
  const { port } = gone
  gone.close()
  expect(await asks(port)).toBe(true)
  expect(await asks(peer.port)).toBe(false)
  await until(() => peer.send(rtp({ type: 0, sequence: 1 }), here.port) ?? heard > 0, { what: 'a packet from anybody' })
})

test('two phones with SRTP hear each other, and say so; across hold and resume with the same keys too', async () => {
  const [caller, callee] = await call({ srtp: 'required', secure: true })
  await talk(caller, callee)
  const hold = await callee.answer(await caller.offer('sendonly'), 'recvonly')
  expect(parseSdp(await caller.accept(hold))?.audio.direction).toBe('recvonly')
  await caller.accept(await callee.answer(await caller.offer()))
  await talk(caller, callee)
  for (const phone of [caller, callee]) expect(phone.count()).toMatchObject({ refused: 0, encryption: 'sdes' })
})

test('what is optional is agreed between two phones that both can', async () => {
  const [caller, callee] = await call({ srtp: 'optional', secure: true })
  await talk(caller, callee)
  expect([caller.count().encryption, callee.count().encryption]).toEqual(['sdes', 'sdes'])
})

test('packets played again by a listener on the wire are refused, as are those of no key', async () => {
  const both = relays({ srtp: 'required', secure: true })
  const phone = new Phone(both)
  const peer = ours(await WirePeer.open())
  const offer = parseSdp(await phone.offer())?.audio
  const theirs = Buffer.alloc(30, 3)
  const [{ tag, suite, master } = offer?.crypto[0] ?? { tag: 0, suite: 'AES_CM_128_HMAC_SHA1_80', master: theirs }] =
    offer?.crypto ?? []
  const crypto = `a=crypto:${tag} ${suite} inline:${theirs.toString('base64')}`
  await phone.accept(peer.sdp([crypto], { protocol: 'RTP/SAVP' }))
  await phone.connected()
  const port = offer?.rtp?.port ?? 0
  const sealed = new SrtpSender(theirs, suite).protectRtp(rtp({ type: 0, sequence: 1 })) as Buffer
  for (const packet of [sealed, sealed, rtp({ type: 0, sequence: 2 })]) peer.send(packet, port)
  await until(() => phone.count().refused === 2, { what: 'two packets to be refused' })
  expect(phone.count().received).toBe(1)
  await until(() => phone.browser.send(0) ?? peer.heard[0], { what: 'a packet of ours' })
  expect(new SrtpReceiver(master, suite).unprotectRtp(peer.heard[0]?.packet as Buffer)?.subarray(12)).toEqual(
    Buffer.alloc(160, 0x55),
  )
})

test('digits go by the numbers of the far end and come by either side’s', async () => {
  const peer = ours(await WirePeer.open())
  const { phone, port } = await callTo(peer, ['a=rtpmap:97 telephone-event/8000'], '0 97')
  const digit = Buffer.from([5, 0x8a, 0, 160])
  phone.browser.send(126, digit)
  await until(() => peer.heard[0], { what: 'the digit' })
  expect(peer.heard[0]?.packet[1]).toBe(97)
  expect(peer.heard[0]?.packet.subarray(12)).toEqual(digit)
  // A browser whose first packets are digits does not hear what is said after them.
  peer.send(rtp({ type: 97, sequence: 1, payload: digit }), port)
  peer.send(rtp({ type: 0, sequence: 2 }), port)
  peer.send(rtp({ type: 97, sequence: 3, payload: digit }), port)
  peer.send(rtp({ type: 101, sequence: 4, payload: digit }), port)
  peer.send(rtp({ type: 111, sequence: 5 }), port)
  peer.send(rtp({ type: 0, sequence: 6 }), port)
  await until(() => phone.browser.heard.length === 4, { what: 'what the far end sent' })
  expect(phone.browser.heard.map(({ type }) => type)).toEqual([0, 126, 126, 0])
})

test('a far end that calls the speech otherwise than was agreed is heard, and answered by its own name for it', async () => {
  const peer = ours(await WirePeer.open())
  const { phone, port } = await callTo(peer, ['a=rtpmap:107 opus/48000/2'], '107')
  const isSpokenTo = async (type: number): Promise<void> =>
    until(
      () => {
        phone.browser.send(111)
        return peer.heard.at(-1)?.packet[1] === type
      },
      { what: `opus as ${type}` },
    ).then(() => {})
  await isSpokenTo(107)
  // What is too short for speech is a digit of a number nobody agreed on, or keeps the way open.
  for (let sequence = 90; sequence < 98; sequence++)
    peer.send(rtp({ type: 127, sequence, payload: Buffer.alloc(sequence % 2) }), port)
  peer.send(rtp({ type: 97, sequence: 1, payload: Buffer.from([5, 0x8a, 0, 160]) }), port)
  for (let sequence = 2; sequence < 8; sequence++) peer.send(rtp({ type: 96, sequence }), port)
  await until(() => phone.browser.heard.length === 6, { what: 'what the far end sent' })
  expect(phone.browser.heard.map(({ type }) => type)).toEqual(Array(6).fill(111))
  await isSpokenTo(96)
  peer.send(rtp({ type: 107, sequence: 8 }), port)
  await isSpokenTo(107)
})

test('a phone behind a NAT is answered where it sends from; a stranger is neither heard nor answered', async () => {
  const peer = ours(await WirePeer.open())
  const [nat, stranger] = [ours(await WirePeer.open()), ours(await WirePeer.open())]
  const phone = new Phone(relays())
  const port = parseSdp(await phone.offer())?.audio.rtp?.port ?? 0
  await phone.accept(peer.sdp([]).replaceAll('127.0.0.1', '127.0.0.9'))
  await phone.connected()
  nat.send(rtp({ type: 0, sequence: 1, ssrc: 7 }), port)
  await until(() => phone.count().received === 1, { what: 'the phone to be heard' })
  for (let sequence = 0; sequence < 20; sequence++) stranger.send(rtp({ type: 0, sequence, ssrc: 666 }), port)
  stranger.send(Buffer.from('not a packet'), port)
  await until(() => phone.count().strangers === 20, { what: 'the stranger to be counted' })
  await until(() => phone.browser.send(0) ?? nat.heard.length > 2, { what: 'our sound' })
  expect(phone.count()).toMatchObject({
    received: 1,
    latched: `127.0.0.1:${nat.port}`,
    signalled: `127.0.0.9:${peer.port}`,
  })
  expect(stranger.heard).toEqual([])
})

test('streams that jump are carried as they are, and a goodbye is not', async () => {
  const peer = ours(await WirePeer.open())
  const { phone, port } = await callTo(peer)
  for (const [index, ssrc] of [1, 2, 3].entries()) peer.send(rtp({ type: 0, sequence: 60_000 * index, ssrc }), port)
  await until(() => phone.browser.heard.length === 3, { what: 'three streams' })
  expect(phone.browser.heard.map(({ sequence }) => sequence)).toEqual([0, 60_000, 120_000 & 0xffff])
  peer.sendReport(Buffer.concat([receiverReport(4), goodbye(4)]), port + 1)
  await until(() => phone.browser.reports.length > 0, { what: 'the report' })
  expect(phone.browser.reports).toEqual([receiverReport(4)])
  phone.browser.sendReport(receiverReport(5))
  await until(() => peer.reports.length > 0, { what: 'our report' })
  expect(peer.reports).toEqual([receiverReport(5)])
})

test('forks that answer early are heard in turn, whichever codec they have, and the one that answers is spoken with', async () => {
  const [first, second] = [ours(await WirePeer.open()), ours(await WirePeer.open())]
  const phone = new Phone(relays())
  const port = parseSdp(await phone.offer())?.audio.rtp?.port ?? 0
  const types = (sdp: string): unknown => parseSdp(sdp)?.audio.codecs.map(({ type }) => type)
  expect(types(await phone.accept(first.sdp([], { formats: '0' }), 'remoteEarly'))).toEqual([0])
  await phone.connected()
  first.send(rtp({ type: 0, sequence: 1, ssrc: 1 }), port)
  await until(() => phone.browser.heard.length === 1, { what: 'the first fork' })
  expect(types(await phone.accept(second.sdp([], { formats: '8' }), 'remoteEarly'))).toEqual([8])
  second.send(rtp({ type: 8, sequence: 1, ssrc: 2 }), port)
  await until(() => phone.browser.heard.length === 2, { what: 'the second fork' })
  first.send(rtp({ type: 8, sequence: 2, ssrc: 1 }), port)
  await until(() => phone.count().strangers === 1, { what: 'the first to be a stranger' })
  await phone.accept(second.sdp([], { formats: '8' }))
  await until(() => phone.browser.send(8) ?? second.heard.length > 2, { what: 'our sound at the second' })
  expect(first.heard).toEqual([])
  expect(second.heard[0]?.packet[1]).toBe(8)
})

test('a call that came without an offer is offered one, and a later offer of theirs moves port and codec', async () => {
  const [before, after] = [ours(await WirePeer.open()), ours(await WirePeer.open())]
  const { phone, port } = await callTo(before)
  const answer = parseSdp(await phone.answer(after.sdp([], { formats: '8 0' })))
  expect(answer?.audio.rtp?.port).toBe(port)
  expect(answer?.audio.codecs[0]?.name).toBe('PCMA')
  await until(() => phone.browser.send(8) ?? after.heard.length > 2, { what: 'sound at the new port' })
  expect(after.heard[0]?.packet[1]).toBe(8)
  // And one of ours after it: the role in DTLS stays what it was.
  const web = await phone.offer().then(() => phone.accept(after.sdp([])))
  expect(parseSdp(web)?.audio.transport?.setup).toBe('active')
})

test('an offer that the far end refuses leaves the call as it was', async () => {
  const peer = ours(await WirePeer.open())
  const both = relays()
  const phone = new Phone(both, '1')
  await phone.offer()
  await phone.accept(peer.sdp([]))
  await phone.connected()
  await phone.offer('sendonly')
  both.rollback('1')
  expect(await both.describe('1', 'work', 'remoteAnswer', peer.sdp([]))).toEqual({ ok: false, error: 'not-acceptable' })
  await until(() => phone.browser.send(0) ?? peer.heard.length > 2, { what: 'sound as before' })
})

/** A call to `peer` whose transport to the browser tells what a test says. */
async function callOnLegs(
  peer: WirePeer,
): Promise<{ phone: Phone; both: RelaySessions; legs: ToldLeg[]; web: string }> {
  const legs: ToldLeg[] = []
  const create = nativeWebLegs(systemClock, silentLog)
  const both = relays({}, async (events) => {
    const leg = await create(events)
    if (leg === null) return null
    const told: ToldLeg = { onState: (state) => events.onState(state), browserAt: null }
    legs.push(told)
    return new Proxy(leg, {
      get: (real, name) => {
        if (name === 'browserAt') return told.browserAt ?? real.browserAt
        const value: unknown = Reflect.get(real, name, real)
        return typeof value === 'function' ? (value.bind(real) as unknown) : value
      },
    })
  })
  const phone = new Phone(both, '1')
  await phone.offer()
  const web = await phone.accept(peer.sdp([]))
  await phone.connected()
  renegotiations.length = 0
  return { phone, both, legs, web }
}

interface ToldLeg {
  onState: WebLegEvents['onState']
  /** Null: where it really is. */
  browserAt: string | null
}

const notOurs = '192.0.2.7'

test.each([
  ['lost its transport', (leg?: ToldLeg) => leg?.onState('failed')],
  ['is spoken to where this computer is not any more', (leg?: ToldLeg) => void (leg && (leg.browserAt = notOurs))],
])('a browser that %s is offered another, without a word of SIP', async (_what, happens) => {
  const peer = ours(await WirePeer.open())
  const { both, legs, web } = await callOnLegs(peer)
  happens(legs[0])
  await until(() => renegotiations[0], { what: 'an offer for the browser' })
  const offer = parseSdp(renegotiations[0] ?? '')
  expect(offer?.audio.transport?.ufrag).not.toBe(parseSdp(web)?.audio.transport?.ufrag)
  const again = new Phone(both, '1')
  await again.describe('localAnswer', await again.browser.answer(renegotiations[0] ?? ''))
  again.browser.connect()
  await again.connected()
  await until(() => again.browser.send(0) ?? peer.heard.length > 2, { what: 'sound again' })
})

test('another transport is not offered within an exchange of signalling’s, but after it', async () => {
  const peer = ours(await WirePeer.open())
  const { phone, both, legs } = await callOnLegs(peer)
  await phone.offer('sendonly')
  legs[0]?.onState('failed')
  await expect(both.describe('1', 'work', 'localAnswer', browserSdp())).resolves.toMatchObject({ ok: false })
  expect(renegotiations).toEqual([])
  both.rollback('1')
  await until(() => renegotiations[0], { what: 'an offer for the browser' })
})

test('an offer of another transport that the browser did not take is made again', async () => {
  const peer = ours(await WirePeer.open())
  const { phone, both, legs } = await callOnLegs(peer)
  legs[0]?.onState('failed')
  await until(() => renegotiations[0], { what: 'an offer for the browser' })
  await phone.offer('sendonly')
  both.rollback('1')
  await until(() => renegotiations[1], { what: 'another offer for the browser', ms: 10_000 })
  const again = new Phone(both, '1')
  await again.describe('localAnswer', await again.browser.answer(renegotiations[1] ?? ''))
  again.browser.connect()
  await again.connected()
  await until(() => again.browser.send(0) ?? peer.heard.length > 2, { what: 'sound again' })
})

test('a browser’s transport that was closed is forgotten, and whoever listened to it', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const create = nativeWebLegs(systemClock, silentLog)
  const useOne = async (): Promise<WeakRef<WebLegEvents>> => {
    const events: WebLegEvents = { onRtp: () => {}, onRtcp: () => {}, onState: () => {} }
    const leg = await create(events)
    expect(await leg?.offerTransport()).not.toBeNull()
    leg?.close()
    return new WeakRef(events)
  }
  const used = await useOne()
  await until(() => (collect(), used.deref() === undefined), { what: 'the transport to be forgotten' })
})

test('a STUN server’s view of our sockets is what descriptions name', async () => {
  const server = createSocket('udp4')
  open.push(server)
  server.on('message', (question, from) => void server.send(stunAnswer(question, '203.0.113.5', from.port), from.port))
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  const phone = new Phone(relays({ stun: `127.0.0.1:${server.address().port}` }))
  const { rtp: target, rtcp } = parseSdp(await phone.offer())?.audio ?? {}
  expect(target?.address).toBe('203.0.113.5')
  expect(rtcp).toEqual({ address: '203.0.113.5', port: (target?.port ?? 0) + 1 })
})

test('with a range for a firewall RTP is at its even ports, RTCP at the odd ones, and a call too many fails', async () => {
  const account = { ports: { from: 39_001, to: 39_006 } }
  const both = relays(account)
  const calls = [new Phone(both), new Phone(both)]
  const ports = (await Promise.all(calls.map((one) => one.offer()))).map((sdp) => parseSdp(sdp)?.audio)
  expect(ports.map((audio) => audio?.rtp?.port).sort()).toEqual([39_002, 39_004])
  expect(ports.map((audio) => audio?.rtcp?.port).sort()).toEqual([39_003, 39_005])
  await expect(new Phone(both).offer()).rejects.toThrow('media-failed')
  calls[0]?.release()
  await until(() => new Phone(both).offer().then(Boolean, () => false), { what: 'a free pair' })
})

test('a call whose network comes to be of the other family goes on in that, and back', async () => {
  const network = { server: '127.0.0.1' }
  const [caller, callee] = await call(network)
  await talk(caller, callee)
  for (const server of ['::1', '127.0.0.1']) {
    network.server = server
    const offer = await caller.offer()
    expect(parseSdp(offer)?.audio.rtp?.address).toBe(server)
    await caller.accept(await callee.answer(offer))
    await talk(caller, callee)
    expect(caller.count().latched).toBe(caller.count().signalled)
  }
})

test('over IPv6 two phones hear each other', async () => {
  const [caller, callee] = await call({ server: '::1' })
  await talk(caller, callee)
  expect(caller.count().latched).toMatch(/^\[::1\]:\d+$/)
})

test('what cannot be is said and not thrown: no native part, no ports, no account, an answer to nothing', async () => {
  const result = (options: Partial<Parameters<typeof createRelays>[0]>, step = 'localOffer' as const) =>
    ours(
      createRelays({
        ...{ clock: systemClock, log: silentLog, account: () => plain, onRenegotiate: () => {} },
        ...options,
      }),
    ).describe('1', 'work', step, browserSdp())
  const failed = { ok: false, error: 'media-failed' }
  expect(await result({ account: () => null })).toEqual(failed)
  expect(await result({ ports: { from: 1, to: 1 } })).toEqual(failed)
  const broken = nativeWebLegs(systemClock, silentLog, () => Promise.reject(new Error('no such module')))
  const without = relays({}, broken)
  expect(await without.describe('1', 'work', 'localOffer', browserSdp())).toMatchObject({ ok: true })
  const peer = ours(await WirePeer.open())
  expect(await without.describe('1', 'work', 'remoteAnswer', peer.sdp([]))).toEqual(failed)
  expect(await without.describe('1', 'home', 'localOffer', browserSdp())).toEqual(failed)
  expect(await without.describe('2', 'work', 'remoteAnswer', peer.sdp([]))).toMatchObject({ ok: false })
  expect(await without.describe('2', 'work', 'remoteOffer', 'rubbish')).toEqual({ ok: false, error: 'not-acceptable' })
})

test('a call in which nothing moves any more ends; one that is held or not yet answered does not', async () => {
  const clock = new ManualClock()
  const both = ours(createRelays({ clock, log: silentLog, account: () => plain, onRenegotiate: () => {} }))
  const peer = ours(await WirePeer.open())
  const [talking, held, ringing] = [new Phone(both, '1'), new Phone(both, '2'), new Phone(both, '3')]
  for (const [phone, lines] of [
    [talking, []],
    [held, ['a=sendonly']],
  ] as const) {
    const port = parseSdp(await phone.offer())?.audio.rtp?.port ?? 0
    await phone.accept(peer.sdp(lines))
    peer.send(rtp({ type: 0, sequence: 1 }), port)
    await until(() => phone.count().received === 1, { what: 'sound' })
  }
  await ringing.offer()
  clock.advance(75_000)
  expect(both.size).toBe(3)
  clock.advance(30_000)
  expect(both.count('1')).toBeNull()
  expect(both.size).toBe(2)
  both.close()
  expect(clock.pending).toBe(0)
})

test('fifty calls leave no socket behind', async () => {
  const sockets = (): number => readdirSync('/proc/self/fd').filter((fd) => isSocket(`/proc/self/fd/${fd}`)).length
  await call()
  for (const one of open.splice(0)) one.close()
  await until(() => sockets() < 40, { what: 'the first call to be gone' })
  const before = sockets()
  for (let round = 0; round < 5; round++) {
    const both = relays()
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        const [caller, callee] = [new Phone(both), new Phone(both)]
        await caller.accept(await callee.answer(await caller.offer()))
      }),
    )
    expect(both.size).toBe(10)
    for (const one of open.splice(0)) one.close()
  }
  // A few may be the process's own, or of the test before; fifty calls that kept one each would be fifty.
  await until(() => sockets() <= before + 5, { what: 'all sockets to be closed', ms: 20_000 })
})

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    return false
  }
}
