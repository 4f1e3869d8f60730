/*
 * Sees to it that no call hangs between two states: whoever was to report the next one may be stuck or gone. After 35 s, a
 * little more than any SIP transaction lives (RFC 3261, 64*T1 = 32 s), the call is ended, and after that removed.
 */
import type { Call, CallId, CallState } from '../../common/call'
import type { Clock, Timer } from '../../common/clock'
import type { EndCause } from '../../common/errors'
import type { Log } from '../../common/log'
import { Action } from './action'
import type { CallController } from './controller'
import type { Registry } from './registry'
import type { Switchboard } from './switchboard'

export interface WatchdogOptions {
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly clock: Clock
  readonly log: Log
}

const limitMs = 35_000

/** What an overdue call ends with. */
const causes: Partial<Record<CallState, EndCause>> = {
  dialing: 'unreachable',
  connecting: 'media-failed',
  ending: 'failed',
}

export class Watchdog {
  private readonly watched = new Map<CallId, { state: CallState; timer: Timer }>()

  constructor(private readonly options: WatchdogOptions) {
    options.registry.observe((calls) => this.update(calls))
  }

  private update(calls: readonly Call[]): void {
    const { clock } = this.options
    for (const [callId, { state, timer }] of [...this.watched]) {
      if (calls.some((call) => call.id === callId && call.state === state)) continue
      clock.clearTimeout(timer)
      this.watched.delete(callId)
    }
    for (const { id, state } of calls) {
      const cause = causes[state]
      if (cause === undefined || this.watched.has(id)) continue
      this.watched.set(id, { state, timer: clock.setTimeout(() => this.expire(id, state, cause), limitMs) })
    }
  }

  private expire(callId: CallId, state: CallState, cause: EndCause): void {
    const { registry, switchboard, controller, clock, log } = this.options
    log.warn(`call ${callId}: ${state} for ${limitMs / 1_000} s, ending it`)
    if (state !== 'ending') {
      void controller.requestActions([new Action({ kind: 'end', callId, cause }, clock)], 'policy')
      return
    }
    const event = { type: 'ended', cause, sipStatus: null, reason: null, at: clock.date() } as const
    switchboard.run(() => registry.apply(callId, event))
  }
}
