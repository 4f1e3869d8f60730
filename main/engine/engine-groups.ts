/*
 * Keeps the engine's conferences what the phone shows: a call joins or leaves in the engine when an action asks for it, and
 * a conference that dissolved by itself is over there too. It decides nothing about who may be with whom.
 */
import { isLive, type Call, type CallId } from '../../common/call'
import { done, type Result } from '../../common/errors'
import type { ActionOf } from '../callkit/action'
import { groupToJoin } from '../callkit/groups'
import type { Registry } from '../callkit/registry'
import type { Engine } from './engine'

export class EngineGroups {
  /** Calls the engine mixes with others. */
  private readonly grouped = new Set<CallId>()

  constructor(
    private readonly engine: Engine,
    private readonly registry: Registry,
  ) {
    registry.observe((now, before) => this.update(now, before))
  }

  /** Has the engine do it; whoever stood alone and is joined is told as well. What failed or came too late is undone there. */
  async perform(action: ActionOf<'setGroup'>): Promise<Result> {
    const { registry } = this
    const { callId, groupWith } = action.body
    const groupId = groupToJoin(action, registry.calls)
    const joined = groupWith === null || registry.find(groupWith)?.groupId === groupId ? [] : [groupWith]
    const calls = [...joined, callId]
    const results = await Promise.all(calls.map((id) => this.put(id, groupId)))
    const failure = results.find((result) => !result.ok)
    if (action.isComplete || failure) {
      for (const id of calls) void this.put(id, registry.find(id)?.groupId ?? null)
    }
    return failure ?? done
  }

  /** The engine is gone, and its conferences with it. */
  clear(): void {
    this.grouped.clear()
  }

  private put(callId: CallId, groupId: string | null): Promise<Result> {
    if (groupId === null) this.grouped.delete(callId)
    else this.grouped.add(callId)
    return this.engine.request({ type: 'setGroup', callId, groupId })
  }

  private update(now: readonly Call[], before: readonly Call[]): void {
    for (const { id, groupId } of before) {
      if (groupId === null || !this.grouped.has(id)) continue
      const call = now.find((one) => one.id === id)
      if (!call || !isLive(call)) this.grouped.delete(id)
      else if (call.groupId === null && call.state !== 'ending') void this.put(id, null)
    }
  }
}
