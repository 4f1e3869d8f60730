/*
 * Why a call is not heard, where the sound is really broken: packets dropped on the way from a real Asterisk, and a far end of plain SIP that names an
 * address nobody reaches, encrypts with another key, says nothing or says zeros. A call that is well is said nothing of, and what is over is taken back.
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readCrypto, writeCrypto, type CryptoLine } from '../../gateway/media/sdes'
import { TonePeer } from '../support/gateway/tone-peer'
import type { Phone, StatusCall } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { farPort, GoBetween, header } from './support/go-between'
import { Lab } from './support/lab'
import { writeTone } from './support/tone'

let lab: Lab
let phone: Phone
let ear: Ear
let between: GoBetween
let far: Socket
let peer: TonePeer
/** Of the phone, read from its last offer. */
let offered: CryptoLine[] = []
/** What the far end answers an offer with. */
let description = (): string => ''

const ports = { from: 30_000, to: 30_098 }
const fromServer = 'udp sport 20000-20400'
/** RTP and RTCP, which begin with 2 in two bits (RFC 3550 section 5.1); what ICE asks and answers does not. */
const soundFromServer = `${fromServer} @th,64,8 >= 128`

const nft = (rules: string): void => void execFileSync('nft', [rules])
const drop = (what: string): void =>
  nft(`table inet sound {\nchain in {\ntype filter hook input priority 0;\n${what} drop\n}\n}`)
const restore = (): void => void execFileSync('sh', ['-c', 'nft delete table inet sound 2>/dev/null || true'])

beforeAll(async () => {
  between = await GoBetween.open('udp', 5_080)
  peer = await TonePeer.open(530)
  far = createSocket('udp4')
  await new Promise<void>((resolve) => far.bind(farPort, '127.0.0.1', resolve))
  far.on('message', (bytes, from) => {
    const text = bytes.toString('latin1')
    if (text.startsWith('INVITE ')) {
      offered = readCrypto([...text.matchAll(/^a=crypto:(.*?)\r?$/gm)].map(([, value = '']) => value))
      far.send(answer(text, description()), from.port, from.address)
    } else if (!text.startsWith('ACK ')) far.send(answer(text, ''), from.port, from.address)
  })
  lab = await Lab.open()
  const scripted = (user: string, srtp: 'off' | 'required') => ({
    ...{ name: `Line ${user}`, uri: `sip:${user}@127.0.0.1`, server: `udp:127.0.0.1:${between.port}` },
    ...{ username: user, password: 'correct-horse', connection: { srtp, mediaPorts: ports, media: 'plain' as const } },
  })
  phone = await lab.phone({
    accounts: [
      lab.account('110', { server: 'udp:127.0.0.1', connection: { mediaPorts: ports } }),
      lab.account('100'),
      scripted('plain', 'off'),
      scripted('keyed', 'required'),
    ],
  })
  ear = await Ear.on(phone)
})

afterAll(async () => {
  restore()
  ear?.close()
  await lab?.close()
  peer?.close()
  far?.close()
  between?.close()
})

afterEach(async () => {
  restore()
  peer.hush()
  for (const call of await phone.calls()) await phone.control('end', call.id)
  await phone.noCalls()
  between.begin()
})

/** 200 with this description; none where there is nothing to describe. */
function answer(request: string, sdp: string): string {
  const same = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${header(request, name)}`)
  const to = header(request, 'To')
  return [
    'SIP/2.0 200 OK',
    ...same,
    `To: ${to.includes(';tag=') ? to : `${to};tag=far`}`,
    `Contact: <sip:far@127.0.0.1:${between.farSide}>`,
    ...(sdp === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${sdp.length}`,
    '',
    sdp,
  ].join('\r\n')
}

const described = (place: string, port: number, lines: readonly string[] = [], profile = 'RTP/AVP'): string =>
  [
    ...['v=0', 'o=- 7 1 IN IP4 127.0.0.1', 's=-', `c=IN IP4 ${place}`, 't=0 0', `m=audio ${port} ${profile} 0`],
    ...['a=rtpmap:0 PCMU/8000', ...lines, ''],
  ].join('\r\n')

const only = async (): Promise<StatusCall> => {
  const [call] = await phone.calls()
  if (!call) throw new Error('the call is over')
  return call
}

const call = async (number: string, account: string): Promise<void> => {
  await phone.do('call', number, '--account', account)
  await phone.callIn('active')
}

/** Waits until it is said, and gives the evidence. */
const said = async (trouble: string, ms = 25_000): Promise<string> => {
  let last: StatusCall['diagnosis'] = null
  await until(async () => (last = (await only()).diagnosis)?.trouble === trouble, {
    what: trouble,
    ms,
    every: 300,
  }).catch((error: unknown) => Promise.reject(new Error(`${String(error)} (said ${JSON.stringify(last)})`)))
  const { evidence, since } = last as unknown as NonNullable<StatusCall['diagnosis']>
  expect(Date.now() - Date.parse(since)).toBeLessThan(10_000)
  return evidence
}
const takenBack = (ms = 25_000): Promise<unknown> =>
  until(async () => (await only()).diagnosis === null, { what: 'it to be taken back', ms, every: 300 })

