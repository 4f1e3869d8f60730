/*
 * Decides, before anything happens, whether a transaction is allowed, and adds to its actions what has to happen with
 * them: all or nothing, judged on the state it would result in. Pure.
 */
import { canHold, type Call, type CallId } from '../../common/call'
import type { Action, ActionBody, ActionKind } from './action'
import type { ProviderConfiguration } from './configuration'
import { callKitError, type RequestTransactionError } from './errors'
import { Forecast } from './forecast'
import { refusal, type RefusalName, type Terms } from './permission'

export interface Situation {
  readonly calls: readonly Call[]
  /** Actions that were accepted before and are not complete, in order. */
  readonly pending: readonly ActionBody[]
  /** What maximumCallGroups counts: the calls of the whole phone, or those of the provider. */
  readonly limitsCount: 'phone' | 'provider'
  /** null: no such provider. */
  configuration(providerId: string): ProviderConfiguration | null
  /** Makes an action that is added. */
  make(body: ActionBody): Action
}

/** What a transaction would be made of, with what has to happen besides; or why it would be refused. */
export type Plan =
  | { readonly ok: true; readonly actions: readonly Action[] }
  | { readonly ok: false; readonly error: RequestTransactionError }

export function preflight(actions: readonly Action[], situation: Situation): Plan {
  const refuse = (name: RefusalName, action?: Action): Plan => ({
    ok: false,
    error: callKitError('requestTransaction', name, action ? { callId: action.callId, actionId: action.id } : {}),
  })
  if (actions.length === 0) return refuse('emptyTransaction')
  const planning = new Planning(situation, actions)
  const planned: Action[] = []
  for (const action of actions) {
    const { body } = action
    const error = planning.refusalOf(body)
    if (error) return refuse(error, action)
    const before = planning.before(body).map((one) => planning.add(one))
    planning.forecast.take(body)
    const after = planning.after(body).map((one) => planning.add(one))
    planned.push(...before, action, ...after)
  }
  const broken = brokenLimit(actions, planning.forecast, situation)
  return broken ? refuse(...broken) : { ok: true, actions: planned }
}

const takesEar = (body: ActionBody): boolean =>
  body.kind === 'start' || body.kind === 'answer' || (body.kind === 'setHeld' && !body.held)

/** A transaction on its way from what was asked to what will be done. */
class Planning implements Terms {
  readonly forecast: Forecast
  /** What comes of it if nothing is added: who ends up with whom, and how many have the user's ear. */
  private readonly result: Forecast
  /** Calls whose hold is part of the plan without having been asked for. */
  private readonly added = new Set<CallId>()

  constructor(
    private readonly situation: Situation,
    actions: readonly Action[],
  ) {
    this.forecast = new Forecast(situation.calls, situation.pending)
    this.result = new Forecast(situation.calls, situation.pending)
    const bodies = actions.map(({ body }) => body)
    for (const body of bodies) if (body.kind !== 'setHeld') this.result.take(body)
    for (const body of bodies) {
      if (body.kind !== 'setHeld') continue
      for (const { id } of this.result.members(body.callId)) this.result.take({ ...body, callId: id })
    }
  }

  configuration(providerId: string): ProviderConfiguration | null {
    return this.situation.configuration(providerId)
  }

  isPending(kind: ActionKind, callId: CallId): boolean {
    return this.situation.pending.some((body) => body.kind === kind && body.callId === callId)
  }

  isHoldSettled(callId: CallId): boolean {
    return this.added.has(callId) || this.isPending('setHeld', callId)
  }

  refusalOf(body: ActionBody): RefusalName | null {
    return refusal(body, this.forecast, this)
  }

  add(body: ActionBody): Action {
    if (body.kind === 'setHeld') this.added.add(body.callId)
    this.forecast.take(body)
    return this.situation.make(body)
  }

  /** What must be done to other calls first. */
  before(body: ActionBody): ActionBody[] {
    if (takesEar(body)) return this.inTheWayOf(body)
    return body.kind === 'setGroup' ? [...this.leftBehindBy(body), ...this.joinedBy(body)] : []
  }

