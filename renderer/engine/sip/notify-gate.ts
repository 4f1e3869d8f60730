/*
 * Answers a NOTIFY nobody subscribed to. What servers send to phones unasked is taken, for they treat a refusal as a dead phone: that means a 200, of
 * which only the waiting-messages count is handed on; nothing is ever rebooted or dialled. Anything else is told that it is not understood.
 */
import type { Notification } from 'sip.js'

const MAX_BODY = 4_096

/** What comes unasked: messages that wait (RFC 3842), a wish that the phone read its settings anew, a sign of life through a NAT. */
const unasked = /^\s*(message-summary|check-sync|resync|keep-alive)\s*(;|$)/i
/** What belongs into a dialog that a request of ours began, and here into none. */
const ofDialogs = /^\s*(refer|dialog|presence|conference)\s*(;|$)/i

/** The `onNotify` of the UserAgent's delegate. `onMessageSummary` gets the RFC 3842 body, cut at 4096 characters. */
export const notifyGate =
  (onMessageSummary?: (body: string) => void) =>
  (notification: Notification): void => {
    const event = notification.request.getHeader('event') ?? ''
    // Of a call, or of what was subscribed to, news come in that dialog; out here somebody guesses (RFC 6665 section 4.1.3).
    if (ofDialogs.test(event)) return void notification.reject({ statusCode: 481 }).catch(() => {})
    if (!unasked.test(event)) {
      // Section 8.3.2.
      const refusal = { statusCode: 489, extraHeaders: ['Allow-Events: message-summary, check-sync, keep-alive'] }
      return void notification.reject(refusal).catch(() => {})
    }
    notification.accept().catch(() => {}) // the transaction may be gone already
    if (/^\s*message-summary\b/i.test(event)) onMessageSummary?.(notification.request.body.slice(0, MAX_BODY))
  }
