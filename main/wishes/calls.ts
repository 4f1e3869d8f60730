/*
 * Wishes about calls: the same verbs everyone uses, with the window as who asked. It decides nothing about calls.
 */
import type { CallId } from '../../common/call'
import type { UiCommand } from '../../common/contract/ui'
import type { Result } from '../../common/errors'
import { outcomeOf } from '../callkit/requests'
import type { CallVerbs, Requested } from '../callkit/verbs'
import type { WishOutcome } from '../windows/phone-api'
import { fulfilled, outcome, type Perform } from './outcome'

/** The verbs of calls; which the switch below must answer, every one. */
export const callWishes = [
  'call',
  'pickUp',
  'answer',
  'holdAndAnswer',
  'endAndAnswer',
  'decline',
  'sendToVoicemail',
  'deflect',
  'silence',
  'end',
  'endGroup',
  'setHeld',
  'swap',
  'setMuted',
  'playDtmf',
  'merge',
  'split',
  'transfer',
  'consult',
  'transferToCall',
  'park',
  'answerReferral',
  'continueDigits',
  'setPrivate',
] as const satisfies readonly UiCommand['type'][]
export type CallWish = (typeof callWishes)[number]

export interface CallWishesOptions {
  readonly verbs: CallVerbs
  /** Makes no sound for this call any more, should it still ring. */
  readonly silence: (callId: CallId) => void
  /** This call leaves no trace in the history, or does again. */
  readonly setPrivate: (callId: CallId, isPrivate: boolean) => Result<unknown>
}

/** Fulfils them. */
export function performCalls({ verbs, silence, setPrivate }: CallWishesOptions): Perform<CallWish> {
  return async (command) => {
    switch (command.type) {
      case 'call':
        return made(verbs.call(command.target, command.accountId, 'window', command.private === true))
      case 'pickUp':
        return made(verbs.pickUp(command.extension, command.accountId, 'window'))
      case 'answer':
        return carriedOut(verbs.answer(command.callId, 'window'))
      case 'holdAndAnswer':
        return carriedOut(verbs.holdAndAnswer(command.callId, 'window'))
      case 'endAndAnswer':
        return carriedOut(verbs.endAndAnswer(command.callId, 'window'))
      case 'decline':
        return carriedOut(verbs.decline(command.callId, 'window'))
      case 'sendToVoicemail':
        return carriedOut(verbs.sendToVoicemail(command.callId, 'window'))
      case 'deflect':
        return carriedOut(verbs.deflect(command.callId, command.target, 'window'))
      case 'silence':
        silence(command.callId)
        return fulfilled
      case 'end':
        return carriedOut(verbs.end(command.callId, 'window'))
      case 'endGroup':
        return carriedOut(verbs.endGroup(command.callId, 'window'))
      case 'setHeld':
        return carriedOut(verbs.setHeld(command.callId, command.held, 'window'))
      case 'swap':
        return carriedOut(verbs.swap('window'))
      case 'setMuted':
        return carriedOut(verbs.setMuted(command.callId, command.muted, 'window'))
      case 'playDtmf':
        return carriedOut(verbs.playDtmf(command.callId, command.digits, 'window'))
      case 'merge':
        return carriedOut(verbs.merge(command.callIds, 'window'))
      case 'split':
        return carriedOut(verbs.split(command.callId, 'window'))
      case 'transfer':
        return carriedOut(verbs.transfer(command.callId, command.target, 'window'))
      case 'consult':
        return made(verbs.consult(command.callId, command.target, 'window'))
      case 'transferToCall':
        return carriedOut(verbs.transferToCall(command.callId, command.toCallId, 'window'))
      case 'park':
        return carriedOut(verbs.park(command.callId, 'window'))
      case 'answerReferral':
        return made(verbs.answerReferral(command.callId, command.accept, 'window'))
      case 'continueDigits':
        return carriedOut(verbs.continueDigits(command.callId, command.send, 'window'))
      case 'setPrivate':
        return outcome(setPrivate(command.callId, command.private))
    }
  }
}

/** The wish names the call it made, as soon as it is accepted. */
async function made(asked: Promise<Requested<CallId | null>>): Promise<WishOutcome> {
  const requested = await asked
  return requested.ok ? { ...fulfilled, callId: requested.value } : outcome(requested)
}

/** A person waits for the outcome, not for its acceptance: what was not done is to be read. */
const carriedOut = async (asked: Promise<Requested>): Promise<WishOutcome> => outcome(await outcomeOf(asked))
