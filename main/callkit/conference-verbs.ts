/*
 * Conferences as verbs: several calls become one, one leaves, all are held or ended together. Who has to be held or
 * taken back for it, and whether there is room, is the preflight's to say.
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
    const state = held ? 'held' : 'active'
    const isSo = groupOf(call, requests.calls).every(
      (one) => one.state === state && !requests.isPending('setHeld', one.id),
    )
    return isSo ? settled() : requests.ask([{ kind: 'setHeld', callId, held }], by)
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

  split(callId: CallId, by: Originator): Promise<Requested> {
    const { requests } = this
    return requests.once(`split ${callId}`, async () => {
      const call = requests.find(callId)
      if (!call) return refused('unknown-call')
      const leave: ActionBody = { kind: 'setGroup', callId, groupWith: null }
      const resume: ActionBody = { kind: 'setHeld', callId, held: false }
      return requests.ask(call.state === 'held' ? [leave, resume] : [leave], by)
    })
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

/** Whoever is held gets their voice back as they join; the first of them first when all are. */
function merging(base: Call, all: readonly Call[]): ActionBody[] {
  const resume: ActionBody = { kind: 'setHeld', callId: base.id, held: false }
  const joins = all
    .filter((call) => call !== base && (call.groupId === null || call.groupId !== base.groupId))
    .map(({ id }): ActionBody => ({ kind: 'setGroup', callId: id, groupWith: base.id }))
  return base.state === 'held' ? [resume, ...joins] : joins
}
