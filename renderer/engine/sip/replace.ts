/*
 * An INVITE that takes the place of a dialog we have (RFC 3891): the far end was handed to somebody else by a transfer we are not asked
 * about. The call stays the same to its user; its session and its sound are new. Who may do so is proven by knowing the dialog.
 */
import type { Invitation } from 'sip.js'
import { Inviter, SessionState, type Session } from 'sip.js'
import type { CallMedia } from '../media/media'
import type { AccountLine } from './account-line'
import { tameAckTimeout } from './ack-timeout'
import { carryOn, connect } from './connect'
import { DescriptionAdapter } from './description-adapter'
import { DialogCare } from './dialog-care'
import { follow, reportRemoteHold } from './follow'
import { assertedIn, identify } from './identity'
import type { LiveCall } from './live-call'
import { giveMedia } from './make-user-agent'
import { namesDialog, parseReplaces, type Replaces } from './replaces'

export interface ReplaceOptions {
  readonly line: AccountLine
  readonly invitation: Invitation
  /** New sound for the call. */
  readonly media: CallMedia
  readonly joinGroup: (media: CallMedia, groupId: string) => void
}

/** Calls whose place is being taken right now. */
const beingReplaced = new WeakSet<LiveCall>()

/** The call that a Replaces header names among those of one account, or the status that refuses it (RFC 3891 section 3). */
export function findReplaced(header: string, calls: readonly LiveCall[]): LiveCall | number {
  const replaces = parseReplaces(header)
  if (replaces === null) return 400
  const call = calls.find((candidate) => names(replaces, candidate))
  if (call === undefined) return 481
  switch (call.stage) {
    case 'established':
      if (replaces.earlyOnly) return 486
      return call.transfer !== null || beingReplaced.has(call) ? 491 : call
    case 'connecting':
      return replaces.earlyOnly ? 486 : 491
    case 'dialing':
    case 'alerting':
      return beingReplaced.has(call) ? 491 : call
    default:
      // An early dialog may be replaced only by whoever its caller lets; here that would be a stranger.
      return 481
  }
}

/** Answers the INVITE in the name of the call. When that fails the call goes on as it was. */
export async function replace(call: LiveCall, options: ReplaceOptions): Promise<void> {
  const { line, invitation, media } = options
  const descriptions = new DescriptionAdapter(media)
  giveMedia(invitation, descriptions)
  tameAckTimeout(invitation)
  // Before the 200, in which it has a say.
  const care = new DialogCare(call, invitation, line)
  const abandon = (): void => {
    care.close()
    media.close()
  }
  beingReplaced.add(call)
  try {
    if (await accept(call, options)) take(call, options, { descriptions, care })
    else abandon()
  } catch (error) {
    call.surroundings.log.warn(`replacing a dialog: ${String(error)}`)
    abandon()
    void invitation.reject({ statusCode: 488 }).catch(() => {})
  } finally {
    beingReplaced.delete(call)
  }
}

async function accept(call: LiveCall, { invitation, media }: ReplaceOptions): Promise<boolean> {
  const opened = await media.openMicrophone()
  if (call.stage === 'ended' || !opened.ok || invitation.state !== SessionState.Initial) {
    void invitation.reject({ statusCode: call.stage === 'ended' ? 481 : 480 }).catch(() => {})
    return false
  }
  media.setHeld(call.held)
  await invitation.accept()
  // A CANCEL that crossed the answer is swallowed by sip.js; the session's state tells.
  if (!isAnswered(invitation)) return false
  if (isOver(call)) {
    void invitation.bye().catch(() => {})
    return false
  }
  return true
}

const isAnswered = (invitation: Invitation): boolean => invitation.state === SessionState.Established
const isOver = (call: LiveCall): boolean => call.stage === 'ended'

/** Nothing in here waits: there is no moment in which the call has no session, or two. */
function take(
  call: LiveCall,
  { invitation, media, joinGroup }: ReplaceOptions,
  { descriptions, care }: { readonly descriptions: DescriptionAdapter; readonly care: DialogCare },
): void {
  const former = call.session
  const wasTalking = call.stage === 'established'
  call.unfollow()
  call.care?.close()
  call.referral?.forget()
  call.endsAs = null
  call.takeOver(media, descriptions)
  if (call.groupId !== null) joinGroup(media, call.groupId)
  const { acknowledged } = follow(call, invitation)
  call.care = care
  if (former !== null) letGo(former)
  introduce(call, invitation)
  if (wasTalking) {
    call.recordDialog()
    carryOn(call)
    reportRemoteHold(call)
  } else {
    call.report({ type: 'progress', callId: call.id, stage: 'accepted' })
    void connect(call, acknowledged).then((result) => {
      if (result.ok) reportRemoteHold(call)
    })
  }
}

function introduce(call: LiveCall, { request, remoteIdentity }: Invitation): void {
  const asserted = assertedIn((name) => request.getHeader(name))
  call.report({ type: 'updated', callId: call.id, ...identify(call.ownHost, asserted, remoteIdentity) })
  call.remoteTakesInfo = !request.hasHeader('allow') || /\bINFO\b/i.test(request.getHeaders('allow').join(','))
}

/** BYE, or CANCEL for what still rang; what it answers concerns nobody any more. */
function letGo(session: Session): void {
  session.delegate = { onBye: (bye) => void bye.accept().catch(() => {}) }
  if (session.state === SessionState.Established) void session.bye().catch(() => {})
  else if (session instanceof Inviter && session.state === SessionState.Establishing) {
    void session.cancel().catch(() => {})
  }
}

function names(replaces: Replaces, { session }: LiveCall): boolean {
  if (session === null) return false
  const { dialog } = session
  if (dialog) return namesDialog(replaces, dialog)
  // Before the answer sip.js gives a caller's session no dialog; those its provisional answers made are the core's.
  if (!(session instanceof Inviter) || session.state !== SessionState.Establishing) return false
  const { callId, fromTag: localTag } = session.request
  if (localTag === undefined) return false
  const early = session.userAgent.userAgentCore.dialogs.has(callId + localTag + replaces.fromTag)
  return early && namesDialog(replaces, { callId, localTag, remoteTag: replaces.fromTag })
}
