/*
 * Accounts on servers that speak neither WebSocket nor WebRTC: SIP over UDP, TCP and TLS, plain sound and SDES-SRTP, each call proved by
 * a tone at both ends.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Phone, ProvisionedAccount } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { Baresip } from './support/baresip'
import { Kamailio, labAddress } from './support/kamailio'
import { Rtpengine } from './support/rtpengine'
import { asteriskHz, Lab, microphoneHz, otherMicrophoneHz, thirdMicrophoneHz } from './support/lab'
import { levelAt, readWav, tail } from './support/tone'
import { ensureAsteriskRoot, labIsComplete } from '../../scripts/lab/asterisk-root.mjs'

let lab: Lab
let phone: Phone
let ear: Ear

beforeAll(async () => {
  lab = await Lab.open()
  const certificate = createHash('sha256')
    .update(new X509Certificate(readFileSync(join(lab.asterisk.dir, 'keys/server.pem'))).raw)
    .digest('hex')
  phone = await lab.phone({
    accounts: [
      lab.account('110', { server: 'udp:127.0.0.1' }),
      lab.account('111', { server: 'tcp:127.0.0.1:5060' }),
      lab.account('112', { server: 'tls:localhost', certificate, connection: { srtp: 'required' } }),
      lab.account('113', { server: 'sip:127.0.0.1' }),
      // Nothing but WebRTC's sound, on servers that are spoken to as any other.
      lab.account('100', { server: 'udp:127.0.0.1' }),
      lab.account('102', { server: 'tls:localhost', certificate, connection: { srtp: 'required', media: 'webrtc' } }),
      lab.account('101', { server: 'tcp:127.0.0.1', connection: { media: 'plain' } }),
      // DTLS-SRTP, and no ICE.
      lab.account('115', { server: 'udp:127.0.0.1' }),
      lab.account('116', { server: 'tcp:127.0.0.1', connection: { srtp: 'required' } }),
      // Endpoints that insist on the profile with feedback.
      lab.account('117', { server: 'udp:127.0.0.1' }),
      lab.account('118', { server: 'udp:127.0.0.1' }),
      // WebRTC's sound with a port of its own for RTCP.
      lab.account('119', { server: 'udp:127.0.0.1' }),
    ],
  })
  ear = await Ear.on(phone)
})

afterAll(async () => {
  ear?.close()
  await lab?.close()
})

afterEach(async () => {
  if (phone.process.exitCode !== null) return
  for (const call of await phone.calls()) await phone.control('end', call.id)
  await phone.noCalls()
})

/** Loudness of the microphone's tone in the last second of what this extension has heard. */
const heardAt = (extension: string): number => {
  const sound = tail(readWav(join(lab.asterisk.dir, `spool/heard-${extension}.wav`)), 1)
  return sound.samples.length > 7_000 ? levelAt(sound, microphoneHz) : -200
}

test('status tells which server each account is on, how, and why', async () => {
  const { accounts } = await phone.status()
  expect(accounts.map(({ route }) => route?.transport)).toEqual([
    ...['udp', 'tcp', 'tls', 'tcp', 'udp', 'tls', 'tcp'],
    ...['udp', 'tcp', 'udp', 'udp', 'udp'],
  ])
  for (const { route } of accounts) {
    expect(route?.address).toBe('127.0.0.1')
    expect(route?.why).not.toBe('')
  }
})

