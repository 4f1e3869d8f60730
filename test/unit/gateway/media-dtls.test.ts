/*
 * Sound that the browsers encrypt for each other, through gateways that show each its way: real ICE, DTLS and sockets over loopback, and by hand what a
 * far end may do that a browser would not.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../common/clock'
import { silentLog } from '../../../common/log'
import { createRelays } from '../../../gateway/media/create-relays'
import { answerCheck, isSigned, readCheck } from '../../../gateway/media/ice-check'
import { parseSdp } from '../../../gateway/media/parse-sdp'
import type { MediaAccount } from '../../../gateway/media/relay-session'
import type { RelaySessions } from '../../../gateway/media/relay-sessions'
import { mappedAddress } from '../../../gateway/media/stun'
import { until } from '../../support/until'
import { Browser, browserSdp } from '../../support/gateway/browser'
import { IceCaller } from '../../support/gateway/ice-caller'
import { receiverReport, rtp, senderReport } from '../../support/gateway/packets'
import { WirePeer } from '../../support/gateway/wire-peer'

const open: { close(): void }[] = []
const ours = <T extends { close(): void }>(one: T): T => {
  open.push(one)
  return one
}
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

const account: MediaAccount = { srtp: 'required', stun: null, secure: false, server: '127.0.0.1', ports: null }
const fingerprintOf = (letter: string): string => `sha-256 ${Array.from({ length: 32 }, () => letter).join(':')}`

/** One call's end at the gateway. */
class Session {
  /** What the browser is offered without a word of signalling's. */
  readonly renewals: string[] = []
  private readonly relays: RelaySessions
  private readonly id = crypto.randomUUID()

  constructor(ports: MediaAccount['ports'] = null) {
    this.relays = ours(
      createRelays({
        clock: systemClock,
        log: silentLog,
        account: () => ({ ...account, ports }),
        onRenegotiate: (_, sdp) => void this.renewals.push(sdp),
      }),
    )
  }

  async describe(
    step: Parameters<RelaySessions['describe']>[2],
    sdp: string,
    dtls: 'alone' | 'with-ice' = 'alone',
  ): Promise<string> {
    const described = await this.relays.describe(this.id, 'work', step, sdp, undefined, dtls)
    if (!described.ok) throw new Error(`${step}: ${described.error}`)
    return described.sdp
  }

  count(): NonNullable<ReturnType<RelaySessions['count']>> {
    const counters = this.relays.count(this.id)
    if (counters === null) throw new Error('nothing to count')
    return counters
  }

  rollback(): void {
    this.relays.rollback(this.id)
  }
}

const audioOf = (sdp: string): NonNullable<ReturnType<typeof parseSdp>>['audio'] => {
  const parsed = parseSdp(sdp)
  if (parsed === null) throw new Error('no description')
  return parsed.audio
}

const attribute = (sdp: string, name: string): string =>
  new RegExp(`^a=${name}:(.*)$`, 'm').exec(sdp)?.[1]?.trim() ?? ''

