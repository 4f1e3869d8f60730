/*
 * How long an incoming call rings: main owns this, not the engine. A call that nobody answered by then is ended as
 * unanswered, and so is one that rang when the computer fell asleep. An answer that is under way stops it.
 */
import type { Call, CallId } from '../../common/call'
import type { Clock, Timer } from '../../common/clock'
import { Action, type ActionBody } from './action'
import type { CallController } from './controller'
import type { Registry } from './registry'
import type { Switchboard } from './switchboard'

/** What the policy needs. */
export interface RingTimeoutOptions {
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly clock: Clock
  /** Read when a call begins to ring. */
  readonly ringSeconds: () => number
  /** What is done with a call that nobody answered; null, and when left out: it ends. */
  readonly whenUnanswered?: (call: Call) => ActionBody | null
}

/**
 * Whoever gave up during a shorter sleep is heard of afterwards, ms: servers repeat a CANCEL for 32 s (RFC 3261 timer F). Of a longer one nobody tells:
 * a caller who is still there hears that we are not, as everybody does whose time has run out.
 */
const longSleepMs = 20_000

/** Ends incoming calls that nobody answers in time. */
export class RingTimeout {
  private readonly timers = new Map<CallId, Timer>()
  private asleepSince: number | null = null

  constructor(private readonly options: RingTimeoutOptions) {
    options.registry.observe((calls) => this.update(calls))
  }

  /** The computer goes to sleep. */
  suspended(): void {
    this.asleepSince = this.options.clock.date()
  }

  /** It is awake: what rang before is given up, unless that was a moment ago. */
  resumed(): void {
    const { registry, switchboard, clock } = this.options
    const since = this.asleepSince
    this.asleepSince = null
    if (since === null || clock.date() - since < longSleepMs) return
    for (const { id, state, startedAt } of registry.live()) {
      if (state !== 'incoming' || startedAt > since || switchboard.pendingActions('answer', id).length > 0) continue
      void this.isDone({ kind: 'end', callId: id, cause: 'unanswered' })
    }
  }

  private update(calls: readonly Call[]): void {
    const { clock, ringSeconds } = this.options
    const ringing = new Set(calls.filter(({ state }) => state === 'incoming').map(({ id }) => id))
    for (const [callId, timer] of [...this.timers]) {
      if (ringing.has(callId)) continue
      clock.clearTimeout(timer)
      this.timers.delete(callId)
    }
    for (const callId of ringing) {
      if (!this.timers.has(callId)) {
        this.timers.set(
          callId,
          clock.setTimeout(() => this.expire(callId), ringSeconds() * 1_000),
        )
      }
    }
  }

  private expire(callId: CallId): void {
    const { switchboard, clock } = this.options
    const [answer] = switchboard.pendingActions('answer', callId)
    if (!answer) return void this.giveUp(callId)
    // Somebody answered and waits for another call to be held: that is decided within the answer's own time.
    this.timers.set(
      callId,
      clock.setTimeout(() => this.expire(callId), Math.max(1_000, answer.deadline - clock.now())),
    )
  }

  private async giveUp(callId: CallId): Promise<void> {
    const { registry, switchboard, whenUnanswered } = this.options
    const call = registry.find(callId)
    const instead = call ? (whenUnanswered?.(call) ?? null) : null
    if (instead !== null && (await this.isDone(instead))) return
    // Nobody is left ringing because where they were to be sent does not take them.
    const rings = registry.find(callId)?.state === 'incoming'
    const answered = switchboard.pendingActions('answer', callId).length > 0
    if (rings && !answered) await this.isDone({ kind: 'end', callId, cause: 'unanswered' })
  }

  private async isDone(body: ActionBody): Promise<boolean> {
    const { controller, clock } = this.options
    const accepted = await controller.requestActions([new Action(body, clock)], 'policy')
    return accepted.ok && (await accepted.completed).ok
  }
}
