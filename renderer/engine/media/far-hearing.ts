/*
 * Whether the far end gets what we send, by its own reports (RFC 3550 section 6.4): nobody who reports nothing is said to hear nothing. Told of every look
 * at the sound in turn; it knows no call.
 */
import type { SoundPoint } from './sound-point'

/** Reports of a far end that told of our sound before, and then of no more; and of one that never did, which may be one that never will. */
const later = { reports: 2, ms: 9_000 }
const never = { reports: 3, ms: 14_000 }
/** Nothing is said of who was sent less. */
const packets = 200

export class FarHearing {
  /** When something of ours arrived last, as far as they said. */
  #since: Pick<SoundPoint, 'at' | 'sent' | 'reports'> | null = null
  #arrived: number | null = null
  #everArrived = false

  /** What happened before tells nothing of what follows. */
  restart(): void {
    this.#since = null
  }

  /** What shows that they do not get our sound, as of this look; null: nothing does. */
  take(point: SoundPoint, sends: boolean): string | null {
    const since = this.#since
    const isArriving = point.arrived !== null && point.arrived !== this.#arrived
    if (since !== null && isArriving) this.#everArrived = true
    if (!sends || since === null || isArriving || point.reports < since.reports) {
      this.#arrived = point.arrived ?? this.#arrived
      this.#since = point
      return null
    }
    const [sent, reports, ms] = [point.sent - since.sent, point.reports - since.reports, point.at - since.at]
    const needed = this.#everArrived ? later : never
    if (sent < packets || reports < needed.reports || ms < needed.ms) return null
    const none = this.#everArrived ? 'none tells that more arrived' : 'none tells that anything arrived'
    return `sent ${sent} packets in ${Math.round(ms / 1000)} s; of ${reports} reports of theirs since, ${none}`
  }
}
