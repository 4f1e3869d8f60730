/*
 * Which calls belong together: members of one conference, and calls that came of a transfer. Learned while they are up,
 * because an ended call says nothing of it any more. It decides nothing about calls.
 */
import type { Call, CallId } from '../../common/call'
import type { HistoryEntry } from '../../common/phone-state'

type Relation = HistoryEntry['relations'][number]

/** Calls remembered as related, at most; a conference has far fewer members. */
const relationsAtMost = 32
/** Calls whose relations are remembered; the oldest are forgotten first. */
const rememberedAtMost = 500

export class CallRelations {
  private readonly known = new Map<CallId, Map<CallId, Relation['kind']>>()

  /** Told of the calls at every change. */
  follow(calls: readonly Call[]): void {
    for (const call of calls) {
      if (call.state === 'ended') continue
      if (call.groupId !== null)
        for (const other of calls)
          if (other.id !== call.id && other.state !== 'ended' && other.groupId === call.groupId)
            this.relate(call.id, 'conference', other.id)
      const transfer = call.state === 'active' || call.state === 'held' ? call.transfer : null
      if (transfer?.toCallId) this.handedOver(call.id, transfer.toCallId)
    }
  }

  /** The far end of `from` is being handed to `to`. */
  handedOver(from: CallId, to: CallId): void {
    this.relate(from, 'transferred-to', to)
    this.relate(to, 'transferred-from', from)
  }

  /** Those of a call that ended; a transfer that came to nothing relates nobody. */
  of(call: Call & { state: 'ended' }): readonly Relation[] {
    const transferred = call.cause === 'transferred' || call.cause === 'remote-transferred'
    const related = [...(this.known.get(call.id) ?? [])].map(([callId, kind]): Relation => ({ kind, callId }))
    return related.filter(({ kind }) => kind !== 'transferred-to' || transferred).slice(0, relationsAtMost)
  }

  private relate(callId: CallId, kind: Relation['kind'], other: CallId): void {
    const related = this.known.get(callId) ?? new Map<CallId, Relation['kind']>()
    related.set(other, kind)
    this.known.set(callId, related)
    for (const oldest of this.known.keys()) {
      if (this.known.size <= rememberedAtMost) break
      this.known.delete(oldest)
    }
  }
}
