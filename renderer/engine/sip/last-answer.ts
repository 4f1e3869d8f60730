/*
 * Which description answers our INVITE when one far end says several: the last. By RFC 3261 section 13.2.1 all are the same, and sip.js holds to the
 * first; but many servers play something before the answer and go on with somebody else's sound in the same dialog. It applies nothing itself.
 */
import type { Core, Inviter } from 'sip.js'
import type { DialogName } from './guard/own-answers'

/** A dialog, and the description that answered our offer in it. */
interface AnsweredDialog {
  _answer?: { readonly content: string; readonly contentType: string } | undefined
}

interface Answered {
  readonly message: Core.IncomingResponseMessage
  readonly session?: AnsweredDialog
}

/** Early dialogs in which another offer followed the answer (RFC 3311): what its INVITE is answered with says nothing new. */
const settled = new WeakSet<AnsweredDialog>()

/** What sip.js keeps to itself: what it makes of the answers to an INVITE. */
interface AnswerHandling {
  onProgress(answered: Answered): Promise<void>
  onAccept(answered: Answered): Promise<void>
}

/** To be called before the INVITE is sent. */
export function takeLastAnswer(inviter: Inviter): void {
  const handling = inviter as unknown as AnswerHandling
  const [onProgress, onAccept] = [handling.onProgress.bind(inviter), handling.onAccept.bind(inviter)]
  handling.onProgress = (answered) => {
    renew(answered)
    return onProgress(answered)
  }
  handling.onAccept = (answered) => {
    renew(answered)
    return onAccept(answered)
  }
}

/** What answered our INVITE so far in its early dialog of this name, for good; null: nothing did. */
export function settleAnswer({ userAgent }: Inviter, { callId, localTag, remoteTag }: DialogName): string | null {
  const dialog = userAgent.userAgentCore.dialogs.get(callId + localTag + remoteTag) as AnsweredDialog | undefined
  if (dialog?._answer === undefined) return null
  settled.add(dialog)
  return dialog._answer.content
}

function renew({ message, session }: Answered): void {
  const first = session === undefined || settled.has(session) ? undefined : session._answer
  const isDescription = /^application\/sdp\b/i.test(message.getHeader('content-type') ?? '') && message.body !== ''
  if (session !== undefined && first !== undefined && isDescription)
    session._answer = { ...first, content: message.body }
}
