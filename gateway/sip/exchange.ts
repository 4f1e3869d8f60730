/*
 * What is said over an open channel: every message changed from the page's names to the wire's and back, repeated where it may be lost, heard
 * only from those who may speak. It neither opens nor closes the way to the server.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'
import { headerValue, isResponse, parameter, parseWire, renderWire, type WireMessage } from '../../common/wire-message'
import { ackFor } from './acknowledge'
import { Bulk, largestDatagram } from './bulk'
import type { Channel, OpenedChannel } from './channel'
import { ClientTransactions, type ClientRequest } from './client-transactions'
import { encodeMessage } from './decode-message'
import { DialogPeers, type DialogPeersOptions, type Peer } from './dialog-peers'
import type { Endpoint } from './endpoint'
import { Masquerade, type PlainTransport } from './masquerade'
import { ServerTransactions } from './server-transactions'
import { methodOf, transactionKey } from './transaction-key'
import { tryingFor } from './trying'
import { answerTo, countVias, parseVia, seenAs, setTopVia, topVia, viaOf, writeVia, type Via } from './via'

/** A response to one of our requests, before the page sees it. */
export interface Answer {
  readonly message: WireMessage
  readonly method: string
  readonly status: number
  /** As whom its sender sees us. */
  readonly seen: Endpoint | null
}

export interface ExchangeOptions extends DialogPeersOptions {
  readonly clock: Clock
  readonly log: Log
  /** As whom the server sees us, if it said so. */
  readonly contact: Endpoint
  /** TCP to the same place; messages from there go to `receive`. */
  readonly openBulk: () => Promise<OpenedChannel>
  /** A REGISTER as it goes out: what it says may be added to. */
  readonly onRegister?: (message: WireMessage) => void
  /** To the page. */
  readonly pass: (text: string) => void
  /** False: it is not for the page, and the exchange is over. */
  readonly onAnswer: (answer: Answer) => boolean
  readonly onHeard: () => void
  readonly onSaid: () => void
}

/** What the contract lets pass to the page, characters. */
const maxText = 65_536

export class Exchange {
  readonly #options: ExchangeOptions
  readonly #masquerade = new Masquerade()
  readonly #asked: ClientTransactions<Peer>
  readonly #answered: ServerTransactions<Peer>
  readonly #peers: DialogPeers
  readonly #bulk: Bulk | null
  #unheardSince: number | null = null
  #strangers = 0
  #over = false

