/*
 * What the phone has found out about each call, for as long as anybody may ask: those that are up, and the last of those that
 * were. It finds out nothing itself.
 */
import type { CallId } from '../../common/call'
import type { Caller } from '../../common/contact'
import type { Screening } from '../../common/directory'
import type { Handle } from '../../common/handle'
import type { Refusal } from '../callkit/admission'

/** What is known of one call. */
export interface KnownCall {
  readonly handle: Handle
  readonly name: string | null
  readonly caller: Caller
  readonly screening: Screening | null
  readonly refusal: Refusal | null
  /** It rings without a sound. */
  readonly silent: boolean
  /** Whom somebody on the network could still be asked about. */
  readonly askLater: string | null
}

/** Many more than can be up. */
const knownAtMost = 256

export class KnownCalls {
  private readonly calls = new Map<CallId, KnownCall>()

  /** `told`: hears of everything that is found out. */
  constructor(
    private readonly told: (callId: CallId, known: { label: string | null; screening: Screening | null }) => void,
  ) {}

  get(callId: CallId): KnownCall | undefined {
    return this.calls.get(callId)
  }

  set(callId: CallId, known: KnownCall): void {
    this.calls.delete(callId)
    this.calls.set(callId, known)
    this.told(callId, { label: known.caller.name, screening: known.screening })
    if (this.calls.size <= knownAtMost) return
    const [oldest] = this.calls.keys()
    if (oldest !== undefined) this.calls.delete(oldest)
  }
}
