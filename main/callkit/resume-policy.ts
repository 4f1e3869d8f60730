/*
 * Gives a held call its voice back when the user hangs up on the other one. When the far end hangs up the held call stays
 * held, so that nobody is suddenly heard (contract section 1.5).
 */
import { isLive, type Call, type CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import { Action } from './action'
import type { CallController } from './controller'
import { isForeground } from './foreground'
import type { Registry } from './registry'
import type { Switchboard } from './switchboard'

export interface ResumePolicyOptions {
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly clock: Clock
}

export class ResumePolicy {
  /** Calls that had the user's ear when the user ended them. */
  private readonly leaving = new Set<CallId>()

  constructor(private readonly options: ResumePolicyOptions) {
    options.registry.observe((now, before) => this.update(now, before))
  }

  private update(now: readonly Call[], before: readonly Call[]): void {
    for (const call of now) {
      const old = before.find(({ id }) => id === call.id)
      if (!old || old.state === call.state) continue
      const byUser = call.state === 'ending' && (call.cause === 'hung-up' || call.cause === 'cancelled')
      if (byUser && isForeground(old)) this.leaving.add(call.id)
      // After what this end sets in motion is known: the same transaction may go on with another call.
      if (call.state === 'ended' && this.leaving.delete(call.id)) {
        this.options.switchboard.run(() => this.resume())
      }
    }
  }

  private resume(): void {
    const { registry, switchboard, controller, clock } = this.options
    const live = registry.calls.filter(isLive)
    const [held, ...more] = live.filter(({ state }) => state === 'held')
    // With several held calls the choice is the user's.
    if (!held || more.length > 0 || live.some(isForeground)) return
    const kinds = ['start', 'answer', 'setHeld'] as const
    if (kinds.some((kind) => switchboard.pendingActions(kind).length > 0)) return
    void controller.requestActions([new Action({ kind: 'setHeld', callId: held.id, held: false }, clock)], 'policy')
  }
}
