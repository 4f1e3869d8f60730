/*
 * The test of an account on the wire: what its line asks the server, what it makes of the answers, and that it takes back all it began
 * whenever it is ended.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineReport } from '../../../common/contract/engine'
import type { Result } from '../../../common/errors'
import type { EchoHeard } from '../../../renderer/engine/media/media'
import { EngineBench } from '../support/engine-bench'
import { makeSdp } from '../support/fake-engine-media'

type Line = Extract<EngineReport, { type: 'testLine' }>

let bench: EngineBench
beforeEach(async () => {
  vi.useFakeTimers()
  bench = new EngineBench()
  await bench.register()
  bench.peer.words.length = 0
})
afterEach(() => vi.useRealTimers())

const echo = 'sip:600@example.com'
const begin = (target: string | null = echo): Promise<Result> =>
  bench.request({ type: 'testAccount', accountId: 'work', echo: target })

/** The last word of each step, e.g. `passed answered in 0 ms`. */
const lines = (): Record<string, string> =>
  Object.fromEntries(bench.reported('testLine').map(({ step, state, found }: Line) => [step, `${state} ${found}`]))

/** A far end that answers the echo's call. */
const answerCalls = (): void => {
  bench.peer.on('INVITE', (invite) => {
    bench.peer.reply(invite, 180)
    bench.peer.reply(invite, 200, [], makeSdp())
  })
  bench.peer.on('BYE', (bye) => bench.peer.reply(bye, 200))
}

describe('a server that does all it should', () => {
  it('passes every step, and nobody hears of the call', async () => {
    bench.peer.on('OPTIONS', (request) =>
      bench.peer.reply(request, 200, ['Server: Lab PBX 22', 'Allow: INVITE, ACK, BYE']),
    )
    answerCalls()
    const reply = begin()
    await bench.settle(6_000)
    expect(await reply).toEqual({ ok: true, value: undefined })
    expect(lines()).toEqual({
      options: 'passed answered in 0 ms from Lab PBX 22; takes INVITE, ACK, BYE',
      register: "passed the server keeps this phone's address for 600 s; it has 1 phone",
      codecs: 'passed opus was agreed in a call',
      echo: expect.stringMatching(/^passed 4 of 4 signals came back, at -13 dB after 120 ms/),
    })
    expect(bench.peer.transcript).toBe('OPTIONS 200 REGISTER 200 INVITE 180 200 ACK BYE 200')
    expect(bench.peer.requests('INVITE')[0]?.message.start).toContain(echo)
    for (const type of ['progress', 'connected', 'updated', 'dialog', 'quality', 'ended'] as const)
      expect(bench.reported(type)).toEqual([])
    expect(bench.media.last).toMatchObject({ closed: true, audio: true })
    expect(bench.registration?.state).toBe('registered')
  })

  it('tells its codecs with the answer to OPTIONS, and without an echo no call is made', async () => {
    bench.peer.on('OPTIONS', (request) => bench.peer.reply(request, 200, [], makeSdp()))
    const reply = begin(null)
    await bench.settle(1_000)
    expect(await reply).toMatchObject({ ok: true })
    expect(lines()).toMatchObject({
      codecs: 'passed the server talks in opus',
      echo: 'skipped the account names no number that gives back what it hears',
    })
    expect(bench.peer.transcript).toBe('OPTIONS 200 REGISTER 200')
  })
})

