/*
 * The end of an answered call whose ACK never came. sip.js hangs up 32 s later also when the call is long over, and throws out of its own
 * timer. Here the call is ended if it still is one, and nothing happens otherwise.
 */
import { SessionState, type Invitation } from 'sip.js'

interface AckTimeoutHandling {
  onAckTimeout(): void
}

/** To be called once for every incoming call, before it is answered. */
export const tameAckTimeout = (invitation: Invitation): void => {
  const handling = invitation as unknown as AckTimeoutHandling
  const ordinary = handling.onAckTimeout.bind(invitation)
  handling.onAckTimeout = () => {
    if (invitation.state !== SessionState.Established) return
    try {
      ordinary()
    } catch {
      // The dialog went away without telling the session; there is nobody left to hang up on.
      void invitation.dispose().catch(() => {})
    }
  }
}
