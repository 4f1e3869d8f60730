/*
 * What the phone remembers of the last minutes and weeks to tell a welcome caller: who called a moment ago, whom the user
 * called, whether an emergency number was called. Only in memory, and out of the history; it decides nothing.
 */
import type { Clock } from '../../common/clock'
import type { Handle } from '../../common/handle'
import { isEmergency } from '../../common/numbers/emergency'
import type { HistoryEntry } from '../../common/phone-state'
import type { NumberPlan } from '../../common/account'

export interface LatelyOptions {
  readonly clock: Clock
  /** Newest first. */
  readonly history: () => readonly HistoryEntry[]
  /** What a number in the history is compared by. */
  readonly keyOf: (handle: Handle, accountId: string) => string | null
  readonly plan: (accountId: string) => NumberPlan
}

/** The second call of the same caller within this is urgent, ms. */
const repeatedMs = 3 * 60_000
/** So long after an emergency call anybody may call back, ms (RFC 7090 leaves it to the phone). */
const emergencyMs = 30 * 60_000
/** Whom the user called within this is welcome, ms. */
const dialledMs = 30 * 24 * 3_600_000
/** Callers that are remembered. */
const callersAtMost = 1_000

type Outgoing = Pick<HistoryEntry, 'handle' | 'accountId' | 'startedAt'>

export class Lately {
  private readonly called = new Map<string, number>()
  private emergencyAt = -Infinity
  /** By the history it was made of. */
  private dialledIn: { of: readonly HistoryEntry[]; keys: ReadonlyMap<string, number> } | null = null
  private readonly keys = new WeakMap<HistoryEntry, { readonly key: string | null }>()

  constructor(private readonly options: LatelyOptions) {}

  /** Takes in a call from outside, and tells whether the same caller called a moment before. */
  isRepeated(key: string | null): boolean {
    if (key === null) return false
    const now = this.options.clock.date()
    const before = this.called.get(key)
    this.called.delete(key)
    this.called.set(key, now)
    if (this.called.size > callersAtMost) {
      const [oldest] = this.called.keys()
      if (oldest !== undefined) this.called.delete(oldest)
    }
    return before !== undefined && isRecent(before, now, repeatedMs)
  }

  /** Takes in a call of ours. */
  calls({ handle, accountId, startedAt }: Outgoing): void {
    const { country, outsidePrefix } = this.options.plan(accountId)
    const digits = handle.value
    const inside =
      outsidePrefix !== null && digits.startsWith(outsidePrefix) ? digits.slice(outsidePrefix.length) : digits
    const urgent =
      isEmergency(digits, country) || isEmergency(inside, country) || /^(?:urn:service:)?sos\b/i.test(digits)
    if (urgent) this.emergencyAt = this.nearer(this.emergencyAt, startedAt)
  }

  isEmergency(): boolean {
    this.look()
    return isRecent(this.emergencyAt, this.options.clock.date(), emergencyMs)
  }

  /** The user called this number lately. */
  hasDialled(key: string | null): boolean {
    const at = key === null ? undefined : this.look().get(key)
    return at !== undefined && isRecent(at, this.options.clock.date(), dialledMs)
  }

  private look(): ReadonlyMap<string, number> {
    const history = this.options.history()
    if (this.dialledIn?.of === history) return this.dialledIn.keys
    const keys = new Map<string, number>()
    for (const entry of history) {
      if (entry.direction !== 'outgoing') continue
      this.calls(entry)
      const key = this.keyOf(entry)
      if (key !== null) keys.set(key, this.nearer(keys.get(key) ?? -Infinity, entry.startedAt))
    }
    this.dialledIn = { of: history, keys }
    return keys
  }

  /** Not the later one: since a clock was set back, calls from before it seem to be yet to come. */
  private nearer(a: number, b: number): number {
    const now = this.options.clock.date()
    return Math.abs(now - a) < Math.abs(now - b) ? a : b
  }

  private keyOf(entry: HistoryEntry): string | null {
    const known = this.keys.get(entry) ?? { key: this.options.keyOf(entry.handle, entry.accountId) }
    this.keys.set(entry, known)
    return known.key
  }
}

/** A clock that was set back does not make it last for ever. */
const isRecent = (then: number, now: number, ms: number): boolean => Math.abs(now - then) < ms
