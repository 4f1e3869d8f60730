/*
 * What sip.js keeps to itself of a session and is needed here, named in one place. Types and readers only.
 */
import type { Core, Session } from 'sip.js'

export interface SessionInside {
  /** A re-INVITE of ours is being made or waits for its answer. */
  pendingReinvite: boolean
  readonly _contact: string
  onInviteRequest(request: Core.IncomingInviteRequest): void
  onAckRequest(request: Core.IncomingAckRequest): Promise<void>
  /** Of an Invitation: its INVITE. */
  readonly incomingInviteRequest?: Core.IncomingInviteRequest
  /** Of an Inviter: its INVITE, once it is sent. */
  readonly outgoingInviteRequest?: InviteClient
}

/** sip.js's user agent client of an INVITE. */
export interface InviteClient {
  readonly message: Core.OutgoingRequestMessage
  readonly transaction: { readonly state: string }
  authenticationGuard(message: Core.IncomingResponseMessage, dialog?: unknown): boolean
  /** Sends the request again in a transaction of its own. */
  init(): void
  dispose(): void
}

export interface DialogInside {
  createOutgoingRequestMessage(
    method: string,
    options?: { readonly extraHeaders?: string[] },
  ): Core.OutgoingRequestMessage
  /** A re-INVITE of theirs waits for its answer or its ACK. */
  reinviteUserAgentServer: unknown
  /** A re-INVITE of ours waits for its answer. */
  reinviteUserAgentClient: { onTransportError(error: Error): void; dispose(): void } | undefined
  readonly dialogState: {
    remoteSequenceNumber: number | undefined
    remoteTarget: Core.URI
  }
}

export const insideOf = (session: Session): SessionInside => session as unknown as SessionInside

export const dialogInside = (session: Session): DialogInside | undefined =>
  session.dialog as unknown as DialogInside | undefined

export const contactOf = (session: Session): string => insideOf(session)._contact
