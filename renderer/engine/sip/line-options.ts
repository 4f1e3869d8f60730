/*
 * What a line needs, and whom it tells what it hears. Types only.
 */
import type { Invitation, Message } from 'sip.js'
import type { Registration as RegistrationState } from '../../../common/account'
import type { Clock } from '../../../common/clock'
import type { EngineAccount } from '../../../common/contract/engine'
import type { Log } from '../../../common/log'
import type { Reach } from '../../../common/reach'
import type { OfferedKind } from '../media/media-kind'
import type { GatewayLink } from './gateway-link'
import type { AccountLimiters } from './guard/request-limiter'
import type { DialogName } from './guard/guarding-transport'
import type { InDialogRequest } from './guard/in-dialog-request'
import type { SocketFactory } from './guard/socket'

export interface LineOptions {
  readonly account: EngineAccount
  readonly clock: Clock
  readonly log: Log
  /** 0 to 1, for jitter. */
  readonly random: () => number
  readonly openSocket: SocketFactory
  /** Opens the connection instead, and carries the sound. */
  readonly gateway?: GatewayLink
  /** Which of the account's registrations at once it is (RFC 5626), from 0; left out: the only one. */
  readonly flow?: number
  /** What bounds the account's requests on all its lines; left out: this one alone. */
  readonly limiters?: AccountLimiters
  /** Another registration of the account is up, so that nobody waits for this one. */
  readonly isCalm?: () => boolean
  /** URL to open, if it is not the account's server. */
  readonly url?: string
  /** Calls are up, which a move to another server would disturb. */
  readonly isBusy: () => boolean
  /** False: the connection is never pinged. */
  readonly ping?: boolean
  readonly onRegistration: (state: RegistrationState) => void
  readonly onReach: (reach: Reach) => void
  /** Its calls behind the gateway are offered in another kind of sound from now on. */
  readonly onTakes?: (kind: OfferedKind) => void
  readonly onInvite: (invitation: Invitation) => void
  /** A NOTIFY of the mailbox that nobody subscribed to; its body. */
  readonly onMessageSummary: (body: string) => void
  readonly onMessage: (message: Message) => void
  /** The connection is gone. Calls that are up may go on. */
  readonly onDown: () => void
  /** Registered on a new connection: calls that are up must be told the new way to us. */
  readonly onUpAgain: () => void
  /** A BYE was answered below sip.js: the call of this dialog is over. */
  readonly onLostBye: (dialog: DialogName) => void
  /** An UPDATE came in a dialog; false when no call is in it. */
  readonly onUpdate: (update: InDialogRequest) => boolean
  /** A PRACK came in a dialog; false when no call waits for it. */
  readonly onPrack: (prack: InDialogRequest) => boolean
}
