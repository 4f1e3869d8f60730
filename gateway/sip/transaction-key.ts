/*
 * What tells one request from another of its method, read from the request or from an answer to it (RFC 3261 section 17.2.3). Pure.
 */
import { headerValue, parameter, type WireMessage } from '../../common/wire-message'
import type { Via } from './via'

const cookie = 'z9hG4bK'

/** `via`: the topmost. */
export function transactionKey(message: WireMessage, via: Via): string {
  const branch = via.parameters.get('branch') ?? ''
  const sentBy = `${via.host}:${via.port ?? ''}`
  if (branch.startsWith(cookie) && branch.length > cookie.length) return `${branch} ${sentBy}`
  // RFC 2543: the same in all that an ACK repeats.
  const sequence = Number.parseInt(headerValue(message, 'cseq') ?? '', 10)
  const fromTag = parameter(headerValue(message, 'from') ?? '', 'tag') ?? ''
  return [branch, sentBy, headerValue(message, 'call-id'), sequence, fromTag].join(' ')
}

/** The method of a request, or of the one a response answers; empty: none. */
export function methodOf(message: WireMessage): string {
  return /^\d+[ \t]+(\S+)$/.exec(headerValue(message, 'cseq') ?? '')?.[1] ?? ''
}
