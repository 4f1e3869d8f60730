/*
 * Calls that leave no trace: which of those that are up the user wants to have had with nobody knowing. It keeps them only
 * while they are up; what follows from it is each listener's business.
 */
import { isLive, type Call, type CallId } from '../../common/call'
import { done, refused, type Result } from '../../common/errors'
import type { Log } from '../../common/log'
import type { Registry } from '../callkit/registry'

export interface PrivateCallsOptions {
  readonly registry: () => Pick<Registry, 'find'>
  /** A call that is up became private, or is no longer. */
  readonly onChange: (callId: CallId, isPrivate: boolean) => void
}

export class PrivateCalls {
  private readonly ids = new Set<CallId>()

  constructor(private readonly options: PrivateCallsOptions) {}

  has(callId: CallId): boolean {
    return this.ids.has(callId)
  }

  /** Before the call begins, so that nobody ever sees it otherwise. */
  begin(callId: CallId): void {
    this.ids.add(callId)
    this.options.onChange(callId, true)
  }

  /** `unknown-call` when it is not up. */
  set(callId: CallId, isPrivate: boolean): Result {
    const call = this.options.registry().find(callId)
    if (!call || !isLive(call)) return refused('unknown-call')
    if (isPrivate === this.ids.has(callId)) return done
    if (isPrivate) this.ids.add(callId)
    else this.ids.delete(callId)
    this.options.onChange(callId, isPrivate)
    return done
  }

  /** Told of the calls at every change; what is no longer shown anywhere is forgotten. */
  update(now: readonly Call[], before: readonly Call[]): void {
    for (const { id } of before) if (!now.some((call) => call.id === id)) this.ids.delete(id)
  }

  /** The same log without the lines that name a private call. */
  discreet(log: Log): Log {
    const unless =
      (write: (line: string) => void) =>
      (line: string): void => {
        if (![...this.ids].some((id) => line.includes(id))) write(line)
      }
    return {
      debug: unless((line) => log.debug(line)),
      info: unless((line) => log.info(line)),
      warn: unless((line) => log.warn(line)),
      error: unless((line) => log.error(line)),
    }
  }
}
