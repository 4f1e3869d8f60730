/*
 * The demo line: a phone line without server and network, for trying. Whoever opens a socket here talks to a far end inside this page,
 * with real registration, calls and sound. It knows nothing of accounts.
 */
import type { Clock } from '../../../common/clock'
import { done, refused, type Result } from '../../../common/errors'
import type { DescriptionHandler } from '../media/media'
import { FarEnd } from '../sip/far-end'
import type { SocketFactory } from '../sip/guard/socket'
import { memorySockets } from './memory-socket'

export class DemoLine {
  readonly #clock: Clock
  readonly #createMedia: () => DescriptionHandler
  #farEnd: FarEnd | null = null

  /** `createMedia`: the far end's sound, which sends back what it hears. */
  constructor(clock: Clock, createMedia: () => DescriptionHandler) {
    this.#clock = clock
    this.#createMedia = createMedia
  }

  /** A new far end for a new connection; the one before is gone with its own. */
  readonly openSocket: SocketFactory = () => {
    const [near, far] = memorySockets()
    this.#farEnd = new FarEnd({ socket: far, clock: this.#clock, createMedia: this.#createMedia })
    return near
  }

  /** "Echo" calls after `delayMs`. `not-registered` when nobody is there to be called. */
  callBack(delayMs: number): Result {
    const farEnd = this.#farEnd
    if (farEnd === null || !farEnd.reachable) return refused('not-registered')
    this.#clock.setTimeout(() => farEnd.call(), Math.min(Math.max(delayMs, 0), 60_000))
    return done
  }
}
