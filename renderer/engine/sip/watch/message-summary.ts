/*
 * What a message-summary says of a mailbox (RFC 3842 section 5.2). Pure; the text was written by a server, or by somebody who claims to be one.
 */

export interface MessageSummary {
  readonly waiting: boolean
  /** Voice messages; null: the summary does not count them. */
  readonly fresh: number | null
  readonly old: number | null
  readonly urgent: number | null
}

const limit = 99_999

/** null: it is no message-summary. */
export function parseMessageSummary(body: string): MessageSummary | null {
  const text = body.slice(0, 4_096)
  const waiting = /^\s*Messages-Waiting\s*:\s*(yes|no)\b/im.exec(text)?.[1]?.toLowerCase()
  if (waiting === undefined) return null
  // `Voice-Message: 2/8 (0/2)`: new/old, and of these urgent.
  const counts = /^\s*Voice-Message\s*:\s*(\d{1,9})\s*\/\s*(\d{1,9})(?:\s*\(\s*(\d{1,9})\s*\/\s*\d{1,9}\s*\))?/im.exec(
    text,
  )
  const count = (index: number): number | null => {
    const digits = counts?.[index]
    return digits === undefined ? null : Math.min(limit, Number(digits))
  }
  return { waiting: waiting === 'yes', fresh: count(1), old: count(2), urgent: count(3) }
}
