/*
 * What became of each action, told while it happens: written to the log as an audit trail, and to whoever listens. It names
 * no digits and no handles, and it only tells; nothing in here changes a call.
 */
import type { CallId } from '../../common/call'
import type { RequestErrorCode } from '../../common/errors'
import type { Log } from '../../common/log'
import type { ActionKind } from './action'
import type { Originator } from './verbs'

/** One thing that became of one action. Names no digits and no handles. */
export interface ActionEvent {
  /** Accepted; done; not done; not done in time. One `requested` and exactly one of the others for every accepted action. */
  readonly type: 'requested' | 'performed' | 'failed' | 'timed-out'
  readonly actionId: string
  readonly transactionId: string
  readonly kind: ActionKind
  readonly callId: CallId
  /** Who asked for the transaction, also for what was put in front of its actions. */
  readonly by: Originator
  /** Why it failed; null unless `failed` or `timed-out`. */
  readonly code: RequestErrorCode | null
  /** What the network said of the failure, such as `SIP 404 Not Found`, as it is; null when it said nothing. Not for the log. */
  readonly detail: string | null
  /** Wall-clock ms. */
  readonly at: number
}

/** Must not throw; one that does is logged, and the others hear all the same. */
export type ActionListener = (event: ActionEvent) => void

/** Where the fate of actions is told. */
export class ActionEvents {
  private readonly listeners = new Set<ActionListener>()

  constructor(private readonly log: Log) {}

  /** Calls `listener` for everything that happens to actions from now on, until the returned function is called. */
  observe(listener: ActionListener): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** For the switchboard. @internal */
  tell(event: ActionEvent): void {
    this.log[event.type === 'timed-out' ? 'warn' : 'info'](lineOf(event))
    for (const listener of [...this.listeners]) {
      try {
        if (this.listeners.has(listener)) listener(event)
      } catch (error) {
        this.log.error(`action listener failed: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown'}`)
      }
    }
  }
}

/** Ids and kinds only. */
const lineOf = ({ type, actionId, transactionId, kind, callId, by, code }: ActionEvent): string =>
  `action ${actionId} of ${transactionId} by ${by}: ${kind} ${callId}: ${type}${code === null ? '' : ` (${code})`}`
