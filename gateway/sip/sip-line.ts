/*
 * One connection of one account to its server, as the page sees it: opened once, closed once, messages between. Finds the server, gives up a
 * way that leads nowhere any more, and remembers what the next line should know. It reads no message but what proves the way.
 */
import type { GatewayAccount } from '../../common/contract/gateway'
import type { Log } from '../../common/log'
import { headerValue, parameter, type WireMessage } from '../../common/wire-message'
import type { Line, LineEvents } from '../gateway'
import { BetterWatch } from './better-watch'
import type { Channel, ChannelFailure, OpenedChannel } from './channel'
import { sameEndpoint, writeEndpoint, type Endpoint } from './endpoint'
import { Exchange, type Answer } from './exchange'
import { KeepAlive } from './keep-alive'
import { openRoute, type RouteOutcome, type RouteParts } from './open-route'
import { targetKey, udpEndpoint } from './target'

export interface SipLineParts extends RouteParts {
  readonly log: Log
  /** Our address on the way there; null: no way. */
  readonly addressTowards: (to: Endpoint) => Promise<string | null>
}

interface Connected {
  readonly channel: Channel
  readonly route: Extract<RouteOutcome, { kind: 'opened' }>
  readonly exchange: Exchange
  readonly keepAlive: KeepAlive
  /** null: nothing is preferred to what we have. */
  readonly watch: BetterWatch | null
  /** As whom the server sees us; null: it has not said. */
  seen: Endpoint | null
  /** It has registered us. */
  isRegistrar: boolean
}

/** A server that said nothing for so long after it was asked is tried last next time, ms. */
const silentAfter = 3_000
/** A registrar behind UDP may be started anew and know nobody, and no connection breaks: it is believed for so long, s, and told again before. */
const datagramBelief = 150
const bulkPatience = 1_500
const askAgain = 2_000

export class SipLine implements Line {
  #opening = new AbortController()
  #connected: Connected | null = null
  #closed = false

  constructor(
    private readonly account: GatewayAccount,
    private readonly parts: SipLineParts,
    private readonly events: LineEvents,
  ) {
    void this.#open()
  }