/** Nothing is said for so long. */
const staysWell = async (ms: number): Promise<void> => {
  const end = performance.now() + ms
  while (performance.now() < end) {
    expect((await only()).diagnosis).toBeNull()
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

test('a call is well, falls silent, comes back, loses a quarter, is held, and is well again', async () => {
  await call('711', 'Line 110')
  await ear.hears(530)
  await staysWell(8_000)

  drop(soundFromServer)
  const silent = await said('nothing-received')
  expect(silent).toMatch(
    /^sent \d{3,} packets, received \d{3,}, none for \d+ s; the far end named 127\.0\.0\.1:20\d{3}$/,
  )
  restore()
  await takenBack()
  await ear.hears(530)

  drop(`${soundFromServer} numgen random mod 100 < 25`)
  const lossy = await said('heavy-loss')
  expect(Number(/^lost (\d+) %/.exec(lossy)?.[1])).toBeGreaterThan(10)
  restore()
  await takenBack()

  await phone.do('hold')
  await phone.callIn('held')
  await staysWell(8_000)
  await phone.do('resume')
  await phone.callIn('active')
  await ear.hears(530)
})

test('a call over WebRTC whose whole way is gone is said to, while the way is looked for anew', async () => {
  await call('711', 'Line 100')
  await ear.hears(530)
  drop(fromServer)
  await said('nothing-received')
  restore()
  await takenBack()
  await ear.hears(530, 20_000)
})

test('a far end that names an address of another network is said to', async () => {
  description = () => described('192.168.1.20', 14_002)
  await call('7000', 'Line plain')
  const evidence = await said('private-address')
  expect(evidence).toMatch(
    /received 0, none for \d+ s; the far end named 192\.168\.1\.20:14002, we 127\.0\.0\.1:30\d{3}$/,
  )
})

test('a far end that says nothing, and then speaks', async () => {
  description = () => described('127.0.0.1', peer.wire.port)
  await call('7000', 'Line plain')
  const evidence = await said('nothing-received')
  expect(evidence).toMatch(/^sent \d{3,} packets, received 0, none for/)
  peer.say(between.sound?.port ?? 0)
  await takenBack()
  await ear.hears(530)
})

test('a far end that encrypts with another key is not played, and its key is in no word of it', async () => {
  const key: CryptoLine = { tag: 1, suite: 'AES_CM_128_HMAC_SHA1_80', master: randomBytes(30) }
  description = () => {
    const ours = offered[0]
    if (ours === undefined) throw new Error('no key was offered')
    return described('127.0.0.1', peer.wire.port, [writeCrypto({ ...ours, master: key.master })], 'RTP/SAVP')
  }
  await call('7000', 'Line keyed')
  const ours = offered[0]
  if (ours === undefined) throw new Error('no key was offered')
  const named = { ...ours, master: key.master }
  peer.say(between.sound?.port ?? 0, { mine: { ...named, master: randomBytes(30) }, theirs: ours })
  const evidence = await said('srtp-refused')
  expect(evidence).toMatch(/received 0, none for .*; \d+ could not be decrypted$/)
  expect(evidence).not.toContain(key.master.toString('base64').slice(0, 8))
  peer.say(between.sound?.port ?? 0, { mine: named, theirs: ours })
  await takenBack()
  await ear.hears(530)
})

test('a far end that sends nothing but zeros is said to', async () => {
  description = () => described('127.0.0.1', peer.wire.port)
  await call('7000', 'Line plain')
  let n = 0
  const to = between.sound?.port ?? 0
  const begun = performance.now()
  const timer = setInterval(() => {
    for (; n * 20 < performance.now() - begun; n++) {
      const packet = Buffer.alloc(172, 0xff)
      packet.writeUInt16BE(0x8000, 0)
      packet.writeUInt16BE(n & 0xffff, 2)
      packet.writeUInt32BE(n * 160, 4)
      packet.writeUInt32BE(99, 8)
      peer.wire.send(packet, to)
    }
  }, 20)
  try {
    expect(await said('far-end-silent')).toMatch(/^received \d{3,} packets, with nothing but zeros in them$/)
  } finally {
    clearInterval(timer)
  }
})

test('a microphone that gives nothing but zeros is said to, until it is muted', async () => {
  const silence = join(lab.asterisk.dir, 'silence.wav')
  writeTone(silence, 800, 10, -200)
  const dumb = await lab.phone({
    microphone: silence,
    accounts: [lab.account('111', { server: 'tcp:127.0.0.1:5060' })],
  })
  // An echo: what comes back is as silent, and no fault of the far end.
  await dumb.do('call', '600')
  await dumb.callIn('active')
  const diagnosis = async () => (await dumb.calls())[0]?.diagnosis ?? null
  await until(async () => (await diagnosis())?.trouble === 'microphone-silent', { what: 'it to be said', ms: 25_000 })
  expect((await diagnosis())?.evidence).toMatch(/^sent \d{3,} packets, nothing but zeros for \d+ s$/)
  await dumb.do('mute')
  await until(async () => (await diagnosis()) === null, { what: 'it to be taken back', ms: 10_000 })
})
