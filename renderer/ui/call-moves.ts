/*
 * What a verb asks of the phone in the present scene, as commands: none means it is not possible now. Buttons are enabled by it,
 * menus list by it and keys obey it, so the three cannot disagree. Pure; rests on the predicates that guard the commands.
 */
import {
  canAnswer,
  canDeflect,
  canEnd,
  canGroup,
  canHold,
  canMute,
  canResume,
  canTransfer,
  canTransferTo,
  canUngroup,
  groupOf,
  isMuted,
  type Call,
  type CallId,
} from '../../common/call'
import type { UiCommand } from '../../common/contract/ui'
import { canSwap, hasEar, partiesOf } from '../../common/party'
import type { AccountState } from '../../common/phone-state'

/** Verbs of calls that need nothing else to be known. */
export type CallVerb =
  | 'answer'
  | 'endAndAnswer'
  | 'decline'
  | 'voicemail'
  | 'silence'
  | 'mute'
  | 'hold'
  | 'end'
  | 'swap'
  | 'merge'
  | 'park'
  | 'split'

export interface Standing {
  /** All there are, in the order they began. */
  readonly calls: readonly Call[]
  /** The call, or a member of the conference, that is meant. */
  readonly front: Call | null
  readonly accounts: readonly AccountState[]
  readonly silenced: readonly CallId[]
}

const nothing: readonly UiCommand[] = []

/** The call that answering and declining mean: the one in front if it rings, else the one that has rung longest. */
export const ringingOf = ({ calls, front }: Pick<Standing, 'calls' | 'front'>): Call | null =>
  front && canAnswer(front) ? front : (calls.find(canAnswer) ?? null)

/** Whether answering `call` takes somebody's ear away who has it. */
export const holdsOther = (call: Call, calls: readonly Call[]): boolean =>
  calls.some((other) => other.id !== call.id && hasEar(other))

/** Calls and conferences that could become one with the party in front; the first member stands for each. */
export function mergeable({ calls, front }: Pick<Standing, 'calls' | 'front'>): readonly Call[] {
  if (!front) return []
  const own = groupOf(front, calls)
  return partiesOf(calls)
    .filter((party) => own.every((mine) => party.every((other) => canGroup(mine, other))))
    .map(([first]) => first)
}

/** Calls that the far end of this one could be handed to. */
export const transferable = (call: Call, calls: readonly Call[]): readonly Call[] =>
  calls.filter((other) => canTransferTo(call, other))

export function featuresOf(call: Call, accounts: readonly AccountState[]): AccountState['account']['features'] | null {
  return accounts.find(({ account }) => account.id === call.accountId)?.account.features ?? null
}

export function moves(verb: CallVerb, standing: Standing): readonly UiCommand[] {
  const { calls, front, accounts, silenced } = standing
  const ringing = ringingOf(standing)
  switch (verb) {
    case 'answer':
      if (!ringing) return nothing
      return [{ type: holdsOther(ringing, calls) ? 'holdAndAnswer' : 'answer', callId: ringing.id }]
    case 'endAndAnswer':
      return ringing && holdsOther(ringing, calls) ? [{ type: 'endAndAnswer', callId: ringing.id }] : nothing
    case 'decline':
      return ringing ? [{ type: 'decline', callId: ringing.id }] : nothing
    case 'voicemail':
      return ringing && canDeflect(ringing) && featuresOf(ringing, accounts)?.voicemail
        ? [{ type: 'sendToVoicemail', callId: ringing.id }]
        : nothing
    case 'silence': {
      const loud = [ringing, ...calls].find((call) => call && canAnswer(call) && !silenced.includes(call.id))
      return loud ? [{ type: 'silence', callId: loud.id }] : nothing
    }
    case 'swap':
      return canSwap(partiesOf(calls)) ? [{ type: 'swap' }] : nothing
    case 'merge': {
      const [other, ...more] = mergeable(standing)
      // With several to choose from, the choice is the person's.
      return front && other && more.length === 0 ? mergeWith(front, other) : nothing
    }
    case 'mute':
    case 'hold':
    case 'end':
    case 'park':
    case 'split':
      return front ? ofParty(verb, front, standing) : nothing
  }
}

export const mergeWith = (front: Call, other: Call): readonly UiCommand[] => [
  { type: 'merge', callIds: [front.id, other.id] },
]

function ofParty(
  verb: 'mute' | 'hold' | 'end' | 'park' | 'split',
  front: Call,
  { calls, accounts }: Standing,
): readonly UiCommand[] {
  const members = groupOf(front, calls)
  switch (verb) {
    case 'mute': {
      const mutable = members.filter(canMute)
      const muted = !mutable.every(isMuted)
      return mutable.map(({ id }) => ({ type: 'setMuted', callId: id, muted }))
    }
    case 'hold': {
      // Whichever member is named, main takes the whole conference.
      const active = members.find(canHold)
      const held = members.find(canResume)
      if (active) return [{ type: 'setHeld', callId: active.id, held: true }]
      return held ? [{ type: 'setHeld', callId: held.id, held: false }] : nothing
    }
    case 'end': {
      const call = members.find(canEnd)
      if (!call || call.state === 'incoming') return nothing
      return [{ type: members.length > 1 ? 'endGroup' : 'end', callId: call.id }]
    }
    case 'park':
      return canTransfer(front) && featuresOf(front, accounts)?.park ? [{ type: 'park', callId: front.id }] : nothing
    case 'split':
      return canUngroup(front) ? [{ type: 'split', callId: front.id }] : nothing
  }
}
