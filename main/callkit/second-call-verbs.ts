/*
 * What can be done about a second call in one move: take it and hold, take it and hang up, go back and forth. Each is
 * one transaction, so that a hold that fails stops what was to come after it.
 */
import { canAnswer, type Call, type CallId } from '../../common/call'
import { refused } from '../../common/errors'
import type { ActionBody } from './action'
import { isForeground } from './foreground'
import { settled, type Requests } from './requests'
import type { CallVerbs, Originator, Requested } from './verbs'

export class SecondCallVerbs implements Pick<CallVerbs, 'holdAndAnswer' | 'endAndAnswer' | 'swap'> {
  constructor(private readonly requests: Requests) {}

  holdAndAnswer(callId: CallId, by: Originator): Promise<Requested> {
    return this.answerAfter(callId, by, (calls) => {
      const active = calls.find(({ state }) => state === 'active')
      return active ? [setHeld(active, true)] : []
    })
  }

  endAndAnswer(callId: CallId, by: Originator): Promise<Requested> {
    return this.answerAfter(callId, by, (calls) =>
      calls.filter(isForeground).map((call) => ({ kind: 'end', callId: call.id, cause: null })),
    )
  }

  swap(by: Originator): Promise<Requested> {
    return this.requests.once('swap', async () => {
      const { calls } = this.requests
      const active = calls.find(({ state }) => state === 'active')
      const [waiting, ...others] = calls.filter(({ state }) => state === 'held')
      // Of several held ones nobody knows which is meant.
      const isClear = others.every(({ groupId }) => groupId !== null && groupId === waiting?.groupId)
      if (!active || !waiting || !isClear) return refused('invalid-action')
      return this.requests.ask([setHeld(active, true), setHeld(waiting, false)], by)
    })
  }

  private answerAfter(
    callId: CallId,
    by: Originator,
    first: (calls: readonly Call[]) => ActionBody[],
  ): Promise<Requested> {
    const { requests } = this
    // Whichever way it is being answered, one answer is enough.
    return requests.once(`answer ${callId}`, async () => {
      const call = requests.find(callId)
      if (!call || call.state === 'ending') return refused('unknown-call')
      const answered = !canAnswer(call) || requests.isPending('answer', callId)
      if (call.direction === 'incoming' && answered) return settled()
      const others = requests.calls.filter(({ id }) => id !== callId)
      return requests.ask([...first(others), { kind: 'answer', callId }], by)
    })
  }
}

/** A member of a conference takes the whole conference with it. */
const setHeld = ({ id }: Call, held: boolean): ActionBody => ({ kind: 'setHeld', callId: id, held })