describe('a check of ICE’s', () => {
  const bytes = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ''), 'hex')
  const pwd = 'VOkJxbRl1RmTxUk/WvJxBt'
  const head = '2112a442 b7e7a701bc34d686fa87dfae'
  // RFC 5769 section 2.1
  const request = bytes(`0001 0058 ${head} 8022 0010 5354554e207465737420636c69656e74 0024 0004 6e0001ff
    8029 0008 932ff9b151263b36 0006 0009 6576746a3a68367659202020
    0008 0014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 8028 0004 e57a3bcf`)

  test('is read, and its signature and its fingerprint are right, as in RFC 5769', () => {
    const check = readCheck(request)
    expect(check).toEqual({ username: 'evtj:h6vY', nominates: false, integrityAt: 76 })
    expect(check && isSigned(request, check, pwd)).toBe(true)
    expect(check && isSigned(request, check, `${pwd}x`)).toBe(false)
  })

  test.each([
    ['another byte', (packet: Buffer) => packet.writeUInt8(0x55, 24)],
    ['another fingerprint', (packet: Buffer) => packet.writeUInt8(0, packet.length - 1)],
    ['another length', (packet: Buffer) => packet.writeUInt16BE(0x54, 2)],
    ['an attribute beyond its end', (packet: Buffer) => packet.writeUInt16BE(0x200, 22)],
    ['another type', (packet: Buffer) => packet.writeUInt16BE(0x0111)],
  ])('with %s is none', (_what, spoil) => {
    const packet = Buffer.from(request)
    spoil(packet)
    expect(readCheck(packet)).toBeNull()
  })

  // RFC 5769 sections 2.2 and 2.3
  test.each([
    [
      '192.0.2.1',
      `0101 003c ${head} 8022 000b 7465737420766563746f7220 0020 0008 0001a147e112a643
      0008 0014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 8028 0004 c07d4c96`,
    ],
    [
      '2001:db8:1234:5678:11:2233:4455:6677',
      `0101 0048 ${head} 8022 000b 7465737420766563746f7220 0020 0014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
      0008 0014 a382954e4be67bf11784c97c8292c275bfe3ed41 8028 0004 c8fb0b4c`,
    ],
  ])('is answered with the address it came from, %s, as RFC 5769 writes and signs it', (address, hex) => {
    const vector = bytes(hex)
    const transaction = request.subarray(8, 20)
    const answer = answerCheck(request, { address, port: 32_853 }, pwd)
    expect(mappedAddress(answer, transaction)).toEqual(mappedAddress(vector, transaction))
    const value = (packet: Buffer, at: number): string => packet.toString('hex', at, at + vector.length - 68)
    expect(value(answer, 20)).toBe(value(vector, 36))
    for (const packet of [answer, vector])
      expect(isSigned(packet, { username: '', nominates: false, integrityAt: packet.length - 32 }, pwd)).toBe(true)
  })
})

/** A call between two browsers, each behind a gateway of its own. */
async function call(): Promise<[Browser, Browser, Session, Session, { offer: string; answer: string }]> {
  const [caller, callee] = [ours(new Browser()), ours(new Browser())]
  const [near, far] = [new Session({ from: 26_000, to: 26_099 }), new Session({ from: 26_100, to: 26_199 })]
  const offer = await near.describe('localOffer', await caller.offer())
  const web = await far.describe('remoteOffer', offer)
  const answer = await far.describe('localAnswer', await callee.answer(web))
  callee.connect()
  caller.accept(await near.describe('remoteAnswer', answer))
  await until(() => caller.state === 'connected' && callee.state === 'connected', { what: 'both to be connected' })
  return [caller, callee, near, far, { offer, answer }]
}

test('two browsers that encrypt for each other hear each other; on the wire there is no ICE, and nothing is readable', async () => {
  const [caller, callee, near, far, { offer, answer }] = await call()
  for (const sdp of [offer, answer]) {
    expect(sdp).not.toMatch(/ice-|candidate|crypto/)
    expect(sdp).toMatch(/^m=audio 26\d\d\d UDP\/TLS\/RTP\/SAVP 111 9 0 8 110 126 13\r$/m)
    expect(sdp).toContain('a=rtcp-mux')
    expect(sdp).toContain('a=fingerprint:sha-256 ')
  }
  expect([attribute(offer, 'setup'), attribute(answer, 'setup')]).toEqual(['actpass', 'passive'])
  await until(
    () => {
      for (const browser of [caller, callee]) browser.send(0)
      return caller.heard.length > 5 && callee.heard.length > 5
    },
    { what: 'sound in both directions' },
  )
  expect(callee.heard.at(-1)).toMatchObject({ type: 0, payload: Buffer.alloc(160, 0x55) })
  caller.sendReport(receiverReport(7))
  await until(() => callee.reports.length > 0, { what: 'a report' })
  expect(near.count()).toMatchObject({ strangers: 0, refused: 0, encryption: 'dtls' })
  expect(near.count().latched).toBe(near.count().signalled)
  expect(far.count().received).toBeGreaterThan(5)
})

