/*
 * The test of an account, from the name of its server to a loop of sound: which step is due, what each has found, and that it has an end. The
 * way to the server is looked at by a probe of this process, all that needs the account's line by the engine. One runs at a time; another
 * takes its place.
 */
import { isDemo, type Account } from '../../common/account'
import type { Clock } from '../../common/clock'
import type { EngineReport } from '../../common/contract/engine'
import { testSteps, type AccountTest, type TestLine, type TestStep } from '../../common/diagnosis'
import { refused, type Result } from '../../common/errors'
import type { AccountState } from '../../common/phone-state'
import type { Engine } from '../engine/engine'
import { failed, skipped, type Finding } from './finding'

/** Looks at the way to one account's server, a step after the other. None rejects; all end when its signal does. */
export interface ServerProbe {
  dns(): Promise<Finding>
  connect(): Promise<Finding>
  tls(): Promise<Finding>
  /** Nothing stays open. */
  close(): void
}

export interface AccountTestsOptions {
  readonly clock: Clock
  readonly accounts: () => readonly AccountState[]
  readonly engine: Engine
  readonly openProbe: (state: AccountState, signal: AbortSignal) => Promise<ServerProbe>
  /** What was typed as an address of that account. */
  readonly addressOf: (number: string, account: Account) => Result<{ readonly uri: string }>
  readonly onChange: (test: AccountTest | null) => void
}

/** Each step that is done here ends within this, and the engine's four together; ms. */
const stepLimit = 8_000
const engineLimit = 45_000

const engineSteps: readonly TestStep[] = ['options', 'register', 'codecs', 'echo']

interface Run {
  test: AccountTest
  readonly ending: AbortController
  /** The engine has the word. */
  inEngine: boolean
}

export class AccountTests {
  #run: Run | null = null
  #shown: AccountTest | null = null

  constructor(private readonly options: AccountTestsOptions) {}

  /** The one that runs, or ran last. */
  get last(): AccountTest | null {
    return this.#shown
  }

