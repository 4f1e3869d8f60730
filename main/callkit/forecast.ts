/*
 * The calls as they would be if all went well: what a transaction is judged by. It starts from what is true now and what
 * was already accepted, and takes in one action after another. It allows everything; see permission.ts.
 */
import { canEnd, groupOf, isLive, type Call, type CallId } from '../../common/call'
import { transition, type CallEvent } from '../../common/call-transition'
import type { ActionBody } from './action'
import { isForeground } from './foreground'
import { settledGroups } from './groups'
import { outgoingCall } from './new-call'

export class Forecast {
  /** Calls that were started or answered by the actions taken in: nothing is known yet of what they allow. */
  readonly fresh = new Set<CallId>()
  private list: readonly Call[]
  /** Ringing calls whose answer was accepted before and is still to be carried out. */
  private readonly answering = new Set<CallId>()

  /** `pending`: actions that were accepted before and are not complete, in order. */
  constructor(calls: readonly Call[], pending: readonly ActionBody[]) {
    this.list = calls.filter(isLive)
    for (const body of pending) {
      if (body.kind === 'answer') this.answering.add(body.callId)
      // An end that waits for its turn must not keep anybody from ending the call now.
      else if (body.kind === 'setHeld' || body.kind === 'setGroup') this.take(body)
    }
  }

  get calls(): readonly Call[] {
    return this.list
  }

  find(callId: CallId): Call | undefined {
    return this.list.find(({ id }) => id === callId)
  }

  /** Members of the call's conference, itself included, that are not on their way out. */
  members(callId: CallId): readonly Call[] {
    const call = this.find(callId)
    return call ? groupOf(call, this.list).filter(canEnd) : []
  }

  areTogether(callId: CallId, otherId: CallId): boolean {
    return this.members(callId).some(({ id }) => id === otherId)
  }

  hasEar(call: Call): boolean {
    return isForeground(call) || (call.state === 'incoming' && this.answering.has(call.id))
  }

  /** How many calls or conferences there are, of one provider or of all. */
  groups(providerId?: string): number {
    return count(
      this.list.filter((call) => canEnd(call) && (providerId === undefined || call.accountId === providerId)),
    )
  }

  foregroundGroups(): number {
    return count(this.list.filter((call) => this.hasEar(call)))
  }

  /** Makes the action true. */
  take(body: ActionBody): void {
    switch (body.kind) {
      case 'start':
        this.fresh.add(body.callId)
        this.list = [...this.list, outgoingCall(body, 0)]
        break
      case 'answer':
        this.fresh.add(body.callId)
        this.change(body.callId, { type: 'requestAnswer' })
        break
      case 'end':
      case 'deflect':
        this.list = settledGroups(this.list.filter(({ id }) => id !== body.callId))
        break
      case 'setHeld':
        this.change(body.callId, { type: 'held', held: body.held })
        break
      case 'setMuted':
        this.change(body.callId, { type: 'muted', muted: body.muted })
        break
      case 'setGroup':
        this.regroup(body.callId, body.groupWith)
        break
      case 'transfer': {
        const to = { type: 'generic', value: '' } as const
        this.change(body.callId, {
          type: 'transfer',
          transfer: { kind: 'blind', to, toCallId: null, progress: 'asked' },
        })
        break
      }
      case 'refuseReferral':
        this.change(body.callId, { type: 'referral', referral: null })
        break
      case 'playDtmf':
      case 'setTranslating':
        break
    }
  }

  private regroup(callId: CallId, groupWith: CallId | null): void {
    const partner = groupWith === null ? undefined : this.find(groupWith)
    // Any name will do that no other group of this forecast has.
    const groupId = partner ? (partner.groupId ?? `of ${partner.id}, joined by ${callId}`) : null
    const joins = (call: Call) => call.id === callId || call.id === partner?.id
    this.list = settledGroups(this.list.map((call) => (joins(call) ? { ...call, groupId } : call)))
  }

  private change(callId: CallId, event: CallEvent): void {
    this.list = this.list.map((call) => {
      const result = call.id === callId ? transition(call, event) : null
      return result?.ok ? result.call : call
    })
  }
}

const count = (calls: readonly Call[]): number => new Set(calls.map(({ id, groupId }) => groupId ?? id)).size