describe('a far end', () => {
  const hello = (random: number): Buffer => {
    const packet = Buffer.alloc(80)
    packet.set([22, 254, 255])
    packet[13] = 1
    packet.fill(random, 27, 59)
    return packet
  }
  const said = (peer: WirePeer, lines: string[] = [], letter = 'AB'): string =>
    peer.sdp(['a=rtcp-mux', `a=fingerprint:${fingerprintOf(letter)}`, 'a=setup:active', ...lines], {
      protocol: 'UDP/TLS/RTP/SAVP',
      formats: '0 8',
    })

  /** A call of ours to it, which the browser has found its way to. */
  async function callTo(answer: string): Promise<[Session, IceCaller, number]> {
    const session = new Session()
    const offer = await session.describe('localOffer', browserSdp())
    const caller = ours(await IceCaller.open())
    await caller.call(await session.describe('remoteAnswer', answer))
    return [session, caller, audioOf(offer).rtp?.port ?? 0]
  }

  test('without rtcp-mux gets reports where it wants them, and its own handshake for them goes nowhere', async () => {
    const peer = ours(await WirePeer.open())
    const answer = said(peer).replace('a=rtcp-mux\r\n', '')
    const [, caller, port] = await callTo(answer)
    caller.send(senderReport({}, 7))
    await until(() => peer.reports.length > 0, { what: 'the report' })
    expect(peer.heard).toEqual([])
    peer.sendReport(hello(1), port + 1)
    peer.sendReport(senderReport({}, 8), port + 1)
    await until(() => caller.heard.length > 0, { what: 'its report' })
    expect(caller.heard).toEqual([senderReport({}, 8)])
  })

  test('that begins the handshake before its answer is here is heard all the same', async () => {
    const peer = ours(await WirePeer.open())
    const session = new Session()
    const offer = await session.describe('localOffer', browserSdp())
    peer.send(hello(1), audioOf(offer).rtp?.port ?? 0)
    const other = ours(await WirePeer.open())
    other.send(Buffer.from('noise'), audioOf(offer).rtp?.port ?? 0)
    const caller = ours(await IceCaller.open())
    await caller.call(await session.describe('remoteAnswer', said(peer)))
    await until(() => caller.heard.length > 0, { what: 'the handshake' })
    expect(caller.heard).toEqual([hello(1)])
  })

  test('is the only one that is heard and spoken to, whoever else sends, and STUN of strangers is not answered', async () => {
    const [peer, stranger] = [ours(await WirePeer.open()), ours(await WirePeer.open())]
    const [session, caller, port] = await callTo(said(peer))
    peer.send(rtp({ type: 0, sequence: 1 }), port)
    await until(() => caller.heard.length > 0, { what: 'its sound' })
    stranger.send(rtp({ type: 0, sequence: 2, ssrc: 1002 }), port)
    stranger.send(hello(2), port)
    stranger.send(caller.check(), port)
    // The door is for who knows the password.
    const intruder = ours(await IceCaller.open())
    intruder.at(caller)
    intruder.send(hello(3))
    await until(() => session.count().strangers === 2, { what: 'the stranger to be noticed' })
    caller.send(rtp({ type: 0, sequence: 3 }))
    await until(() => peer.heard.length > 0, { what: 'our sound' })
    expect(caller.heard).toEqual([rtp({ type: 0, sequence: 1 })])
    expect(peer.heard.map(({ packet }) => packet)).toEqual([rtp({ type: 0, sequence: 3 })])
    expect(stranger.heard).toEqual([])
  })

  test('that begins anew after a description gets another peer connection of the browser’s, and not without a description', async () => {
    const peer = ours(await WirePeer.open())
    const [session, caller, port] = await callTo(said(peer))
    peer.send(hello(1), port)
    peer.send(rtp({ type: 0, sequence: 1 }), port)
    await until(() => caller.heard.length === 2, { what: 'the call to be up' })
    // On hold: it may begin before its answer is here, and the browser has an exchange open until then.
    await session.describe('localOffer', browserSdp({ direction: 'sendonly' }))
    peer.send(hello(2), port)
    peer.send(hello(2), port)
    const again = await session.describe('remoteAnswer', said(peer, ['a=recvonly']))
    await until(() => session.renewals.length === 1, { what: 'the renewal' })
    const [renewal = ''] = session.renewals
    expect(audioOf(renewal)).toMatchObject({ direction: 'recvonly', dtls: { setup: 'active' } })
    expect(attribute(renewal, 'fingerprint')).toBe(attribute(again, 'fingerprint'))
    expect(attribute(renewal, 'ice-ufrag')).not.toBe(attribute(again, 'ice-ufrag'))
    const renewed = ours(await IceCaller.open())
    await renewed.call(renewal)
    await until(() => renewed.heard.length > 0, { what: 'the handshake' })
    expect(renewed.heard[0]).toEqual(hello(2))
    expect(await session.describe('localAnswer', browserSdp({ transport: { ufrag: 'next', setup: 'passive' } }))).toBe(
      '',
    )
    // What the one before says now, its good-bye above all, is not the far end's any more.
    caller.send(hello(9))
    renewed.send(rtp({ type: 0, sequence: 5 }))
    await until(() => peer.heard.length > 0, { what: 'our sound' })
    expect(peer.heard.map(({ packet }) => packet)).toEqual([rtp({ type: 0, sequence: 5 })])
    peer.send(hello(3), port)
    peer.send(rtp({ type: 0, sequence: 6 }), port)
    await until(() => renewed.heard.at(-1)?.equals(rtp({ type: 0, sequence: 6 })) === true, { what: 'its sound' })
    expect(session.renewals).toHaveLength(1)
  })

  test.each(['active', 'passive'])(
    'that begins anew when our network changed (%s) gets another peer connection of the browser’s, which itself went on',
    async (setup) => {
      const peer = ours(await WirePeer.open())
      const answer = said(peer).replace('setup:active', `setup:${setup}`)
      const [session, caller, port] = await callTo(answer)
      caller.send(hello(7))
      peer.send(rtp({ type: 0, sequence: 1 }), port)
      await until(() => caller.heard.length === 1, { what: 'the call to be up' })
      // An ICE restart: the browser has other credentials, and needs others.
      await session.describe('localOffer', browserSdp({ transport: { ufrag: 'restarted' } }))
      const again = await session.describe('remoteAnswer', answer)
      const restarted = ours(await IceCaller.open())
      await restarted.call(again)
      if (setup === 'active') peer.send(hello(2), port)
      await until(() => session.renewals.length > 0, { what: 'the renewal' })
      const renewed = ours(await IceCaller.open())
      await renewed.call(session.renewals[0] ?? '')
      await session.describe('localAnswer', browserSdp({ transport: { ufrag: 'next' } }))
      peer.send(hello(2), port)
      await until(() => renewed.heard.length > 0, { what: 'the handshake' })
      expect(renewed.heard[0]).toEqual(hello(2))
      expect(session.renewals).toHaveLength(1)
    },
  )

  test('that had its handshake by a gateway that is gone gets another, when the browser goes on as if nothing were', async () => {
    const peer = ours(await WirePeer.open())
    const [session, caller, port] = await callTo(said(peer))
    const before = said(peer)
    peer.send(hello(1), port)
    const talk = (times: number): void => {
      for (let i = 0; i < times; i++) caller.send(rtp({ type: 0, sequence: i }))
    }
    talk(24)
    await until(() => peer.heard.length === 24, { what: 'what the browser says' })
    expect(session.renewals).toEqual([])
    talk(40)
    await until(() => peer.heard.length === 64, { what: 'what the browser says' })
    expect(session.renewals).toHaveLength(1)
    const renewed = ours(await IceCaller.open())
    await renewed.call(session.renewals[0] ?? '')
    await session.describe('localAnswer', browserSdp({ transport: { ufrag: 'next', setup: 'passive' } }))
    // It repeats itself until it is answered.
    peer.send(hello(1), port)
    await until(() => renewed.heard.length > 0, { what: 'the handshake' })
    renewed.send(hello(7))
    peer.send(rtp({ type: 0, sequence: 70 }), port)
    await until(() => renewed.heard.length > 1, { what: 'its sound' })
    // On hold, and back: the handshake is this gateway's own now.
    await session.describe('localOffer', browserSdp({ transport: { ufrag: 'next' } }))
    await session.describe('remoteAnswer', before)
    for (let i = 0; i < 40; i++) renewed.send(rtp({ type: 0, sequence: 100 + i }))
    await until(() => peer.heard.length === 105, { what: 'what the browser says' })
    expect(session.renewals).toHaveLength(1)
  })

  test('that answers for another (a fork) is heard when the browser turns to it, and the first no more', async () => {
    const [first, second] = [ours(await WirePeer.open()), ours(await WirePeer.open())]
    const session = new Session()
    const port = audioOf(await session.describe('localOffer', browserSdp())).rtp?.port ?? 0
    const caller = ours(await IceCaller.open())
    await caller.call(await session.describe('remoteEarly', said(first)))
    first.send(rtp({ type: 0, sequence: 1 }), port)
    await until(() => caller.heard.length === 1, { what: 'the first' })
    const answer = await session.describe('remoteAnswer', said(second, [], 'CD'))
    second.send(hello(4), port)
    first.send(rtp({ type: 0, sequence: 2 }), port)
    await until(() => caller.heard.length === 2, { what: 'the first, still' })
    await caller.call(answer)
    await until(() => caller.heard.length === 3, { what: 'the second' })
    expect(caller.heard[2]).toEqual(hello(4))
    first.send(rtp({ type: 0, sequence: 3 }), port)
    await until(() => session.count().strangers === 1, { what: 'the first to be a stranger' })
    expect(caller.heard).toHaveLength(3)
  })

  test('may be somewhere else after its next offer, which we answer in its own terms', async () => {
    const [peer, moved] = [ours(await WirePeer.open()), ours(await WirePeer.open())]
    const [session, caller, port] = await callTo(said(peer))
    const offer = said(moved).replace('setup:active', 'setup:actpass')
    const web = await session.describe('remoteOffer', `${offer}m=video 4000 RTP/AVP 96\r\n`)
    expect(attribute(web, 'setup')).toBe('active')
    const answer = await session.describe('localAnswer', browserSdp({ types: [0, 8], transport: { setup: 'passive' } }))
    expect(answer).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVP 0 8\r\n/m)
    expect(answer).toContain('m=video 0 RTP/AVP 96')
    caller.send(rtp({ type: 0, sequence: 1 }))
    await until(() => moved.heard.length > 0, { what: 'our sound where it is now' })
    expect(peer.heard).toEqual([])
    expect(session.count().signalled).toBe(`127.0.0.1:${moved.port}`)
    moved.send(rtp({ type: 0, sequence: 2 }), port)
    await until(() => caller.heard.length > 0, { what: 'its sound' })
  })

  test.each([
    ['plain sound', ['a=rtpmap:0 PCMU/8000'], 'RTP/AVP'],
    ['a certificate that is none', ['a=fingerprint:sha-256 xyz'], 'UDP/TLS/RTP/SAVP'],
  ])('that answers with %s is refused', async (_what, lines, protocol) => {
    const peer = ours(await WirePeer.open())
    const session = new Session()
    await session.describe('localOffer', browserSdp())
    await expect(session.describe('remoteAnswer', peer.sdp(lines, { protocol }))).rejects.toThrow('not-acceptable')
  })
})

test('an offer with ICE too is the browser’s own, and names us to whoever does none, as the last of its candidates', async () => {
  const session = new Session()
  const offered = browserSdp()
  const offer = await session.describe('localOffer', offered, 'with-ice')
  const port = audioOf(offer).rtp?.port ?? 0
  expect(audioOf(offer).rtp?.address).toBe('127.0.0.1')
  expect(audioOf(offer).transport).toMatchObject({ ufrag: 'abcd', setup: 'actpass' })
  expect(offer).toContain(`a=candidate:patchcord 1 udp 1 127.0.0.1 ${port} typ host\r\n`)
  expect(offer).toContain(`a=rtcp:${port + 1} IN IP4 127.0.0.1\r\n`)
  const added = offer.split('\r\n').filter((line) => !offered.includes(line))
  expect(added).toHaveLength(4)
})
