/*
 * Makes the answer to a REGISTER one that sip.js survives (RFC 3261 section 10.2.4): exactly one Contact, ours, with a lifetime
 * in 30…86,400 s. Without it sip.js re-registers 200 times a second, or never again. It keeps no timers and sends nothing.
 */
import type { Passed } from './header-check'
import {
  parameter,
  removeHeader,
  setHeader,
  splitList,
  headerValue,
  type WireMessage,
} from '../../../../common/wire-message'

const MIN_EXPIRES = 30
const MAX_EXPIRES = 86_400

/** What the last REGISTER asked for. */
export interface RegisterRequest {
  readonly callId: string
  readonly sequence: number
  /** `sip:user@host;…` of the Contact; null for `*`. */
  readonly contact: string | null
  /** Seconds; 0 takes the binding away. */
  readonly expires: number
}

/** What a server said to a REGISTER, for whoever owns the registration. */
export interface RegisterFacts {
  readonly status: number
  /** Granted lifetime, s, clamped; null unless the status is 200 and the binding exists. */
  readonly expires: number | null
  /** Bindings the server listed. */
  readonly bindings: number
  /** Retry-After, s; null when absent or unreadable. */
  readonly retryAfter: number | null
}

export const readRegister = (message: WireMessage, callId: string, sequence: number): RegisterRequest => {
  const contact = headerValue(message, 'contact') ?? ''
  const uri = /<([^>]*)>/.exec(contact)?.[1] ?? null
  const expires = parameter(contact, 'expires') ?? headerValue(message, 'expires') ?? '3600'
  return { callId, sequence, contact: uri, expires: Number(expires) || 0 }
}

const userAndHost = (uri: string): { user: string; host: string } => {
  const match = /^sips?:(?:([^@;]*)@)?([^;?>]*)/i.exec(uri)
  return { user: match?.[1] ?? '', host: (match?.[2] ?? '').toLowerCase() }
}

/** Our binding in the server's list: same user and host, else same user, else the only one there is. */
const findOurs = (contacts: readonly string[], ours: string): string | null => {
  const wanted = userAndHost(ours)
  const sameUser: string[] = []
  for (const contact of contacts) {
    const uri = /<([^>]*)>/.exec(contact)?.[1] ?? /^[^;]*/.exec(contact)?.[0] ?? ''
    const { user, host } = userAndHost(uri)
    if (user !== wanted.user) continue
    if (host === wanted.host) return contact
    sameUser.push(contact)
  }
  return sameUser[0] ?? (contacts.length === 1 ? (contacts[0] ?? null) : null)
}

/** Whole seconds written as digits, quoted or not; anything else is null. */
export const readSeconds = (value: string | undefined): number | null => {
  const match = /^"?(\d{1,10})"?(?:$|[\s;(])/.exec(value?.trim() ?? '')
  return match ? Number(match[1]) : null
}

const clamp = (seconds: number): number => Math.min(Math.max(seconds, MIN_EXPIRES), MAX_EXPIRES)

const gruus = (contact: string): string =>
  ['pub-gruu', 'temp-gruu']
    .map((name) => [name, parameter(contact, name)] as const)
    .filter(([, value]) => value !== undefined && /^sips?:[A-Za-z0-9@.:;=_+~!$&'()*,?/%-]+$/.test(value))
    .map(([name, value]) => `;${name}="${value}"`)
    .join('')

/** How many 423 in a row are obeyed; the next is shown to sip.js as a refusal. */
const MAX_TOO_BRIEF = 2

export class RegisterAnswers {
  #tooBrief = 0
  #last: RegisterRequest | null = null

  /** Remembers what is being asked; the answer is judged by it. */
  asked(request: RegisterRequest): void {
    this.#last = request
  }

  /** Rewrites the answer in place and tells what it says; null when it answers nothing we asked. */
  normalise(answer: Passed): RegisterFacts | null {
    const asked = this.#last
    const { message, status } = answer
    if (!asked || asked.callId !== answer.callId || status < 200) {
      // Nobody needs the list, and sip.js would read it.
      removeHeader(message, 'contact')
      return null
    }
    const retryAfter = readSeconds(headerValue(message, 'retry-after'))
    const contacts = message.headers
      .filter((header) => header.name === 'contact')
      .flatMap((header) => splitList(header.value))
      .slice(0, 500)
    const facts = { status, expires: null, bindings: contacts.length, retryAfter }
    removeHeader(message, 'contact')
    if (status === 423) return { ...facts, status: this.#onTooBrief(message) }
    if (status !== 401 && status !== 407) this.#tooBrief = 0
    if (status >= 300 || asked.expires === 0 || asked.contact === null) return facts
    const ours = contacts.length === 0 ? '' : findOurs(contacts, asked.contact)
    if (ours === null) {
      // The server lists bindings, ours is not among them: sip.js must see a list to say Unregistered.
      setHeader(message, 'Contact', '<sip:somebody@else.invalid>;expires=30')
      return facts
    }
    const granted =
      readSeconds(parameter(ours, 'expires')) ?? readSeconds(headerValue(message, 'expires')) ?? asked.expires
    const expires = clamp(granted)
    removeHeader(message, 'expires')
    setHeader(message, 'Contact', `<${asked.contact}>;expires=${expires}${gruus(ours)}`)
    return { ...facts, expires }
  }

  #onTooBrief(message: WireMessage): number {
    this.#tooBrief += 1
    const minimum = readSeconds(headerValue(message, 'min-expires'))
    if (this.#tooBrief <= MAX_TOO_BRIEF && minimum !== null && minimum > 0 && minimum <= MAX_EXPIRES) return 423
    message.start = 'SIP/2.0 500 Interval Never Acceptable'
    message.changed = true
    return 500
  }
}
