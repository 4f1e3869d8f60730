/*
 * The test of an account that runs, at most one: begun and ended on main's word, ended too when somebody calls. Its call is among the calls of
 * its line, so that it goes with the line, and unknown to everybody above.
 */
import type { EngineReport } from '../../../../common/contract/engine'
import { done, refused, type Result } from '../../../../common/errors'
import type { CallMedia, MediaEngine, TestSound } from '../../media/media'
import type { OfferedKind } from '../../media/media-kind'
import type { AccountLine } from '../account-line'
import type { CallSurroundings } from '../live-call'
import type { LiveCalls } from '../live-calls'
import { AccountTest, type TestCall } from './account-test'

export interface AccountTestsOptions extends CallSurroundings {
  readonly calls: LiveCalls
  readonly media: Pick<MediaEngine, 'createTestSound'>
  readonly newCallId: () => string
}

export class AccountTests {
  #running: AccountTest | null = null
  #line: AccountLine | null = null

  constructor(private readonly options: AccountTestsOptions) {}

  /** Resolves when it is over; `failed`: it was ended before. Another one that runs is ended. */
  async run(line: AccountLine, echo: string | null): Promise<Result> {
    const { clock, report, calls } = this.options
    this.end('another test was begun')
    const accountId = line.account.id
    let why: string | null = null
    const test: AccountTest = new AccountTest({
      line,
      clock,
      echo,
      say: (step, state, found, tookMs) => {
        const told = { step, state, found: found?.slice(0, 512) ?? null, tookMs }
        // Another one writes in its place.
        if (this.#running === test) report({ type: 'testLine', accountId, ...told })
      },
      isBusy: () => calls.isAny,
      openCall: (target, hear) => this.#open(line, target, hear),
    })
    this.#running = test
    this.#line = line
    await test.run()
    if (this.#running !== test) why = 'it was ended'
    else this.#running = null
    return why === null ? done : refused('failed', why)
  }

  /** Idempotent. */
  end(why: string): void {
    this.#running?.stop(why)
  }

  /** Somebody calls: that comes first. */
  makeWay(): void {
    this.end('a call came between')
  }

  /** The account's line is closed. */
  closed(line: AccountLine): void {
    if (line === this.#line) this.end('the account was switched off or changed')
  }

  #open(line: AccountLine, target: string, hear: (report: EngineReport) => void): TestCall {
    const { calls, media, newCallId } = this.options
    let sound: TestSound | null = null
    const createMedia = (kind: OfferedKind): CallMedia => {
      const createCallMedia: MediaEngine['createCallMedia'] = (...how) => {
        sound = media.createTestSound(...how)
        return sound.media
      }
      return line.createCallMedia({ createCallMedia }, kind)
    }
    const call = calls.open(line, newCallId(), 'outgoing', {
      media: createMedia(line.media.offersTo(target)),
      report: hear,
    })
    const current = (): TestSound => {
      if (sound === null) throw new Error('a line made other sound than it was told to')
      return sound
    }
    return { call, sound: current, createMedia }
  }
}
