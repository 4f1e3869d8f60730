/*
 * How long an incoming call rings: main owns this, not the engine (contract section 7.3). A call that nobody answered by
 * then is ended as unanswered. An answer that is under way stops it.
 */
import type { Call, CallId } from '../../common/call'
import type { Clock, Timer } from '../../common/clock'
import { Action } from './action'
import type { CallController } from './controller'
import type { Registry } from './registry'
import type { Switchboard } from './switchboard'

export interface RingTimeoutOptions {
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly clock: Clock
  /** Read when a call begins to ring. */
  readonly ringSeconds: () => number
}

export class RingTimeout {
  private readonly timers = new Map<CallId, Timer>()

  constructor(private readonly options: RingTimeoutOptions) {
    options.registry.observe((calls) => this.update(calls))
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
    const { switchboard, controller, clock } = this.options
    const [answer] = switchboard.pendingActions('answer', callId)
    if (!answer) {
      const end = new Action({ kind: 'end', callId, cause: 'unanswered' }, clock)
      void controller.requestActions([end], 'policy')
      return
    }
    // Somebody answered and waits for another call to be held: that is decided within the answer's own time.
    this.timers.set(
      callId,
      clock.setTimeout(() => this.expire(callId), Math.max(1_000, answer.deadline - clock.now())),
    )
  }
}
