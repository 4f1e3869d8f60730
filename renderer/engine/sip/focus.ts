/*
 * Whether the far end of a call is a conference, and how it calls itself then: `isfocus` in the Contact of its answer
 * (RFC 4579 section 5.2, RFC 3840 section 9). A stranger wrote it; what is no SIP URI is nothing.
 */
import { Grammar, type Core } from 'sip.js'

/** The URI of the conference; null when the far end is none. */
export function focusIn(message: Core.IncomingMessage): string | null {
  const contact = message.getHeader('contact')
  const parsed = contact === undefined ? undefined : Grammar.nameAddrHeaderParse(contact)
  if (!parsed?.hasParam('isfocus') || !/^sips?$/.test(parsed.uri.scheme)) return null
  const uri = parsed.uri.toString()
  return uri.length <= 1024 ? uri : null
}
