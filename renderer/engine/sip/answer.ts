/*
 * Answers a ringing call: the microphone first, because a 200 that nobody can speak behind is worse than a refusal; then 200, then
 * sound. A CANCEL or BYE may come at any moment on the way.
 */
import { Invitation, SessionState } from 'sip.js'
import { refused, type EndCause, type Result } from '../../../common/errors'
import { connect } from './connect'
import type { LiveCall } from './live-call'

const gone = (): Result => refused('failed', 'the call ended')

/** Resolves when both can speak, or says why not; a failure also ends the call, with an answer to the caller. */
export async function answer(call: LiveCall, acknowledged: Promise<void>): Promise<Result> {
  const { session } = call
  if (call.stage !== 'ringing' || !(session instanceof Invitation)) return refused('invalid-action')
  call.stage = 'answering'
  const opened = await call.media.openMicrophone()
  if (isOver(call)) return gone()
  if (!opened.ok) {
    void session.reject({ statusCode: 480 }).catch(() => {})
    call.finish({ cause: microphoneCause(opened.code) })
    return opened
  }
  try {
    await session.accept()
  } catch (error) {
    if (isOver(call)) return gone()
    call.surroundings.log.warn(`answering: ${String(error)}`)
    call.finish({ cause: call.descriptions.failure ?? 'media-failed' })
    return refused('media-failed')
  }
  // A CANCEL that crossed the answer is swallowed by sip.js; the session's state tells.
  if (isOver(call) || session.state !== SessionState.Established) return gone()
  return connect(call, acknowledged)
}

const isOver = (call: LiveCall): boolean => call.stage === 'ended'

function microphoneCause(code: string): EndCause {
  return code === 'microphone-denied' || code === 'microphone-missing' || code === 'microphone-busy'
    ? code
    : 'media-failed'
}
