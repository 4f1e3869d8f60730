/*
 * Listens to the session of a call: what the far end does in it becomes the call's state and reports. It asks for nothing.
 */
import { SessionState, type Core, type Invitation, type Inviter, type SessionDelegate } from 'sip.js'
import type { EndCause } from '../../../common/errors'
import { causeOfCancel, parseReasons } from './end-cause'
import type { LiveCall } from './live-call'
import { reasonText } from './reason-text'
import { takeRefer } from './referral'
import { takeNotify } from './transfer'

/** What sip.js keeps to itself: its own handling of a BYE, which drops those that come while a call is being established. */
interface ByeHandling {
  onByeRequest(request: Core.IncomingByeRequest): void
}

export interface Followed {
  /** Resolves at the ACK to our 200. */
  readonly acknowledged: Promise<void>
}

export function follow(call: LiveCall, session: Invitation | Inviter): Followed {
  call.session = session
  let acknowledge: () => void = () => {}
  const acknowledged = new Promise<void>((resolve) => {
    acknowledge = resolve
  })
  let acked = false

  const delegate: SessionDelegate = {
    onAck: () => {
      acked = true
      acknowledge()
    },
    onBye: (bye) => {
      // Answered before the call hears of it: a 200 is owed whatever happens here.
      void bye.accept().catch(() => {})
      const end = byeEnd(bye.request)
      if (call.transfer?.farewell(() => call.finish(end)) !== true) call.finish(end)
    },
    onCancel: ({ request }) => {
      const reasons = parseReasons(request.getHeaders('reason'))
      call.finish({ cause: causeOfCancel(reasons), reason: reasonText(reasons) })
    },
    onInvite: (_request, _response, status) => {
      if (status === 200) reportRemoteHold(call)
    },
    onInfo: (info) => void info.accept().catch(() => {}),
    onNotify: (notification) => takeNotify(call, notification),
    // Always set: without it sip.js dials whatever anybody we talk to names.
    onRefer: (refer) => takeRefer(call, refer, session.userAgent.transport.protocol === 'WSS'),
  }
  session.delegate = delegate
  answerEarlyBye(call, session)

  const onState = (state: SessionState): void => {
    // Why a session ended is told right after its state; what nobody explained by then has no better reason.
    if (state === SessionState.Terminated) {
      queueMicrotask(() => {
        if (call.session !== session) return
        const finish = (): void => call.finish({ cause: call.descriptions.failure ?? unexplained(call, acked) })
        if (call.transfer?.farewell(finish) !== true) finish()
      })
    }
  }
  session.stateChange.addListener(onState)
  call.unfollow = call.onEnd(() => session.stateChange.removeListener(onState))
  return { acknowledged }
}

/**
 * A BYE may come before sip.js calls the session established: while the far end's answer is being applied, or in the early dialog of
 * an INVITE that still rings. sip.js neither answers nor obeys it then, and the call would live on as a ghost.
 */
function answerEarlyBye(call: LiveCall, session: Invitation | Inviter): void {
  const handling = session as unknown as ByeHandling
  const ordinary = handling.onByeRequest.bind(session)
  handling.onByeRequest = (request) => {
    if (session.state === SessionState.Established) return ordinary(request)
    request.accept()
    if (call.session === session) call.finish(byeEnd(request.message))
  }
}

/** To be called when a provisional answer of ours has made an early dialog: a BYE in it ends the call as a CANCEL would. */
export function followEarlyDialog(call: LiveCall, invitation: Invitation): void {
  const dialog = invitation.dialog
  if (!dialog) return
  dialog.delegate = {
    onBye: (request) => {
      request.accept()
      void invitation.reject({ statusCode: 487 }).catch(() => {})
      call.finish({ cause: 'remote-cancelled' })
    },
  }
}

/** Tells main when the far end began or ended to hold us. */
export function reportRemoteHold(call: LiveCall): void {
  const { remoteHeld } = call.media
  if (remoteHeld === call.remoteHeld) return
  call.remoteHeld = remoteHeld
  call.report({ type: 'updated', callId: call.id, remoteHeld })
}

function unexplained(call: LiveCall, acked: boolean): EndCause {
  switch (call.stage) {
    case 'offered':
    case 'ringing':
      // sip.js's own limit, or the INVITE's Expires.
      return 'unanswered'
    case 'connecting':
      // No ACK came, or one without the answer it owed.
      return acked ? 'media-failed' : 'connection-lost'
    case 'established':
      return 'connection-lost'
    default:
      return 'failed'
  }
}

function byeEnd(request: Core.IncomingRequestMessage): { cause: 'remote-hung-up'; reason: string | null } {
  return { cause: 'remote-hung-up', reason: reasonText(parseReasons(request.getHeaders('reason'))) }
}
