/*
 * One connection of one account to its server, as the page sees it: messages in and out, opened and closed. Finds the server, changes names
 * between page and wire, repeats what may be lost, and lets nobody speak but the account's own servers. It knows no dialogs and registers
 * nobody.
 */
import { randomBytes } from 'node:crypto'
import type { GatewayAccount, Route } from '../../common/contract/gateway'
import type { Log } from '../../common/log'
import { headerValue, isResponse, parseWire, renderWire, type WireMessage } from '../../common/wire-message'
import type { Line, LineEvents } from '../gateway'
import { Bulk, largestDatagram } from './bulk'
import type { Channel, ChannelFailure } from './channel'
import { ClientTransactions } from './client-transactions'
import { encodeMessage } from './decode-message'
import { sameEndpoint, writeEndpoint, type Endpoint } from './endpoint'
import { KeepAlive } from './keep-alive'
import { Masquerade, type PlainTransport } from './masquerade'
import { openRoute, type RouteOutcome, type RouteParts } from './open-route'
import { ServerTransactions } from './server-transactions'
import { targetKey } from './target'
import { methodOf, transactionKey } from './transaction-key'
import { tryingFor } from './trying'
import { countVias, parseVia, seenAs, setTopVia, topVia, withParameters, writeVia, type Via } from './via'

export interface SipLineParts extends RouteParts {
  readonly log: Log
  /** Our address on the way there; null: no way. */
  readonly addressTowards: (to: Endpoint) => Promise<string | null>
}

/** Where an answer to a request goes. */
interface Back {
  readonly channel: Channel
  readonly to: Endpoint
}

type Opened = Extract<RouteOutcome, { kind: 'opened' }>

/** What the contract lets pass to the page, characters. */
const maxText = 65_536
/** A server that said nothing for so long after it was asked is tried last next time, ms. */
const silentAfter = 3_000
const bulkPatience = 1_500

export class SipLine implements Line {
  readonly #masquerade = new Masquerade()
  readonly #asked: ClientTransactions<Channel>
  readonly #answered: ServerTransactions<Back>
  #opening = new AbortController()
  #route: Opened | null = null
  #seen: Endpoint | null = null
  /** Addresses that may send requests. */
  readonly #allowed = new Set<string>()
  #keepAlive: KeepAlive | null = null
  #bulk: Bulk | null = null
  /** When something was sent that nothing was heard after; null: all is well. */
  #unheardSince: number | null = null
  #strangers = 0
  #closed = false

