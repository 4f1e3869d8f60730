/*
 * Requests within a dialog that carry no description: UPDATE (RFC 3311) to refresh it, OPTIONS to see whether it is still there. sip.js
 * has no UPDATE; its core sends any request. What the answer means is the caller's business.
 */
import type { Core, Session } from 'sip.js'
import { allowedMethods } from './guard/allowed-methods'
import { countAlong } from './in-dialog'
import type { ReadHeader } from './session-interval'
import { contactOf, dialogInside } from './session-inside'

export interface DialogAnswer {
  readonly status: number
  /** The status was made here: nothing came in time (408), or nothing could be sent (503) (RFC 3261 section 8.1.3.1). */
  readonly local: boolean
  readonly header: ReadHeader
}

/** Resolves with the final answer, which comes within 32 s (timer F); null when there is no dialog to ask in. Never rejects. */
export function askInDialog(
  session: Session,
  method: 'UPDATE' | 'OPTIONS',
  lines: readonly string[] = [],
): Promise<DialogAnswer | null> {
  const dialog = dialogInside(session)
  if (dialog === undefined) return Promise.resolve(null)
  return new Promise((resolve) => {
    const settle = ({ message }: { message: Core.IncomingResponseMessage }): void =>
      resolve({
        status: message.statusCode ?? 500,
        local: !message.callId,
        header: (name) => (message.callId ? message.getHeader(name) : undefined),
      })
    try {
      const extraHeaders = [...lines, `Contact: ${contactOf(session)}`, `Allow: ${allowedMethods}`]
      const message = dialog.createOutgoingRequestMessage(method, { extraHeaders })
      const delegate = { onAccept: settle, onRedirect: settle, onReject: settle }
      countAlong(session.userAgent.userAgentCore.request(message, delegate), session)
    } catch {
      resolve(null)
    }
  })
}
