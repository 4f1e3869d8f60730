/*
 * Why a call is not heard, where the sound is really broken: packets dropped on the way to and from a real Asterisk, and far ends of plain SIP that name
 * addresses nobody reaches, encrypt with another key, say nothing or say zeros. What breaks at the same time is found at the same time: calls of one
 * conference, on three phones at once. A call that is well is said nothing of, and what is over is taken back.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCrypto, writeCrypto, type CryptoLine } from '../../gateway/media/sdes'
import { rtp } from '../support/gateway/packets'
import { TonePeer } from '../support/gateway/tone-peer'
import { WirePeer } from '../support/gateway/wire-peer'
import type { Phone, StatusCall } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { farPort, GoBetween, header } from './support/go-between'
import { Lab } from './support/lab'
import { writeTone } from './support/tone'

/** What the far end of a call is asked with, and what it says of itself then. */
interface Offer {
  readonly keys: readonly CryptoLine[]
  /** Of the phone. */
  readonly port: number
}

let lab: Lab
const betweens: GoBetween[] = []
const open: { close(): void }[] = []
const ours = <T extends { close(): void }>(one: T): T => {
  open.push(one)
  return one
}
let far: Socket
/** What answers at each number, and what it was offered last. */
const described = new Map<string, (offer: Offer) => string>()
const offered = new Map<string, Offer>()

const nft = (rules: string): void => void execFileSync('nft', [rules])
const drop = (name: string, ...what: string[]): void => {
  const rules = what.map((one) => `${one} drop`).join('\n')
  nft(`table inet ${name} {\nchain in {\ntype filter hook input priority 0;\n${rules}\n}\n}`)
}
const restore = (name: string): void =>
  void execFileSync('sh', ['-c', `nft delete table inet ${name} 2>/dev/null || true`])
/** RTP and RTCP, which begin with 2 in two bits (RFC 3550 section 5.1); what ICE asks and answers does not. And RTP without its reports (RFC 5761). */
const isSound = '@th,64,8 >= 128'
const isSpeech = `${isSound} @th,72,8 != 200-207`

beforeAll(async () => {
  far = createSocket('udp4')
  await new Promise<void>((resolve) => far.bind(farPort, '127.0.0.1', resolve))
  far.on('message', (bytes, from) => {
    const text = bytes.toString('latin1')
    if (text.startsWith('ACK ')) return
    const [, number = ''] = /^INVITE sip:(\d+)/.exec(text) ?? /^To:.*sip:(\d+)/m.exec(text) ?? []
    if (text.startsWith('INVITE ')) {
      const keys = readCrypto([...text.matchAll(/^a=crypto:(.*?)\r?$/gm)].map(([, value = '']) => value))
      offered.set(number, { keys, port: Number(/^m=audio (\d+)/m.exec(text)?.[1]) })
    }
    const offer = text.startsWith('INVITE ') ? offered.get(number) : undefined
    far.send(answer(text, offer ? inTurn(text, described.get(number)?.(offer) ?? '') : ''), from.port, from.address)
  })
  for (const port of [5_080, 5_081]) betweens.push(await GoBetween.open('udp', port))
  lab = await Lab.open()
})

afterAll(async () => {
  for (const name of ['well', 'mute']) restore(name)
  for (const one of open) one.close()
  await lab?.close()
  far?.close()
  for (const between of betweens) between.close()
})

/** 200 with this description; none where there is nothing to describe. */
function answer(request: string, sdp: string): string {
  const same = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${header(request, name)}`)
  const to = header(request, 'To')
  return [
    'SIP/2.0 200 OK',
    ...same,
    `To: ${to.includes(';tag=') ? to : `${to};tag=far`}`,
    // The way back is the one it came.
    `Contact: <sip:${/sip:(\d+)/.exec(to)?.[1] ?? 'far'}@127.0.0.1:${farPort}>`,
    ...(sdp === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${sdp.length}`,
    '',
    sdp,
  ].join('\r\n')
}

/** Whoever is held says so (RFC 3264 section 6.1). */
const inTurn = (request: string, sdp: string): string =>
  /^a=(sendonly|inactive)/m.test(request)
    ? `${sdp.replace(/a=recvonly\r\n/, '')}a=${request.includes('a=sendonly') ? 'recvonly' : 'inactive'}\r\n`
    : sdp

