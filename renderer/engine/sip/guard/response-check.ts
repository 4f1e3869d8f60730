/*
 * A response before sip.js sees it: readable, and such that sip.js can make a dialog of it where there has to be one. It holds no state and
 * knows nothing of what was asked.
 */
import { checkBody } from './body'
import { checkParsedHeaders, checkPresence, countOf, passed, readSequence, type Passed } from './header-check'
import { Refusal, rewrite } from './refusal'
import { repairAddress, repairStatusLine } from './repair'
import {
  findHeader,
  headerValue,
  parameter,
  removeHeader,
  setHeader,
  type WireMessage,
} from '../../../../common/wire-message'

/** Throws a `Refusal`: nobody answers a response, it is dropped. */
export const checkResponse = (message: WireMessage): Passed => {
  const line = repairStatusLine(message.start)
  if (line === null) throw new Refusal(0, 'bad status line')
  if (line !== message.start) {
    message.start = line
    message.changed = true
  }
  checkPresence(message, 0)
  const [sequence, method] = readSequence(message)
  let status = Number(line.slice(8, 11))
  if ((status < 100 || status > 699) && method === 'REGISTER') {
    // No such class; a REGISTER would hang until timer F. To everyone else it is no response at all.
    status = 500
    message.start = 'SIP/2.0 500 Unintelligible Response'
    message.changed = true
  }
  if (status < 100 || status > 699) throw new Refusal(0, 'bad status')
  if (countOf(message, 'via') > 1) throw new Refusal(0, 'more than one via')
  checkParsedHeaders(message, sequence)
  // The answer to REGISTER lists strangers' bindings too; register-answer reads it with care of its own.
  if (method !== 'REGISTER') repairContacts(message)
  checkBody(message, method, true)
  if (method === 'INVITE' && status > 100 && status < 200) joinRequire(message)
  if (method === 'INVITE' && status < 300) status = makeDialogPossible(message, status)
  return passed(message, method, status, sequence)
}

/** Where a refusal sends us may be no SIP address at all, `mailto:` for one (RFC 3261 section 20.10): what cannot be read goes, not the answer. */
const repairContacts = (message: WireMessage): void => {
  try {
    rewrite(message, 'contact', (value) => repairAddress(value, 'Contact'), true)
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal
    removeHeader(message, 'contact')
  }
}

/**
 * sip.js ignores an answer it can make no dialog of, and the call hangs; a missing Contact is replaced by the To address. A
 * provisional answer without a tag (RFC 2543) rings in a dialog of its own, which the final answer leaves behind like a fork.
 */
const makeDialogPossible = (message: WireMessage, status: number): number => {
  const given = headerValue(message, 'to') ?? ''
  const tagged = parameter(given, 'tag') !== undefined
  const to = tagged || status === 100 || status >= 200 ? given : `${given};tag=untagged`
  if (to !== given) setHeader(message, 'To', to)
  const hasTag = tagged || to !== given
  if (status > 100 && hasTag && !findHeader(message, 'contact')) {
    const uri = /<([^>]*)>/.exec(to)?.[1] ?? /^[^;]*/.exec(to)?.[0] ?? ''
    setHeader(message, 'Contact', `<${uri.trim()}>`)
  }
  if (status < 200 || hasTag) return status
  message.start = 'SIP/2.0 500 Answer Without Tag'
  message.changed = true
  return 500
}

/** sip.js looks for `100rel` in the first Require alone, and in small letters. */
const joinRequire = (message: WireMessage): void => {
  const all = message.headers.filter(({ name }) => name === 'require').map(({ value }) => value)
  const joined = all.join(', ').toLowerCase()
  if (all.length > 0 && all[0] !== joined && joined.includes('100rel')) setHeader(message, 'Require', joined)
}
