/*
 * What a request and a response are both asked before sip.js sees them: no header twice that may stand once, none missing, all that its
 * parser reads readable. It holds no state and answers nothing.
 */
import { Refusal, rewrite } from './refusal'
import { isReadable, repairAddress, repairCallId, repairVia } from './repair'
import { findHeader, headerValue, type WireMessage } from '../../../../common/wire-message'

/** What the later steps need to know of a message that passed. */
export interface Passed {
  readonly act: 'pass'
  readonly message: WireMessage
  /** Method of the request, or of the request a response belongs to. Upper case as it came. */
  readonly method: string
  /** 0 for a request. */
  readonly status: number
  readonly callId: string
  readonly sequence: number
  readonly branch: string
  readonly fromTag: string
  /** Empty when there is none. */
  readonly toTag: string
}

const singletons = [
  'from',
  'to',
  'call-id',
  'cseq',
  'max-forwards',
  'content-length',
  'content-type',
  'expires',
  'min-expires',
  'refer-to',
  'replaces',
  'event',
  'subscription-state',
]
const singletonBit = new Map(singletons.map((name, index) => [name, 1 << index]))
const mandatory = ['via', 'from', 'to', 'call-id', 'cseq'] as const
const duplicate = (message: WireMessage): string | null => {
  let seen = 0
  for (const { name } of message.headers) {
    const bit = singletonBit.get(name)
    if (bit === undefined) continue
    if (seen & bit) return name
    seen |= bit
  }
  return null
}

const knownMethods = new Set(
  'INVITE ACK BYE CANCEL OPTIONS REGISTER INFO MESSAGE NOTIFY REFER SUBSCRIBE PRACK UPDATE PUBLISH'.split(' '),
)

/** The number of CSeq and its method. */
export const readSequence = (message: WireMessage): [number, string] => {
  const match = /^(\d{1,20})[ \t]+([A-Za-z0-9.!%*_+`'~-]+)$/.exec(headerValue(message, 'cseq') ?? '')
  const sequence = Number(match?.[1] ?? -1)
  // RFC 3261 section 8.1.1.5: less than 2**31. Beyond it a peer could lock its own BYE out of a dialog.
  if (!match || sequence < 0 || sequence >= 2 ** 31) throw new Refusal(400, 'bad cseq')
  const method = match[2] ?? ''
  // sip.js's grammar stumbles over methods that begin like a known one, e.g. INVITEX.
  if (!knownMethods.has(method) && !isReadable(`1 ${method}`, 'CSeq')) throw new Refusal(501, 'unreadable method')
  return [sequence, method]
}

/** Repairs what sip.js's parser stumbles over, or refuses. `sequence`: of CSeq. */
export const checkParsedHeaders = (message: WireMessage, sequence: number): void => {
  const seed = seedOf(message, sequence)
  rewrite(message, 'via', (value) => repairVia(value, seed), false)
  rewrite(message, 'from', (value) => repairAddress(value, 'From'), false)
  rewrite(message, 'to', (value) => repairAddress(value, 'To'), false)
  rewrite(message, 'call-id', repairCallId, false)
  rewrite(message, 'record-route', (value) => repairAddress(value, 'Record_Route'), true)
}

/** How often a header stands there. */
export const countOf = (message: WireMessage, name: string): number => {
  let count = 0
  for (const header of message.headers) if (header.name === name) count += 1
  return count
}

const seedOf = (message: WireMessage, sequence: number): string =>
  `${headerValue(message, 'call-id')}\n${sequence}\n${headerValue(message, 'from')}\n${headerValue(message, 'via')}`

/** What the later steps need to know of it. */
export const passed = (message: WireMessage, method: string, status: number, sequence: number): Passed => ({
  act: 'pass',
  message,
  method,
  status,
  sequence,
  callId: headerValue(message, 'call-id') ?? '',
  branch: /;\s*branch\s*=\s*([^;,\s]+)/i.exec(headerValue(message, 'via') ?? '')?.[1] ?? '',
  fromTag: tagOf(headerValue(message, 'from') ?? ''),
  toTag: tagOf(headerValue(message, 'to') ?? ''),
})

/** As `parameter(value, 'tag')`, for the two headers every message has. */
const tagOf = (value: string): string =>
  /;\s*tag\s*=\s*([^;,\s]*)/i.exec(value.slice(value.lastIndexOf('>') + 1))?.[1] ?? ''

/** No header twice that may stand once, and none missing that must be there. `status`: what refuses it, 0 for a response. */
export const checkPresence = (message: WireMessage, status: number): void => {
  const twice = duplicate(message)
  if (twice !== null) throw new Refusal(status, `two ${twice} headers`)
  for (const name of mandatory) if (!findHeader(message, name)) throw new Refusal(status, `no ${name}`)
}