describe('what the server says is told', () => {
  it.each([
    ['404', 'doubtful answered 404'],
    ['405', 'doubtful answered 405'],
    ['401', 'passed answered 401'],
    ['503', 'failed answered 503'],
  ])('OPTIONS answered %s is %s', async (status, said) => {
    bench.peer.on('OPTIONS', (request) => bench.peer.reply(request, Number(status)))
    void begin(null)
    await bench.settle(1_000)
    expect(lines().options).toContain(said)
    expect(lines().register).toContain('passed')
  })

  it('OPTIONS that stays unanswered is no failure where REGISTER is answered', async () => {
    bench.peer.on('OPTIONS', () => {})
    void begin(null)
    await bench.settle(4_900)
    expect(bench.peer.transcript).toBe('OPTIONS')
    await bench.settle(200)
    expect(lines()).toMatchObject({
      options: 'doubtful no answer within 5 s; some servers answer no OPTIONS',
      register: expect.stringContaining('passed'),
      codecs: 'skipped only a call can tell',
    })
  })

  it('a refused REGISTER is told in words, and no call is made', async () => {
    bench.peer.on('REGISTER', (request) => bench.peer.reply(request, 403))
    void begin()
    await bench.settle(1_000)
    expect(lines()).toMatchObject({
      register: 'failed the server does not let this account in (403)',
      echo: 'skipped the account is not registered',
    })
    expect(bench.peer.requests('INVITE')).toEqual([])
  })

  it('a registrar that does not name us is doubted', async () => {
    bench.peer.on('REGISTER', (request) =>
      bench.peer.reply(request, 200, [
        'Contact: <sip:somebody@192.0.2.1>;expires=60',
        'Contact: <sip:else@192.0.2.2>;expires=60',
      ]),
    )
    void begin(null)
    await bench.settle(1_000)
    expect(lines().register).toContain('doubtful the server says yes, but does not name this phone among the 2 phones')
  })

  it('no answer to REGISTER ends in words within nine seconds', async () => {
    bench.peer.on('REGISTER', () => {})
    void begin()
    await bench.settle(9_000)
    expect(lines().register).toMatch(/^failed/)
    expect(lines().echo).toMatch(/^skipped/)
  })

  it('a REGISTER is not sent again within a quarter of a minute', async () => {
    void begin(null)
    await bench.settle(1_000)
    void begin(null)
    await bench.settle(1_000)
    expect(bench.peer.transcript).toBe('OPTIONS 200 REGISTER 200 OPTIONS 200')
    expect(lines().register).toBe('passed registered a moment ago')
  })
})

describe('the call to the echo', () => {
  it.each([
    [486, 'failed the echo is busy (486)', 'doubtful only a call can tell'],
    [404, 'failed there is nobody at that number (404)', 'doubtful only a call can tell'],
    [488, 'failed there was no sound', 'failed no codec in common'],
  ])('that is answered %d', async (status, said, codecs) => {
    bench.peer.on('INVITE', (invite) => bench.peer.reply(invite, status))
    void begin()
    await bench.settle(1_000)
    expect(lines().echo).toBe(said)
    expect(lines().codecs).toContain(codecs)
    expect(bench.media.last.closed).toBe(true)
  })

  it('that rings for ever is cancelled after eight seconds', async () => {
    bench.peer.on('INVITE', (invite) => bench.peer.reply(invite, 180))
    void begin()
    await bench.settle(1_100)
    expect(lines().echo).toBe('running null')
    await bench.settle(8_000)
    expect(lines().echo).toBe('failed the echo does not answer')
    expect(bench.peer.requests('CANCEL')).toHaveLength(1)
  })

  const nothing: EchoHeard = { sent: 8, returned: 0, delayMs: null, sentLevel: -12, level: null, anything: -100 }
  it.each<[string, Partial<EchoHeard>, string]>([
    ['silence', {}, 'failed'],
    ['an announcement', { anything: -20 }, 'doubtful something is heard there, but not what was sent'],
    ['half of it, and softly', { returned: 3, delayMs: 300, level: -40, anything: -30 }, 'doubtful 3 of 8 signals'],
  ])('that gives back %s', async (_what, heard, said) => {
    answerCalls()
    bench.media.echo = () => Promise.resolve({ ...nothing, ...heard })
    void begin()
    await bench.settle(6_000)
    expect(lines().echo).toContain(said)
  })

  it('is not made while somebody talks', async () => {
    await bench.talk()
    void begin()
    await bench.settle(1_000)
    expect(lines().echo).toBe('skipped a call is up: it is not to be disturbed')
    expect(bench.peer.requests('INVITE')).toHaveLength(1)
    expect(bench.ended).toBeUndefined()
  })
})

