/*
 * Conferences as a property of the list of calls (CXSetGroupCallAction): a group has at least two members, and a call
 * that is on its way out is in none. Pure.
 */
import { canEnd, type Call } from '../../common/call'
import type { ActionOf } from './action'

/** The calls with groups as they can be: whoever leaves is out, and a group of one is none. The same list if it is so already. */
export function settledGroups(calls: readonly Call[]): readonly Call[] {
  const members = new Map<string, number>()
  for (const call of calls) {
    if (call.groupId !== null && canEnd(call)) members.set(call.groupId, (members.get(call.groupId) ?? 0) + 1)
  }
  const stays = (call: Call) => call.groupId === null || (canEnd(call) && (members.get(call.groupId) ?? 0) > 1)
  return calls.every(stays) ? calls : calls.map((call) => (stays(call) ? call : { ...call, groupId: null }))
}

/** The id of the group an action makes or joins; null when it leaves one or there is nobody to join any more. */
export function groupToJoin(action: ActionOf<'setGroup'>, calls: readonly Call[]): string | null {
  const partner = calls.find(({ id }) => id === action.body.groupWith)
  return partner && canEnd(partner) ? (partner.groupId ?? action.id) : null
}
