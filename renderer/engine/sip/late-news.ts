/*
 * NOTIFYs of a referral that come after the BYE: the subscription lives on in the dialog that the call has left (RFC 5057 section 3.1),
 * which sip.js forgets with the call. Servers that carry a transfer out often hang up a moment before they say how it went.
 */
import { Notification, type Core, type Session } from 'sip.js'

/** What sip.js asks of a subscription that it knows by name. */
interface Listener {
  onNotify(request: Core.IncomingNotifyRequest): void
  dispose(): void
}

/** Until the returned function is called. */
export function listenForNews(session: Session, hear: (notification: Notification) => void): () => void {
  const { dialog } = session
  if (!dialog) return () => {}
  const subscribers = session.userAgent.userAgentCore.subscribers as unknown as Map<string, Listener>
  const name = `${dialog.callId}${dialog.localTag}refer`
  const { remoteTag } = dialog
  const listener: Listener = {
    onNotify: (request) => {
      if (request.message.fromTag === remoteTag) hear(new Notification(request))
      else request.reject({ statusCode: 481 })
    },
    dispose: () => {},
  }
  if (!subscribers.has(name)) subscribers.set(name, listener)
  return () => {
    if (subscribers.get(name) === listener) subscribers.delete(name)
  }
}
