/*
 * What is still to be done when a transaction went only halfway and two calls have the user's ear, so that at most one has
 * it. What was done is not undone for its own sake, only as far as that takes. Pure.
 */
import { canHold, type Call } from '../../common/call'
import type { Action, ActionBody } from './action'
import { Forecast } from './forecast'

/** Whether an action can change who has the user's ear. */
export const movesForeground = ({ kind }: ActionBody): boolean =>
  kind === 'start' || kind === 'answer' || kind === 'setHeld' || kind === 'setGroup'

/** `actions`: of the transactions that are over since it was settled last, oldest first. Mostly nothing is to be done. */
export function restoringForeground(actions: readonly Action[], calls: readonly Call[]): readonly ActionBody[] {
  const forecast = new Forecast(calls, [])
  const bodies: ActionBody[] = []
  const add = (body: ActionBody) => {
    bodies.push(body)
    forecast.take(body)
  }
  for (const { body, outcome } of actions.toReversed()) {
    if (forecast.foregroundGroups() <= 1) break
    const call = forecast.find(body.callId)
    if (!outcome?.ok || !call || !forecast.hasEar(call)) continue
    if (body.kind === 'setHeld' && !body.held) {
      // Resumed to be merged, and the merge failed.
      if (canHold(call)) add({ kind: 'setHeld', callId: call.id, held: true })
    } else if (body.kind === 'start' || body.kind === 'answer') {
      for (const other of forecast.calls) {
        const apart = !forecast.areTogether(other.id, call.id)
        if (apart && canHold(other)) add({ kind: 'setHeld', callId: other.id, held: true })
      }
      if (forecast.foregroundGroups() > 1) add({ kind: 'end', callId: call.id, cause: 'failed' })
    }
  }
  return bodies
}
