/*
 * Gives a held call, or conference, its voice back: when the user hangs up on the other one, and when a transfer of it
 * came to nothing. When the far end hangs up the held one stays held, so that nobody is suddenly heard, unless the user
 * wishes otherwise. It asks like everybody else and decides nothing about what is allowed.
 */
import { type Call, type CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import { Action } from './action'
import type { CallController } from './controller'
import { isForeground } from './foreground'
import type { Registry } from './registry'
import type { Switchboard } from './switchboard'

/** What the policy needs. */
export interface ResumePolicyOptions {
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly clock: Clock
  /** Whether a held call is resumed also when the far end ended the other one; read at each end. No, when left out. */
  readonly resumeAfterRemoteEnd?: () => boolean
}

/** Resumes a held call when the one that took its place is over. */
export class ResumePolicy {
  /** Calls that had the user's ear when the user ended them. */
  private readonly leaving = new Set<CallId>()

  constructor(private readonly options: ResumePolicyOptions) {
    options.registry.observe((now, before) => this.update(now, before))
  }

  private update(now: readonly Call[], before: readonly Call[]): void {
    for (const call of now) {
      const old = before.find(({ id }) => id === call.id)
      if (!old) continue
      if (transferOf(old) && call.state === 'held' && !call.transfer) this.afterwards(() => this.takeBack(call.id))
      if (old.state === call.state) continue
      if (call.state === 'ending' && isForeground(old) && isByUser(call)) this.leaving.add(call.id)
      if (call.state !== 'ended') continue
      // Whoever hands a call over is done with it, as if by hanging up.
      const byUser = this.leaving.delete(call.id) || (isForeground(old) && call.cause === 'transferred')
      if (byUser || (isForeground(old) && this.options.resumeAfterRemoteEnd?.() === true)) {
        this.afterwards(() => this.resume())
      }
    }
  }

  /** When what this change sets in motion is known: the same transaction may go on with another call. */
  private afterwards(task: () => void): void {
    this.options.switchboard.run(task)
  }

  private resume(): void {
    const held = this.options.registry.live().filter(({ state }) => state === 'held')
    const [first, ...more] = new Map(held.map((call) => [call.groupId ?? call.id, call])).values()
    // With several on hold the choice is the user's.
    if (first && more.length === 0) this.takeBack(first.id)
  }

  private takeBack(callId: CallId): void {
    const { registry, switchboard, controller, clock } = this.options
    if (registry.find(callId)?.state !== 'held' || registry.live().some(isForeground)) return
    const kinds = ['start', 'answer', 'setHeld'] as const
    if (kinds.some((kind) => switchboard.pendingActions(kind).length > 0)) return
    void controller.requestActions([new Action({ kind: 'setHeld', callId, held: false }, clock)], 'policy')
  }
}

const transferOf = (call: Call) => (call.state === 'active' || call.state === 'held' ? call.transfer : null)

const isByUser = (call: Call & { state: 'ending' }): boolean => call.cause === 'hung-up' || call.cause === 'cancelled'
