/*
 * Calls somebody: microphone, offer, INVITE; then what comes back. The CANCEL that had to wait for a provisional answer is sent here,
 * even when the call has long ended for its user.
 */
import { Inviter, SessionState, UserAgent, type Core, type URI } from 'sip.js'
import { done, refused, type Result } from '../../../common/errors'
import type { CallMedia } from '../media/media'
import { answersInDtls, mediaKindOf, type OfferedKind } from '../media/media-kind'
import { sdpFacts } from '../media/sdp-facts'
import type { AccountLine } from './account-line'
import { connect } from './connect'
import { DescriptionAdapter } from './description-adapter'
import { causeOfRejection, parseReasons } from './end-cause'
import { hangUp } from './end'
import { keepDialog } from './dialog-care'
import { focusIn } from './focus'
import { follow, reportRemoteHold } from './follow'
import { takeLastAnswer } from './last-answer'
import type { LiveCall } from './live-call'
import { giveMedia } from './make-user-agent'
import { forgetLater, watchForSilence } from './open-invite'
import { reasonText } from './reason-text'
import type { Referral } from './referral'

/** An INVITE that nobody answers finally; main's own ring limit is shorter, ms. */
const ringLimit = 180_000

export interface DialOptions {
  readonly line: AccountLine
  /** SIP URI. */
  readonly target: string
  /** On whose behalf (REFER): it is told how the call goes. null: the user's own wish. */
  readonly referral: Referral | null
  /** Other sound for the call, of this kind; absent: what is refused is not offered otherwise. */
  readonly createMedia?: (kind: OfferedKind, line: AccountLine) => CallMedia
  /** Puts the call on the best of the account's lines that were not tried; null: there is none. Absent: it goes by `line` or not at all. */
  readonly moveTo?: (tried: readonly AccountLine[]) => AccountLine | null
}

/** How long an INVITE may be without any answer before it is sent another way, where there is one, ms. */
const silenceLimit = 2_500

/** One INVITE; another may follow when its kind of sound is refused, or nothing is heard by the way it went. */
interface Attempt extends DialOptions {
  readonly uri: URI
  readonly extraHeaders: string[]
  /** What it offers; null: there is nothing to choose. */
  readonly kind: OfferedKind | null
  /** What was offered before. */
  readonly tried: readonly OfferedKind[]
  /** It offers a port for RTCP. */
  readonly hasPort: boolean
  /** By which lines it went before. */
  readonly past: readonly AccountLine[]
}

/** Resolves when the INVITE was handed to the transport. A refusal also means that the call does not exist. */
export async function dial(call: LiveCall, options: DialOptions): Promise<Result> {
  const { line, target, referral } = options
  const kind = line.isBehindGateway ? line.media.offersTo(target) : null
  referral?.begin()
  // Whatever ends it before an answer, whoever asked for it is told; after an answer there is nothing left to tell.
  call.onEnd(() => referral?.tell(487, 'Request Terminated'))
  const asked = referral?.inviteTo(target) ?? null
  const uri = asked?.uri ?? makeSipUri(target)
  if (uri === null) return drop(call, refused('invalid-target'))
  if (!line.connected) return drop(call, refused('not-registered'))
  // The offer is made while the microphone opens; what goes wrong with it is told by `invite`, which asks for it again.
  call.media.prepare(null).catch(() => {})
  const opened = await call.media.openMicrophone()
  if (call.stage === 'ended') return refused('failed', 'the call ended')
  if (!opened.ok) return drop(call, opened)

  const extraHeaders = asked?.extraHeaders ?? []
  const attempt = { ...options, uri, extraHeaders, kind, tried: [], hasPort: false, past: [] }
  const inviter = prepare(call, attempt)
  if (asked !== null && referral !== null && referral.name !== null) {
    call.report({ type: 'updated', callId: call.id, name: referral.name })
  }
  if (!(await invite(call, inviter, attempt))) return drop(call, refused('media-failed'))
  call.later(() => {
    if (call.stage === 'dialing' || call.stage === 'alerting') hangUp(call, 'unanswered')
  }, ringLimit)
  return done
}

/** The session of an INVITE that is not sent yet. */
function prepare(call: LiveCall, attempt: Attempt): Inviter {
  const { line, uri, extraHeaders, referral } = attempt
  const inviter = new Inviter(line.userAgent, uri, { extraHeaders: [...extraHeaders] })
  giveMedia(inviter, call.descriptions)
  takeLastAnswer(inviter)
  follow(call, inviter)
  keepDialog(call, line)
  const { descriptions } = call
  inviter.stateChange.addListener((state) => {
    if (state === SessionState.Terminated && descriptions.failure !== null && descriptions.remote !== null) {
      // Acknowledged and hung up by sip.js: an answer of that kind was not asked for.
      if (call.session !== inviter) return
      const { remote } = descriptions
      for (const answered of [answeredWithNone, answeredOtherwise, answeredWithPort]) {
        if (answered(call, attempt, remote)) return
      }
    }
    if (state !== SessionState.Established) return
    // It was sent another way meanwhile.
    if (call.session !== inviter) return void inviter.bye().catch(() => {})
    referral?.tell(200, 'OK')
    established(call, inviter)
  })
  return inviter
}