describe('it is over at once', () => {
  /** In the call to the echo, listening. */
  const listening = async (): Promise<{ readonly reply: Promise<Result> }> => {
    answerCalls()
    bench.media.echo = () => new Promise((resolve) => (stopListening = () => resolve(nothingHeard)))
    const reply = begin()
    await bench.settle(2_000)
    expect(lines().echo).toBe('running null')
    return { reply }
  }
  const nothingHeard: EchoHeard = { sent: 0, returned: 0, delayMs: null, sentLevel: -12, level: null, anything: -100 }
  let stopListening = (): void => {}

  it('when the user ends it: the call is hung up', async () => {
    const { reply } = await listening()
    await bench.ask({ type: 'endAccountTest' })
    expect(bench.peer.requests('BYE')).toHaveLength(1)
    expect(bench.media.last.closed).toBe(true)
    stopListening()
    await bench.settle()
    expect(await reply).toMatchObject({ ok: true })
    expect(lines().echo).toBe('skipped it was ended')
  })

  it('when somebody calls: that call rings as any other', async () => {
    await listening()
    expect(lines().codecs).toBe('running null')
    await bench.ring()
    expect(bench.peer.requests('BYE')).toHaveLength(1)
    expect(bench.offers).toHaveLength(1)
    stopListening()
    await bench.settle()
    expect(lines()).toMatchObject({
      codecs: 'skipped a call came between',
      echo: 'skipped a call came between',
    })
    expect(bench.peer.responses('INVITE').map(({ word }) => word)).toContain('180')
  })

  it('when the user calls somebody', async () => {
    await listening()
    await bench.dial()
    expect(bench.peer.requests('BYE')).toHaveLength(1)
  })

  it('when the account is switched off', async () => {
    await listening()
    await bench.ask({ type: 'unregister', accountId: 'work' })
    expect(bench.peer.requests('BYE')).toHaveLength(1)
    stopListening()
    await bench.settle()
    expect(lines().echo).toBe('skipped the account was switched off or changed')
  })

  it('before it was answered: the call is cancelled', async () => {
    bench.peer.on('INVITE', (invite) => bench.peer.reply(invite, 180))
    const reply = begin()
    await bench.settle(1_500)
    await bench.ask({ type: 'endAccountTest' })
    expect(bench.peer.requests('CANCEL')).toHaveLength(1)
    expect(await reply).toMatchObject({ ok: true })
    expect(lines().echo).toBe('skipped it was ended')
  })

  it('when another is begun, which has the word from then on', async () => {
    bench.peer.on('OPTIONS', () => {})
    const first = begin()
    await bench.settle(100)
    const before = bench.reported('testLine').length
    const second = begin(null)
    await bench.settle(6_000)
    expect(await first).toMatchObject({ ok: false, code: 'failed' })
    expect(await second).toMatchObject({ ok: true })
    const told = bench.reported('testLine').slice(before)
    expect(told.map(({ step, state }) => `${step} ${state}`)).toEqual([
      'options running',
      'options doubtful',
      'register running',
      'register passed',
      'codecs running',
      'codecs skipped',
      'echo running',
      'echo skipped',
    ])
  })
})

it('a line that is down is made anew first, and told of when it stays down', async () => {
  bench.peer.server.mode = 'refuse'
  bench.peer.server.current?.end()
  await bench.settle(100)
  void begin()
  await bench.settle(8_000)
  expect(lines()).toMatchObject({
    options: 'failed there is no connection to the server',
    register: 'failed there is no connection to the server',
    echo: 'skipped the account is not registered',
  })
})

it('an account without a line cannot be tested', async () => {
  expect(await bench.request({ type: 'testAccount', accountId: 'other', echo: null })).toMatchObject({
    ok: false,
    code: 'unknown-account',
  })
})

it('the ladder of each line is told, oldest first and without secrets', async () => {
  bench.peer.on('REGISTER', (request) =>
    request.header('authorization') === ''
      ? bench.peer.reply(request, 401, ['WWW-Authenticate: Digest realm="example.com", nonce="n0nce", algorithm=MD5'])
      : bench.peer.acceptRegister(request),
  )
  void begin(null)
  await bench.settle(1_000)
  expect(await bench.ask({ type: 'tellLadders' })).toMatchObject({ ok: true })
  const [ladder] = bench.reported('ladder')
  expect(ladder?.accountId).toBe('work')
  const texts = ladder?.entries.map(({ text }) => text) ?? []
  expect(texts[0]).toMatch(/^REGISTER /)
  expect(texts.some((text) => text.startsWith('OPTIONS '))).toBe(true)
  expect(texts.join('\n')).not.toMatch(/n0nce|username="alice"/)
})
