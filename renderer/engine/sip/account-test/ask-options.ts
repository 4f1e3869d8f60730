/*
 * Asks an account's server what it can do: OPTIONS outside any dialog (RFC 3261 section 11.1), with the wish for a description. What the
 * answer means is the caller's business.
 */
import type { Core, UserAgent } from 'sip.js'
import { allowedMethods } from '../guard/allowed-methods'

export interface OptionsAnswer {
  readonly status: number
  /** The status was made here: nothing could be sent (RFC 3261 section 8.1.3.1). */
  readonly local: boolean
  /** Of Server, or of User-Agent; written by strangers. null: it does not say. */
  readonly product: string | null
  /** Of Allow, as it is. */
  readonly allow: string
  /** A description of its media, when there is one. */
  readonly sdp: string | null
}

export interface AskedOptions {
  /** Never rejects; pending for ever when there is no answer. */
  readonly answer: Promise<OptionsAnswer>
  /** Nothing is heard of it any more. */
  forget(): void
}

export function askOptions(userAgent: UserAgent): AskedOptions {
  const core = userAgent.userAgentCore
  const aor = userAgent.configuration.uri
  const server = aor.clone()
  server.user = undefined
  const lines = ['Accept: application/sdp', `Allow: ${allowedMethods}`, `Contact: ${userAgent.contact.toString()}`]
  let request: Core.OutgoingRequest | null = null
  const answer = new Promise<OptionsAnswer>((resolve) => {
    const settle = ({ message }: { message: Core.IncomingResponseMessage }): void => resolve(read(message))
    const message = core.makeOutgoingRequestMessage('OPTIONS', server, aor, server, {}, lines)
    request = core.request(message, { onAccept: settle, onRedirect: settle, onReject: settle })
  })
  return { answer, forget: () => request?.dispose() }
}

function read(message: Core.IncomingResponseMessage): OptionsAnswer {
  const local = !message.callId
  const header = (name: string): string | undefined => (local ? undefined : message.getHeader(name))
  const isSdp = /^\s*application\/sdp\b/i.test(header('content-type') ?? '')
  return {
    status: message.statusCode ?? 500,
    local,
    product: header('server') ?? header('user-agent') ?? null,
    allow: local ? '' : message.getHeaders('allow').join(', '),
    sdp: isSdp && message.body !== '' ? message.body : null,
  }
}
