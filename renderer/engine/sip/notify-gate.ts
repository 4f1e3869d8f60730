/*
 * Takes every NOTIFY nobody subscribed to. Servers send them (message-summary, check-sync) and treat a 481 as a dead phone. Taking
 * one means answering 200; only the waiting-messages count is handed on, nothing is ever rebooted or dialled.
 */
import type { Notification } from 'sip.js'

const MAX_BODY = 4_096

/** The `onNotify` of the UserAgent's delegate. `onMessageSummary` gets the RFC 3842 body, cut at 4096 characters. */
export const notifyGate =
  (onMessageSummary?: (body: string) => void) =>
  (notification: Notification): void => {
    const event = notification.request.getHeader('event') ?? ''
    // News of a referral belongs into the call that it was asked in; out here somebody guesses (RFC 6665 section 4.1.3).
    if (/^\s*refer\b/i.test(event)) return void notification.reject({ statusCode: 481 }).catch(() => {})
    notification.accept().catch(() => {}) // the transaction may be gone already
    if (/^message-summary\b/i.test(event)) onMessageSummary?.(notification.request.body.slice(0, MAX_BODY))
  }