  constructor(options: ExchangeOptions) {
    const { clock, log, channel, contact } = options
    this.#options = options
    this.#peers = new DialogPeers(options)
    this.#bulk = channel.reliable ? null : new Bulk(clock, options.openBulk)
    this.wear(contact)
    this.#asked = new ClientTransactions<Peer>({
      clock,
      send: (peer, wire) => this.#put(peer, wire),
      onUnanswered: ({ method }) => log.debug(`${method} unanswered`),
    })
    this.#answered = new ServerTransactions<Peer>({ clock, send: ({ channel: peer }, wire) => this.#put(peer, wire) })
  }

  /** When something was sent that nothing was heard after, on the clock; null: all is well. */
  get unheardSince(): number | null {
    return this.#unheardSince
  }

  /** The address others are to reach us at. */
  get contact(): Endpoint | null {
    return this.#masquerade.contact
  }

  wear(contact: Endpoint): void {
    this.#masquerade.wear(contact, this.#options.channel.target.transport as PlainTransport)
  }

  /** One message of the page. */
  send(text: string): void {
    const { channel, log } = this.#options
    if (/^[\r\n]*$/.test(text)) return this.#put({ channel, to: null }, text)
    const parsed = parseWire(text)
    if (!parsed.ok) return log.warn(`not sent, ${parsed.why}`)
    if (isResponse(parsed.message)) this.#sendResponse(channel, parsed.message)
    else this.#sendRequest(parsed.message)
  }

  /** One message of the wire. */
  receive(channel: Channel, text: string, from: Endpoint): void {
    if (this.#over || text.length > maxText) return
    const parsed = /^[\r\n]*$/.test(text) ? null : parseWire(text)
    // What cannot be read is the page's to answer, as far as it can be answered.
    if (parsed === null || !parsed.ok) {
      if (this.#isServer(from)) this.#pass(text)
    } else if (isResponse(parsed.message)) this.#receiveResponse(parsed.message, from)
    else if (this.#peers.mayAsk(parsed.message, from) || this.#isServer(from))
      this.#receiveRequest(channel, parsed.message, from)
  }

  /** The way for large requests was closed by the server; what it did not answer is said by UDP. */
  bulkLost(): void {
    const { channel } = this.#options
    this.#bulk?.lost()
    this.#peers.lostOthers()
    for (const request of this.#asked.unanswered((peer) => peer.channel !== channel))
      this.#sendAgain(request, { channel, to: null })
  }

  close(): void {
    this.#over = true
    this.#asked.clear()
    this.#answered.clear()
    this.#bulk?.close()
  }

  #sendRequest(message: WireMessage): void {
    const pageVia = topVia(message) ?? ''
    const pageBranch = parseVia(pageVia)?.parameters.get('branch') ?? ''
    const method = message.start.slice(0, message.start.indexOf(' '))
    if (pageBranch === '') return this.#options.log.warn(`${method} without Via not sent`)
    this.#masquerade.learn(pageVia, message)
    this.#masquerade.outward(message)
    if (method === 'REGISTER') this.#options.onRegister?.(message)
    const invite = method === 'ACK' || method === 'CANCEL' ? this.#asked.inviteOf(pageBranch) : null
    const branch = invite?.branch ?? `${pageBranch.slice(0, 100)}.${randomBytes(8).toString('hex')}`
    const write = (by: Channel): string => {
      setTopVia(message, writeVia(viaOf(by.target.transport, by.sentBy ?? by.local, branch)))
      return encodeMessage(message)
    }
    const peer = invite?.channel ?? this.#peers.peerFor(message)
    const wire = write(peer.channel)
    if (method === 'ACK') {
      if (invite !== null) this.#asked.acknowledge(pageBranch, wire)
      else this.#put(peer.direct === undefined ? peer : { ...peer, direct: 'tried' }, wire)
      return
    }
    const begin = (by: Peer, written: string): void => {
      const { reliable } = by.channel
      this.#peers.began(message, by.channel)
      this.#asked.begin({ pageVia, branch, method, channel: by, wire: written, reliable }, pageBranch)
    }
    const mayTurn = invite === null && peer.to === null && !peer.isBound
    const isLarge = mayTurn && Buffer.byteLength(wire) > largestDatagram
    if (this.#bulk === null || !isLarge) return begin(peer, wire)
    this.#bulk.use((bulk) => {
      if (this.#over) return
      if (bulk === null) begin(peer, wire)
      else begin({ channel: bulk, to: null }, write(bulk))
    })
  }

  #sendResponse(channel: Channel, message: WireMessage): void {
    const via = parseVia(topVia(message) ?? '')
    const method = methodOf(message)
    const key = via === null ? null : transactionKey(message, via)
    const origin = key === null ? null : this.#answered.originOf(key, method)
    this.#masquerade.outward(message)
    if (key === null || origin === null) return this.#put({ channel, to: null }, encodeMessage(message))
    setTopVia(message, origin.via)
    this.#answered.respond(key, method, Number(message.start.slice(8, 11)), encodeMessage(message))
  }

  #receiveResponse(message: WireMessage, from: Endpoint): void {
    const via = parseVia(topVia(message) ?? '')
    if (via === null || countVias(message) !== 1) return
    const status = Number(/^SIP\/2\.0 +(\d{3})/i.exec(message.start)?.[1] ?? 0)
    const method = methodOf(message)
    const judgement = this.#asked.receive(via.parameters.get('branch') ?? '', method, status)
    if (judgement.act === 'stray') return
    const { pageVia, channel: peer } = judgement.transaction
    const isMain = peer.channel === this.#options.channel && peer.to === null
    // Whoever knows the branch was sent the request, at whatever address it answers from.
    if (peer.direct === undefined) this.#peers.noteServer(from.address)
    this.#heard()
    if (judgement.act === 'absorb') return
    if (method === 'INVITE' && status === 503 && this.#moveOn(message, judgement.transaction)) return
    if (method === 'INVITE' && status < 300) this.#peers.expect(message)
    if (!this.#options.onAnswer({ message, method, status, seen: isMain ? seenAs(via) : null })) return
    setTopVia(message, pageVia)
    this.#masquerade.inward(message)
    this.#pass(renderWire(message))
  }

  #receiveRequest(channel: Channel, message: WireMessage, from: Endpoint): void {
    const via = parseVia(topVia(message) ?? '')
    this.#heard()
    if (via === null) return this.#pass(renderWire(message))
    const [back, to]: readonly [Via, Endpoint] = answerTo(via, from, channel.target)
    const origin = { channel: { channel, to }, via: writeVia(back), reliable: channel.reliable }
    const method = message.start.slice(0, message.start.indexOf(' '))
    const trying = (): string => tryingFor(message, origin.via)
    if (!this.#answered.receive(transactionKey(message, via), method, origin, trying)) return
    if (method === 'INVITE') this.#peers.expect(message)
    this.#peers.began(message, channel)
    this.#masquerade.inward(message)
    this.#pass(renderWire(message))
  }

  /** The same request, to another: a transaction of its own. */
  #sendAgain(request: ClientRequest<Peer>, peer: Peer): void {
    const parsed = parseWire(request.wire)
    if (!parsed.ok) return
    const { target, local, sentBy = local, reliable } = peer.channel
    const pageBranch = parseVia(request.pageVia)?.parameters.get('branch') ?? ''
    const branch = `${pageBranch.slice(0, 100)}.${randomBytes(8).toString('hex')}`
    setTopVia(parsed.message, writeVia(viaOf(target.transport, sentBy, branch)))
    this.#asked.begin({ ...request, branch, channel: peer, reliable, wire: encodeMessage(parsed.message) }, pageBranch)
  }

  /** A call that this server does not take now goes on at another. False: there is none. */
  #moveOn(refusal: WireMessage, invite: ClientRequest<Peer>): boolean {
    const parsed = parseWire(invite.wire)
    const ack = ackFor(invite.wire, refusal)
    if (!parsed.ok || ack === null || parameter(headerValue(parsed.message, 'to') ?? '', 'tag') !== undefined)
      return false
    const peer = this.#peers.moveOn(refusal, invite.channel)
    if (peer === null) return false
    this.#asked.acknowledge(parseVia(invite.pageVia)?.parameters.get('branch') ?? '', ack)
    this.#sendAgain(invite, peer)
    return true
  }

  #isServer({ address }: Endpoint): boolean {
    if (this.#peers.isServer(address)) return true
    // Scanners are many; one line tells of the first, and of every hundredth.
    if (this.#strangers++ % 100 === 0) this.#options.log.warn(`${address} is none of its servers`)
    return false
  }

  #heard(): void {
    this.#unheardSince = null
    this.#options.onHeard()
  }

  #pass(text: string): void {
    this.#heard()
    if (text.length <= maxText) this.#options.pass(text)
  }

  #put(peer: Peer, wire: string): void {
    const { channel, to } = peer
    if (this.#over) return
    if (wire.length > 4) this.#unheardSince ??= this.#options.clock.now()
    if (channel === this.#options.channel) this.#options.onSaid()
    channel.send(wire, to ?? undefined)
    if (peer.direct === 'tried') channel.send(wire)
    if (peer.direct !== undefined) peer.direct = 'tried'
  }
}
