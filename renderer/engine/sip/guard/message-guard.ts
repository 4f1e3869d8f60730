/*
 * Looks at every message before sip.js's parser does, which is quadratic, throws and is silent about what it drops. It decides:
 * pass (repaired if need be), answer statelessly, or drop. It holds no state and knows nothing of calls or registrations.
 */
import type { Passed } from './header-check'
import { Refusal } from './refusal'
import { replyTo } from './reply'
import { checkRequest } from './request-check'
import { checkResponse } from './response-check'
import { isResponse, parseWire, type WireMessage } from '../../../../common/wire-message'

export type Verdict =
  | Passed
  | { readonly act: 'answer'; readonly reply: string; readonly note: string }
  | { readonly act: 'drop'; readonly note: string }

export interface GuardOptions {
  /** Option tags a request may require (RFC 3261 section 8.2.2.3). */
  readonly supported: ReadonlySet<string>
}

export const defaultSupported: ReadonlySet<string> = new Set(['100rel', 'answermode', 'outbound', 'timer', 'replaces'])

const answerFor = (message: WireMessage | null, refusal: Refusal): Verdict => {
  const isRequest = message !== null && /^[A-Za-z0-9.!%*_+`'~-]{1,64}\s.*SIP\/\d/i.test(message.start)
  const reply = isRequest && !isResponse(message) ? replyTo(message, refusal.status, refusal.extra) : null
  if (reply === null) return { act: 'drop', note: refusal.note }
  return { act: 'answer', reply, note: `${refusal.status} ${refusal.note}` }
}

/** sip.js knows few of the compact forms (RFC 3261 section 7.3.3, and what came after); the others would be strange headers to it. */
const writeOut = (message: WireMessage): void => {
  if (!message.headers.some(({ label, name }) => label.length === 1 && name.length > 1)) return
  message.headers = message.headers.map((header) =>
    header.label.length === 1 ? { ...header, label: header.name } : header,
  )
  message.changed = true
}

/** Judges one message. Never throws. */
export const inspectMessage = (text: string, options: GuardOptions = { supported: defaultSupported }): Verdict => {
  const parsed = parseWire(text)
  if (!parsed.ok) return answerFor(parsed.salvaged, new Refusal(400, parsed.why))
  const { message } = parsed
  writeOut(message)
  try {
    return isResponse(message) ? checkResponse(message) : checkRequest(message, options.supported)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return answerFor(message, error)
  }
}
