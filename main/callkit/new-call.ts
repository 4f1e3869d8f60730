/*
 * How a call looks when it begins, in either direction. Pure; whether it may begin is decided elsewhere.
 */
import { defaultCapabilities, type Call, type CallFacts } from '../../common/call'
import { anonymous } from '../../common/handle'
import type { ActionBody } from './action'
import { updated, type CallUpdate } from './update'

/** What is true of a call from outside. `startedAt`: wall-clock ms. */
export function incomingFacts(
  given: Pick<CallFacts, 'id' | 'accountId' | 'startedAt' | 'waiting'>,
  update: CallUpdate,
): CallFacts {
  const { handle, name, capabilities, ...rest } = updated({ capabilities: defaultCapabilities }, update).patch
  return {
    ...given,
    ...rest,
    direction: 'incoming',
    handle: handle ?? anonymous,
    name: name ?? null,
    capabilities: capabilities ?? defaultCapabilities,
    groupId: null,
  }
}

/** A call of ours that nobody has said anything about yet. */
export const outgoingCall = (body: ActionBody & { kind: 'start' }, startedAt: number): Call => ({
  id: body.callId,
  accountId: body.providerId,
  direction: 'outgoing',
  handle: body.handle,
  name: null,
  startedAt,
  capabilities: defaultCapabilities,
  waiting: false,
  groupId: null,
  ...(body.video === true ? { hasVideo: true } : {}),
  ...(body.consultationOf === undefined ? {} : { consultationOf: body.consultationOf }),
  state: 'dialing',
})
