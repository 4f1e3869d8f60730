/*
 * Decides, before anything happens, whether a transaction is allowed, and puts in front of its actions what has to be out
 * of their way: all or nothing, judged on the state it would result in (contract sections 1.3, 1.6 and 1.7). Pure.
 */
import {
  canAnswer,
  canDeflect,
  canEnd,
  canHold,
  canMute,
  canPlayDtmf,
  canResume,
  canTransfer,
  defaultCapabilities,
  isLive,
  transition,
  type Call,
  type CallEvent,
  type CallId,
} from '../../common/call'
import type { Action, ActionBody, ActionKind } from './action'
import type { ProviderConfiguration } from './configuration'
import { callKitError, type RequestTransactionError } from './errors'
import { isForeground } from './foreground'

export interface Situation {
  readonly calls: readonly Call[]
  /** null: no such provider. */
  configuration(providerId: string): ProviderConfiguration | null
  /** Whether an action of this kind is delivered to a provider and incomplete. */
  isPending(kind: ActionKind, callId: CallId): boolean
  /** Makes the action that is put in front. */
  make(body: ActionBody): Action
}

export type Plan =
  | { readonly ok: true; readonly actions: readonly Action[] }
  | { readonly ok: false; readonly error: RequestTransactionError }

type ErrorName = RequestTransactionError['name']

export function preflight(actions: readonly Action[], situation: Situation): Plan {
  const forecast = new Forecast(situation)
  const planned: Action[] = []
  const refuse = (name: ErrorName, action?: Action): Plan => ({
    ok: false,
    error: callKitError('requestTransaction', name, action ? { callId: action.callId, actionId: action.id } : {}),
  })
  if (actions.length === 0) return refuse('emptyTransaction')
  for (const action of actions) {
    for (const body of forecast.inTheWayOf(action.body)) {
      forecast.apply(body)
      planned.push(situation.make(body))
    }
    const error = forecast.apply(action.body)
    if (error) return refuse(error, action)
    planned.push(action)
  }
  const starts = actions.filter((action) => action.is('start'))
  const excess = starts.find(({ body }) => forecast.groups() > forecast.limitOf(body.providerId))
  if (excess) return refuse('maximumCallGroupsReached', excess)
  const taker = actions.find(takesForeground)
  if (taker && forecast.foregroundGroups() > 1) return refuse('invalidAction', taker)
  return { ok: true, actions: planned }
}

const takesForeground = ({ body }: Action): boolean =>
  body.kind === 'start' || body.kind === 'answer' || (body.kind === 'setHeld' && !body.held)

/** The calls as they would be after the actions applied so far. */
class Forecast {
  private readonly calls: Map<CallId, Call>
  /** Conferences the actions form, as the id of the call each member joined. */
  private readonly groupOf = new Map<CallId, CallId>()

  constructor(private readonly situation: Situation) {
    this.calls = new Map(situation.calls.filter(isLive).map((call) => [call.id, call]))
  }

  /** What must be done to other calls before this action: the active one is held; one that only rings out is given up. */
  inTheWayOf(body: ActionBody): ActionBody[] {
    if (!this.isPermitted(body)) return []
    const takes = body.kind === 'start' || body.kind === 'answer' || (body.kind === 'setHeld' && !body.held)
    if (!takes) return []
    return [...this.calls.values()].flatMap((call): ActionBody[] => {
      if (call.id === body.callId) return []
      if (canHold(call)) return [{ kind: 'setHeld', callId: call.id, held: true }]
      // Whoever answers while their own call is not answered yet wants the caller; that call cannot be held.
      const unanswered = call.state === 'dialing' || call.state === 'alerting'
      return unanswered && body.kind === 'answer' ? [{ kind: 'end', callId: call.id, cause: null }] : []
    })
  }

  /** Applies an action, or says why it is not allowed. */
  apply(body: ActionBody): ErrorName | null {
    const error = this.errorOf(body)
    if (error) return error
    const call = this.calls.get(body.callId)
    switch (body.kind) {
      case 'start':
        this.calls.set(body.callId, dialing(body))
        break
      case 'answer':
        this.change(call, { type: 'requestAnswer' })
        break
      case 'end':
        this.calls.delete(body.callId)
        break
      case 'setHeld':
        this.change(call, { type: 'held', held: body.held })
        break
      case 'setMuted':
        this.change(call, { type: 'muted', muted: body.muted })
        break
      case 'setGroup':
        if (body.groupWith === null) this.groupOf.delete(body.callId)
        else this.groupOf.set(body.callId, this.rootOf(body.groupWith))
        break
      case 'playDtmf':
      case 'setTranslating':
      case 'transfer':
      case 'deflect':
      case 'refuseReferral':
        break
    }
    return null
  }

