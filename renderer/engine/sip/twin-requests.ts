/*
 * Remembers for a while what came by which of an account's registrations, so that a request which a server sent to two of them at once is known when it
 * comes again (RFC 3261 section 8.2.2.2). It answers nothing.
 */
import type { Clock } from '../../../common/clock'

/** What tells requests apart, as sip.js has it. */
export interface RequestName {
  readonly method: string
  readonly callId: string
  readonly fromTag: string
  readonly cseq: number
}

/** As long as a request may be on its way, 64 times T1, ms. */
const remembered = 32_000
const most = 256

export class TwinRequests {
  readonly #seen = new Map<string, { readonly flow: number; readonly at: number }>()

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** By which other registration the same request came before; null: by none. */
  before({ method, callId, fromTag, cseq }: RequestName, flow: number): number | null {
    const now = this.clock.now()
    const name = `${method} ${cseq} ${fromTag} ${callId}`
    const known = this.#seen.get(name)
    if (known !== undefined && known.at > now - remembered) return known.flow === flow ? null : known.flow
    this.#seen.delete(name)
    this.#seen.set(name, { flow, at: now })
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > most && oldest !== undefined) this.#seen.delete(oldest)
    return null
  }
}
