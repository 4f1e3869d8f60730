/*
 * Conferences as verbs: several calls become one, one leaves, all are held or ended together (contract sections 1.6 and
 * 3.9). Whether there is room for one more is the preflight's to say; conferences on a server are somebody else's.
 */
import { canEnd, groupOf, type Call, type CallId } from '../../common/call'
import { refused } from '../../common/errors'
import type { ActionBody } from './action'
import { settled, type Requests } from './requests'
import type { CallVerbs, Originator, Requested } from './verbs'

export class ConferenceVerbs implements Pick<CallVerbs, 'setHeld' | 'merge' | 'split' | 'endGroup'> {
  constructor(private readonly requests: Requests) {}

  async setHeld(callId: CallId, held: boolean, by: Originator): Promise<Requested> {
    const { requests } = this
    const call = requests.find(callId)
    if (!call) return refused('unknown-call')
    const members = groupOf(call, requests.calls)
    const wanted = members.filter(
      ({ id, state }) => state !== (held ? 'held' : 'active') || requests.isPending('setHeld', id),
    )
    if (wanted.length === 0) return settled()
    return requests.ask(
      wanted.map(({ id }) => ({ kind: 'setHeld', callId: id, held })),
      by,
    )
  }

  merge(callIds: readonly CallId[], by: Originator): Promise<Requested> {
    const { requests } = this
    return requests.once(`merge ${[...callIds].sort().join(' ')}`, async () => {
      const named = callIds.map((id) => requests.find(id))
      if (!named.every((call) => call !== undefined)) return refused('unknown-call')
      const all = [...new Set(named.flatMap((call) => groupOf(call, requests.calls)))]
      if (all.length < 2) return refused('invalid-action')
      const base = baseOf(all)
      if (base.groupId !== null && all.every(({ groupId }) => groupId === base.groupId)) return settled()
      return requests.ask(merging(base, all), by)
    })
  }

  async split(callId: CallId, by: Originator): Promise<Requested> {
    const { requests } = this
    const call = requests.find(callId)
    if (!call) return refused('unknown-call')
    const others = groupOf(call, requests.calls).filter(({ id }) => id !== callId)
    return requests.once(`split ${callId}`, () =>
      requests.ask(
        [
          { kind: 'setGroup', callId, groupWith: null },
          ...others
            .filter(({ state }) => state === 'active')
            .map(({ id }): ActionBody => ({ kind: 'setHeld', callId: id, held: true })),
          ...(call.state === 'held' ? [{ kind: 'setHeld', callId, held: false } as const] : []),
        ],
        by,
      ),
    )
  }

  async endGroup(callId: CallId, by: Originator): Promise<Requested> {
    const { requests } = this
    const call = requests.find(callId)
    if (!call) return refused('unknown-call')
    const members = groupOf(call, requests.calls).filter(canEnd)
    if (members.length === 0) return settled()
    return requests.ask(
      members.map(({ id }) => ({ kind: 'end', callId: id, cause: null })),
      by,
    )
  }
}

/** The call the others join: one the user talks to, if possible one that is in a conference already. */
function baseOf(calls: readonly Call[]): Call {
  const active = calls.filter(({ state }) => state === 'active')
  const candidates = active.length > 0 ? active : calls
  const base = candidates.find(({ groupId }) => groupId !== null) ?? candidates[0]
  if (!base) throw new Error('nobody to merge')
  return base
}

/** Whoever is held is taken back before they join, as CallKit's own screen does. */
function merging(base: Call, all: readonly Call[]): ActionBody[] {
  const joins = all.filter((call) => call !== base && (call.groupId === null || call.groupId !== base.groupId))
  const resumed = all.filter(({ state }) => state === 'held')
  return [
    ...resumed.map(({ id }): ActionBody => ({ kind: 'setHeld', callId: id, held: false })),
    ...joins.map(({ id }): ActionBody => ({ kind: 'setGroup', callId: id, groupWith: base.id })),
  ]
}
