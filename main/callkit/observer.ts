/*
 * Calls as anybody may see them (CXCallObserver and CXCall): states without handles, names or times. An ended call is
 * announced once and then gone. What the phone's own windows show comes from the registry.
 */
import { isLive, type Call, type CallId } from '../../common/call'
import { callKitView } from './call-kit-view'
import type { Registry } from './registry'

/** A snapshot; two of one call differ only in their revision if nothing an observer may know has changed in between. */
export interface ObservedCall {
  readonly id: CallId
  readonly isOutgoing: boolean
  readonly hasConnected: boolean
  readonly isOnHold: boolean
  readonly hasEnded: boolean
  /** The sequence number of the change that made it look so; grows. */
  readonly revision: number
}

/** CXCall's isEqual(to:): the same call, however it looks in either snapshot. */
export const isEqual = (a: ObservedCall, b: ObservedCall): boolean => a.id === b.id

/** Told of every call that looks different. `sequence`: the number of the change, growing. */
export type CallChanged = (call: ObservedCall, sequence: number) => void

/** Sees calls without knowing whose they are (CXCallObserver). Any number may exist. */
export class CallObserver {
  private current: readonly ObservedCall[] = []
  private reached: number
  private readonly unsubscribe: () => void

  /** `changed` is called for every call that looks different from now on; what is up already is in `snapshot`. */
  constructor(
    registry: Registry,
    private changed: CallChanged | null = null,
  ) {
    const { calls, sequence, stop } = registry.observe((now, _before, reached) => this.update(now, reached))
    this.current = calls.filter(isLive).map((call) => observed(call, sequence))
    this.reached = sequence
    this.unsubscribe = stop
  }

  /** Live calls only, of all providers. */
  get calls(): readonly ObservedCall[] {
    return this.current
  }

  /** The calls and the number of the last change in them: what `changed` tells from now on has higher ones. */
  get snapshot(): { readonly calls: readonly ObservedCall[]; readonly sequence: number } {
    return { calls: this.current, sequence: this.reached }
  }

  /** Somebody else listens from now on, or nobody. What is up already is not told again. */
  setDelegate(changed: CallChanged | null): void {
    this.changed = changed
  }

  /** Nothing is told any more. */
  stop(): void {
    this.changed = null
    this.unsubscribe()
  }

  private update(now: readonly Call[], sequence: number): void {
    const changes: ObservedCall[] = []
    const seen = now.flatMap((call) => {
      const fresh = observed(call, sequence)
      const old = this.current.find(({ id }) => id === call.id)
      const same = old !== undefined && looksSame(old, fresh)
      // One that ended before is only still there to be read by the phone's own windows.
      if (!same && (old || isLive(call))) changes.push(fresh)
      return isLive(call) ? [same ? old : fresh] : []
    })
    this.current = seen
    this.reached = sequence
    for (const call of changes) this.changed?.(call, sequence)
  }
}

const observed = (call: Call, revision: number): ObservedCall => ({ id: call.id, ...callKitView(call), revision })

const looksSame = (a: ObservedCall, b: ObservedCall): boolean =>
  a.isOutgoing === b.isOutgoing &&
  a.hasConnected === b.hasConnected &&
  a.isOnHold === b.isOnHold &&
  a.hasEnded === b.hasEnded