describe('a call is heard at both ends', () => {
  test.each([
    ['over UDP, plain, in PCMU', '110', '711', 530, 'PCMU', 'none'],
    ['over TCP, plain, in G.722', '111', '712', 1_010, 'G722', 'none'],
    ['over TLS, SDES-SRTP, in PCMA', '112', '713', 1_570, 'PCMA', 'sdes'],
    ['over what was found, encrypted as far as the server likes, in Opus', '113', '711', 530, 'opus', 'none'],
    ['over UDP, where plain is answered with DTLS, in WebRTC’s Opus', '100', '711', 530, 'opus', 'dtls'],
    ['over UDP, where WebRTC is known to be wanted', '100', '712', 1_010, 'opus', 'dtls'],
    ['over TLS, in WebRTC’s PCMU by choice', '102', '713', 1_570, 'PCMU', 'dtls'],
    ['over UDP, in the profile with feedback and keys that anybody could read', '118', '712', 1_010, 'PCMA', 'none'],
  ])('%s', async (_how, user, extension, hz, codec, encryption) => {
    await phone.do('call', extension, '--account', `Line ${user}`)
    await phone.callIn('active')
    await ear.hears(hz)
    await until(() => heardAt(extension) > -35, { what: 'the microphone at the far end' })
    await until(async () => (await phone.calls())[0]?.media.encryption === encryption, {
      what: `the sound to be called ${encryption === 'none' ? 'not encrypted' : 'encrypted'}`,
    })
    const [call] = await phone.calls()
    expect(call?.media.codec?.toLowerCase()).toBe(codec.toLowerCase())
  })
})

test('where only WebRTC is taken, an account that is never to speak it says so', async () => {
  await phone.do('call', '711', '--account', 'Line 101')
  await phone.noCalls()
  expect(phone.recents()[0]).toMatchObject({ cause: 'not-acceptable' })
})

test.each(['110', '100'])('on hold %s is silence, and resumed it is sound again', async (user) => {
  await phone.do('call', '711', '--account', `Line ${user}`)
  await phone.callIn('active')
  await ear.hears(530)
  await phone.do('hold')
  await phone.callIn('held')
  await until(() => heardAt('711') < -60, { what: 'silence at the far end' })
  await phone.do('resume')
  await phone.callIn('active')
  await ear.hears(530)
  await until(() => heardAt('711') > -35, { what: 'the microphone at the far end' })
})

test('DTLS-SRTP without ICE is heard at both ends, out and in, with a port for reports and without, and after each description anew', async () => {
  const encrypted = (): Promise<unknown> =>
    until(async () => (await phone.calls())[0]?.media.encryption === 'dtls', {
      what: 'the sound to be called encrypted',
    })
  await phone.do('call', '711', '--account', 'Line 115')
  await phone.callIn('active')
  await ear.hears(530)
  await until(() => heardAt('711') > -35, { what: 'the microphone at the far end' })
  await encrypted()
  await phone.do('hold')
  await phone.callIn('held')
  await ear.hearsNothing(530)
  await phone.do('resume')
  await phone.callIn('active')
  await ear.hears(530)
  await phone.do('end')
  await phone.noCalls()
  void lab.asterisk.originate('PJSIP/116', '600')
  await phone.callIn('incoming')
  await phone.do('answer')
  await phone.callIn('active')
  await ear.hears(microphoneHz)
  await encrypted()
  // Another name for whom we talk to: the server says so by an offer of its own, and then begins another handshake.
  const ports = await ear.ports()
  const channel = (await lab.asterisk.cli('core show channels concise')).split('!')[0]
  for (const fact of ['(name) Elsewhere', '(num) 711'])
    await lab.asterisk.cli(`dialplan set chanvar ${channel} CONNECTEDLINE${fact}`)
  await until(async () => (await phone.calls())[0]?.name === 'Elsewhere', {
    what: 'the server to have said so',
  })
  await until(async () => (await ear.ports()).some((port) => !ports.includes(port)), { what: 'another connection' })
  await ear.hears(microphoneHz)
})

test('WebRTC with a port of its own for RTCP is heard at both ends, the first time after the answer, from then on before it too', async () => {
  await phone.do('call', '711', '--account', 'Line 119')
  await phone.callIn('active')
  await ear.hears(530)
  await until(() => heardAt('711') > -35, { what: 'the microphone at the far end' })
  await phone.do('hold')
  await phone.callIn('held')
  await ear.hearsNothing(530)
  await phone.do('resume')
  await ear.hears(530)
  await phone.do('end')
  await phone.noCalls()
  await phone.do('call', '602', '--account', 'Line 119')
  await phone.callIn('alerting')
  await ear.hears(asteriskHz, 3_500)
  await phone.noCalls()
})

