/*
 * Who is on the stage and who waits beside it: the call in front with the members of its conference, and everybody else as
 * parties in a fixed order. Pure.
 */
import type { CallState } from '../../common/call'
import type { CallView } from '../../common/phone-state'
import { endedWell } from './words'

/** A call by itself, or the members of a conference in the order they joined the phone. */
export type PartyView = readonly [CallView, ...CallView[]]

export interface Stage {
  /** The party of the call in front; the first one still there leads. */
  readonly members: PartyView
  readonly others: readonly PartyView[]
}

/** Who rings is above who talks, who talks above who waits. */
const order: Record<CallState, number> = {
  incoming: 0,
  active: 1,
  connecting: 1,
  dialing: 2,
  alerting: 2,
  held: 3,
  ending: 4,
  ended: 5,
}

export const isConference = (party: PartyView): boolean => party.length > 1

export function stageOf(calls: readonly CallView[], front: CallView): Stage {
  const parties = partyViews(calls)
  const members = parties.find((party) => party.includes(front)) ?? ([front] as const)
  return { members: isConference(members) ? members : [front], others: parties.filter((party) => party !== members) }
}

/** Live parties, and calls that went wrong a moment ago; those that ended as they should need no more words. */
export function waitingParties(parties: readonly PartyView[]): readonly PartyView[] {
  const rank = (party: PartyView): number => Math.min(...party.map(({ call }) => order[call.state]))
  return parties
    .filter((party) => party.some(({ call }) => call.state !== 'ended' || !endedWell(call.cause)))
    .sort((a, b) => rank(a) - rank(b))
}

/** As a person counts them: a conference is one. Those who just left it still belong to it. */
export function partyViews(calls: readonly CallView[]): readonly PartyView[] {
  const parties = new Map<string, [CallView, ...CallView[]]>()
  for (const view of calls) {
    const key = view.call.groupId === null ? `call ${view.call.id}` : `group ${view.call.groupId}`
    const known = parties.get(key)
    if (known) known.push(view)
    else parties.set(key, [view])
  }
  return [...parties.values()]
}

/** The member that stands for all: one that is still there. */
export const leader = (party: PartyView): CallView =>
  party.find(({ call }) => call.state === 'active') ?? party.find(({ call }) => call.state !== 'ended') ?? party[0]
