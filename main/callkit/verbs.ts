/*
 * The verbs every client of the phone uses alike: window, tray, notification, control door. Each becomes a CallKit
 * transaction with its originator. A verb resolves when its transaction is accepted; `completed` tells how it went.
 */
import type { CallId } from '../../common/call'
import type { Result } from '../../common/errors'

/** Who can ask for something; `policy` is the phone itself, `auto-answer` a caller who is allowed to be let in. */
export const originators = [
  'window',
  'tray',
  'notification',
  'headset',
  'url',
  'control',
  'policy',
  'auto-answer',
] as const
/** Who asked for something: it is logged, and may decide what is permitted. */
export type Originator = (typeof originators)[number]

/** Accepted, and a promise of the outcome that never rejects; or refused, and nothing happened. */
export type Requested<T = void> =
  { readonly ok: true; readonly value: T; readonly completed: Promise<Result> } | Extract<Result, { ok: false }>

export interface CallVerbs {
  /**
   * `target`: what a person typed or pasted, with digits to send once connected after `,` (waits two seconds) and `;` (asks first).
   * `accountId` null: the first account that can call. `isPrivate`: the call leaves no trace. Names the new call.
   */
  call(target: string, accountId: string | null, by: Originator, isPrivate?: boolean): Promise<Requested<CallId>>
  /**
   * Takes a call that rings at a colleague's phone, by the account's pick-up code; `extension` null: whichever rings in one's group.
   * `accountId` null: the first account that can call and has a code; `not-set-up` when there is no code. Names the new call.
   */
  pickUp(extension: string | null, accountId: string | null, by: Originator): Promise<Requested<CallId>>
  /** Holds what is active first, as `holdAndAnswer`. */
  answer(callId: CallId, by: Originator): Promise<Requested>
  /** Not answered unless the active call (or conference) could be held. */
  holdAndAnswer(callId: CallId, by: Originator): Promise<Requested>
  /** Hangs up on the active call (or conference) first. */
  endAndAnswer(callId: CallId, by: Originator): Promise<Requested>
  /** Ends a call that rings here: the caller hears busy. */
  decline(callId: CallId, by: Originator): Promise<Requested>
  /** Sends a ringing call to the account's voicemail; `not-set-up` when it has none. */
  sendToVoicemail(callId: CallId, by: Originator): Promise<Requested>
  /** Sends a ringing call to another number (302). */
  deflect(callId: CallId, target: string, by: Originator): Promise<Requested>
  end(callId: CallId, by: Originator): Promise<Requested>
  /** Every member of the conference the call is in. */
  endGroup(callId: CallId, by: Originator): Promise<Requested>
  /** A member of a conference takes the whole conference with it. */
  setHeld(callId: CallId, held: boolean, by: Originator): Promise<Requested>
  /** Holds the active call (or conference) and resumes the held one. */
  swap(by: Originator): Promise<Requested>
  setMuted(callId: CallId, muted: boolean, by: Originator): Promise<Requested>
  playDtmf(callId: CallId, digits: string, by: Originator): Promise<Requested>
  /** Makes the calls one conference, in the engine or, where the account names one, on a conference server. */
  merge(callIds: readonly CallId[], by: Originator): Promise<Requested>
  /** Takes the call out of its conference and to the user's ear; the others are held. */
  split(callId: CallId, by: Originator): Promise<Requested>
  transfer(callId: CallId, target: string, by: Originator): Promise<Requested>
  /**
   * Calls somebody to ask whether they take over this call, on its account; it is held meanwhile. The new call says whose consultation it
   * is (`consultationOf`) until one of the two ends; `transferToCall` completes it, ending the new call goes back. Names the new call.
   */
  consult(callId: CallId, target: string, by: Originator): Promise<Requested<CallId>>
  transferToCall(callId: CallId, toCallId: CallId, by: Originator): Promise<Requested>
  /** `not-set-up` when the account has no parking place. */
  park(callId: CallId, by: Originator): Promise<Requested>
  /** The far end asked us to call somebody. Names the new call when there is one. */
  answerReferral(callId: CallId, accept: boolean, by: Originator): Promise<Requested<CallId | null>>
  /** Digits that wait after `;`: send them up to the next `;`, or forget them. */
  continueDigits(callId: CallId, send: boolean, by: Originator): Promise<Requested>
}
