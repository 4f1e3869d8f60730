/*
 * The servers of an account's line: which one is next, how a connection to it is opened, and who carries the sound of its calls. It
 * waits for nothing and registers nowhere.
 */
import { needsGateway } from '../../../common/server-address'
import type { CallMedia, MediaEngine } from '../media/media'
import type { GatewaySocket } from './gateway-socket'
import type { SocketFactory } from './guard/socket'
import { iceServers } from './ice-servers'
import { LineMedia } from './line-media'
import type { LineOptions } from './line-options'

export class LineServers {
  readonly #options: LineOptions
  /** Of calls behind the gateway. */
  readonly media: LineMedia
  /** The account's server and those to fall back on. */
  readonly #all: readonly string[]
  #next = 0
  /** The gateway's, if it is one. */
  #socket: GatewaySocket | null = null

  constructor(options: LineOptions) {
    const { account } = options
    this.#options = options
    this.media = new LineMedia(account.connection.media)
    // The gateway falls back by itself, and knows more of each than a page does.
    this.#all = needsGateway(account) ? [account.server] : [account.server, ...account.connection.backups]
  }

  /** Of the one that is to be connected to now. */
  get url(): string {
    const { url, account } = this.#options
    return url ?? this.#all[this.#next] ?? account.server
  }

  get open(): SocketFactory {
    const { account, gateway, openSocket } = this.#options
    return gateway ? () => (this.#socket = gateway.open(account.id)) : openSocket
  }

  /** It could not be reached: the next one's turn. */
  failed(): void {
    this.#next = (this.#next + 1) % this.#all.length
  }

  /** A connection that was up is lost: the first one's turn again. */
  lost(): void {
    this.#next = 0
  }

  /** It speaks neither WebSocket nor, as far as we know, WebRTC. */
  get isBehindGateway(): boolean {
    return this.#options.gateway !== undefined && this.#socket?.isElsewhere !== true
  }

  /** `kind`: what it offers where there is a choice. */
  createCallMedia(media: Pick<MediaEngine, 'createCallMedia'>, kind = this.media.offers): CallMedia {
    const { account, gateway } = this.#options
    const servers = iceServers(account)
    return this.isBehindGateway
      ? media.createCallMedia(gateway?.media(account.id, { offers: kind, iceServers: servers }))
      : media.createCallMedia(undefined, servers)
  }
}