  constructor(
    private readonly account: GatewayAccount,
    private readonly parts: SipLineParts,
    private readonly events: LineEvents,
  ) {
    const { clock } = parts
    this.#asked = new ClientTransactions<Channel>({
      clock,
      send: (channel, wire) => this.#put(channel, wire),
      onUnanswered: ({ method }) => parts.log.debug(`${account.id}: ${method} unanswered`),
    })
    this.#answered = new ServerTransactions<Back>({
      clock,
      send: ({ channel: { channel, to } }, wire) => this.#put(channel, wire, to),
    })
    void this.#open()
  }

  send(text: string): void {
    const channel = this.#route?.channel
    if (channel === undefined || this.#closed) return
    if (/^[\r\n]*$/.test(text)) return this.#put(channel, text)
    const parsed = parseWire(text)
    if (!parsed.ok) return this.parts.log.warn(`${this.account.id}: not sent, ${parsed.why}`)
    if (isResponse(parsed.message)) this.#sendResponse(channel, parsed.message)
    else this.#sendRequest(channel, parsed.message)
  }

  close(): void {
    if (this.#closed) return
    const { clock, memory } = this.parts
    if (this.#route !== null && this.#unheardSince !== null && clock.now() - this.#unheardSince >= silentAfter)
      memory.failed(targetKey(this.#route.channel.target))
    this.#end()
  }

  /** The computer is on another network: a way that leads through the old one is given up at once. */
  networkChanged(): void {
    const { names, memory, addressTowards } = this.parts
    names.forget()
    memory.forgetFailures()
    if (this.#closed) return
    const channel = this.#route?.channel
    if (channel === undefined) {
      this.#opening.abort()
      this.#opening = new AbortController()
      return void this.#open()
    }
    void addressTowards(channel.target).then((address) => {
      if (this.#route?.channel !== channel || address === channel.local.address) return
      this.#lose({ reason: 'connection-lost', detail: 'our address has changed', certificate: null })
    })
  }

  async #open(): Promise<void> {
    const { signal } = this.#opening
    const outcome = await openRoute(
      this.account,
      this.parts,
      {
        onMessage: (text, from) => this.#receive(this.#route?.channel, text, from),
        onClosed: (failure) => this.#lose(failure),
      },
      signal,
    )
    if (this.#closed || signal.aborted) {
      if (outcome.kind === 'opened') outcome.channel.close()
      return
    }
    if (outcome.kind === 'failed') return this.#lose(outcome.failure)
    if (outcome.kind === 'elsewhere') {
      const { url, target, why } = outcome
      const { transport, host, address, port } = target
      this.#end()
      return this.events.onElsewhere(url, { transport, host, address, port, local: '', why: why.slice(0, 512) })
    }
    this.#opened(outcome)
  }

  #opened(route: Opened): void {
    const { channel, seen, addresses } = route
    const { clock } = this.parts
    this.#route = route
    this.#seen = seen
    for (const address of addresses) this.#allowed.add(address)
    this.#masquerade.wear(seen ?? channel.local, channel.target.transport as PlainTransport)
    this.#keepAlive = new KeepAlive({
      clock,
      ping: () => channel.send('\r\n\r\n'),
      onSilent: () => this.#lose({ reason: 'connection-lost', detail: 'no answer to a keep-alive', certificate: null }),
    })
    if (!channel.reliable) this.#bulk = new Bulk(clock, () => this.#openBulk(channel))
    this.#announce()
  }

  #announce(): void {
    if (this.#route === null) return
    const { channel, why } = this.#route
    const { transport, host, address, port } = channel.target
    const local = writeEndpoint(this.#seen ?? channel.local)
    this.events.onOpened({ transport, host, address, port, local, why } satisfies Route)
  }

  #openBulk({ target }: Channel): ReturnType<SipLineParts['openChannel']> {
    const { signal } = this.#opening
    let opened: Channel | undefined
    const needs = { target: { ...target, transport: 'tcp' as const }, domains: [], pin: null, localPort: 0 }
    return this.parts
      .openChannel(
        { ...needs, patienceMs: bulkPatience, signal },
        {
          onMessage: (text, from) => this.#receive(opened, text, from),
          onClosed: () => this.#bulk?.lost(),
        },
      )
      .then((outcome) => {
        if (outcome.ok) opened = outcome.channel
        return outcome
      })
  }

  #sendRequest(channel: Channel, message: WireMessage): void {
    const pageVia = topVia(message) ?? ''
    const via = parseVia(pageVia)
    const pageBranch = via?.parameters.get('branch') ?? ''
    const method = message.start.slice(0, message.start.indexOf(' '))
    if (via === null || pageBranch === '') return this.parts.log.warn(`${this.account.id}: ${method} without Via`)
    this.#masquerade.learn(pageVia, message)
    this.#masquerade.outward(message)
    const invite = method === 'ACK' || method === 'CANCEL' ? this.#asked.inviteOf(pageBranch) : null
    const branch = invite?.branch ?? `${pageBranch.slice(0, 100)}.${randomBytes(8).toString('hex')}`
    const write = (by: Channel): string => {
      setTopVia(message, writeVia(viaOf(by, branch)))
      return encodeMessage(message)
    }
    const wire = write(invite?.channel ?? channel)
    if (method === 'ACK') {
      if (invite !== null) this.#asked.acknowledge(pageBranch, wire)
      else this.#put(channel, wire)
      return
    }
    const begin = (by: Channel, written: string): void =>
      this.#asked.begin({ pageVia, branch, method, channel: by, wire: written, reliable: by.reliable }, pageBranch)
    if (invite !== null) return begin(invite.channel, wire)
    if (this.#bulk === null || Buffer.byteLength(wire) <= largestDatagram) return begin(channel, wire)
    this.#bulk.use((bulk) => {
      if (!this.#closed) begin(bulk ?? channel, bulk === null ? wire : write(bulk))
    })
  }

  #sendResponse(channel: Channel, message: WireMessage): void {
    const via = parseVia(topVia(message) ?? '')
    const method = methodOf(message)
    const key = via === null ? null : transactionKey(message, via)
    const origin = key === null ? null : this.#answered.originOf(key, method)
    this.#masquerade.outward(message)
    if (key === null || origin === null) return this.#put(channel, encodeMessage(message))
    setTopVia(message, origin.via)
    this.#answered.respond(key, method, Number(message.start.slice(8, 11)), encodeMessage(message))
  }

  #receive(channel: Channel | undefined, text: string, from: Endpoint): void {
    if (channel === undefined || this.#closed || text.length > maxText) return
    if (/^[\r\n]*$/.test(text)) {
      if (this.#isAllowed(from)) this.#pass(text)
      return
    }
    const parsed = parseWire(text)
    if (!parsed.ok) {
      // The page answers what can be answered.
      if (this.#isAllowed(from)) this.#pass(text)
      return
    }
    if (isResponse(parsed.message)) this.#receiveResponse(parsed.message, from)
    else if (this.#isAllowed(from)) this.#receiveRequest(channel, parsed.message, from)
  }

  #receiveResponse(message: WireMessage, from: Endpoint): void {
    const via = parseVia(topVia(message) ?? '')
    if (via === null || countVias(message) !== 1) return
    const status = Number(/^SIP\/2\.0 +(\d{3})/i.exec(message.start)?.[1] ?? 0)
    const method = methodOf(message)
    const judgement = this.#asked.receive(via.parameters.get('branch') ?? '', method, status)
    if (judgement.act === 'stray') return
    // Whoever knows the branch was sent the request, at whatever address it answers from.
    this.#allowed.add(from.address)
    this.#heard()
    if (judgement.act === 'absorb') return
    if (method === 'REGISTER' && status === 503 && this.#hasAlternative) {
      this.parts.memory.failed(targetKey(judgement.transaction.channel.target))
      return this.#lose({
        reason: 'server-error',
        detail: 'the server takes no registrations now (503)',
        certificate: null,
      })
    }
    if (method === 'REGISTER' && status < 300) this.#noteFlowTimer(message)
    if (!this.#learn(via, method, status, judgement.transaction.channel)) return
    setTopVia(message, judgement.transaction.pageVia)
    this.#masquerade.inward(message)
    this.#pass(renderWire(message))
  }

  #receiveRequest(channel: Channel, message: WireMessage, from: Endpoint): void {
    const written = topVia(message) ?? ''
    const via = parseVia(written)
    this.#heard()
    if (via === null) return this.#pass(renderWire(message))
    const [back, to] = answerTo(via, from)
    const origin = { channel: { channel, to }, via: writeVia(back), reliable: channel.reliable }
    const method = message.start.slice(0, message.start.indexOf(' '))
    const trying = (): string => tryingFor(message, origin.via)
    if (!this.#answered.receive(transactionKey(message, via), method, origin, trying)) return
    this.#masquerade.inward(message)
    this.#pass(renderWire(message))
  }

  /** As whom we are seen now. False: that has changed, and with it the way to us; the line is over. */
  #learn(via: Via, method: string, status: number, channel: Channel): boolean {
    const seen = seenAs(via)
    const main = this.#route?.channel
    if (seen === null || main === undefined || channel !== main) return true
    if (this.#seen !== null && sameEndpoint(seen, this.#seen)) return true
    const contact = this.#masquerade.contact
    const isNews = contact === null || !sameEndpoint(contact, seen)
    const isBound = this.#seen !== null || (method === 'REGISTER' && status >= 200 && status < 300)
    // A stream has one address as long as it lives, and the server answers along it.
    if (isNews && isBound && !main.reliable && this.parts.memory.noteRebinding()) {
      this.#lose({ reason: 'connection-lost', detail: 'the server sees us at another address now', certificate: null })
      return false
    }
    if (this.#seen === null) {
      this.#seen = seen
      this.#masquerade.wear(seen, main.target.transport as PlainTransport)
      this.#announce()
    }
    return true
  }

  #noteFlowTimer(message: WireMessage): void {
    const seconds = Number(headerValue(message, 'flow-timer'))
    if (seconds > 0 && seconds <= 86_400) this.#keepAlive?.setFlowTimer(seconds)
  }

  /** One that is not known to be no better. */
  get #hasAlternative(): boolean {
    return this.#route?.others.some((key) => !this.parts.memory.hasFailed(key)) ?? false
  }

  #isAllowed({ address }: Endpoint): boolean {
    if (this.#allowed.has(address)) return true
    // Scanners are many; one line tells of the first, and of every hundredth.
    if (this.#strangers++ % 100 === 0) this.parts.log.warn(`${this.account.id}: ${address} is none of its servers`)
    return false
  }

  #heard(): void {
    this.#unheardSince = null
    this.#keepAlive?.heard()
  }

  #pass(text: string): void {
    this.#heard()
    if (text.length <= maxText) this.events.onMessage(text)
  }

  #put(channel: Channel, wire: string, to?: Endpoint): void {
    if (this.#closed) return
    if (wire.length > 4) this.#unheardSince ??= this.parts.clock.now()
    this.#keepAlive?.said()
    channel.send(wire, to)
  }

  #lose({ reason, detail, certificate }: ChannelFailure): void {
    if (this.#closed) return
    this.#end()
    this.events.onClosed(reason, detail, certificate)
  }

  #end(): void {
    this.#closed = true
    this.#opening.abort()
    this.#keepAlive?.stop()
    this.#asked.clear()
    this.#answered.clear()
    this.#bulk?.close()
    this.#route?.channel.close()
    this.#route = null
  }
}

function viaOf({ target, local }: Channel, branch: string): Via {
  const parameters = new Map<string, string | null>([
    ['rport', null],
    ['branch', branch],
  ])
  return { transport: target.transport.toUpperCase(), host: local.address, port: local.port, parameters }
}

/** RFC 3261 section 18.2.1 and RFC 3581: the Via an answer carries, and where it goes. */
function answerTo(via: Via, from: Endpoint): readonly [Via, Endpoint] {
  if (via.parameters.has('rport'))
    return [withParameters(via, { received: from.address, rport: String(from.port) }), from]
  const seen = via.host === from.address ? via : withParameters(via, { received: from.address })
  return [seen, { address: from.address, port: via.port ?? 5060 }]
}
