/*
 * Which description answers our INVITE when one far end says several: the last. By RFC 3261 section 13.2.1 all are the same, and sip.js holds to the
 * first; but many servers play something before the answer and go on with somebody else's sound in the same dialog. It applies nothing itself.
 */
import type { Core, Inviter } from 'sip.js'

interface Answered {
  readonly message: Core.IncomingResponseMessage
  /** The dialog, and the description that answered our offer in it. */
  readonly session?: { _answer?: { readonly content: string; readonly contentType: string } | undefined }
}

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

function renew({ message, session }: Answered): void {
  const first = session?._answer
  const isDescription = /^application\/sdp\b/i.test(message.getHeader('content-type') ?? '') && message.body !== ''
  if (session !== undefined && first !== undefined && isDescription)
    session._answer = { ...first, content: message.body }
}
