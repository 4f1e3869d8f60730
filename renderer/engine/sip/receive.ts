/*
 * An INVITE came: main is asked before anything rings, and only its word makes a 180. What can be made ready without a microphone is
 * made ready while it rings.
 */
import { SessionState, type Invitation } from 'sip.js'
import type { IncomingOffer, Verdict } from '../../../common/contract/engine'
import { DescriptionError } from '../media/media'
import { mediaKindOf, wantedKindOf } from '../media/media-kind'
import { sdpFacts } from '../media/sdp-facts'
import type { AccountLine } from './account-line'
import { tameAckTimeout } from './ack-timeout'
import { answerAfter, insistsOnAnswer } from './answer-after'
import { attestationOf } from './attestation'
import { redirect } from './deflect'
import { keepDialog } from './dialog-care'
import { divertedFrom } from './diverted'
import { follow, followEarlyDialog, reportRemoteHold, type Followed } from './follow'
import { assertedIn, identify } from './identity'
import type { LiveCall } from './live-call'
import type { LineMedia } from './line-media'
import { giveMedia } from './make-user-agent'
import { ringBack } from './ring-back'

/** A main that does not answer within this is not there, ms. */
const verdictLimit = 500

export interface ReceiveOptions {
  readonly line: AccountLine
  readonly invitation: Invitation
  readonly ask: (offer: IncomingOffer) => Promise<Verdict>
}

/** Why an INVITE cannot become a call here, before anybody is asked; null when it can. `media`: of a line behind the gateway, which takes more than WebRTC. */
export function refusalOf(
  invitation: Invitation,
  media: Pick<LineMedia, 'takes'> | null,
): { statusCode: number; cause: 'no-webrtc' | 'not-acceptable' } | null {
  const body = invitation.body
  if (!body) return null
  const type = invitation.request.getHeader('content-type') ?? ''
  if (!/^application\/sdp\b/i.test(type)) return { statusCode: 415, cause: 'not-acceptable' }
  const facts = sdpFacts(body)
  if (!facts.audio || !facts.knownCodec) return { statusCode: 488, cause: 'not-acceptable' }
  if (media === null) return facts.fingerprint ? null : { statusCode: 488, cause: 'no-webrtc' }
  const kind = mediaKindOf(body)
  if (kind !== null && media.takes(kind)) return null
  return { statusCode: 488, cause: kind === 'plain' ? 'no-webrtc' : 'not-acceptable' }
}

/** Begins a call: it is offered, then rings or is refused. */
export function receive(call: LiveCall, options: ReceiveOptions): Followed {
  const { line, invitation } = options
  giveMedia(invitation, call.descriptions)
  tameAckTimeout(invitation)
  const followed = follow(call, invitation)
  keepDialog(call, line)
  const kind = invitation.body ? wantedKindOf(invitation.body) : null
  if (kind !== null) line.media.offered(kind)
  const { request } = invitation
  if (request.hasHeader('allow')) call.remoteTakesInfo = /\bINFO\b/i.test(request.getHeaders('allow').join(','))
  decide(call, options).catch((error: unknown) => {
    call.surroundings.log.error(`offering a call: ${String(error)}`)
    refuse(invitation, 500)
    call.finish({ cause: 'failed', sipStatus: 500 })
  })
  return followed
}

async function decide(call: LiveCall, { line, invitation, ask }: ReceiveOptions): Promise<void> {
  const identity = identify(
    line.host,
    assertedIn((name) => invitation.request.getHeader(name)),
    invitation.remoteIdentity,
  )
  const { request } = invitation
  const attestation = attestationOf(request)
  const diverted = divertedFrom(request, { user: line.userAgent.configuration.uri.user ?? '', host: line.host })
  const seconds = answerAfter(request)
  const verdict = await Promise.race([
    ask({
      callId: call.id,
      accountId: call.accountId,
      handle: identity.handle,
      name: identity.name,
      ...(attestation === null ? {} : { attestation }),
      ...(diverted.length === 0 ? {} : { diverted }),
      ...(seconds === null ? {} : { answerAfter: seconds }),
      ...(insistsOnAnswer(request) ? { answerOrRefuse: true } : {}),
    }),
    new Promise<null>((resolve) => call.later(() => resolve(null), verdictLimit)),
    call.ended.then(() => null),
  ])
  if (call.stage === 'ended' || invitation.state !== SessionState.Initial) return
  if (verdict === null) {
    call.report({ type: 'fault', code: 'verdict-timeout', message: 'an incoming call got no verdict in time' })
    refuse(invitation, 480)
    call.finish({ cause: 'failed', sipStatus: 480 })
  } else if (verdict.type === 'reject') {
    refuse(invitation, verdict.status)
    call.drop()
  } else if (verdict.type === 'deflect') {
    if (!redirect(invitation, verdict.target, verdict.reason)) refuse(invitation, 480)
    call.drop()
  } else if (verdict.type === 'ignore') {
    ignore(call, invitation, verdict.seconds, line.random)
  } else {
    ring(call, invitation, line.random)
  }
}

function ring(call: LiveCall, invitation: Invitation, random: () => number): void {
  call.stage = 'ringing'
  sayRinging(call, invitation, random)
  followEarlyDialog(call, invitation)
  // A peer connection takes the page a few milliseconds, which the 180 need not wait for.
  call.later(() => prepare(call, invitation), 0)
}

/**
 * The caller hears it ring and nobody answers, as of any call that is not taken: a number that is kept away learns nothing by it, other
 * phones of the user ring on, and a server that gets no answer at all would only try again. Here it is no call.
 */
function ignore(call: LiveCall, invitation: Invitation, seconds: number, random: () => number): void {
  sayRinging(call, invitation, random)
  call.later(() => {
    refuse(invitation, 480)
    call.drop()
  }, seconds * 1_000)
}

function sayRinging(call: LiveCall, invitation: Invitation, random: () => number): void {
  call.takePrack = ringBack(invitation, {
    later: (task, ms) => call.later(task, ms),
    random,
    giveUp: () => {
      refuse(invitation, 504)
      call.finish({ cause: 'unanswered', sipStatus: 504 })
    },
    warn: (text) => call.surroundings.log.warn(text),
  })
}

function prepare(call: LiveCall, invitation: Invitation): void {
  if (call.stage !== 'ringing') return
  call.media.prepare(invitation.body || null).then(
    () => reportRemoteHold(call),
    (error: unknown) => {
      if (call.stage !== 'ringing') return
      refuse(invitation, 488)
      call.finish({ cause: error instanceof DescriptionError ? error.code : 'media-failed', sipStatus: 488 })
    },
  )
}

function refuse(invitation: Invitation, status: number): void {
  const statusCode = Number.isInteger(status) && status >= 400 && status <= 699 ? status : 480
  void invitation.reject({ statusCode }).catch(() => {})
}