test('digits arrive as the events they are', async () => {
  await phone.do('call', '605', '--account', 'Line 110')
  await phone.callIn('active')
  await phone.do('dtmf', '1590')
  await until(async () => (await lab.asterisk.global('HEARD')) === '1590', { what: 'the digits' })
})

test('early media is heard before the answer', async () => {
  await phone.do('call', '602', '--account', 'Line 112')
  await phone.callIn('alerting')
  await ear.hears(asteriskHz, 3_500)
  await phone.noCalls()
  expect(phone.recents()[0]).toMatchObject({ cause: 'busy', sipStatus: 486 })
})

test.each(['110', '112', '100', '102', '117', '119'])('a call to %s rings, is answered and is heard', async (user) => {
  void lab.asterisk.originate(`PJSIP/${user}`, '711')
  await phone.callIn('incoming')
  await phone.do('answer')
  await phone.callIn('active')
  await ear.hears(530)
  await until(() => heardAt('711') > -35, { what: 'the microphone at the far end' })
})

test('with a fifth of all messages over UDP lost, calls are made and ended all the same', async () => {
  const nft = (rules: string): void => void execFileSync('nft', [rules])
  const lost = ['dport', 'sport'].map((port) => `udp ${port} 5060 numgen random mod 100 < 20 drop`)
  nft(`table inet loss {\nchain in {\ntype filter hook input priority 0;\n${lost.join('\n')}\n}\n}`)
  try {
    for (let round = 0; round < 2; round++) {
      await phone.do('call', '711', '--account', 'Line 110')
      await phone.callIn('active', 20_000)
      await ear.hears(530)
      await phone.do('end')
      await phone.noCalls(20_000)
      await until(async () => (await lab.asterisk.liveChannels()) === 0, { what: 'no call at the server', ms: 35_000 })
    }
  } finally {
    nft('delete table inet loss')
  }
})

/** Its process is killed, and there is another. */
async function loseGateway(): Promise<void> {
  const processes = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(phone.process.pid)]).toString()
  const gateway = /^\s*(\d+).*--utility-sub-type=node\.mojom\.NodeService/m.exec(processes)?.[1]
  process.kill(Number(gateway), 'SIGKILL')
  await until(
    async () => (await phone.status()).accounts.some(({ registration }) => registration.state !== 'registered'),
    { what: 'the accounts to notice' },
  )
  await phone.registered(20_000)
}

test.each(['110', '115'])(
  'when the gateway dies while a call to %s rings, it is answered all the same',
  async (user) => {
    void lab.asterisk.originate(`PJSIP/${user}`, '711')
    await phone.callIn('incoming')
    await loseGateway()
    await phone.do('answer')
    await phone.callIn('active')
    await ear.hears(530)
    await until(() => heardAt('711') > -35, { what: 'the microphone at the far end' })
  },
)

test('when the gateway dies in a call it is started again, the call is heard again, and every account is registered', async () => {
  // Its handshake was carried by the process that is gone.
  await phone.do('call', '711', '--account', 'Line 115')
  await phone.callIn('active')
  await ear.hears(530)
  await loseGateway()
  await ear.hears(530, 20_000)
  await phone.do('end')
  await phone.noCalls()
  expect(await lab.asterisk.liveChannels()).toBe(0)
  await phone.do('call', '711', '--account', 'Line 110')
  await phone.callIn('active')
  await ear.hears(530)
})

test('when the server was started anew and knows nobody, every account with a connection is registered within three seconds', async () => {
  await lab.asterisk.kill()
  // It keeps registrations over a restart; many others do not. Over UDP a phone learns of that when it registers next.
  rmSync(join(lab.asterisk.dir, 'db'), { recursive: true })
  mkdirSync(join(lab.asterisk.dir, 'db'))
  await lab.asterisk.launch()
  const back = performance.now()
  const users = ['111', '112', '113']
  await until(async () => (await Promise.all(users.map((user) => lab.asterisk.isRegistered(user)))).every(Boolean), {
    what: 'the accounts over TCP and TLS to be registered',
    ms: 60_000,
  })
  expect(performance.now() - back).toBeLessThan(3_000)
  await phone.do('call', '600', '--account', 'Line 111')
  await phone.callIn('active')
  await ear.hears(microphoneHz)
})

