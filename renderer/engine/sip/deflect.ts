/*
 * Sends a ringing call elsewhere: 302 with the address that the user or a rule chose (RFC 3261 section 21.3.3). Whether the caller's
 * system goes there is its own affair.
 */
import { Invitation, SessionState, UserAgent } from 'sip.js'
import type { DeflectReason } from '../../../common/contract/engine'
import { done, refused, type Result } from '../../../common/errors'
import type { LiveCall } from './live-call'

/** The `deflect` command; the call is over for us when it returns. */
export function deflect(call: LiveCall, target: string, reason?: DeflectReason): Result {
  const { session } = call
  if (!(session instanceof Invitation) || call.stage !== 'ringing') return refused('invalid-action')
  if (session.state !== SessionState.Initial) return refused('invalid-action')
  if (!redirect(session, target, reason)) return refused('invalid-target')
  call.finish({ cause: 'deflected', sipStatus: 302 })
  return done
}

/** 302 with `target`, a SIP URI. False when it is none; nothing was sent then. */
export function redirect(invitation: Invitation, target: string, reason: DeflectReason = 'deflection'): boolean {
  const uri = UserAgent.makeURI(target)
  if (uri === undefined || uri.scheme !== 'sip' || !uri.host) return false
  uri.clearHeaders()
  // RFC 5806: who sends it on and why; the next phone shows it.
  const own = invitation.userAgent.configuration.uri.toString()
  const extraHeaders = [`Contact: <${uri.toString()}>`, `Diversion: <${own}>;reason=${reason}`]
  void invitation.reject({ statusCode: 302, extraHeaders }).catch(() => {})
  return true
}