  /** A conference is held and resumed as a whole: its other members follow. */
  after(body: ActionBody): ActionBody[] {
    if (body.kind !== 'setHeld') return []
    const from = body.held ? 'active' : 'held'
    const others = this.result.members(body.callId).map(({ id }) => this.forecast.find(id))
    return others.flatMap((one) =>
      one && one.id !== body.callId && one.state === from ? [{ ...body, callId: one.id }] : [],
    )
  }

  /**
   * Only one call or conference has the user's ear: the one that has it is held, one that only rings out is given up. Another that
   * rings here is in nobody's way. CallKit is said to end it when the first is answered; here it rings on as a waiting call, so that both
   * can be reached.
   */
  private inTheWayOf(body: ActionBody): ActionBody[] {
    return this.forecast.calls.flatMap((call): ActionBody[] => {
      if (call.id === body.callId || this.result.areTogether(call.id, body.callId)) return []
      // A hold that is only under way may still fail, so this transaction brings its own.
      const underWay = call.state === 'held' && this.isPending('setHeld', call.id)
      if (canHold(call) || underWay) return [{ kind: 'setHeld', callId: call.id, held: true }]
      // Whoever answers while their own call is not answered yet wants the caller; that call cannot be held.
      const unanswered = call.state === 'dialing' || call.state === 'alerting'
      return unanswered && body.kind === 'answer' ? [{ kind: 'end', callId: call.id, cause: null }] : []
    })
  }

  /** Whoever takes a call out of an active conference wants to talk to it alone: the others are held, and that comes first. */
  private leftBehindBy(body: ActionBody & { kind: 'setGroup' }): ActionBody[] {
    const call = this.forecast.find(body.callId)
    if (!call || !this.forecast.hasEar(call) || this.result.foregroundGroups() <= 1) return []
    return this.forecast
      .members(call.id)
      .filter((one) => one.id !== call.id && !this.result.areTogether(one.id, call.id) && canHold(one))
      .map((one) => ({ kind: 'setHeld', callId: one.id, held: true }))
  }

  /** Who joins an active call, or is joined by one, gets their voice back first; nobody is held in between. */
  private joinedBy(body: ActionBody & { kind: 'setGroup' }): ActionBody[] {
    const call = this.forecast.find(body.callId)
    if (!call || body.groupWith === null) return []
    const together = [call, ...this.forecast.members(body.groupWith).filter(({ id }) => id !== call.id)]
    if (!together.some((one) => this.forecast.hasEar(one))) return []
    return together
      .filter(({ state }) => state === 'held')
      .map((one) => ({ kind: 'setHeld', callId: one.id, held: false }))
  }
}

/** Which limit the result would break, and by which action; null when none. */
function brokenLimit(actions: readonly Action[], result: Forecast, situation: Situation): [RefusalName, Action] | null {
  const before = new Forecast(situation.calls, situation.pending)
  for (const action of actions) {
    const { body } = action
    const providerId = body.kind === 'start' ? body.providerId : result.find(body.callId)?.accountId
    const configuration = providerId === undefined ? null : situation.configuration(providerId)
    if (!configuration || (body.kind !== 'start' && body.kind !== 'setGroup')) continue
    const scope = situation.limitsCount === 'phone' ? undefined : providerId
    const groups = result.groups(scope)
    const members = result.members(action.callId)
    const adds = groups > before.groups(scope) || (body.kind === 'start' && members.length === 1)
    if (adds && groups > configuration.maximumCallGroups) return ['maximumCallGroupsReached', action]
    const room = members.map(({ accountId }) => situation.configuration(accountId)?.maximumCallsPerCallGroup ?? 1)
    if (members.length > 1 && members.length > Math.min(...room)) return ['invalidAction', action]
  }
  const taker = actions.find(({ body }) => takesEar(body) || body.kind === 'setGroup')
  return taker && result.foregroundGroups() > 1 ? ['invalidAction', taker] : null
}
