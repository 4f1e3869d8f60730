/*
 * Two names for one phone: the engine page's user agent calls itself by a made-up host and says it speaks WebSocket; on the wire stand the
 * address and transport it really has. Maps messages either way. It remembers nothing of transactions.
 */
import type { WireMessage } from '../../common/wire-message'
import { mapAddresses } from './address-list'
import { sameEndpoint, type Endpoint } from './endpoint'
import { parseSipUri, setTransport, usualPort, writeSipUri } from './sip-uri'
import { parseVia } from './via'

export type PlainTransport = 'udp' | 'tcp' | 'tls'

/** Own addresses remembered; servers answer to old ones for a while. */
const maxOwn = 8
/** Headers that carry our own address only as part of a conversation between others, or as signs to be copied. */
const untouched = new Set(['via', 'from', 'to', 'call-id', 'authorization', 'proxy-authorization', 'content-length'])

export class Masquerade {
  #pageHost: string | null = null
  #contactUser: string | null = null
  #own: readonly Endpoint[] = []
  #transport: PlainTransport = 'udp'

  /** The address others are to reach us at from now on, first; those it had before stay known. */
  wear(contact: Endpoint, transport: PlainTransport): void {
    this.#transport = transport
    this.#own = [contact, ...this.#own.filter((own) => !sameEndpoint(own, contact))].slice(0, maxOwn)
  }

  get contact(): Endpoint | null {
    return this.#own[0] ?? null
  }

  /** Learns from a request of the page how it calls itself. */
  learn(via: string, message: WireMessage): void {
    this.#pageHost = parseVia(via)?.host ?? this.#pageHost
    if (!message.start.startsWith('REGISTER ')) return
    const contact = message.headers.find(({ name }) => name === 'contact')
    mapAddresses(contact?.value ?? '', (uri) => {
      const parsed = parseSipUri(uri)
      if (parsed?.host === this.#pageHost) this.#contactUser = parsed.user
      return uri
    })
  }

  /** Page → wire: every address at the page's host, wherever it stands. */
  outward(message: WireMessage): void {
    const host = this.#pageHost
    const contact = this.contact
    if (host === null || contact === null) return
    this.#mapAll(message, (uri) => (uri.toLowerCase().includes(host) ? this.#toWire(uri, contact) : uri))
  }

  /** Wire → page: every address that is ours. */
  inward(message: WireMessage): void {
    if (this.#pageHost === null) return
    this.#mapAll(message, (uri) => this.#toPage(uri))
    const [method, uri = '', version] = message.start.split(' ')
    if (version === undefined || method === 'SIP/2.0') return
    const mapped = this.#isContact(uri) ? this.#atPage(uri) : this.#toPage(uri)
    if (mapped === uri) return
    message.start = `${method} ${mapped} ${version}`
    message.changed = true
  }

  #mapAll(message: WireMessage, map: (uri: string) => string): void {
    for (const header of message.headers) {
      if (untouched.has(header.name) || !/sips?:/i.test(header.value)) continue
      const value = mapAddresses(header.value, map)
      if (value === header.value) continue
      header.value = value
      message.changed = true
    }
  }

  #toWire(text: string, contact: Endpoint): string {
    const uri = parseSipUri(text)
    if (uri === null || uri.host !== this.#pageHost) return text
    const rest = setTransport(uri.rest, this.#transport)
    return writeSipUri({ ...uri, host: contact.address, port: contact.port, rest })
  }

  #toPage(text: string): string {
    const uri = parseSipUri(text)
    if (uri === null || this.#pageHost === null || !this.#isOurs(uri)) return text
    const port = uri.port ?? usualPort(uri)
    return this.#own.some((own) => sameEndpoint(own, { address: uri.host, port })) ? this.#atPage(text) : text
  }

  #atPage(text: string): string {
    const uri = parseSipUri(text)
    if (uri === null || this.#pageHost === null) return text
    return writeSipUri({ ...uri, scheme: 'sip', host: this.#pageHost, port: null, rest: setTransport(uri.rest, 'ws') })
  }

  /** A request reached us by our own made-up user part, whatever the server made of the rest. */
  #isContact(text: string): boolean {
    return this.#contactUser !== null && parseSipUri(text)?.user === this.#contactUser
  }

  /** Two phones behind one address are told apart by their user parts. */
  #isOurs({ user }: { readonly user: string | null }): boolean {
    return user === null || this.#contactUser === null || user === this.#contactUser
  }
}
