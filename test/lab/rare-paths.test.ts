/*
 * What servers and far ends do rarely, said by sipp to a phone over UDP and TCP: forks, offers that come late or cross each other, loops,
 * refusals, messages that are lost, doubled and out of order. sipp fails on whatever it did not expect to hear.
 */
import { execFileSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Phone } from '../support/phone'
import { until } from '../support/until'
import { Ear } from './support/ear'
import { GoBetween } from './support/go-between'
import { Lab, microphoneHz } from './support/lab'
import { Sipp } from './support/sipp/sipp'
import { answers, asks, expects, expectsSaying, mayHear, waits, type Step } from './support/sipp/scenario'
import { Talker } from './support/talker'
import { ensureAsteriskRoot, labIsComplete } from '../../scripts/lab/asterisk-root.mjs'

type Way = 'udp' | 'tcp'
const ways: readonly Way[] = ['udp', 'tcp']

describe.skipIf(!labIsComplete())('a far end that does what few do', () => {
  let root: string
  let lab: Lab
  let phone: Phone
  let ear: Ear
  let between: Record<Way, GoBetween>
  let far: { readonly a: Talker; readonly b: Talker }
  const started: Sipp[] = []

  beforeAll(async () => {
    root = await ensureAsteriskRoot()
    between = { udp: await GoBetween.open('udp', 5_080), tcp: await GoBetween.open('tcp', 5_082) }
    far = { a: await Talker.open(530), b: await Talker.open(1_010) }
    lab = await Lab.open()
    phone = await lab.phone({
      accounts: ways.map((way) => ({
        ...{ name: `Line ${way}`, uri: `sip:${way}@127.0.0.1`, server: `${way}:127.0.0.1:${between[way].port}` },
        ...{ username: way, password: 'correct-horse' },
      })),
    })
    ear = await Ear.on(phone)
  })

  afterAll(async () => {
    ear?.close()
    await lab?.close()
    for (const talker of Object.values(far ?? {})) talker.close()
    for (const way of ways) between?.[way].close()
  })

  beforeEach(() => {
    for (const way of ways) between[way].begin()
    for (const talker of [far.a, far.b]) talker.forget()
  })

  afterEach(async () => {
    for (const sipp of started.splice(0)) sipp.stop()
    for (const talker of [far.a, far.b]) talker.speakTo(null)
    for (const call of await phone.calls()) await phone.control('end', call.id)
    await phone.noCalls()
  })

  const words = (way: Way): Record<string, string> => ({
    ...{ way: way.toUpperCase(), port: String(between[way].port), contact: between[way].contact },
    ...{ a: String(far.a.port), b: String(far.b.port), nowhere: '0' },
  })

  /** The far end waits to be called. */
  const called = async (way: Way, ...steps: Step[]): Promise<Sipp> => {
    const sipp = Sipp.start({ root, steps, words: words(way) })
    started.push(sipp)
    await sipp.listens()
    return sipp
  }

  /** The far end calls. */
  const calling = (way: Way, ...steps: Step[]): Sipp => {
    const sipp = Sipp.start({ root, steps, words: words(way), calls: `127.0.0.1:${between[way].farSide}` })
    started.push(sipp)
    return sipp
  }

  const dial = (way: Way) => phone.do('call', '7000', '--account', `Line ${way}`)

  /** The far end speaks, and is heard here, and hears. */
  const talks = async (way: Way, talker: Talker, hz: number): Promise<void> => {
    talker.forget()
    talker.speakTo(between[way].sound)
    await ear.hears(hz)
    await until(() => talker.level(microphoneHz) > -35, { what: 'the microphone at the far end' })
  }

  const hungUp = [expects('BYE'), answers('200 OK', 'bye')]
  const inFrom = { calling: 'heard' }
  const inTo = { calledBy: 'invite', tag: 'far' }

  describe.each(ways)('over %s', (way) => {
    test.each([...(way === 'udp' ? [['first', 'a'] as const] : []), ['second', 'b'] as const])(
      'two phones play before the answer, and the %s answers: the other is not heard',
      async (_which, name) => {
        const other = name === 'a' ? 'b' : 'a'
        const sipp = await called(
          way,
          expects('INVITE'),
          answers('183 Session Progress', 'invite', { sdp: 'a' }, 'a'),
          answers('183 Session Progress', 'invite', { sdp: 'b' }, 'b'),
          waits(600),
          answers('200 OK', 'invite', { sdp: name }, name),
          expects('ACK'),
          // Two answered at once: the later one is told that it was too late.
          answers('200 OK', 'invite', { sdp: other }, other),
          expects('ACK', 'late'),
          expectsSaying('BYE', new RegExp(`To:.*;tag=${other}`)),
          answers('200 OK', 'bye'),
          ...hungUp,
        )
        await dial(way)
        await until(() => between[way].sound !== null, { what: 'the offer' })
        far[other].speakTo(between[way].sound)
        far[name].speakTo(between[way].sound)
        await phone.callIn('active')
        const hz = { a: 530, b: 1_010 }
        await talks(way, far[name], hz[name])
        expect((await ear.hear(hz[other]))?.level).toBeLessThan(-45)
        await phone.do('end')
        await sipp.succeeds()
      },
    )

    test('calls without an offer, asks again without one, and offers that cross are said again', async () => {
      const sipp = calling(
        way,
        asks('INVITE', { calling: '' }),
        mayHear(100),
        expects(180),
        expects(200, 'heard'),
        asks('ACK', inFrom, { sdp: 'a' }),
        waits(1_500),
        asks('INVITE', inFrom),
        mayHear(100),
        expectsSaying(200, /a=sendrecv/),
        asks('ACK', inFrom, { sdp: 'a' }),
        asks('UPDATE', inFrom, { headers: ['Supported: timer', 'Session-Expires: 1800;refresher=uac'] }),
        expects(200),
        asks('UPDATE', inFrom, { sdp: 'a' }),
        expectsSaying(200, /a=sendrecv/),
        asks('INVITE', inFrom, { sdp: 'nowhere' }),
        mayHear(100),
        expectsSaying(200, /m=audio 0 /),
        asks('ACK', inFrom),
        asks('INVITE', inFrom, { sdp: 'a' }),
        mayHear(100),
        expectsSaying(200, /a=sendrecv/),
        asks('ACK', inFrom),
        asks('BREW', inFrom),
        expectsSaying(405, /Allow:/),
        asks('OPTIONS', inFrom),
        expects(200),
        // The phone holds; both ask at once.
        expects('INVITE', 'hold'),
        asks('INVITE', inFrom, { sdp: 'a' }),
        mayHear(100),
        expects(491),
        asks('ACK of a refusal', inFrom),
        answers('491 Request Pending', 'hold'),
        expects('ACK'),
        expects('INVITE', 'again'),
        answers('200 OK', 'again', { sdp: 'a', direction: 'recvonly' }),
        expects('ACK'),
        asks('INVITE', inFrom, { sdp: 'a' }),
        mayHear(100),
        expectsSaying(200, /a=(sendonly|inactive)/),
        asks('ACK', inFrom),
        // Back, to a far end that has lost the call.
        expects('INVITE', 'resume'),
        answers('481 Call/Transaction Does Not Exist', 'resume'),
        expects('ACK'),
      )
      await phone.callIn('incoming')
      await phone.do('answer')
      await phone.callIn('active')
      await talks(way, far.a, 530)
      await until(() => between[way].heard('far', 'OPTIONS').length > 0, { what: 'what else was asked' })
      await talks(way, far.a, 530)
      await phone.do('hold')
      await phone.callIn('held')
      await until(() => between[way].heard('far', 'ACK').length === 6, { what: 'the hold to be through', ms: 12_000 })
      await phone.do('resume')
      await phone.noCalls()
      await sipp.succeeds()
      expect(phone.recents()[0]).toMatchObject({ direction: 'incoming', cause: 'connection-lost' })
    })
  })

  test('what was lost is said again: answers until they are acknowledged, acknowledgements as often as they are wanted', async () => {
    const { udp } = between
    const lose = (by: 'phone' | 'far', start: string, count: number): void => {
      let lost = 0
      udp.weather = (said) => (said.by === by && said.text.startsWith(start) && lost++ < count ? [] : [0])
    }
    const out = await called(
      'udp',
      expects('INVITE'),
      answers('180 Ringing'),
      answers('200 OK', 'invite', { sdp: 'a', repeat: true }),
      expects('ACK'),
      ...hungUp,
    )
    lose('phone', 'ACK', 2)
    await dial('udp')
    await phone.callIn('active')
    await until(() => udp.heard('phone', 'ACK').length === 3, { what: 'three acknowledgements' })
    await phone.do('end')
    await out.succeeds()
    await phone.noCalls()
    udp.begin()
    const into = calling(
      'udp',
      asks('INVITE', { calling: '' }, { sdp: 'a', repeat: true }),
      mayHear(100),
      expects(180),
      expects(200, 'heard'),
      asks('ACK', inFrom),
      expects('BYE'),
      answers('200 OK', 'bye'),
      waits(100),
    )
    lose('far', 'ACK', 2)
    await phone.callIn('incoming')
    await phone.do('answer')
    await phone.callIn('active')
    await talks('udp', far.a, 530)
    await until(() => udp.heard('far', 'ACK').length === 3, { what: 'three acknowledgements' })
    expect(udp.heard('phone', 'SIP/2.0 200').length).toBe(3)
    expect(await phone.calls()).toHaveLength(1)
    await phone.do('end')
    await into.succeeds()
  })

  test('every message comes twice, or late, or one in five not at all: one call, set up and ended', async () => {
    const { udp } = between
    const steps = [
      expects('INVITE'),
      answers('180 Ringing'),
      answers('200 OK', 'invite', { sdp: 'a', repeat: true }),
      expects('ACK'),
      mayHear('ACK'),
      mayHear('INVITE'),
      expects('BYE'),
      answers('200 OK', 'bye'),
      waits(300),
    ]
    let count = 0
    const weathers = [
      () => [0, 40],
      () => (count++ % 2 === 0 ? [60] : [0]),
      // The same losses every time.
      () => ((count = (count * 1_103_515_245 + 12_345) % 2 ** 31), count % 100 < 20 ? [] : [0]),
    ]
    for (const weather of weathers) {
      udp.begin()
      count = 7
      const sipp = await called('udp', ...steps)
      udp.weather = weather
      await dial('udp')
      await phone.callIn('active', 15_000)
      await talks('udp', far.a, 530)
      await phone.do('end')
      await phone.noCalls()
      // What is said again after that, sipp has forgotten.
      await until(() => udp.heard('phone', 'BYE').length > 0, { what: 'the end to be said' })
      udp.weather = () => [0]
      await sipp.succeeds()
    }
  })

  test.each([
    ['301 Moved Permanently', 'redirected', 'Contact: <sip:elsewhere@127.0.0.1>'],
    ['302 Moved Temporarily', 'redirected', 'Contact: <sip:elsewhere@127.0.0.1>, <tel:112>'],
    ['305 Use Proxy', 'redirected', 'Contact: <sip:127.0.0.2:5090>'],
    ['380 Alternative Service', 'redirected', 'Contact: <sip:elsewhere@127.0.0.1>'],
    ['600 Busy Everywhere', 'busy', 'Retry-After: 5'],
    ['603 Decline', 'rejected', 'Retry-After: 5'],
    ['604 Does Not Exist Anywhere', 'not-found', 'Server: sipp'],
    ['699 Never Heard Of', 'server-error', 'Server: sipp'],
  ])('%s ends the call, is explained, and dials nothing else', async (status, cause, line) => {
    const sipp = await called('udp', expects('INVITE'), answers(status, 'invite', { headers: [line] }), expects('ACK'))
    await dial('udp')
    await sipp.succeeds()
    await phone.noCalls()
    expect(phone.recents()[0]).toMatchObject({ cause, sipStatus: Number(status.slice(0, 3)) })
    expect(between.udp.heard('phone', 'INVITE')).toHaveLength(1)
  })

  test.each([
    ['401 Unauthorized', 'WWW-Authenticate', ''],
    ['407 Proxy Authentication Required', 'Proxy-Authenticate', ''],
    ['407 Proxy Authentication Required', 'Proxy-Authenticate', ', stale=true'],
  ])('%s without end is answered no oftener than it may be (%s%s)', async (status, name, stale) => {
    const { udp } = between
    const challenge = (nonce: number): string =>
      `${name}: Digest realm="127.0.0.1", nonce="${nonce}", algorithm=MD5, qop="auth"${nonce > 1 ? stale : ''}`
    const sipp = await called(
      'udp',
      ...[1, 2, 3, 4, 5, 6].flatMap((nonce) => [
        expects('INVITE', `invite${nonce}`),
        answers(status, `invite${nonce}`, { headers: [challenge(nonce)] }, 'far'),
        expects('ACK'),
      ]),
    )
    await dial('udp')
    await phone.noCalls()
    sipp.stop()
    const said = udp.heard('phone', 'INVITE')
    // Once without a password, once with it, and where only the nonce was too old, once more.
    expect(said.length).toBeGreaterThan(1)
    expect(said.length).toBeLessThanOrEqual(stale ? 3 : 2)
    expect(phone.recents()[0]).toMatchObject({ cause: 'forbidden' })
  })

  test('too short a session is asked for again with a longer one; who wants its ringing acknowledged has it', async () => {
    const sipp = await called(
      'udp',
      expects('INVITE', 'brief'),
      answers('422 Session Interval Too Small', 'brief', { headers: ['Min-SE: 2400'] }, 'far'),
      expects('ACK'),
      expectsSaying('INVITE', /Session-Expires: 2400/),
      answers('183 Session Progress', 'invite', { sdp: 'a', headers: ['Require: 100rel', 'RSeq: 1'] }),
      expectsSaying('PRACK', /RAck: 1 [0-9]+ INVITE/),
      answers('200 OK', 'prack'),
      // It goes on with other sound before the answer, which need not say it again.
      asks('UPDATE', inTo, { sdp: 'b' }),
      expectsSaying(200, /a=sendrecv/),
      waits(300),
      answers('200 OK', 'invite', { headers: ['Require: timer', 'Session-Expires: 2400;refresher=uac'] }),
      expects('ACK'),
      ...hungUp,
    )
    await dial('udp')
    await phone.callIn('active')
    await talks('udp', far.b, 1_010)
    await phone.do('end')
    await sipp.succeeds()
  })

  test('the end that crosses an offer, and the answer that crosses a cancel', async () => {
    const bye = await called(
      'udp',
      expects('INVITE'),
      answers('200 OK', 'invite', { sdp: 'a' }),
      expects('ACK'),
      expects('INVITE', 'hold'),
      asks('BYE', inTo),
      expects(200),
      answers('487 Request Terminated', 'hold'),
      expects('ACK'),
    )
    await dial('udp')
    await phone.callIn('active')
    await phone.do('hold')
    await phone.noCalls()
    await bye.succeeds()
    expect(phone.recents()[0]).toMatchObject({ cause: 'remote-hung-up' })

    const cancel = await called(
      'udp',
      expects('INVITE'),
      answers('180 Ringing'),
      expects('CANCEL'),
      answers('200 OK', 'invite', { sdp: 'a' }),
      answers('200 OK', 'cancel'),
      expects('ACK'),
      ...hungUp,
    )
    await dial('udp')
    await phone.callIn('alerting')
    await phone.do('end')
    await cancel.succeeds()
    await phone.noCalls()

    const late = calling(
      'udp',
      asks('INVITE', { calling: '' }, { sdp: 'a' }),
      mayHear(100),
      expects(180),
      expects(200, 'heard'),
      asks('CANCEL', { calling: '' }),
      expects(200),
      asks('ACK', inFrom),
      waits(300),
      asks('BYE', inFrom),
      expects(200),
    )
    await phone.callIn('incoming')
    await phone.do('answer')
    await late.succeeds()
    await phone.noCalls()
    expect(phone.recents()[0]).toMatchObject({ cause: 'remote-hung-up', missed: false })
  })

  test('a call in many pieces rings; methods nobody knows are refused by name', async () => {
    // As on a real wire; the loopback takes whole datagrams of any size.
    execFileSync('ip', ['link', 'set', 'lo', 'mtu', '1500'])
    try {
      const padding = Array.from({ length: 60 }, (_, i) => `X-Route-${i}: ${'x'.repeat(80)}`)
      const sipp = calling(
        'udp',
        asks('INVITE', { calling: '' }, { sdp: 'a', headers: padding }),
        mayHear(100),
        expects(180),
        expects(200, 'heard'),
        asks('ACK', inFrom),
        expects('BYE'),
        answers('200 OK', 'bye'),
      )
      await phone.callIn('incoming')
      await phone.do('answer')
      await phone.callIn('active')
      await talks('udp', far.a, 530)
      await phone.do('end')
      await sipp.succeeds()
    } finally {
      execFileSync('ip', ['link', 'set', 'lo', 'mtu', '65536'])
    }
    const outside = { calling: '' }
    await calling(
      'udp',
      asks('BREW', outside),
      expectsSaying(405, /Allow:.*INVITE/),
      asks('OPTIONS', outside),
      expectsSaying(200, /Allow:.*INVITE/),
      asks('BYE', outside),
      expects(481),
    ).succeeds()
    await calling(
      'udp',
      asks('INVITE', outside, { sdp: 'a', headers: ['Require: teapot'] }),
      mayHear(100),
      expects(420),
      asks('ACK of a refusal', outside),
    ).succeeds()
    expect(await phone.calls()).toEqual([])
  })
})
