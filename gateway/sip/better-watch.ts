/*
 * Looks every few minutes whether a server that is preferred to the one in use can be reached again, and tells so each time it can: whoever has calls
 * here stays until they are over. It moves nobody.
 */
import type { Timer } from '../../common/clock'
import type { GatewayAccount } from '../../common/contract/gateway'
import type { Channel } from './channel'
import { findBetter } from './find-better'
import type { Rank, RouteParts } from './open-route'
import { targetKey } from './target'

/** At least and at most, ms; longer where such a server answered before and registered nobody. */
const lookEvery = { least: 120_000, most: 300_000 }

export class BetterWatch {
  readonly #stopping = new AbortController()
  #timer: Timer | null = null

  /** `onBetter`: with one line for a person. */
  constructor(
    private readonly account: GatewayAccount,
    private readonly parts: RouteParts,
    private readonly inUse: { readonly channel: Pick<Channel, 'target'>; readonly rank: Rank },
    private readonly onBetter: (why: string) => void,
  ) {
    this.#lookLater()
  }

  stop(): void {
    this.#stopping.abort()
    if (this.#timer !== null) this.parts.clock.clearTimeout(this.#timer)
  }

  #lookLater(): void {
    const { clock, memory, random } = this.parts
    const { least, most } = lookEvery
    this.#timer = clock.setTimeout(() => void this.#look(), (least + random() * (most - least)) * memory.reserve)
  }

  async #look(): Promise<void> {
    const { channel, rank } = this.inUse
    const { signal } = this.#stopping
    const better = await findBetter(this.account, this.parts, channel.target, rank, signal)
    if (signal.aborted) return
    this.#lookLater()
    if (better === null) return
    this.parts.memory.worked(targetKey(better))
    this.onBetter(`${better.transport} ${better.address}:${better.port} answers again`)
  }
}
