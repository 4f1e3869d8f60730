/*
 * The verbs every client of the phone uses alike: window, tray, notification, control door. Each becomes a CallKit
 * transaction with its originator. A verb resolves when its transaction is accepted, not when it is performed.
 */
import type { CallId } from '../../common/call'
import type { Result } from '../../common/errors'

export type Originator = 'window' | 'tray' | 'notification' | 'control' | 'url' | 'headset' | 'policy'

export interface CallVerbs {
  /** `target`: what a person typed or pasted; `accountId` null: the first account that can call. Names the new call. */
  call(target: string, accountId: string | null, by: Originator): Promise<Result<CallId>>
  answer(callId: CallId, by: Originator): Promise<Result>
  /** Ends a call that rings here: the caller hears busy. */
  decline(callId: CallId, by: Originator): Promise<Result>
  end(callId: CallId, by: Originator): Promise<Result>
  setHeld(callId: CallId, held: boolean, by: Originator): Promise<Result>
  setMuted(callId: CallId, muted: boolean, by: Originator): Promise<Result>
  playDtmf(callId: CallId, digits: string, by: Originator): Promise<Result>
}
