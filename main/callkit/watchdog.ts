/*
 * Sees to it that no call hangs between two states: whoever was to report the next one may be stuck or gone. After 35 s, a
 * little more than any SIP transaction lives (RFC 3261, 64*T1 = 32 s), the call is ended, and after that removed. A transfer
 * nobody tells the end of is given up, and the call goes on.
 */
import type { Call, CallId } from '../../common/call'
import type { Clock, Timer } from '../../common/clock'
import type { EndCause } from '../../common/errors'
import type { Log } from '../../common/log'
import { Action } from './action'
import type { CallController } from './controller'
import type { Registry } from './registry'
import type { Switchboard } from './switchboard'

/** What the policy needs. */
export interface WatchdogOptions {
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly clock: Clock
  readonly log: Log
}

/** What a call may be in only for a while. */
type Limbo = 'dialing' | 'connecting' | 'ending' | 'transfer'

/** ms. A transfer has as long as its action, and the time to say goodbye. */
const limits: Readonly<Record<Limbo, number>> = {
  dialing: 35_000,
  connecting: 35_000,
  ending: 35_000,
  transfer: 185_000,
}

/** What an overdue call ends with. */
const causes: Readonly<Record<Exclude<Limbo, 'transfer'>, EndCause>> = {
  dialing: 'unreachable',
  connecting: 'media-failed',
  ending: 'failed',
}

/** Gives up calls that hang between two states. */
export class Watchdog {
  private readonly watched = new Map<CallId, { limbo: Limbo; timer: Timer }>()

  constructor(private readonly options: WatchdogOptions) {
    options.registry.observe((calls) => this.update(calls))
  }

  private update(calls: readonly Call[]): void {
    const { clock } = this.options
    for (const [callId, { limbo, timer }] of [...this.watched]) {
      if (calls.some((call) => call.id === callId && limboOf(call) === limbo)) continue
      clock.clearTimeout(timer)
      this.watched.delete(callId)
    }
    for (const call of calls) {
      const limbo = limboOf(call)
      if (limbo === null || this.watched.has(call.id)) continue
      const timer = clock.setTimeout(() => this.expire(call.id, limbo), limits[limbo])
      this.watched.set(call.id, { limbo, timer })
    }
  }

  private expire(callId: CallId, limbo: Limbo): void {
    const { registry, switchboard, controller, clock, log } = this.options
    log.warn(`call ${callId}: ${limbo} for ${limits[limbo] / 1_000} s, giving up`)
    switch (limbo) {
      case 'dialing':
      case 'connecting': {
        const end = new Action({ kind: 'end', callId, cause: causes[limbo] }, clock)
        return void controller.requestActions([end], 'policy')
      }
      case 'ending': {
        const event = { type: 'ended', cause: causes.ending, sipStatus: null, reason: null, at: clock.date() } as const
        return switchboard.run(() => registry.apply(callId, event))
      }
      case 'transfer':
        return switchboard.run(() => registry.apply(callId, { type: 'transfer', transfer: null }))
    }
  }
}

function limboOf(call: Call): Limbo | null {
  switch (call.state) {
    case 'dialing':
    case 'connecting':
    case 'ending':
      return call.state
    case 'active':
    case 'held':
      return call.transfer ? 'transfer' : null
    case 'incoming':
    case 'alerting':
    case 'ended':
      return null
  }
}
