/*
 * A request inside a dialog that may be challenged. sip.js sends it again with credentials and a number of its own, which the dialog
 * does not learn: the next request would carry the same number and be refused. Here the dialog is counted along.
 */
import type { Core, Session } from 'sip.js'

/** What sip.js keeps to itself. */
interface Challenged {
  authenticationGuard(message: Core.IncomingResponseMessage, dialog?: unknown): boolean
}

/** To be called with each REFER and NOTIFY, right after it was sent. */
export function countAlong<Request extends Core.OutgoingRequest>(request: Request, session: Session): Request {
  const client = request as unknown as Challenged
  const ordinary = client.authenticationGuard.bind(client)
  client.authenticationGuard = (message) => ordinary(message, session.dialog)
  return request
}
