/*
 * Calls as anybody may see them (CXCallObserver and CXCall, contract sections 3.12 and 3.13): states without handles, names
 * or times. An ended call is announced once and then gone. What the phone's own windows show comes from the registry.
 */
import { callKitView, isLive, type Call, type CallId } from '../../common/call'
import type { Registry } from './registry'

export interface ObservedCall {
  readonly id: CallId
  readonly isOutgoing: boolean
  readonly hasConnected: boolean
  readonly isOnHold: boolean
  readonly hasEnded: boolean
}

export type CallChanged = (call: ObservedCall, sequence: number) => void

export class CallObserver {
  private current: readonly ObservedCall[] = []

  /** `changed` is called for every call that looks different from now on; what is up already is in `calls`. */
  constructor(registry: Registry, changed: CallChanged) {
    const { calls } = registry.observe((now, before, sequence) => {
      this.current = now.filter(isLive).map(observed)
      for (const call of now) {
        const old = before.find(({ id }) => id === call.id)
        if (!old || !looksSame(observed(old), observed(call))) changed(observed(call), sequence)
      }
    })
    this.current = calls.filter(isLive).map(observed)
  }

  /** Live calls only. */
  get calls(): readonly ObservedCall[] {
    return this.current
  }
}

const observed = (call: Call): ObservedCall => ({ id: call.id, ...callKitView(call) })

const looksSame = (a: ObservedCall, b: ObservedCall): boolean =>
  a.hasConnected === b.hasConnected && a.isOnHold === b.isOnHold && a.hasEnded === b.hasEnded
