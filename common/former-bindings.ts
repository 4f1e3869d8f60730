/*
 * What a registrar still keeps of ours from connections that are gone: taken back by the very REGISTER that puts the new one there (RFC 3261 section
 * 10.2.2). Otherwise calls go to addresses that nobody has any more, and a registrar that keeps few bindings refuses the new one until the old ones
 * have run out. It sends nothing; it changes a REGISTER on its way out and reads the answer.
 */
import { headerValue, parameter, splitList, type WireMessage } from './wire-message'

/** Taken back at once. */
const most = 4
/** Challenges and an interval too brief say nothing of the bindings (RFC 3261 sections 22 and 10.3). */
const noVerdict = new Set([401, 403, 407, 423, 503])

export class FormerBindings {
  /** By user and place. */
  readonly #former = new Map<string, string>()
  readonly #current = new Map<string, string>()
  #takesBack = false

  /** The next REGISTER goes over another connection. */
  moved(): void {
    for (const [key, uri] of this.#current) this.#former.set(key, uri)
    this.#current.clear()
    // The youngest are the likeliest to be there still.
    for (const key of [...this.#former.keys()].slice(0, -most)) this.#former.delete(key)
  }

  /** A REGISTER, as it goes out. */
  takeBack(register: WireMessage): void {
    const contacts = contactsOf(register)
    const [own] = contacts
    this.#takesBack = false
    if (own === undefined || parameter(headerValue(register, 'contact') ?? '', 'expires') === '0') return
    this.#current.set(own.key, own.uri)
    const known = new Set(contacts.map(({ key }) => key))
    const old = [...this.#former].filter(([key]) => !known.has(key))
    if (old.length === 0) return
    const lines = old.map(([, uri]) => ({ name: 'contact', label: 'Contact', value: `<${uri}>;expires=0` }))
    const at = register.headers.findIndex(({ name }) => name === 'contact')
    register.headers.splice(at + 1, 0, ...lines)
    register.changed = true
    this.#takesBack = true
  }

  /** The answer to it. All that is listed under the user part of our Contact is ours: no other phone has it. */
  answered(status: number, answer: WireMessage): void {
    if (status >= 200 && status < 300) {
      const users = new Set([...this.#current.values()].map(userOf))
      for (const { key, uri } of contactsOf(answer).slice(-most))
        if (users.has(userOf(uri))) this.#current.set(key, uri)
      const seen = asSeen([...this.#current.values()][0] ?? '', headerValue(answer, 'via') ?? '')
      for (const { key, uri } of seen) this.#current.set(key, uri)
      this.#former.clear()
    }
    // A registrar that takes one Contact at a time has them until they run out.
    if (status >= 400 && this.#takesBack && !noVerdict.has(status)) this.#former.clear()
  }
}

interface Contact {
  readonly uri: string
  readonly key: string
}

function contactsOf(message: WireMessage): Contact[] {
  return message.headers
    .filter(({ name }) => name === 'contact')
    .flatMap(({ value }) => splitList(value))
    .flatMap((entry) => {
      const uri = /<([^<>]*)>/.exec(entry)?.[1] ?? /^[^;]*/.exec(entry)?.[0] ?? ''
      const key = /^sips?:([^@;?\s]+@[^;?\s]+)/i.exec(uri)?.[1]?.toLowerCase()
      return key === undefined || uri.length > 512 ? [] : [{ uri, key }]
    })
}

/**
 * Our Contact as a registrar writes it down that believes where we come from rather than what we say, and tells us afterwards what we said: Asterisk does,
 * with each WebSocket.
 */
function asSeen(own: string, via: string): Contact[] {
  const [address, port] = [parameter(via, 'received'), parameter(via, 'rport')]
  if (!address || !port || !/^[\da-f.:]+$/i.test(address) || !/^\d{1,5}$/.test(port)) return []
  const place = `${address.includes(':') ? `[${address}]` : address}:${port}`
  const transport = /;transport=\w+/i.exec(own)?.[0] ?? ''
  const key = `${userOf(own)}@${place}`.toLowerCase()
  return own === '' ? [] : [{ key, uri: `sip:${userOf(own)}@${place}${transport}` }]
}

const userOf = (uri: string): string => /^sips?:([^@]*)@/i.exec(uri)?.[1] ?? ''
