/*
 * Which call a verb means: the one that is named, or the only sensible one. Pure; it decides what is meant, not whether
 * it is allowed, which is the controller's business for every client alike.
 */
import {
  canAnswer,
  canDeflect,
  canEnd,
  canHold,
  canMute,
  canPlayDtmf,
  canResume,
  canTransfer,
  canUngroup,
  isLive,
  type Call,
  type CallId,
} from '../../common/call'
import { controlError, type CallVerb, type ControlError } from './control-request'

interface Fitting {
  /** The predicate behind the verb. */
  readonly fits: (call: Call) => boolean
  /** The words for "none of them". */
  readonly none: string
  /** It is about the whole conference, so any member will do. */
  readonly together?: true
}

const ringing: Fitting = { fits: canAnswer, none: 'no call is ringing' }
const deflectable: Fitting = { fits: canDeflect, none: 'no call is ringing' }
const transferable: Fitting = { fits: canTransfer, none: 'no call can be handed on' }
const referred: Fitting = {
  fits: (call) => 'referral' in call && call.referral !== null,
  none: 'nobody asks to be called',
}
const waiting: Fitting = {
  fits: (call) => 'digitsWaiting' in call && call.digitsWaiting > 0,
  none: 'no digits wait',
}

const fitting: Record<CallVerb, Fitting> = {
  answer: ringing,
  'hold-and-answer': ringing,
  'end-and-answer': ringing,
  decline: ringing,
  voicemail: deflectable,
  deflect: deflectable,
  end: { fits: canEnd, none: 'there is no call to end' },
  hold: { fits: canHold, none: 'no call can be held', together: true },
  resume: { fits: canResume, none: 'no call is on hold', together: true },
  mute: { fits: canMute, none: 'no call can be muted' },
  unmute: { fits: canMute, none: 'no call can be unmuted' },
  dtmf: { fits: canPlayDtmf, none: 'no call can take digits' },
  continue: waiting,
  'forget-digits': waiting,
  split: { fits: canUngroup, none: 'there is no conference to leave' },
  'end-conference': { fits: ({ groupId }) => groupId !== null, none: 'there is no conference', together: true },
  transfer: transferable,
  consult: transferable,
  park: transferable,
  'accept-transfer': referred,
  'refuse-transfer': referred,
}

/** `name`: a call's id or the beginning of one, as the client gave it; undefined for the only sensible one. */
export function chooseCall(verb: CallVerb, calls: readonly Call[], name: string | undefined): CallId | ControlError {
  const live = calls.filter(isLive)
  if (name !== undefined) return byName(live, name)
  const { fits, none, together } = fitting[verb]
  const all = live.filter(fits)
  const candidates = together ? onePerConference(all) : all
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

/** Which calls are to be one conference: those that are named, or everybody there is. */
export function chooseCalls(
  calls: readonly Call[],
  names: readonly string[] | undefined,
): readonly CallId[] | ControlError {
  const live = calls.filter(isLive)
  if (names === undefined) {
    const talking = live.filter(({ state }) => state === 'active' || state === 'held')
    if (talking.length > 1) return talking.map(({ id }) => id)
    return controlError(
      live.length === 0 ? 'unknown-call' : 'invalid-action',
      'there are no two calls to bring together',
    )
  }
  const chosen: CallId[] = []
  for (const name of names) {
    const call = byName(live, name)
    if (typeof call !== 'string') return call
    chosen.push(call)
  }
  return chosen
}

function byName(live: readonly Call[], name: string): CallId | ControlError {
  const wanted = name.toLowerCase()
  const matches = live.filter(({ id }) => id.toLowerCase().startsWith(wanted))
  const [only] = matches
  if (!only) return controlError('unknown-call', 'there is no such call')
  return matches.length === 1 ? only.id : ambiguous(matches)
}

function onePerConference(calls: readonly Call[]): readonly Call[] {
  return calls.filter(
    (call, index) => call.groupId === null || calls.findIndex(({ groupId }) => groupId === call.groupId) === index,
  )
}

const ambiguous = (calls: readonly Call[]): ControlError =>
  controlError('ambiguous-call', `name one of: ${calls.map(({ id }) => id).join(' ')}`)
