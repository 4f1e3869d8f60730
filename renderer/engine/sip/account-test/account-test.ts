/*
 * The part of the test of an account that only its line can do, step by step: OPTIONS, a fresh REGISTER, what the server would talk in, and a
 * call to a number that gives back what it hears. It can be ended at any moment and leaves nothing behind: whatever it began is taken back.
 * It decides nothing about calls; whoever runs it says when it has to make way for one.
 */
import type { Clock } from '../../../../common/clock'
import type { TestStep, TestLineState } from '../../../../common/diagnosis'
import type { EngineReport } from '../../../../common/contract/engine'
import type { CallMedia, TestSound } from '../../media/media'
import type { OfferedKind } from '../../media/media-kind'
import type { AccountLine } from '../account-line'
import { dial } from '../dial'
import { hangUp } from '../end'
import type { LiveCall } from '../live-call'
import { askOptions } from './ask-options'
import {
  agreedFinding,
  callFinding,
  doubtful,
  echoFinding,
  failed,
  offeredFinding,
  optionsFinding,
  passed,
  registerFinding,
  skipped,
  type Finding,
} from './findings'

/** What the engine finds out, in order. */
type EngineStep = Extract<TestStep, 'options' | 'register' | 'codecs' | 'echo'>

/** A call that only this test knows, with its sound. */
export interface TestCall {
  readonly call: LiveCall
  /** As it is now: when its kind is refused another takes its place. */
  readonly sound: () => TestSound
  readonly createMedia: (kind: OfferedKind) => CallMedia
}

export interface AccountTestOptions {
  readonly line: AccountLine
  readonly clock: Clock
  /** SIP URI; null: there is none. */
  readonly echo: string | null
  readonly say: (step: EngineStep, state: TestLineState, found: string | null, tookMs: number | null) => void
  /** Somebody talks, calls or is called. */
  readonly isBusy: () => boolean
  /** `report`: hears what would else be told of the call. */
  readonly openCall: (target: string, report: (report: EngineReport) => void) => TestCall
}

/** ms. The REGISTER's own limit is 8 s. */
const limits = { connect: 6_000, options: 5_000, register: 8_500, answer: 8_000, listen: 8_000, codec: 3_000 }
const lookEvery = 100

type Ended = Extract<EngineReport, { type: 'ended' }>

export class AccountTest {
  /** Why it was ended before its time; null: it was not. */
  #stopped: string | null = null
  readonly #onStop = new Set<() => void>()

  constructor(private readonly options: AccountTestOptions) {}