const saying = (place: string, port: number, lines: readonly string[] = [], profile = 'RTP/AVP'): string =>
  [
    ...['v=0', 'o=- 7 1 IN IP4 127.0.0.1', 's=-', `c=IN IP4 ${place}`, 't=0 0', `m=audio ${port} ${profile} 0`],
    ...['a=rtpmap:0 PCMU/8000', ...lines, ''],
  ].join('\r\n')

const scripted = (user: string, srtp: 'off' | 'required', between: number, from: number) => ({
  ...{ name: `Line ${user}`, uri: `sip:${user}@127.0.0.1`, server: `udp:127.0.0.1:${betweens[between]?.port}` },
  ...{ username: user, password: 'correct-horse' },
  connection: { srtp, mediaPorts: { from, to: from + 98 }, media: 'plain' as const },
})

/** Calls them all, one after the other, into one conference. */
const gather = async (phone: Phone, calls: readonly (readonly [number: string, account: string])[]): Promise<void> => {
  for (const [number, account] of calls) {
    const before = (await phone.calls()).map(({ id }) => id)
    const { call } = await phone.do('call', number, '--account', account)
    await until(async () => (await phone.calls()).find(({ id }) => id === call)?.state === 'active', {
      what: `the call to ${number} to be up`,
      ms: 20_000,
    })
    if (before.length > 0) await phone.do('merge', ...before, String(call), '--wait')
  }
  await until(async () => (await phone.calls()).every(({ state }) => state === 'active'), { what: 'all to be up' })
}

const callTo = async (phone: Phone, number: string): Promise<StatusCall> => {
  const call = (await phone.calls()).find(({ handle }) => handle.value === number)
  if (!call) throw new Error(`the call to ${number} is over`)
  return call
}

/** Waits until all of this is said, and gives the evidence for each. */
const said = async (phone: Phone, troubles: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
  let now: StatusCall[] = []
  await until(
    async () => {
      now = await phone.calls()
      return Object.entries(troubles).every(([number, trouble]) =>
        now.some(({ handle, diagnosis }) => handle.value === number && diagnosis?.trouble === trouble),
      )
    },
    { what: JSON.stringify(troubles), ms: 50_000, every: 800 },
  ).catch((error: unknown) => {
    const seen = now.map(({ handle, diagnosis }) => [handle.value, diagnosis])
    throw new Error(`${String(error)} (said ${JSON.stringify(seen)})`)
  })
  return Object.fromEntries(now.map(({ handle, diagnosis }) => [handle.value, diagnosis?.evidence ?? '']))
}
const takenBack = (phone: Phone, ...numbers: string[]): Promise<unknown> =>
  until(
    async () => (await phone.calls()).every((one) => !numbers.includes(one.handle.value) || one.diagnosis === null),
    { what: `${numbers.join()} to be taken back`, ms: 40_000, every: 800 },
  )

/** Nothing is said of any call for so long. */
const staysWell = async (phone: Phone, ms: number): Promise<void> => {
  const end = performance.now() + ms
  while (performance.now() < end) {
    const calls = await phone.calls()
    expect(calls.map(({ handle, diagnosis }) => [handle.value, diagnosis])).toEqual(
      calls.map(({ handle }) => [handle.value, null]),
    )
    await new Promise((resolve) => setTimeout(resolve, 900))
  }
}

const endAll = async (phone: Phone): Promise<void> => {
  for (const call of await phone.calls()) await phone.control('end', call.id)
  await phone.noCalls()
}

