/*
 * A constructor for every action of CallKit's vocabulary, and for the three it has not. An action's deadline counts from
 * here, whenever it is requested. Whether it is allowed is decided when it is requested.
 */
import type { CallId } from '../../common/call'
import { systemClock, type Clock } from '../../common/clock'
import type { EndCause } from '../../common/errors'
import type { Handle } from '../../common/handle'
import { Action, type ActionBody, type ActionOf, type TransferTarget } from './action'

/** What may be said of a call that is started. */
export interface StartOptions {
  /** What goes on the wire; the handle's value when left out. */
  readonly target?: string
  /** The call whose far end asked for this one; null, and when left out: the user's own wish. */
  readonly referral?: CallId | null
  /** Whom the requester's address book knows under this handle; for the provider's own use. */
  readonly contactIdentifier?: string | null
  /** A call with pictures; no, when left out. The provider's configuration must support it. */
  readonly video?: boolean
  /** The call that whoever is called may take over; none, when left out. */
  readonly consultationOf?: CallId
}

/** How digits came to be: pressed one by one, or written after `,` or `;` in a number (CXPlayDTMFCallActionType). */
export type DtmfType = (ActionBody & { kind: 'playDtmf' })['type']

/** The languages of a translated call, as BCP 47 tags. */
export interface TranslationLanguages {
  readonly local: string
  readonly remote: string
}

/** CXStartCallAction: calls `handle` through a provider, within 600 s. `callId`: a new UUID, the requester's to choose. */
export const startCallAction = (
  callId: CallId,
  providerId: string,
  handle: Handle,
  options: StartOptions = {},
  clock: Clock = systemClock,
): ActionOf<'start'> => {
  const { target = handle.value, referral = null, ...rest } = options
  return new Action({ kind: 'start', callId, providerId, handle, target, referral, ...rest }, clock)
}

/** CXAnswerCallAction: answers a ringing call, within 60 s. */
export const answerCallAction = (callId: CallId, clock: Clock = systemClock): ActionOf<'answer'> =>
  new Action({ kind: 'answer', callId }, clock)

/**
 * CXEndCallAction: hangs up, gives up or declines, whatever the call's state makes of it, within 5 s. `cause`: what the call
 * is said to have ended with instead.
 */
export const endCallAction = (
  callId: CallId,
  cause: EndCause | null = null,
  clock: Clock = systemClock,
): ActionOf<'end'> => new Action({ kind: 'end', callId, cause }, clock)

/** CXSetHeldCallAction: holds a call or resumes it, within 5 s. */
export const setHeldCallAction = (callId: CallId, held: boolean, clock: Clock = systemClock): ActionOf<'setHeld'> =>
  new Action({ kind: 'setHeld', callId, held }, clock)

/** CXSetMutedCallAction: silences the microphone of one call or opens it, within 5 s. */
export const setMutedCallAction = (callId: CallId, muted: boolean, clock: Clock = systemClock): ActionOf<'setMuted'> =>
  new Action({ kind: 'setMuted', callId, muted }, clock)

/** CXSetGroupCallAction: joins another call, or the conference it is in; null leaves the conference. Within 5 s. */
export const setGroupCallAction = (
  callId: CallId,
  groupWith: CallId | null,
  clock: Clock = systemClock,
): ActionOf<'setGroup'> => new Action({ kind: 'setGroup', callId, groupWith }, clock)

/**
 * CXPlayDTMFCallAction: sends `digits` (0-9, A-D, `*`, `#`; `,` waits two seconds), within 5 s until they are queued. Two for one call
 * are never under way at once.
 */
export const playDtmfCallAction = (
  callId: CallId,
  digits: string,
  type: DtmfType = 'singleTone',
  clock: Clock = systemClock,
): ActionOf<'playDtmf'> => new Action({ kind: 'playDtmf', callId, digits, type }, clock)

/** CXSetTranslatingCallAction: translates what is said, or stops to, within 5 s. Only for providers that can, and once connected. */
export const setTranslatingCallAction = (
  callId: CallId,
  translating: boolean,
  languages: TranslationLanguages,
  clock: Clock = systemClock,
): ActionOf<'setTranslating'> => {
  const { local: localLanguage, remote: remoteLanguage } = languages
  return new Action({ kind: 'setTranslating', callId, translating, localLanguage, remoteLanguage }, clock)
}

/** Not CallKit's: hands the far end over to an address or to the far end of another call, within 180 s. */
export const transferCallAction = (
  callId: CallId,
  to: TransferTarget,
  clock: Clock = systemClock,
): ActionOf<'transfer'> => new Action({ kind: 'transfer', callId, to }, clock)

/** Not CallKit's: sends a ringing call elsewhere, within 5 s. `target`: what goes on the wire, the handle's value when left out. */
export const deflectCallAction = (
  callId: CallId,
  handle: Handle,
  target: string = handle.value,
  clock: Clock = systemClock,
): ActionOf<'deflect'> => new Action({ kind: 'deflect', callId, handle, target, cause: 'deflected' }, clock)

/** Not CallKit's: tells the far end, which asked us to call somebody, that we will not. Within 5 s. */
export const refuseReferralCallAction = (callId: CallId, clock: Clock = systemClock): ActionOf<'refuseReferral'> =>
  new Action({ kind: 'refuseReferral', callId }, clock)
