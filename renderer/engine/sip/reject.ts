/*
 * Refuses a ringing call with the status main chose.
 */
import { Invitation, SessionState } from 'sip.js'
import { done, refused, type Result } from '../../../common/errors'
import type { LiveCall } from './live-call'

export function reject(call: LiveCall, status: number): Result {
  const { session } = call
  if (!(session instanceof Invitation)) return refused('invalid-action')
  if (session.state !== SessionState.Initial && session.state !== SessionState.Establishing) {
    return refused('invalid-action')
  }
  const statusCode = Number.isInteger(status) && status >= 400 && status <= 699 ? status : 480
  void session.reject({ statusCode }).catch(() => {})
  call.finish({ cause: 'declined', sipStatus: statusCode })
  return done
}