/** False when there is nothing to offer. */
async function invite(call: LiveCall, inviter: Inviter, attempt: Attempt): Promise<boolean> {
  try {
    await inviter.invite({ requestDelegate: listen(call, inviter, attempt) })
  } catch (error) {
    // `follow` may have ended the call by the time we hear of it; the cause is in the descriptions.
    call.surroundings.log.warn(`dialing: ${String(error)}`)
    return false
  }
  call.care?.repeatAsWanted()
  call.invited = true
  watchForSilence(call, inviter)
  const goRound = (): boolean => call.session === inviter && call.stage === 'dialing' && sendRound(call, attempt)
  call.goRound = goRound
  call.later(() => {
    if (call.session !== inviter || call.provisional) return
    goRound()
    attempt.line.transport.probe()
  }, silenceLimit)
  return true
}

/**
 * The far end takes no sound of this kind: it is offered another, in a call of its own for everybody but the user. False: there is no other. What
 * becomes of the INVITE before is the caller's business.
 */
function offerAnew(call: LiveCall, attempt: Attempt, kind: OfferedKind | null): boolean {
  const isOpen = call.stage === 'dialing' || call.stage === 'alerting'
  const media =
    kind === null || attempt.kind === null || !isOpen ? undefined : attempt.createMedia?.(kind, attempt.line)
  if (media === undefined) return false
  call.surroundings.log.info(`the far end takes no such sound: ${kind} is offered instead`)
  sendAnew(call, { ...attempt, kind, tried: allOf(attempt) }, media)
  return true
}

/**
 * The far end has a port of its own for RTCP: the sound of the next INVITE is made for that, as what is made by its line is from now on. False: it has none,
 * or was offered that.
 */
function answeredWithPort(call: LiveCall, attempt: Attempt, sdp: string): boolean {
  const isOpen = call.stage === 'dialing' || call.stage === 'alerting'
  if (attempt.hasPort || !isOpen || mediaKindOf(sdp) !== 'webrtc' || sdpFacts(sdp).muxed) return false
  const media = attempt.createMedia?.(attempt.kind ?? 'webrtc', attempt.line)
  if (media === undefined) return false
  call.surroundings.log.info('the far end has a port of its own for RTCP: it is offered one')
  sendAnew(call, { ...attempt, hasPort: true }, media)
  return true
}

/** Its server does not serve it, or is not heard: the call goes by another one. False: there is none. */
function sendRound(call: LiveCall, attempt: Attempt): boolean {
  const past = [...attempt.past, attempt.line]
  const line = attempt.createMedia === undefined ? null : (attempt.moveTo?.(past) ?? null)
  const media = line === null ? undefined : attempt.createMedia?.(line.media.offersTo(attempt.target), line)
  if (line === null || media === undefined) return false
  call.surroundings.log.info('no answer by this server: the call goes by another one')
  const kind = line.isBehindGateway ? line.media.offersTo(attempt.target) : null
  sendAnew(call, { ...attempt, line, past, kind, tried: [] }, media)
  return true
}

/** In a call of its own for everybody but the user. What becomes of the INVITE before is the caller's business. */
function sendAnew(call: LiveCall, again: Attempt, media: CallMedia): void {
  call.provisional = false
  call.unfollow()
  call.takeOver(media, new DescriptionAdapter(media))
  const inviter = prepare(call, again)
  media.openMicrophone().then(
    async () => {
      if (call.stage === 'ended' || call.session !== inviter) return
      if (!(await invite(call, inviter, again))) call.finish({ cause: 'media-failed' })
    },
    () => call.finish({ cause: 'media-failed' }),
  )
}

/** What we offered is plain, what we are answered is not. False: it is, or there is nothing else to offer. */
function answeredOtherwise(call: LiveCall, attempt: Attempt, sdp: string): boolean {
  const { kind, line } = attempt
  return kind !== null && answersInDtls(sdp) && offerAnew(call, attempt, line.media.afterDtls(allOf(attempt)))
}

/** The call was answered and its sound refused (RFC 3264 section 6), which is a 488 in other words. False: it was not, or there is nothing else to offer. */
function answeredWithNone(call: LiveCall, attempt: Attempt, sdp: string): boolean {
  return !sdpFacts(sdp).audio && offerAnew(call, attempt, attempt.line.media.after(allOf(attempt), 488))
}

