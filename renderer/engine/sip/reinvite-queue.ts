/*
 * One re-INVITE at a time for one call, in the order asked for, and again after a glare as RFC 3261 section 14.1 says: the side that
 * owns the Call-ID waits 2.1 to 4 s, the other 0 to 2 s. sip.js refuses a second one and never repeats. It does not know what a
 * re-INVITE is for.
 */
import { SessionState, type Core, type Session, type SessionInviteOptions } from 'sip.js'
import type { Clock, Timer } from '../../../common/clock'

export type ReinviteOutcome =
  | { readonly ok: true }
  /** `sipStatus` null: the call ended, or sip.js could not send. 408 also when no answer came in 35 s. */
  | { readonly ok: false; readonly sipStatus: number | null }

export interface ReinviteQueueOptions {
  readonly session: Pick<Session, 'invite' | 'state' | 'stateChange'>
  readonly clock: Clock
  /** True for a call we made: the Call-ID is ours. */
  readonly ownsCallId: boolean
  /** 0 ≤ x < 1. */
  readonly random?: () => number
  /** An offer of theirs waits for its answer, or our answer for its ACK (section 14.1: ours must wait). */
  readonly isTheirTurn?: () => boolean
  /** More lines for each request. */
  readonly lines?: () => readonly string[]
  readonly onAccepted?: (answer: Core.IncomingResponseMessage) => void
  /** The 422 of a session interval (RFC 4028): true when the lines have changed and it is worth another try at once. */
  readonly onTooBrief?: (answer: Core.IncomingResponseMessage) => boolean
}

/** Built anew for every attempt, so that it says what is wanted now. */
export type MakeInvite = () => SessionInviteOptions

const MAX_ATTEMPTS = 6
const PATIENCE = 35_000

export class ReinviteQueue {
  readonly #options: Required<ReinviteQueueOptions>
  readonly #timers = new Set<Timer>()
  readonly #waiting = new Set<() => void>()
  #tail: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: ReinviteQueueOptions) {
    this.#options = {
      random: Math.random,
      isTheirTurn: () => false,
      lines: () => [],
      onAccepted: () => {},
      onTooBrief: () => false,
      ...options,
    }
    options.session.stateChange.addListener((state) => {
      if (state === SessionState.Terminating || state === SessionState.Terminated) this.close()
    })
  }

  /** Sends when those before it are done. Always resolves. */
  run(make: MakeInvite): Promise<ReinviteOutcome> {
    const turn = this.#tail.then(() => this.#attempt(make))
    this.#tail = turn
    return turn
  }

  /** The call is over: what waits resolves as not ok, nothing more is sent. */
  close(): void {
    this.#closed = true
    for (const timer of this.#timers) this.#options.clock.clearTimeout(timer)
    this.#timers.clear()
    for (const give of [...this.#waiting]) give()
  }

  async #attempt(make: MakeInvite): Promise<ReinviteOutcome> {
    let outcome: ReinviteOutcome = { ok: false, sipStatus: null }
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && !this.#closed; attempt++) {
      const { result, retryIn } = await this.#once(make)
      outcome = result
      if (retryIn === null || attempt === MAX_ATTEMPTS) return outcome
      await this.#sleep(retryIn)
    }
    return this.#closed ? { ok: false, sipStatus: null } : outcome
  }

  /** In units of 10 ms, as the RFC has it. */
  #glareWait(): number {
    const { random, ownsCallId } = this.#options
    return ownsCallId ? 2_100 + Math.floor(random() * 191) * 10 : Math.floor(random() * 201) * 10
  }

  #once(make: MakeInvite): Promise<{ result: ReinviteOutcome; retryIn: number | null }> {
    // sip.js would make an offer first and find out afterwards that it may not be sent.
    if (this.#options.isTheirTurn()) {
      return Promise.resolve({ result: { ok: false, sipStatus: 491 }, retryIn: this.#glareWait() })
    }
    return new Promise((resolve) => {
      const settle = (result: ReinviteOutcome, retryIn: number | null = null) => {
        this.#waiting.delete(give)
        this.#clear(deadline)
        resolve({ result, retryIn })
      }
      const give = () => settle({ ok: false, sipStatus: null })
      const deadline = this.#timer(() => settle({ ok: false, sipStatus: 408 }), PATIENCE)
      this.#waiting.add(give)
      const wanted = make()
      const invite: SessionInviteOptions = {
        ...wanted,
        requestOptions: {
          ...wanted.requestOptions,
          extraHeaders: [...(wanted.requestOptions?.extraHeaders ?? []), ...this.#options.lines()],
        },
        requestDelegate: {
          ...wanted.requestDelegate,
          onAccept: (response) => {
            this.#options.onAccepted(response.message)
            wanted.requestDelegate?.onAccept?.(response)
            settle({ ok: true })
          },
          onReject: (response) => {
            wanted.requestDelegate?.onReject?.(response)
            const status = response.message.statusCode ?? 500
            settle({ ok: false, sipStatus: status }, this.#retryIn(status, response.message))
          },
          onRedirect: (response) => settle({ ok: false, sipStatus: response.message.statusCode ?? 300 }),
        },
      }
      // A rejection is a glare seen from this side: the other's re-INVITE is being answered right now.
      const again = () => settle({ ok: false, sipStatus: 491 }, this.#glareWait())
      try {
        this.#options.session.invite(invite).catch(again)
      } catch {
        again()
      }
    })
  }

  /** 491: both asked at once. 500 with Retry-After: the other side is still busy with its own (section 14.2). */
  #retryIn(status: number, answer: Core.IncomingResponseMessage): number | null {
    if (status === 491) return this.#glareWait()
    // What was made here when nothing came has no headers at all.
    if (!answer.callId) return null
    if (status === 422) return this.#options.onTooBrief(answer) ? 0 : null
    const after = Number.parseInt(answer.getHeader('retry-after') ?? '', 10)
    return status === 500 && after >= 0 && after <= 10 ? after * 1_000 : null
  }

  #timer(task: () => void, ms: number): Timer {
    const timer = this.#options.clock.setTimeout(() => {
      this.#timers.delete(timer)
      task()
    }, ms)
    this.#timers.add(timer)
    return timer
  }

  #clear(timer: Timer): void {
    this.#options.clock.clearTimeout(timer)
    this.#timers.delete(timer)
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done)
        this.#clear(timer)
        resolve()
      }
      this.#waiting.add(done)
      const timer = this.#timer(done, ms)
    })
  }
}
