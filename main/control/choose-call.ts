/*
 * Which call a verb means: the one that is named, or the only sensible one. Pure; it decides what is meant, not whether
 * it is allowed, which is the controller's business for every client alike.
 */
import {
  canAnswer,
  canEnd,
  canHold,
  canMute,
  canPlayDtmf,
  canResume,
  isLive,
  type Call,
  type CallId,
} from '../../common/call'
import { controlError, type CallVerb, type ControlError } from './control-request'

/** The predicate behind each verb, and the words for "none of them". */
const fitting: Record<CallVerb, { fits: (call: Call) => boolean; none: string }> = {
  answer: { fits: canAnswer, none: 'no call is ringing' },
  decline: { fits: canAnswer, none: 'no call is ringing' },
  end: { fits: canEnd, none: 'there is no call to end' },
  hold: { fits: canHold, none: 'no call can be held' },
  resume: { fits: canResume, none: 'no call is on hold' },
  mute: { fits: canMute, none: 'no call can be muted' },
  unmute: { fits: canMute, none: 'no call can be unmuted' },
  dtmf: { fits: canPlayDtmf, none: 'no call can take digits' },
}

/** `name`: a call's id or the beginning of one, as the client gave it; undefined for the only sensible one. */
export function chooseCall(verb: CallVerb, calls: readonly Call[], name: string | undefined): CallId | ControlError {
  const live = calls.filter(isLive)
  if (name !== undefined) return byName(live, name)
  const { fits, none } = fitting[verb]
  const candidates = live.filter(fits)
  const [only] = candidates
  if (!only) return controlError(live.length === 0 ? 'unknown-call' : 'invalid-action', none)
  if (candidates.length === 1) return only.id
  // Of several, the one the user is talking in, else the one that is on its way there; ringing and held ones must be named.
  for (const states of [['active'], ['connecting', 'alerting', 'dialing']]) {
    const foremost = candidates.filter(({ state }) => states.includes(state))
    if (foremost.length === 1 && foremost[0]) return foremost[0].id
    if (foremost.length > 1) break
  }
  return ambiguous(candidates)
}

function byName(live: readonly Call[], name: string): CallId | ControlError {
  const wanted = name.toLowerCase()
  const matches = live.filter(({ id }) => id.toLowerCase().startsWith(wanted))
  const [only] = matches
  if (!only) return controlError('unknown-call', 'there is no such call')
  return matches.length === 1 ? only.id : ambiguous(matches)
}

const ambiguous = (calls: readonly Call[]): ControlError =>
  controlError('ambiguous-call', `name one of: ${calls.map(({ id }) => id).join(' ')}`)
