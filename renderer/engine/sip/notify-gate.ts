/*
 * Takes the NOTIFYs that nobody subscribed to and servers send all the same: to them a 481 is a dead phone. Taking one means answering 200; only the
 * waiting-messages count is handed on, nothing is ever rebooted or dialled. Whatever is about anything else is refused by name (RFC 6665 section 4.1.3).
 */
import type { Notification } from 'sip.js'

const MAX_BODY = 4_096

/** Waiting messages, the request to look for a new configuration, and what keeps a way through a router open. */
const unasked: ReadonlySet<string> = new Set(['message-summary', 'check-sync', 'keep-alive'])
/** What is subscribed to here: news of it belongs into the dialog in which it was asked; out here somebody guesses. */
const subscribed: ReadonlySet<string> = new Set(['dialog', 'presence', 'refer'])
const allowEvents = `Allow-Events: ${[...unasked, ...subscribed].join(', ')}`

/** The `onNotify` of the UserAgent's delegate. `onMessageSummary` gets the RFC 3842 body, cut at 4096 characters. */
export const notifyGate =
  (onMessageSummary?: (body: string) => void) =>
  (notification: Notification): void => {
    const event = /^\s*([^\s;]*)/.exec(notification.request.getHeader('event') ?? '')?.[1]?.toLowerCase() ?? ''
    if (!unasked.has(event)) {
      const refusal = subscribed.has(event) ? { statusCode: 481 } : { statusCode: 489, extraHeaders: [allowEvents] }
      return void notification.reject(refusal).catch(() => {})
    }
    notification.accept().catch(() => {}) // the transaction may be gone already
    if (event === 'message-summary') onMessageSummary?.(notification.request.body.slice(0, MAX_BODY))
  }
