/* The test of an account: which step comes when, what each failure spares, and that it always has an end. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Account } from '../../../common/account'
import type { AccountTest } from '../../../common/diagnosis'
import { refused, type Result } from '../../../common/errors'
import type { AccountState } from '../../../common/phone-state'
import { AccountTests, type ServerProbe } from '../../../main/diagnosis/account-tests'
import { failed, passed, skipped, type Finding } from '../../../main/diagnosis/finding'
import { FakeEngine } from '../../fakes/fake-engine'
import { ManualClock, settle } from '../../fakes/manual-clock'
import { accountState } from '../../fakes/phone-state'

let clock: ManualClock
let engine: FakeEngine
let tests: AccountTests
let state: AccountState
let shown: (AccountTest | null)[]
let closed: number
let found: Record<'dns' | 'connect' | 'tls', () => Promise<Finding>>

const never = (): Promise<Finding> => new Promise(() => {})
const withEcho = (echo: string | null, change: Partial<Account> = {}): AccountState => {
  const plain = accountState()
  return { ...plain, account: { ...plain.account, features: { ...plain.account.features, echo }, ...change } }
}

beforeEach(() => {
  clock = new ManualClock()
  engine = new FakeEngine()
  engine.answerTo('testAccount', 'silent')
  state = withEcho('600')
  shown = []
  closed = 0
  found = {
    dns: async () => passed('pbx.example (192.0.2.1)'),
    connect: async () => passed('connected'),
    tls: async () => passed('believed'),
  }
  const probe: ServerProbe = {
    dns: () => found.dns(),
    connect: () => found.connect(),
    tls: () => found.tls(),
    close: () => void closed++,
  }
  tests = new AccountTests({
    clock,
    accounts: () => [state],
    engine,
    openProbe: async () => probe,
    addressOf: (number): Result<{ uri: string }> =>
      number === 'nonsense' ? refused('invalid-target') : { ok: true, value: { uri: `sip:${number}@pbx.example` } },
    onChange: (test) => shown.push(test),
  })
})

const begin = (): Promise<AccountTest> => {
  const result = tests.start('work')
  if (!result.ok) throw new Error(result.code)
  return result.value
}
const words = (): Record<string, string> =>
  Object.fromEntries(shown.at(-1)?.lines.map(({ step, state, found }) => [step, `${state} ${found}`]) ?? [])
const states = (): string =>
  shown
    .at(-1)
    ?.lines.map((line) => line.state)
    .join(' ') ?? 'nothing'
const engineSays = (step: 'options' | 'register' | 'codecs' | 'echo', finding: Finding, accountId = 'work'): void =>
  tests.engineReported({ type: 'testLine', accountId, step, ...finding, tookMs: 12.4 })

describe('the test of an account', () => {
  it('goes from the name to the sound, and is over with the engine', async () => {
    const over = begin()
    expect(states()).toBe('running waiting waiting waiting waiting waiting waiting')
    await settle()
    expect(states()).toBe('passed passed passed waiting waiting waiting waiting')
    expect(engine.commands.at(-1)).toEqual({ type: 'testAccount', accountId: 'work', echo: 'sip:600@pbx.example' })
    for (const step of ['options', 'register', 'codecs', 'echo'] as const) engineSays(step, passed(`${step} seen`))
    expect(shown.at(-1)?.done).toBe(false)
    engine.reply('testAccount')
    expect(await over).toMatchObject({ accountId: 'work', done: true })
    expect(words().echo).toBe('passed echo seen')
    expect(shown.at(-1)?.lines[3]?.tookMs).toBe(12)
    expect([closed, clock.pending]).toEqual([1, 0])
    expect(tests.last).toBe(shown.at(-1))
  })

  it('of the demo line needs no network, and knows its echo', async () => {
    state = withEcho(null, { server: 'demo:', uri: 'sip:you@demo.invalid' })
    void begin()
    await settle()
    expect(states()).toBe('skipped skipped skipped waiting waiting waiting waiting')
    expect(engine.commands.at(-1)).toMatchObject({ echo: 'sip:echo@pbx.example' })
  })

  it.each([null, 'nonsense'])('asks for no call where the echo is %s', async (echo) => {
    state = withEcho(echo)
    void begin()
    await settle()
    expect(engine.commands.at(-1)).toMatchObject({ type: 'testAccount', echo: null })
  })

  it('of an account there is not is refused', () => {
    expect(tests.start('other')).toMatchObject({ ok: false, code: 'unknown-account' })
  })
})

describe('what fails spares what cannot be', () => {
  it.each<[string, () => void, Record<string, string>]>([
    [
      'a name that leads nowhere',
      () => {
        state = { ...state, registration: { state: 'unregistered' } }
        found.dns = async () => failed('no such name')
      },
      {
        connect: 'skipped there is no address to connect to',
        tls: 'skipped nothing is connected',
        register: 'skipped the server cannot be reached',
      },
    ],
    [
      'a server that is down',
      () => {
        state = { ...state, registration: { state: 'unregistered' } }
        found.connect = async () => failed('connection refused')
      },
      { tls: 'skipped nothing is connected', echo: 'skipped the server cannot be reached' },
    ],
    [
      'an account that is switched off',
      () => (state = withEcho('600', { enabled: false })),
      { tls: 'passed believed', options: 'skipped the account is switched off' },
    ],
    [
      'a password that is not known',
      () => (state = { ...state, needsPassword: true }),
      { tls: 'passed believed', register: 'skipped the password is not known: it has to be typed first' },
    ],
  ])('%s', async (_what, arrange, expected) => {
    arrange()
    const { done, lines } = await begin()
    expect(done).toBe(true)
    expect(lines).toHaveLength(7)
    expect(words()).toMatchObject(expected)
    expect(engine.commands).toEqual([])
    expect(closed).toBe(1)
  })

  it('an account that is registered is tested however its server looks from here', async () => {
    found.connect = async () => failed('connection refused')
    void begin()
    await settle()
    expect(engine.commands).toHaveLength(1)
  })

  it('an engine that stops leaves one line that says so', async () => {
    const over = begin()
    await settle()
    engineSays('options', passed('seen'))
    engine.reply('testAccount', refused('engine-unavailable'))
    await over
    expect(states()).toBe('passed passed passed passed failed skipped skipped')
  })
})

describe('it has an end', () => {
  it('a step that never ends is given up after eight seconds', async () => {
    found.dns = never
    void begin()
    await clock.advanceAsync(7_999)
    expect(states()).toMatch(/^running/)
    await clock.advanceAsync(1)
    expect(words().dns).toBe('failed no answer within 8 s')
  })

  it('an engine that never answers is given up, and told so', async () => {
    void begin()
    await clock.advanceAsync(45_000)
    expect(shown.at(-1)?.done).toBe(true)
    expect(words().options).toBe('failed it took too long')
    expect(engine.heard()).toEqual(['testAccount', 'endAccountTest'])
    expect(clock.pending).toBe(0)
  })

  it.each([
    ['looking up a name', 'dns'],
    ['connecting', 'connect'],
  ] as const)('the user may end it while %s', async (_what, step) => {
    found[step] = never
    const over = begin()
    await settle()
    tests.end()
    expect(shown.at(-1)?.done).toBe(true)
    expect(states()).not.toMatch(/waiting|running/)
    expect((await over).done).toBe(true)
    expect(engine.commands).toEqual([])
    expect([closed, clock.pending]).toEqual([1, 0])
  })

  it('or while the engine has the word, which then says nothing more', async () => {
    void begin()
    await settle()
    engineSays('options', passed('seen'))
    tests.end()
    expect(engine.heard()).toEqual(['testAccount', 'endAccountTest'])
    expect(words()).toMatchObject({ options: 'passed seen', echo: 'skipped it was ended' })
    engineSays('echo', passed('too late'))
    expect(words().echo).toBe('skipped it was ended')
    tests.end()
    expect(shown.at(-1)).toBeNull()
    expect(tests.last).toBeNull()
  })

  it('another test takes the place of one that runs', async () => {
    found.dns = never
    const first = begin()
    await settle()
    found.dns = async () => skipped('an address')
    const second = begin()
    await settle()
    expect((await first).lines[0]?.state).not.toBe('passed')
    engine.reply('testAccount')
    expect(await second).toMatchObject({ done: true })
    expect(words().dns).toBe('skipped an address')
  })
})

it('the engine speaks for its own steps only, and for the account that is tested', async () => {
  void begin()
  await settle()
  tests.engineReported({ type: 'testLine', accountId: 'work', step: 'dns', state: 'failed', found: 'me', tookMs: 1 })
  engineSays('echo', passed('somebody else'), 'home')
  expect(words()).toMatchObject({ dns: 'passed pbx.example (192.0.2.1)', echo: 'waiting null' })
})
