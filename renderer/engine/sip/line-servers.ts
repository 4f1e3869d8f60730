/*
 * The servers of an account's line: which one is next, how a connection to it is opened, whether one that is preferred is back, and who carries the
 * sound of its calls. It registers nowhere and moves nobody.
 */
import type { Timer } from '../../../common/clock'
import { needsGateway } from '../../../common/server-address'
import type { CallMedia, MediaEngine } from '../media/media'
import type { ReportPorts } from '../media/report-ports'
import type { GatewaySocket } from './gateway-socket'
import type { SocketFactory } from './guard/socket'
import { iceServers } from './ice-servers'
import { LineMedia } from './line-media'
import type { LineOptions } from './line-options'
import { probeServer } from './probe-server'

/** How often is looked whether a server that is preferred can be reached again, at least and at most, ms. */
const lookEvery = { least: 120_000, most: 300_000 }
const mostReserve = 16

export class LineServers {
  readonly #options: LineOptions
  /** Of calls behind the gateway. */
  readonly media: LineMedia
  readonly #reports: ReportPorts = { isSeparate: false }
  /** The account's server and those to fall back on. */
  readonly #all: readonly string[]
  #next = 0
  /** The gateway's, if it is one. */
  #socket: GatewaySocket | null = null
  #look: Timer | null = null
  /** In a row. */
  #unfit = 0
  /** How much more seldom than usual is looked: one that answers and does not register is no better. */
  #reserve = 1
  /** The one to be connected to was chosen because another did not register. */
  #isChosen = false

  /** `onBetter`: a server that is preferred to the one in use answers; told every few minutes. */
  constructor(
    options: LineOptions,
    private readonly onBetter: () => void,
  ) {
    const { account } = options
    this.#options = options
    this.media = new LineMedia(account.connection, { remembered: account.takes, onLearned: options.onTakes })
    // The gateway falls back by itself, and knows more of each than a page does.
    this.#all = needsGateway(account) ? [account.server] : [account.server, ...account.connection.backups]
  }

  /** Of the one that is to be connected to now. */
  get url(): string {
    const { url, account } = this.#options
    return url ?? this.#all[this.#next] ?? account.server
  }

  get open(): SocketFactory {
    const { account, gateway, openSocket, flow = 0 } = this.#options
    if (!gateway) return openSocket
    return () => {
      this.#socket = gateway.open(account.id, flow)
      this.#socket.onbetter = this.onBetter
      return this.#socket
    }
  }

  /** The one that was to be connected to is. */
  connected(): void {
    this.rest()
    // The gateway looks by itself.
    if (this.#next > 0) this.#lookLater()
  }

  /** It could not be reached: the next one's turn. */
  failed(): void {
    this.rest()
    this.#next = (this.#next + 1) % this.#all.length
  }

  /** A connection that was up is lost: the first one's turn again. */
  lost(): void {
    this.rest()
    if (!this.#isChosen) this.#next = 0
    this.#isChosen = false
  }

  /** Connected, but it registers nobody now. True: another, whose turn is next, is to be tried at once. */
  unfit(): boolean {
    if (this.#all.length < 2) return false
    if (this.#next === 0) this.#reserve = Math.min(this.#reserve * 2, mostReserve)
    this.failed()
    this.#isChosen = true
    return ++this.#unfit < this.#all.length
  }

  /** It registers us. */
  registered(): void {
    this.#unfit = 0
    if (this.#next === 0) this.#reserve = 1
  }

  /** Looks for nothing any more, until it is connected. */
  rest(): void {
    if (this.#look !== null) this.#options.clock.clearTimeout(this.#look)
    this.#look = null
  }

  #lookLater(): void {
    const { clock, random, openSocket, account } = this.#options
    const look = async (): Promise<void> => {
      const now = this.#look
      for (const url of this.#all.slice(0, this.#next)) {
        const isBack = await probeServer({ clock, openSocket, url, aor: account.uri })
        // It may have been lost, or closed, meanwhile.
        if (this.#look !== now) return
        if (isBack) {
          this.#lookLater()
          return this.onBetter()
        }
      }
      this.#lookLater()
    }
    const pause = lookEvery.least + random() * (lookEvery.most - lookEvery.least)
    this.#look = clock.setTimeout(() => void look(), pause * this.#reserve)
  }

  /** It speaks neither WebSocket nor, as far as we know, WebRTC. */
  get isBehindGateway(): boolean {
    return this.#options.gateway !== undefined && this.#socket?.isElsewhere !== true
  }

  /** `kind`: what it offers where there is a choice. */
  createCallMedia(media: Pick<MediaEngine, 'createCallMedia'>, kind = this.media.offers): CallMedia {
    const { account, gateway, flow = 0 } = this.#options
    const servers = iceServers(account)
    return this.isBehindGateway
      ? media.createCallMedia(
          gateway?.media(account.id, { offers: kind, iceServers: servers }, flow),
          [],
          this.#reports,
        )
      : media.createCallMedia(undefined, servers, this.#reports)
  }
}
