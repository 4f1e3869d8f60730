/*
 * Re-INVITEs of a call, through its queue: what the media now wants to say is said, or said anew with fresh ICE after the network
 * changed. What the answer means for hold or for the user is the caller's business.
 */
import type { SessionInviteOptions } from 'sip.js'
import { done, refused, type Result } from '../../../common/errors'
import type { DescriptionOptions } from '../media/media'
import { hangUp } from './end'
import type { LiveCall } from './live-call'

/** Offers what the media now says. `media-failed` when the far end cannot take it; `failed` when the call is over or unreachable. */
export async function reinvite(call: LiveCall, options: DescriptionOptions = {}): Promise<Result> {
  const { care, session } = call
  if (care === null || session === null) return refused('failed')
  const wanted = { sessionDescriptionHandlerOptions: options } as SessionInviteOptions
  const outcome = await care.reinvites.run(() => wanted)
  // sip.js would use the options of this one for every later description.
  session.sessionDescriptionHandlerOptionsReInvite = {}
  call.recordDialog()
  if (outcome.ok) return done
  const { sipStatus } = outcome
  // The far end no longer knows the dialog, or nobody answers in it (RFC 3261 section 12.2.1.2).
  if (sipStatus === 481 || sipStatus === 408) hangUp(call, 'connection-lost')
  return refused(
    sipStatus === 488 || sipStatus === 606 ? 'media-failed' : 'failed',
    sipStatus === null ? undefined : `SIP ${sipStatus}`,
  )
}

/** New candidates and credentials for a call whose network changed or whose sound broke (RFC 8839 section 4.4.3). */
export const renegotiate = (call: LiveCall): Promise<Result> => reinvite(call, { iceRestart: true })

/** The new way to us, for a call whose account was connected anew; its sound, if there is any, is left alone. */
export const tellNewWay = (call: LiveCall): Promise<Result> => reinvite(call, { iceRestart: true, unlessHeard: true })

/** Another connection from scratch, for a call whose sound cannot begin on the one it has. */
export const beginAnew = (call: LiveCall): Promise<Result> => reinvite(call, { fresh: true })