test('an account that cannot be registered says why', async () => {
  const reasons = {
    certificate: lab.account('112', { server: 'tls:localhost' }),
    'wrong-password': lab.account('110', { server: 'udp:127.0.0.1', password: 'not-this-one' }),
    unreachable: lab.account('111', { server: 'tcp:127.0.0.1:9' }),
    'unknown-host': lab.account('113', { server: 'tls:no-such-host.invalid' }),
  }
  const other = await lab.phone({ accounts: Object.values(reasons), registered: false })
  const given = async (): Promise<(string | undefined)[]> =>
    (await other.status()).accounts.map(({ registration }) => registration.reason)
  await until(async () => (await given()).every(Boolean), { what: 'reasons', ms: 20_000 })
  expect(await given()).toEqual(Object.keys(reasons))
  await other.dispose()
})

describe.skipIf(!labIsComplete())('through a proxy that asks for passwords itself and stays in the dialogs', () => {
  let kamailio: Kamailio
  /** Another one, which has sound relayed. */
  let between: Kamailio
  let rtpengine: Rtpengine
  let carol: Phone
  let carolsEar: Ear
  let alice: Phone
  let alicesEar: Ear
  /** Knows WebRTC's sound and no other. */
  let web: Phone
  let websEar: Ear

  const at = (server: Kamailio, user: string, transport: 'udp' | 'tcp' | 'wss'): ProvisionedAccount =>
    lab.account(user, {
      uri: `sip:${user}@${labAddress}`,
      password: 'correct-horse',
      ...(transport === 'wss'
        ? { server: server.wssUrl, certificate: server.fingerprint }
        : { server: `${transport}:${labAddress}:${server.port}` }),
      ...(server === between && transport !== 'wss' ? { connection: { media: 'plain' } } : {}),
    })

  beforeAll(async () => {
    ear.close()
    await phone.quit()
    const root = await ensureAsteriskRoot()
    rtpengine = await Rtpengine.start(root)
    kamailio = await Kamailio.start(root)
    between = await Kamailio.start(root, { port: 5080, relay: rtpengine })
    alice = await lab.phone({ accounts: [at(kamailio, 'alice', 'udp'), at(between, 'anna', 'udp')] })
    // By two ways at one registrar that knows no flows: whoever calls carol calls both.
    const twice = { registration: 'all' as const, backups: [`udp:${labAddress}:${kamailio.port}`] }
    carol = await lab.phone({
      accounts: [
        { ...at(kamailio, 'carol', 'tcp'), connection: twice },
        at(kamailio, 'open-bob', 'udp'),
        at(between, 'team', 'tcp'),
      ],
      hz: otherMicrophoneHz,
    })
    web = await lab.phone({
      accounts: [at(kamailio, 'open-dave', 'wss'), at(between, 'team', 'wss')],
      hz: thirdMicrophoneHz,
    })
    alicesEar = await Ear.on(alice)
    carolsEar = await Ear.on(carol)
    websEar = await Ear.on(web)
  })

  afterAll(async () => {
    for (const one of [alicesEar, carolsEar, websEar]) one?.close()
    for (const one of [alice, carol, web]) await one?.dispose()
    await kamailio?.stop()
    await between?.stop()
    await rtpengine?.stop()
  })

  test('two phones hear each other, hold and are held, and either hangs up', async () => {
    await until(async () => (await carol.status()).accounts[0]?.servers?.every(({ state }) => state === 'registered'), {
      what: 'both ways',
    })
    await alice.do('call', 'carol', '--account', 'Line alice')
    await carol.callIn('incoming')
    await alice.callIn('alerting')
    expect(await carol.calls()).toHaveLength(1)
    await carol.do('decline')
    await alice.noCalls()
    // By both ways alike, or the proxy would choose what to pass on.
    expect(alice.recents()[0]).toMatchObject({ cause: 'busy', sipStatus: 486 })
    await alice.do('call', 'carol', '--account', 'Line alice')
    await carol.callIn('incoming')
    await carol.do('answer')
    await alice.callIn('active')
    await alicesEar.hears(otherMicrophoneHz)
    await carolsEar.hears(microphoneHz)
    await carol.do('hold')
    await alicesEar.hearsNothing(otherMicrophoneHz)
    await carol.do('resume')
    await alicesEar.hears(otherMicrophoneHz)
    await carolsEar.hears(microphoneHz)
    await carol.do('end')
    await alice.noCalls()
    expect(alice.recents()[0]).toMatchObject({ cause: 'remote-hung-up' })
  })

  test('of two that ring one answers, a phone of another make, and is heard; the other falls silent', async () => {
    const baresip = await Baresip.start({
      root: await ensureAsteriskRoot(),
      user: 'open-bob',
      registrar: `${labAddress}:${kamailio.port}`,
      password: 'correct-horse',
      hz: 700,
    })
    await alice.do('call', 'open-bob', '--account', 'Line alice')
    await alice.callIn('active')
    await alicesEar.hears(700)
    await carol.noCalls()
    await until(
      () => {
        const path = baresip.heard()
        return path !== null && levelAt(tail(readWav(path), 1), microphoneHz) > -35
      },
      { what: 'the microphone at the other phone' },
    ).finally(() => baresip.stop())
    await alice.noCalls()
    expect(alice.recents()[0]).toMatchObject({ cause: 'remote-hung-up' })
  })

  test('a phone on a secure WebSocket is called, calls, and is heard', async () => {
    // What is offered plainly it refuses, and is offered as it likes it.
    await alice.do('call', 'open-dave', '--account', 'Line alice')
    await web.callIn('incoming')
    await web.do('answer')
    await alice.callIn('active')
    await alicesEar.hears(thirdMicrophoneHz)
    await websEar.hears(microphoneHz)
    await web.do('end')
    await alice.noCalls()
    await web.do('call', 'alice', '--account', 'Line open-dave')
    await alice.callIn('incoming')
    await alice.do('answer')
    await web.callIn('active')
    await alicesEar.hears(thirdMicrophoneHz)
    await websEar.hears(microphoneHz)
    await alice.do('end')
    await web.noCalls()
  })

  test('with an rtpengine between them, phones of WebRTC’s sound and of plain sound call each other, hold, fork, and either hangs up', async () => {
    const encryption = async (one: Phone): Promise<unknown> => (await one.calls())[0]?.media.encryption
    await web.do('call', 'anna', '--account', 'Line team')
    await alice.callIn('incoming')
    await alice.do('answer')
    await web.callIn('active')
    await websEar.hears(microphoneHz)
    await alicesEar.hears(thirdMicrophoneHz)
    expect([await encryption(web), await encryption(alice)]).toEqual(['dtls', 'none'])
    await alice.do('hold')
    await websEar.hearsNothing(microphoneHz)
    await alice.do('resume')
    await websEar.hears(microphoneHz)
    await alicesEar.hears(thirdMicrophoneHz)
    await alice.do('end')
    await web.noCalls()
    // Each of the two that ring is offered the kind it knows.
    await alice.do('call', 'team', '--account', 'Line anna')
    await carol.callIn('incoming')
    await web.callIn('incoming')
    await web.do('answer')
    await carol.noCalls()
    await alicesEar.hears(thirdMicrophoneHz)
    await websEar.hears(microphoneHz)
    await web.do('hold')
    await alicesEar.hearsNothing(thirdMicrophoneHz)
    await web.do('resume')
    await alicesEar.hears(thirdMicrophoneHz)
    await websEar.hears(microphoneHz)
    await web.do('end')
    await alice.noCalls()
    expect(alice.recents()[0]).toMatchObject({ cause: 'remote-hung-up' })
  })
})

test('the registration is taken back when the phone quits', async () => {
  const other = await lab.phone({ accounts: [lab.account('100'), lab.account('110', { server: 'udp:127.0.0.1' })] })
  await other.quit()
  await until(async () => !(await lab.asterisk.isRegistered('110')), { what: 'nobody to be registered', ms: 3_000 })
})