  send(text: string): void {
    if (!this.#closed) this.#connected?.exchange.send(text)
  }

  close(): void {
    if (this.#closed) return
    const { clock, memory } = this.parts
    const known = this.#connected
    const unheardSince = known?.exchange.unheardSince ?? null
    if (known !== null && unheardSince !== null && clock.now() - unheardSince >= silentAfter)
      // One that did its work until now was no bad choice.
      memory.unfit(targetKey(known.channel.target), known.route.rank.isFirst && !known.isRegistrar)
    this.#end()
  }

  /** The computer is on another network: a way that leads through the old one is given up at once. */
  networkChanged(): void {
    const { names, memory, addressTowards } = this.parts
    names.forget()
    memory.forgetFailures()
    if (this.#closed) return
    const channel = this.#connected?.channel
    if (channel === undefined) {
      this.#opening.abort()
      this.#opening = new AbortController()
      return void this.#open()
    }
    void addressTowards(channel.target).then((address) => {
      if (this.#connected?.channel === channel && address !== channel.local.address)
        this.#lose(lost('our address has changed'))
    })
  }

  async #open(): Promise<void> {
    const { signal } = this.#opening
    const outcome = await openRoute(
      this.account,
      this.parts,
      {
        onMessage: (text, from) => {
          if (this.#connected !== null) this.#connected.exchange.receive(this.#connected.channel, text, from)
        },
        onClosed: (failure) => {
          if (!signal.aborted) this.#lose(failure)
        },
      },
      signal,
    )
    if (this.#closed || signal.aborted) {
      if (outcome.kind === 'opened') outcome.channel.close()
    } else if (outcome.kind === 'opened') this.#join(outcome)
    else if (outcome.kind === 'failed') this.#lose(outcome.failure)
    else {
      const { url, target, why } = outcome
      const { transport, host, address, port } = target
      this.#end()
      this.events.onElsewhere(url, { transport, host, address, port, local: '', why: why.slice(0, 512) })
    }
  }

  #join(route: Connected['route']): void {
    const { channel, seen } = route
    const { clock, log, memory } = this.parts
    memory.bindings.moved()
    const say =
      (level: keyof Log) =>
      (message: string): void =>
        log[level](`${this.account.id}: ${message}`)
    const keepAlive: KeepAlive = new KeepAlive({
      clock,
      ping: () => {
        if (channel.ask !== undefined && keepAlive.hasFlow) void this.#askAlong(channel)
        else channel.send('\r\n\r\n')
      },
      // Some announce a flow timer over UDP and know no STUN.
      isSure: channel.reliable,
      onSilent: () => this.#lose(lost('no answer to a keep-alive')),
    })
    const exchange = new Exchange({
      clock,
      log: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
      channel,
      contact: seen ?? channel.local,
      servers: route.addresses,
      alternatives: route.others.flatMap(udpEndpoint),
      mayGoDirect: this.account.connection.outboundProxy === null,
      openBulk: () => this.#openBulk(channel),
      onRegister: (register) => this.parts.memory.bindings.takeBack(register),
      pass: (text) => this.events.onMessage(text),
      onAnswer: (answer) => this.#judge(answer),
      onHeard: () => keepAlive.heard(),
      onSaid: () => keepAlive.said(),
    })
    const onBetter = (why: string): void => this.events.onBetter(why)
    const watch = route.rank.isFirst ? null : new BetterWatch(this.account, this.parts, route, onBetter)
    this.#connected = { channel, route, exchange, keepAlive, watch, seen, isRegistrar: false }
    this.#announce()
  }

  #announce(): void {
    if (this.#connected === null) return
    const { channel, route, seen } = this.#connected
    const { transport, host, address, port } = channel.target
    const local = writeEndpoint(seen ?? channel.local)
    this.events.onOpened({ transport, host, address, port, local, why: route.why })
  }

  async #openBulk({ target }: Channel): Promise<OpenedChannel> {
    let bulk: Channel | null = null
    const { signal } = this.#opening
    const opened = await this.parts.openChannel(
      {
        target: { ...target, transport: 'tcp' },
        domains: [],
        pin: null,
        localPort: 0,
        patienceMs: bulkPatience,
        signal,
      },
      {
        onMessage: (text, from) => {
          if (bulk !== null) this.#connected?.exchange.receive(bulk, text, from)
        },
        onClosed: () => this.#connected?.exchange.bulkLost(),
      },
    )
    if (opened.ok) bulk = opened.channel
    return opened
  }

  /** What an answer says of the way it came. False: the line is over. */
  #judge({ message, method, status, seen }: Answer): boolean {
    const known = this.#connected
    if (known === null) return false
    const { memory } = this.parts
    if (method === 'REGISTER') memory.bindings.answered(status, message)
    if (method === 'REGISTER' && status === 503 && known.route.others.some((key) => !memory.hasFailed(key))) {
      memory.unfit(targetKey(known.channel.target), known.route.rank.isFirst)
      this.#lose({ reason: 'server-error', detail: 'the server takes no registrations now (503)', certificate: null })
      return false
    }
    if (method === 'REGISTER' && status >= 200 && status < 300) {
      known.isRegistrar = true
      if (!known.channel.reliable) believeFor(message, datagramBelief)
      if (known.route.rank.isFirst) memory.reserve = 1
      const flow = Number(headerValue(message, 'flow-timer'))
      if (flow > 0 && flow <= 86_400) known.keepAlive.setFlowTimer(flow)
    }
    return seen === null || this.#learn(known, seen, method === 'REGISTER' && status >= 200 && status < 300)
  }

  /** RFC 5626 section 4.4.2: a server that has a flow timer is a STUN server too, and sees when an address translator gave us another address. */
  async #askAlong(channel: Channel, more = 2): Promise<void> {
    const seen = await channel.ask?.(channel.target)
    const known = this.#connected
    if (known?.channel !== channel) return
    // What is lost by chance is not lost three times.
    if (!seen && more > 0)
      return void this.parts.clock.setTimeout(() => void this.#askAlong(channel, more - 1), askAgain)
    if (!seen) return
    known.keepAlive.answered()
    this.#learn(known, seen, true)
  }

  /** As whom we are seen now. False: that has changed, and with it the way to us. `isBound`: what we said before counts already. */
  #learn(known: Connected, seen: Endpoint, isBound: boolean): boolean {
    if (known.seen !== null && sameEndpoint(seen, known.seen)) return true
    const { contact } = known.exchange
    const isNews = contact === null || !sameEndpoint(contact, seen)
    // A stream has one address as long as it lives, and the server answers along it.
    const isMoved = isNews && (known.seen !== null || isBound) && !known.channel.reliable
    if (isMoved && this.parts.memory.noteRebinding()) {
      this.#lose(lost('the server sees us at another address now'))
      return false
    }
    if (known.seen !== null) return true
    known.seen = seen
    known.exchange.wear(seen)
    this.#announce()
    return true
  }

  #lose({ reason, detail, certificate }: ChannelFailure): void {
    if (this.#closed) return
    this.#end()
    this.events.onClosed(reason, detail, certificate)
  }

  #end(): void {
    this.#closed = true
    this.#opening.abort()
    const connected = this.#connected
    this.#connected = null
    connected?.keepAlive.stop()
    connected?.watch?.stop()
    connected?.exchange.close()
    connected?.channel.close()
  }
}

/** The page registers again in time for what it reads here. */
function believeFor(answer: WireMessage, most: number): void {
  const contacts = answer.headers.filter(({ name }) => name === 'contact')
  const expires = headerValue(answer, 'expires')
  for (const contact of contacts) {
    if (Number(parameter(contact.value, 'expires') ?? expires ?? 0) <= most) continue
    const bare = contact.value.replace(/;\s*expires\s*=\s*"?\d+"?/gi, '')
    contact.value = bare.includes(',') ? contact.value : `${bare};expires=${most}`
    answer.changed = true
  }
}

const lost = (detail: string): ChannelFailure => ({ reason: 'connection-lost', detail, certificate: null })
