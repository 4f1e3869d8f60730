/*
 * How verbs ask: actions become one transaction, and what is asked twice while it is still under way is asked once. It
 * judges nothing beyond that and knows no verb.
 */
import { isLive, type Call, type CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import { done, refused, type Result } from '../../common/errors'
import { Action, type ActionBody, type ActionKind } from './action'
import type { CallController } from './controller'
import { requestErrorCode } from './errors'
import type { Registry } from './registry'
import type { Switchboard } from './switchboard'
import type { Originator, Requested } from './verbs'

export interface RequestsOptions {
  readonly registry: Registry
  readonly switchboard: Switchboard
  readonly controller: CallController
  readonly clock: Clock
}

export class Requests {
  private readonly underWay = new Map<string, Promise<Requested<unknown>>>()

  constructor(private readonly options: RequestsOptions) {}

  get clock(): Clock {
    return this.options.clock
  }

  get registry(): Registry {
    return this.options.registry
  }

  /** Live calls in the order they began. */
  get calls(): readonly Call[] {
    return this.options.registry.live()
  }

  /** A live call; undefined when there is none of that id. */
  find(callId: CallId): Call | undefined {
    const call = this.options.registry.find(callId)
    return call && isLive(call) ? call : undefined
  }

  isPending(kind: ActionKind, callId: CallId): boolean {
    return this.options.switchboard.pendingActions(kind, callId).length > 0
  }

  /** Requests these actions as one transaction. */
  async ask(bodies: readonly ActionBody[], by: Originator): Promise<Requested> {
    const { controller, clock } = this.options
    const accepted = await controller.requestActions(
      bodies.map((body) => new Action(body, clock)),
      by,
    )
    if (!accepted.ok) return refused(requestErrorCode(accepted.error))
    return { ok: true, value: undefined, completed: accepted.completed }
  }

  /** As `make`, unless the same wish, known by its `key`, is still being carried out: then what came of that. */
  once<T>(key: string, make: () => Promise<Requested<T>>): Promise<Requested<T>> {
    const same = this.underWay.get(key) as Promise<Requested<T>> | undefined
    if (same) return same
    const asked = make()
    this.underWay.set(key, asked)
    const forget = (): void => void this.underWay.delete(key)
    void asked.then((requested) => (requested.ok ? requested.completed.then(forget) : forget()), forget)
    return asked
  }
}

/** The answer to a wish for what is so already. */
export function settled(): Requested
export function settled<T>(value: T): Requested<T>
export function settled(value?: unknown): Requested<unknown> {
  return { ok: true, value, completed: Promise.resolve(done) }
}

/** The outcome of a wish, whether it was refused or not carried out. */
export async function outcomeOf(asked: Requested<unknown> | Promise<Requested<unknown>>): Promise<Result> {
  const requested = await asked
  return requested.ok ? requested.completed : requested
}
