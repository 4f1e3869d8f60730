/*
 * The answer that only says that an INVITE has come (RFC 3261 sections 8.2.6.1 and 17.2.1). Pure.
 */
import type { WireMessage } from '../../common/wire-message'
import { setTopVia } from './via'
import { encodeMessage } from './decode-message'

const copied = new Set(['via', 'from', 'to', 'call-id', 'cseq', 'timestamp'])

/** `via`: the topmost, as it goes out. */
export function tryingFor(request: WireMessage, via: string): string {
  const headers = request.headers.filter(({ name }) => copied.has(name)).map((header) => ({ ...header }))
  const answer: WireMessage = { start: 'SIP/2.0 100 Trying', headers, body: '', changed: true }
  setTopVia(answer, via)
  return encodeMessage(answer)
}