describe.concurrent('at the same time', { timeout: 180_000 }, () => {
  test('calls to Asterisk are well, are broken in every direction, come back, and are well when held', async () => {
    const ports = (from: number) => ({ mediaPorts: { from, to: from + 98 } })
    const phone = await lab.phone({
      accounts: [
        lab.account('100'),
        lab.account('110', { server: 'udp:127.0.0.1', connection: ports(30_000) }),
        lab.account('111', { server: 'tcp:127.0.0.1:5060', connection: ports(31_000) }),
      ],
    })
    const ear = ours(await Ear.on(phone))
    const servers = 'udp sport 20000-20400'
    await gather(phone, [
      ['711', 'Line 110'],
      ['712', 'Line 100'],
      ['713', 'Line 111'],
    ])
    await ear.hears(530)
    await staysWell(phone, 7_000)

    drop(
      'well',
      `${servers} udp dport 30000-30098 ${isSound}`,
      // Over WebRTC the whole way: it is looked for anew.
      `${servers} udp dport != 30000-31098`,
      `udp sport 31000-31098 udp dport 20000-20400 ${isSpeech}`,
    )
    const found = await said(phone, { 711: 'nothing-received', 712: 'nothing-received', 713: 'not-heard' })
    expect(found[711]).toMatch(
      /^sent \d{3,} packets, received \d{3,}, none for \d+ s; the far end named 127\.0\.0\.1:20\d{3}$/,
    )
    expect(found[713]).toMatch(/^sent \d{3,} packets in \d+ s; of \d+ reports of theirs since, none tells that more/)
    // Its numbers go on while it lasts, and it is as old as it is.
    const { diagnosis } = await callTo(phone, '711')
    const later = await until(
      async () => {
        const now = (await callTo(phone, '711')).diagnosis
        return now?.evidence !== diagnosis?.evidence && now
      },
      { what: 'newer numbers', ms: 20_000, every: 800 },
    )
    expect(later.since).toBe(diagnosis?.since)
    restore('well')
    await takenBack(phone, '711', '712', '713')
    await ear.hears(530)
    await ear.hears(1_010, 20_000)

    drop('well', `${servers} udp dport 30000-30098 ${isSpeech} numgen random mod 100 < 25`)
    const lossy = await said(phone, { 711: 'heavy-loss' })
    expect(Number(/^lost (\d+) %/.exec(lossy[711] ?? '')?.[1])).toBeGreaterThanOrEqual(10)
    restore('well')
    for (const { id } of await phone.calls()) await phone.control('hold', id)
    await until(async () => (await phone.calls()).every(({ state }) => state === 'held'), { what: 'all to be held' })
    await takenBack(phone, '711')
    await staysWell(phone, 7_000)
    await endAll(phone)
    // The call's own page says afterwards how it was.
    const kept = phone.recents().find(({ handle }) => handle.value === '713')?.trouble
    expect(kept).toMatchObject({ trouble: 'not-heard', evidence: expect.stringContaining('reports of theirs') })
    expect(kept?.lasted).toBeGreaterThan(1_000)
  })

  test('far ends that name no way, turn packets away, say zeros or keep another key are told apart', async () => {
    const zeros = ours(await WirePeer.open())
    const gone = await WirePeer.open()
    const { port: nobody } = gone
    gone.close()
    const keyed = ours(await TonePeer.open(530))
    const key: CryptoLine = { tag: 1, suite: 'AES_CM_128_HMAC_SHA1_80', master: randomBytes(30) }
    const theirs = (): CryptoLine => {
      const [line] = offered.get('7005')?.keys ?? []
      if (line === undefined) throw new Error('no key was offered')
      return line
    }
    const mine = (): CryptoLine => ({ ...theirs(), master: key.master })
    described.set('7001', () => saying('192.168.1.20', 14_002))
    described.set('7002', () => saying('127.0.0.1', nobody))
    described.set('7003', () => saying('203.0.113.9', 14_002))
    described.set('7004', () => saying('127.0.0.1', zeros.port))
    described.set('7005', () => saying('127.0.0.1', keyed.wire.port, [writeCrypto(mine())], 'RTP/SAVP'))
    const phone = await lab.phone({
      accounts: [scripted('plain', 'off', 0, 32_000), scripted('keyed', 'required', 0, 33_000)],
    })
    const ear = ours(await Ear.on(phone))
    await gather(phone, [
      ['7001', 'Line plain'],
      ['7002', 'Line plain'],
      ['7003', 'Line plain'],
      ['7004', 'Line plain'],
      ['7005', 'Line keyed'],
    ])
    let n = 0
    const begun = performance.now()
    const timer = setInterval(() => {
      for (; n * 20 < performance.now() - begun; n++)
        zeros.send(rtp({ type: 0, sequence: n, payload: Buffer.alloc(160, 0xff) }), offered.get('7004')?.port ?? 0)
    }, 20)
    ours({ close: () => clearInterval(timer) })
    const port = offered.get('7005')?.port ?? 0
    keyed.say(port, { mine: { ...mine(), master: randomBytes(30) }, theirs: theirs() })
    const found = await said(phone, {
      ...{ 7001: 'private-address', 7002: 'turned-away', 7003: 'own-private-address' },
      ...{ 7004: 'far-end-silent', 7005: 'srtp-refused' },
    })
    expect(found[7001]).toMatch(
      /received 0, none for \d+ s; the far end named 192\.168\.1\.20:14002, we 127\.0\.0\.1:32/,
    )
    expect(found[7002]).toContain(`nobody takes packets at 127.0.0.1:${nobody}`)
    expect(found[7003]).toMatch(/the far end named 203\.0\.113\.9:14002, we 127\.0\.0\.1:32\d{3}$/)
    expect(found[7004]).toMatch(/^received \d{3,} packets, with nothing but zeros in them$/)
    expect(found[7005]).toMatch(/received 0, none for .*; \d+ could not be decrypted$/)
    expect(found[7005]).not.toContain(key.master.toString('base64').slice(0, 8))
    keyed.say(port, { mine: mine(), theirs: theirs() })
    await takenBack(phone, '7005')
    await ear.hears(530)
    await endAll(phone)
  })

  test('a microphone of zeros, strangers, silence that ends, and sound that does not leave are said to', async () => {
    const silence = join(lab.asterisk.dir, 'silence.wav')
    writeTone(silence, 800, 10, -200)
    const phone = await lab.phone({
      microphone: silence,
      accounts: [
        lab.account('112', {
          server: 'udp:127.0.0.1',
          connection: { mediaPorts: { from: 30_500, to: 30_598 } },
        }),
        scripted('dumb', 'off', 1, 34_000),
      ],
    })
    const ear = ours(await Ear.on(phone))
    // An echo: what comes back is as silent, and no fault of the far end.
    await phone.do('call', '600', '--account', 'Line 112')
    await phone.callIn('active')
    const own = await said(phone, { 600: 'microphone-silent' })
    expect(own[600]).toMatch(/^sent \d{3,} packets, nothing but zeros for \d+ s$/)
    await phone.do('mute')
    await takenBack(phone, '600')
    await endAll(phone)

    const known = ours(await TonePeer.open(1_010))
    const late = ours(await TonePeer.open(530))
    described.set('7006', () => saying('127.0.0.1', known.wire.port))
    described.set('7007', () => saying('127.0.0.1', late.wire.port))
    described.set('7008', () => saying('127.0.0.1', late.wire.port, ['a=recvonly']))
    await gather(phone, [
      ['7006', 'Line dumb'],
      ['7007', 'Line dumb'],
      ['7008', 'Line dumb'],
    ])
    const to = offered.get('7006')?.port ?? 0
    known.say(to)
    await ear.hears(1_010)
    known.hush()
    const stranger = createSocket('udp4')
    await new Promise<void>((resolve) => stranger.bind(0, '127.0.0.2', resolve))
    let n = 0
    const timer = setInterval(() => stranger.send(rtp({ type: 0, sequence: n++, ssrc: 666 }), to, '127.0.0.1'), 20)
    ours({ close: () => (clearInterval(timer), stranger.close()) })
    const found = await said(phone, { 7006: 'strangers-only', 7007: 'nothing-received', 7008: 'listens-only' })
    expect(found[7006]).toMatch(/; \d+ came from elsewhere$/)
    expect(found[7007]).toMatch(/^sent \d{3,} packets, received 0, none for/)
    expect(found[7008]).toContain('their description says recvonly')

    late.say(offered.get('7007')?.port ?? 0)
    await takenBack(phone, '7007')
    await ear.hears(530)
    // Between the browser and the gateway, which is what a firewall on this computer would do.
    drop('mute', ...(await ear.ports()).map((port) => `udp sport ${port} ${isSound}`))
    await said(phone, { 7007: 'nothing-sent' })
    restore('mute')
    await takenBack(phone, '7007')
    await endAll(phone)
  })
})
