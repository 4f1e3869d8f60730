/*
 * Hands one action to the method of its provider's delegate. It judges nothing: an action without a method fails at once,
 * and so does one whose method throws, so that a bug never leaves a call hanging.
 */
import type { Log } from '../../common/log'
import type { Action } from './action'
import type { Provider } from './provider'

export function perform(action: Action, provider: Provider, log: Log): void {
  try {
    if (!delivered(action, provider)) action.fail('invalid-action')
  } catch (error) {
    log.error(`${action.body.kind} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    action.fail()
  }
}

/** False when the delegate has no method for it. */
function delivered(action: Action, provider: Provider): boolean {
  const { delegate } = provider
  if (!delegate) return false
  if (action.is('start')) return call(delegate.performStart)
  if (action.is('answer')) return call(delegate.performAnswer)
  if (action.is('end')) return call(delegate.performEnd)
  if (action.is('setHeld')) return call(delegate.performSetHeld)
  if (action.is('setMuted')) return call(delegate.performSetMuted)
  if (action.is('setGroup')) return call(delegate.performSetGroup)
  if (action.is('playDtmf')) return call(delegate.performPlayDtmf)
  if (action.is('setTranslating')) return call(delegate.performSetTranslating)
  if (action.is('transfer')) return call(delegate.performTransfer)
  if (action.is('deflect')) return call(delegate.performDeflect)
  if (action.is('refuseReferral')) return call(delegate.performRefuseReferral)
  return false

  function call<A extends Action>(method: ((provider: Provider, action: A) => void) | undefined): boolean {
    method?.call(delegate, provider, action as A)
    return method !== undefined
  }
}
