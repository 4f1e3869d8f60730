/*
 * The one line of a message/sipfrag body that a referral needs (RFC 3420, RFC 3515 section 2.4.4): how far the referred call is. Pure;
 * what it reads was written by strangers, so a body that is not plainly a status line is none.
 */
import { plainText } from './plain-text'

export interface Fragment {
  /** 100 to 699. */
  readonly status: number
  /** Fit to be shown; empty when there was none. */
  readonly reason: string
}

/** Longer ones serve nobody; a status line and a few headers need a tenth. */
export const fragmentLimit = 4_096

export const isFragmentType = (contentType: string): boolean =>
  /^\s*message\/sipfrag\s*(?:;[^\r\n]{0,200})?$/i.test(contentType)

/** Null when the first line is no status line. */
export function readFragment(body: string): Fragment | null {
  if (body.length > fragmentLimit) return null
  const match = /^SIP\/2\.0 ([1-6]\d\d)(?: ([^\r\n]{0,256}))?(?:\r?\n|$)/.exec(body)
  return match === null ? null : { status: Number(match[1]), reason: plainText(match[2] ?? '') ?? '' }
}

export const writeFragment = (status: number, reason: string): string =>
  `SIP/2.0 ${status} ${plainText(reason)?.replace(/[^ -~]/g, '') || 'Unknown'}\r\n`

/** "SIP 486 Busy Here". */
export const statusText = (status: number | undefined, reason: string | undefined): string =>
  `SIP ${status ?? 500} ${plainText(reason ?? '') ?? ''}`.trim()