  groups(): number {
    return new Set([...this.calls.values()].filter(canEnd).map(({ id }) => this.rootOf(id))).size
  }

  foregroundGroups(): number {
    return new Set([...this.calls.values()].filter(isForeground).map(({ id }) => this.rootOf(id))).size
  }

  limitOf(providerId: string): number {
    return this.situation.configuration(providerId)?.maximumCallGroups ?? 0
  }

  private isPermitted(body: ActionBody): boolean {
    return this.errorOf(body) === null
  }

  private errorOf(body: ActionBody): ErrorName | null {
    if (body.kind === 'start') return this.startError(body)
    const call = this.calls.get(body.callId)
    if (!call) return 'unknownCallUUID'
    const configuration = this.situation.configuration(call.accountId)
    if (!configuration) return 'unknownCallProvider'
    if (body.kind === 'setGroup') return this.groupError(body, call, configuration)
    return this.isAllowed(body, call, configuration) ? null : 'invalidAction'
  }

  private isAllowed(
    body: Exclude<ActionBody, { kind: 'start' | 'setGroup' }>,
    call: Call,
    configuration: ProviderConfiguration,
  ): boolean {
    switch (body.kind) {
      case 'answer':
        return canAnswer(call) && !this.situation.isPending('answer', call.id)
      case 'end':
        return canEnd(call)
      case 'setHeld':
        return body.held ? canHold(call) : canResume(call)
      case 'setMuted':
        return canMute(call)
      case 'playDtmf':
        return canPlayDtmf(call) && /^[0-9A-D*#,]+$/.test(body.digits)
      case 'transfer':
        return canTransfer(call) && !this.situation.isPending('transfer', call.id)
      case 'deflect':
        return canDeflect(call) && !this.situation.isPending('deflect', call.id)
      case 'refuseReferral':
        return (call.state === 'active' || call.state === 'held') && call.referral !== null
      case 'setTranslating':
        return configuration.supportsAudioTranslation && (call.state === 'active' || call.state === 'held')
    }
  }

  private startError(body: ActionBody & { kind: 'start' }): ErrorName | null {
    const configuration = this.situation.configuration(body.providerId)
    if (!configuration) return 'unknownCallProvider'
    if (this.calls.has(body.callId)) return 'callUUIDAlreadyExists'
    return configuration.supportedHandleTypes.has(body.handle.type) ? null : 'invalidAction'
  }

  private groupError(
    body: ActionBody & { kind: 'setGroup' },
    call: Call,
    configuration: ProviderConfiguration,
  ): ErrorName | null {
    // To leave a group one is not in is refused, not ignored (contract section 11.23).
    if (body.groupWith === null) return this.rootOf(call.id) === call.id ? 'invalidAction' : null
    const partner = this.calls.get(body.groupWith)
    if (!partner) return 'unknownCallUUID'
    if (partner.id === call.id || partner.accountId !== call.accountId) return 'invalidAction'
    const root = this.rootOf(partner.id)
    const members = [...this.calls.keys()].filter((id) => id !== call.id && this.rootOf(id) === root).length + 1
    if (members > configuration.maximumCallsPerCallGroup) return 'invalidAction'
    // Before it is connected nothing is known of what a call allows.
    const refuses = (one: Call) => (one.state === 'active' || one.state === 'held') && !one.capabilities.grouping
    return refuses(call) || refuses(partner) ? 'invalidAction' : null
  }

  private change(call: Call | undefined, event: CallEvent): void {
    const result = call ? transition(call, event) : null
    if (result?.ok) this.calls.set(result.call.id, result.call)
  }

  private rootOf(callId: CallId): CallId {
    return this.groupOf.get(callId) ?? callId
  }
}

const dialing = (body: ActionBody & { kind: 'start' }): Call => ({
  id: body.callId,
  accountId: body.providerId,
  direction: 'outgoing',
  handle: body.handle,
  name: null,
  startedAt: 0,
  capabilities: defaultCapabilities,
  waiting: false,
  groupId: null,
  state: 'dialing',
})