const allOf = ({ tried, kind }: Attempt): readonly OfferedKind[] => (kind === null ? tried : [...tried, kind])

function makeSipUri(target: string): URI | null {
  const uri = UserAgent.makeURI(target)
  return uri?.scheme === 'sip' ? uri : null
}

function drop(call: LiveCall, result: Result): Result {
  call.drop()
  return result
}

function listen(call: LiveCall, inviter: Inviter, attempt: Attempt): Core.OutgoingInviteRequestDelegate {
  const { line, referral, kind } = attempt
  let early: string | null = null
  // Another dialog may have taken the place of this one (RFC 3891).
  const isCurrent = (): boolean => call.session === inviter
  const provisional = (): void => {
    if (isCurrent()) call.provisional = true
    if ((call.stage !== 'ended' && isCurrent()) || inviter.state !== SessionState.Establishing) return
    // The user gave up before a CANCEL was allowed, or it went another way; now it is.
    void inviter.cancel().catch(() => {})
    forgetLater(call, inviter)
  }
  return {
    onTrying: provisional,
    onProgress: ({ message }) => {
      provisional()
      if (call.stage === 'ended' || !isCurrent()) return
      if (message.body && answeredOtherwise(call, attempt, message.body)) {
        void inviter.cancel().catch(() => {})
        return forgetLater(call, inviter)
      }
      if (message.statusCode === 180) referral?.tell(180, 'Ringing')
      if (
        message.body &&
        call.media.hasDescription(message.getHeader('content-type') ?? '') &&
        message.body !== early
      ) {
        early = message.body
        call.care?.forks.add(message.toTag)
        call.media.setEarlyDescription(message.body).then(
          () => isCurrent() && progress(call, 'early'),
          () => {
            call.surroundings.log.info('early media could not be used')
            if (!isCurrent()) return
            if (message.statusCode === 180) progress(call, 'alerting')
            if (!answeredWithPort(call, attempt, message.body)) return
            void inviter.cancel().catch(() => {})
            forgetLater(call, inviter)
          },
        )
      } else if (message.statusCode === 180 || message.statusCode === 182) progress(call, 'alerting')
    },
    onAccept: ({ message }) => {
      if (message.hasHeader('allow')) call.remoteTakesInfo = /\bINFO\b/i.test(message.getHeaders('allow').join(','))
      if (!isCurrent()) return
      const isRefused = message.body !== '' && !sdpFacts(message.body).audio
      if (kind !== null && !isRefused) line.media.took(kind, attempt.target)
      call.care?.forks.add(message.toTag)
      call.care?.accepted(message)
      const focus = focusIn(message)
      if (focus !== null) call.report({ type: 'updated', callId: call.id, focus })
    },
    onReject: ({ message }) => {
      if (!isCurrent()) return
      const status = message.statusCode ?? 500
      const local = !message.callId
      // RFC 3263 section 4.3: neither is a word of the far end's.
      if ((local || status === 503) && call.stage === 'dialing' && sendRound(call, attempt)) return
      const other = kind === null || local || call.stage !== 'dialing' ? null : line.media.after(allOf(attempt), status)
      if (offerAnew(call, attempt, other)) return
      referral?.tell(status, message.reasonPhrase ?? '')
      const reasons = local ? [] : parseReasons(message.getHeaders('reason'))
      call.finish({
        cause: causeOfRejection(status, reasons, { local, tried: call.provisional }),
        sipStatus: local ? null : status,
        reason: local ? null : reasonText(reasons, message.reasonPhrase ?? null),
      })
    },
    // Not followed: whoever answers for the far end does not choose whom the user calls.
    onRedirect: ({ message }) => {
      if (!isCurrent()) return
      const { statusCode, reasonPhrase } = message
      referral?.tell(statusCode ?? 302, reasonPhrase ?? '')
      call.finish({ cause: 'redirected', sipStatus: statusCode ?? null, reason: reasonPhrase ?? null })
    },
  }
}

function progress(call: LiveCall, stage: 'alerting' | 'early'): void {
  if (call.stage !== 'dialing' && call.stage !== 'alerting') return
  call.stage = 'alerting'
  call.report({ type: 'progress', callId: call.id, stage })
}

function established(call: LiveCall, inviter: Inviter): void {
  if (call.stage === 'ended') {
    // Answered before any provisional answer, after the user gave up.
    void inviter.bye().catch(() => {})
    return
  }
  call.report({ type: 'progress', callId: call.id, stage: 'accepted' })
  void connect(call, Promise.resolve()).then((result) => {
    if (result.ok) reportRemoteHold(call)
  })
}
