/*
 * To whom each dialog is spoken, and who may speak in it: the account's servers, the one that took over when the first was busy (RFC 3263
 * section 4.3), and over UDP the far end itself where no proxy stays between. It sends nothing.
 */
import { headerValue, parameter, splitList, type WireMessage } from '../../common/wire-message'
import type { Channel } from './channel'
import { familyOf, sameEndpoint, type Endpoint } from './endpoint'
import { farEnd, nextHop } from './next-hop'
import { parseSipUri } from './sip-uri'

/** One end to speak to. */
export interface Peer {
  readonly channel: Channel
  /** null: the channel's own. */
  readonly to: Endpoint | null
  /** Past the server. Said once in vain, it is said to the server too: not every address in a message can be reached. */
  direct?: 'untried' | 'tried'
  /** By no other channel, however large it is. */
  readonly isBound?: boolean
}

export interface DialogPeersOptions {
  readonly channel: Channel
  /** Addresses of the account's servers. */
  readonly servers: ReadonlySet<string>
  /** Servers that do the same, by UDP, in order. */
  readonly alternatives: readonly Endpoint[]
  /** Requests within dialogs may go past the server. */
  readonly mayGoDirect: boolean
}

/** Dialogs remembered. */
const limit = 256

const callIdOf = (message: WireMessage): string => headerValue(message, 'call-id') ?? ''

export class DialogPeers {
  readonly #channel: Channel
  readonly #alternatives: readonly Endpoint[]
  readonly #servers: Set<string>
  readonly #goesDirect: boolean
  /** Far ends that may speak past the server, by Call-ID. */
  readonly #direct = new Map<string, string>()
  /** Servers that took over, by Call-ID. */
  readonly #moved = new Map<string, Endpoint>()
  /** By what each dialog was begun, by Call-ID. */
  readonly #flows = new Map<string, Channel>()

  constructor({ channel, servers, alternatives, mayGoDirect }: DialogPeersOptions) {
    this.#channel = channel
    this.#servers = new Set(servers)
    const isReachable = ({ address }: Endpoint): boolean => familyOf(address) === familyOf(channel.local.address)
    this.#alternatives = channel.reliable ? [] : alternatives.filter(isReachable)
    this.#goesDirect = mayGoDirect && !channel.reliable
  }

  /** Where a request of ours goes. */
  peerFor(message: WireMessage): Peer {
    const channel = this.#channel
    const hop = this.#goesDirect ? nextHop(message, channel.target, this.isServer) : null
    if (hop !== null && !this.#alternatives.some((server) => sameEndpoint(server, hop)))
      return { channel, to: hop, direct: 'untried' }
    const to = this.#moved.get(callIdOf(message)) ?? null
    if (!namesFlow(message)) return { channel, to }
    // Of what begins no dialog, and of what is new, it is the one we registered by (RFC 3608).
    const flow = this.#flows.get(callIdOf(message)) ?? channel
    return { channel: flow, to: flow === channel ? to : null, isBound: true }
  }

  /** Remembers who else may speak in this dialog, by its INVITE or an answer to that. */
  expect(message: WireMessage): void {
    const address = this.#goesDirect ? farEnd(message, this.#channel.target, this.isServer) : null
    if (address !== null) remember(this.#direct, callIdOf(message), address)
  }

  /** This request went or came by that channel: a dialog may begin with it. */
  began(message: WireMessage, channel: Channel): void {
    const isFirst = parameter(headerValue(message, 'to') ?? '', 'tag') === undefined
    if (isFirst && /^(?:INVITE|SUBSCRIBE) /.test(message.start) && !this.#channel.reliable)
      remember(this.#flows, callIdOf(message), channel)
  }

  /** What is left of a dialog that was begun by another channel goes the usual way. */
  lostOthers(): void {
    for (const [callId, channel] of this.#flows) if (channel !== this.#channel) this.#flows.delete(callId)
  }

  mayAsk(message: WireMessage, { address }: Endpoint): boolean {
    return this.isServer(address) || this.#direct.get(callIdOf(message)) === address
  }

  readonly isServer = (address: string): boolean => this.#servers.has(address)

  /** It knows what only a server can. */
  noteServer(address: string): void {
    this.#servers.add(address)
  }

  /** `peer` takes no calls now: this one goes on at another; null: there is none left. */
  moveOn(message: WireMessage, peer: Peer): Peer | null {
    if (peer.channel !== this.#channel || peer.direct !== undefined) return null
    const { to } = peer
    const at = to === null ? -1 : this.#alternatives.findIndex((other) => sameEndpoint(other, to))
    const next = this.#alternatives[at + 1]
    if (next === undefined) return null
    remember(this.#moved, callIdOf(message), next)
    return { channel: this.#channel, to: next }
  }
}

/**
 * An edge proxy names a dialog's flow in its own address, and tells by it who speaks: what comes by any other way is for us (RFC 5626 section
 * 5.3). All others have no user part there.
 */
function namesFlow(message: WireMessage): boolean {
  const [first = ''] = splitList(headerValue(message, 'route') ?? '')
  return (parseSipUri(/<([^<>]*)>/.exec(first)?.[1] ?? '')?.user ?? null) !== null
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  const [oldest] = map.keys()
  if (map.size >= limit && oldest !== undefined) map.delete(oldest)
  map.set(key, value)
}