  /** Resolves when the last line is written. */
  async run(): Promise<void> {
    await this.#connect()
    let sdp: string | null = null
    await this.#step('options', async () => {
      const { finding, description } = await this.#ask()
      sdp = description
      return finding
    })
    const registered = await this.#step('register', () => this.#register())
    await this.#talk(sdp, registered)
  }

  /** Ends it: what was not found out by now is skipped, for this reason. Idempotent. */
  stop(why: string): void {
    if (this.#stopped !== null) return
    this.#stopped = why
    for (const stop of [...this.#onStop]) stop()
    this.#onStop.clear()
  }

  /** A line that is down is made anew first. */
  async #connect(): Promise<void> {
    const { line, clock } = this.options
    if (line.connected) return
    line.retry()
    const until = clock.now() + limits.connect
    const isOpen = (): boolean => !line.connected && line.state.state !== 'failed' && this.#stopped === null
    while (isOpen() && clock.now() < until) await this.#pause(lookEvery)
  }

  async #ask(): Promise<{ finding: Finding; description: string | null }> {
    const { line, clock } = this.options
    if (!line.connected) return { finding: failed('there is no connection to the server'), description: null }
    const began = clock.now()
    const asked = askOptions(line.userAgent)
    const answer = await this.#within(limits.options, asked.answer)
    asked.forget()
    if (answer === null)
      return { finding: doubtful('no answer within 5 s; some servers answer no OPTIONS'), description: null }
    return { finding: optionsFinding(answer, clock.now() - began), description: answer.sdp }
  }

  async #register(): Promise<Finding> {
    const { line } = this.options
    if (!line.connected) return failed('there is no connection to the server')
    const news = line.registerNow()
    if (news === null) {
      const { state } = line.state
      return state === 'registered' ? passed('registered a moment ago') : failed('it was tried a moment ago')
    }
    const told = await this.#within(limits.register, news)
    return told === null ? failed('no answer from the server') : registerFinding(told)
  }

  /** `sdp`: what the server said of its media by itself. */
  async #talk(sdp: string | null, registered: boolean): Promise<void> {
    const { line, echo, isBusy } = this.options
    const without = async (why: string): Promise<void> => {
      await this.#step('codecs', async () =>
        sdp === null ? skipped('only a call can tell') : offeredFinding(sdp, !line.isBehindGateway),
      )
      await this.#step('echo', async () => skipped(why))
    }
    if (this.#stopped !== null) return without(this.#stopped)
    if (echo === null) return without('the account names no number that gives back what it hears')
    if (!line.connected || !registered) return without('the account is not registered')
    if (isBusy()) return without('a call is up: it is not to be disturbed')
    if (sdp !== null) await this.#step('codecs', async () => offeredFinding(sdp, !line.isBehindGateway))
    await this.#callEcho(echo, sdp === null)
  }

  /** `tellsCodecs`: nobody else has. */
  async #callEcho(echo: string, tellsCodecs: boolean): Promise<void> {
    const { line, clock } = this.options
    const began = clock.now()
    const say = (step: EngineStep, { state, found }: Finding): void => {
      if (step === 'echo' || tellsCodecs) this.options.say(step, state, found, clock.now() - began)
    }
    if (tellsCodecs) this.options.say('codecs', 'running', null, null)
    this.options.say('echo', 'running', null, null)
    let ended: Ended | null = null
    let settleConnected = (): void => {}
    const connected = new Promise<void>((resolve) => (settleConnected = resolve))
    const { call, sound, createMedia } = this.options.openCall(echo, (report) => {
      if (report.type === 'connected') settleConnected()
      if (report.type === 'ended') ended = report
    })
    const stop = (): void => hangUp(call, 'hung-up')
    this.#onStop.add(stop)
    const result = await dial(call, { line, target: echo, referral: null, createMedia })
    await this.#within(limits.answer, Promise.race([connected, call.ended]))
    const why = this.#stopped
    if (why === null && call.stage === 'established') {
      call.audio = true
      call.media.setAudio(true)
      // The statistics know of nothing before something is sent.
      const listening = sound().listen(limits.listen)
      const agreed = await this.#agreed(call)
      say('codecs', this.#stopped === null ? agreedFinding(agreed) : skipped(this.#stopped))
      const heard = await listening
      const quality = await call.media.stats()
      const gone = this.#stopped
      hangUp(call, 'hung-up')
      say('echo', gone === null ? echoFinding(heard, quality) : skipped(gone))
    } else {
      const isUnanswered = call.stage !== 'ended'
      hangUp(call, 'hung-up')
      const { cause, sipStatus } = (ended as Ended | null) ?? { cause: 'failed' as const, sipStatus: null }
      const findings = isUnanswered
        ? callFinding('unanswered', null)
        : result.ok
          ? callFinding(cause, sipStatus)
          : callFinding(result.code === 'media-failed' ? 'media-failed' : 'failed', null)
      say('codecs', why === null ? findings.codecs : skipped(why))
      say('echo', why === null ? findings.echo : skipped(why))
    }
    this.#onStop.delete(stop)
  }

  /** The statistics name a codec as soon as the first packets are sent. */
  async #agreed(call: LiveCall): Promise<Awaited<ReturnType<LiveCall['media']['stats']>>> {
    const { clock } = this.options
    const until = clock.now() + limits.codec
    for (;;) {
      const quality = await call.media.stats()
      const isKnown = quality.codec !== null && quality.encryption !== null
      if (isKnown || clock.now() >= until || call.stage === 'ended') return quality
      await this.#pause(lookEvery)
    }
  }

  /** True when it passed. */
  async #step(step: EngineStep, work: () => Promise<Finding>): Promise<boolean> {
    const { say, clock } = this.options
    const stopped = (): Finding | null => (this.#stopped === null ? null : skipped(this.#stopped))
    const began = clock.now()
    let finding = stopped()
    if (finding === null) {
      say(step, 'running', null, null)
      const found = await work()
      finding = stopped() ?? found
    }
    say(step, finding.state, finding.found, finding.state === 'skipped' ? null : clock.now() - began)
    return finding.state === 'passed' || finding.state === 'doubtful'
  }

  /** null: not in time, or the test was ended. */
  #within<T>(ms: number, work: Promise<T>): Promise<T | null> {
    const { clock } = this.options
    return new Promise((resolve) => {
      const give = (value: T | null): void => {
        clock.clearTimeout(timer)
        this.#onStop.delete(abandon)
        resolve(value)
      }
      const abandon = (): void => give(null)
      const timer = clock.setTimeout(abandon, ms)
      if (this.#stopped === null) this.#onStop.add(abandon)
      else abandon()
      void work.then(give)
    })
  }

  #pause(ms: number): Promise<void | null> {
    return this.#within(ms, new Promise<void>(() => {}))
  }
}