  /** Begins; the value resolves with all its lines when it is over. `unknown-account`. */
  start(accountId: string): Result<Promise<AccountTest>> {
    const state = this.options.accounts().find(({ account }) => account.id === accountId)
    if (state === undefined) return refused('unknown-account')
    if (this.#run !== null) this.#stop(this.#run)
    const lines = testSteps.map((step): TestLine => ({ step, state: 'waiting', found: null, tookMs: null }))
    const run: Run = { test: { accountId, lines, done: false }, ending: new AbortController(), inEngine: false }
    this.#run = run
    this.#show(run)
    return { ok: true, value: this.#perform(run, state) }
  }

  /** Ends the one that runs: what it has not found out is skipped. One that is over is forgotten. */
  end(): void {
    const run = this.#run
    if (run === null) {
      if (this.#shown !== null) this.options.onChange((this.#shown = null))
      return
    }
    this.#stop(run)
    this.#finish(run, skipped('it was ended'))
  }

  /** Takes in what the engine says of its steps. */
  engineReported(report: EngineReport): void {
    const run = this.#run
    if (report.type !== 'testLine' || run?.inEngine !== true || report.accountId !== run.test.accountId) return
    // The rest is not the engine's to say.
    if (!engineSteps.includes(report.step)) return
    const { step, state, found, tookMs } = report
    this.#say(run, { step, state, found, tookMs: tookMs === null ? null : Math.round(tookMs) })
  }

  async #perform(run: Run, state: AccountState): Promise<AccountTest> {
    const reached = await this.#probe(run, state)
    if (!run.ending.signal.aborted) {
      const why = hindrance(state, reached)
      const result = why === null ? await this.#askEngine(run, state.account) : skipped(why)
      if (!run.ending.signal.aborted) this.#finish(run, result)
    }
    return run.test
  }

  /** True when the server can be reached. */
  async #probe(run: Run, state: AccountState): Promise<boolean> {
    const { signal } = run.ending
    if (isDemo(state.account)) {
      const inside = skipped('the demo line is within this program')
      for (const step of ['dns', 'connect', 'tls'] as const) this.#say(run, { step, ...inside, tookMs: null })
      return true
    }
    this.#say(run, { step: 'dns', state: 'running', found: null, tookMs: null })
    const probe = await this.options.openProbe(state, signal)
    try {
      const found = await this.#step(run, 'dns', () => probe.dns())
      const connected = found === 'failed' ? this.#pass(run, 'connect', 'there is no address to connect to') : null
      const reached = connected ?? (await this.#step(run, 'connect', () => probe.connect()))
      if (reached === 'failed' || reached === 'skipped') this.#pass(run, 'tls', 'nothing is connected')
      else await this.#step(run, 'tls', () => probe.tls())
      return reached !== 'failed' && reached !== 'skipped'
    } finally {
      probe.close()
    }
  }

  async #askEngine(run: Run, account: Account): Promise<Finding> {
    const { engine, clock, addressOf } = this.options
    const number = account.features.echo ?? (isDemo(account) ? 'echo' : null)
    const address = number === null ? null : addressOf(number, account)
    run.inEngine = true
    const command = {
      type: 'testAccount',
      accountId: account.id,
      echo: address?.ok ? address.value.uri : null,
    } as const
    let limit: ReturnType<Clock['setTimeout']> | null = null
    const late = new Promise<Result>((resolve) => {
      limit = clock.setTimeout(() => resolve(refused('timed-out')), engineLimit)
    })
    const result = await Promise.race([engine.request(command), late])
    if (limit !== null) clock.clearTimeout(limit)
    run.inEngine = false
    if (result.ok) return skipped('it was ended')
    if (result.code === 'timed-out') void engine.request({ type: 'endAccountTest' })
    return failed(
      result.code === 'timed-out'
        ? 'it took too long'
        : result.code === 'unknown-account'
          ? 'the account has no line to its server yet'
          : 'the part of the phone that makes calls stopped; try again',
    )
  }

  async #step(run: Run, step: TestStep, work: () => Promise<Finding>): Promise<Finding['state']> {
    const { clock } = this.options
    const { signal } = run.ending
    if (signal.aborted) return 'skipped'
    const began = clock.now()
    this.#say(run, { step, state: 'running', found: null, tookMs: null })
    const finding = await new Promise<Finding>((resolve) => {
      const give = (value: Finding): void => {
        clock.clearTimeout(limit)
        signal.removeEventListener('abort', abandon)
        resolve(value)
      }
      const abandon = (): void => give(skipped('it was ended'))
      const limit = clock.setTimeout(() => give(failed(`no answer within ${stepLimit / 1000} s`)), stepLimit)
      signal.addEventListener('abort', abandon)
      void work().then(give)
    })
    const tookMs = finding.state === 'skipped' ? null : Math.round(clock.now() - began)
    this.#say(run, { step, ...finding, tookMs })
    return finding.state
  }

  #pass(run: Run, step: TestStep, why: string): 'skipped' {
    this.#say(run, { step, ...skipped(why), tookMs: null })
    return 'skipped'
  }

  #say(run: Run, line: TestLine): void {
    if (run !== this.#run || run.test.done) return
    const lines = run.test.lines.map((one) => (one.step === line.step ? line : one))
    run.test = { ...run.test, lines }
    this.#show(run)
  }

  /** What is open by now has this end. */
  #finish(run: Run, rest: Finding): void {
    const isOpen = ({ state }: TestLine): boolean => state === 'waiting' || state === 'running'
    const [first, ...others] = run.test.lines.filter(isOpen)
    const lines = run.test.lines.map((line) => {
      if (!isOpen(line)) return line
      // One fault is told once.
      const finding = line === first || rest.state === 'skipped' || others.length === 0 ? rest : skipped(rest.found)
      return { step: line.step, ...finding, tookMs: null }
    })
    run.test = { ...run.test, lines, done: true }
    if (run !== this.#run) return
    this.#run = null
    this.#show(run)
  }

  #stop(run: Run): void {
    run.ending.abort()
    if (run.inEngine) void this.options.engine.request({ type: 'endAccountTest' })
    run.inEngine = false
  }

  #show(run: Run): void {
    this.#shown = run.test
    this.options.onChange(run.test)
  }
}

/** Why the engine need not be asked; null: it is. */
function hindrance({ account, needsPassword, registration }: AccountState, reached: boolean): string | null {
  if (!account.enabled) return 'the account is switched off'
  if (needsPassword) return 'the password is not known: it has to be typed first'
  if (!reached && registration.state !== 'registered') return 'the server cannot be reached'
  return null
}
