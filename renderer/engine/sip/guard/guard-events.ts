/*
 * What the guarding transport has to tell its owner. Types only.
 */
import type { InDialogRequest } from './in-dialog-request'
import type { DialogName } from './own-answers'
import type { RegisterFacts } from './register-answer'

/** Facts for the owner. None may throw; a throw is caught and noted. */
export interface GuardEvents {
  /** A connection that was up is gone. `reason`: `closed CODE`, `silent` (pings unanswered) or what `drop` was given. */
  onLost?(reason: string): void
  onAlive?(roundTripMs: number): void
  /** A ping stayed unanswered; the next one decides. */
  onMiss?(): void
  onRegisterAnswer?(facts: RegisterFacts): void
  /** A SUBSCRIBE was refused. `retryAfter`: s, null when the server named none. */
  onSubscribeRefused?(retryAfter: number | null): void
  /** An UPDATE came in a dialog. True: the owner answers it, now or later. */
  onUpdate?(update: InDialogRequest): boolean
  /** A PRACK came in a dialog. True: the owner answers it; false: it acknowledges nothing. */
  onPrack?(prack: InDialogRequest): boolean
  /** A BYE that sip.js did not answer was answered here: the call is over, whatever sip.js believes. */
  onUnansweredBye?(dialog: DialogName): void
  /** One line about something dropped, answered or repaired; holds no content. */
  onNote?(note: string): void
}
