/*
 * Holds and resumes: sound is cut or restored at once, then the far end is told with a re-INVITE (RFC 3264 section 8.4).
 */
import { done, refused, type Result } from '../../../common/errors'
import { reportRemoteHold } from './follow'
import type { LiveCall } from './live-call'
import { reinvite } from './renegotiate'

/** The user is told of a failure before the action's own deadline of 5 s, ms. */
const patience = 4_500

export async function setHeld(call: LiveCall, held: boolean): Promise<Result> {
  if (call.stage !== 'established') return refused('invalid-action')
  if (call.held === held) return done
  apply(call, held)
  const late = new Promise<Result>((resolve) => call.later(() => resolve(refused('timed-out')), patience))
  const result = await Promise.race([reinvite(call), late])
  if (call.stage !== 'established') return refused('failed', 'the call ended')
  if (result.ok) {
    if (!held) reportRemoteHold(call)
    return result
  }
  // What the far end was told last must be what is so here: take it back, and say so again in case it was heard after all.
  if (call.held === held) {
    apply(call, !held)
    if (result.code === 'timed-out') void reinvite(call)
  }
  return result
}

function apply(call: LiveCall, held: boolean): void {
  call.held = held
  call.media.setHeld(held)
}
