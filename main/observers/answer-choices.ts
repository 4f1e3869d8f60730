/*
 * The ways there are to take a call that rings, best first: shared by what offers them outside the windows. What each does
 * to the call that is up is the verbs' business. Pure.
 */
import { canHold, type Call } from '../../common/call'
import type { PhoneState } from '../../common/phone-state'
import { isForeground } from '../callkit/foreground'
import { words } from '../words'

export interface AnswerChoice {
  /** `answer` holds what is up first. */
  readonly verb: 'answer' | 'endAndAnswer'
  readonly label: string
}

/**
 * One choice when nothing is up (a call on hold is not), or when what is up can only be given up: it rings out, or it
 * does not let itself be held. Else two: hold it, or end it.
 */
export function answerChoices(state: PhoneState, ringing: Call): readonly [AnswerChoice, ...AnswerChoice[]] {
  const up = state.calls.map(({ call }) => call).filter((call) => call.id !== ringing.id && isForeground(call))
  if (up.length === 0) return [{ verb: 'answer', label: words.answer }]
  const end: AnswerChoice = { verb: 'endAndAnswer', label: words.endAndAnswer }
  // Answered a moment ago: it can be held as soon as it is connected.
  if (up.every((call) => canHold(call) || call.state === 'connecting'))
    return [{ verb: 'answer', label: words.holdAndAnswer }, end]
  // The one that rings out is given up by any answer.
  if (up.every((call) => call.state !== 'active')) return [{ verb: 'answer', label: words.endAndAnswer }]
  return [end]
}

/** Whether a ringing call can be sent to its account's voicemail. */
export const hasVoicemail = (state: PhoneState, ringing: Call): boolean =>
  state.accounts.some(({ account }) => account.id === ringing.accountId && account.features.voicemail !== null)
