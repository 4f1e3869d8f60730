/*
 * The ACK to a refusal (RFC 3261 section 17.1.1.3), made of the INVITE and what refused it. Pure.
 */
import { headerValue, parseWire, type WireMessage } from '../../common/wire-message'
import { encodeMessage } from './decode-message'
import { setTopVia, topVia } from './via'

const copied = new Set(['from', 'call-id', 'max-forwards', 'route'])

/** `invite`: as it went out. null: it cannot be read, which never was. */
export function ackFor(invite: string, refusal: WireMessage): string | null {
  const parsed = parseWire(invite)
  if (!parsed.ok) return null
  const { message } = parsed
  const [, uri = ''] = message.start.split(' ')
  const sequence = Number.parseInt(headerValue(message, 'cseq') ?? '', 10)
  const ack: WireMessage = {
    start: `ACK ${uri} SIP/2.0`,
    headers: [
      { name: 'via', label: 'Via', value: '' },
      ...message.headers.filter(({ name }) => copied.has(name)).map((header) => ({ ...header })),
      { name: 'to', label: 'To', value: headerValue(refusal, 'to') ?? '' },
      { name: 'cseq', label: 'CSeq', value: `${sequence} ACK` },
    ],
    body: '',
    changed: true,
  }
  setTopVia(ack, topVia(message) ?? '')
  return encodeMessage(ack)
}
