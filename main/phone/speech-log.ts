/*
 * How long each member of a conference spoke, written to the log when a call ends, and only while its user allows statistics about speech
 * (SRResearchDataGeneration). Off, which it is unless somebody switches it on, nothing is counted at all.
 */
import { isLive, type Call, type CallId } from '../../common/call'
import type { Clock } from '../../common/clock'
import type { Log } from '../../common/log'

export interface SpeechLogOptions {
  readonly clock: Clock
  readonly log: Log
  readonly isAllowed: () => boolean
}

export class SpeechLog {
  /** ms spoken so far. */
  private readonly spoken = new Map<CallId, number>()
  private speaking: readonly CallId[] = []
  private since = 0

  constructor(private readonly options: SpeechLogOptions) {}

  /** Whose far end speaks from now on. */
  heard(callIds: readonly CallId[]): void {
    const { clock, isAllowed } = this.options
    if (!isAllowed()) return this.forget()
    const now = clock.now()
    for (const id of this.speaking) this.spoken.set(id, (this.spoken.get(id) ?? 0) + now - this.since)
    this.speaking = callIds
    this.since = now
  }

  /** The calls there are; of one that has ended the sum is written. */
  follow(calls: readonly Call[]): void {
    const over = calls.filter((call) => !isLive(call)).map(({ id }) => id)
    if (this.speaking.some((id) => over.includes(id))) this.heard(this.speaking.filter((id) => !over.includes(id)))
    for (const id of over) {
      const ms = this.spoken.get(id)
      if (ms !== undefined && this.options.isAllowed())
        this.options.log.info(`call ${id}: the far end spoke ${Math.round(ms / 1000)} s`)
      this.spoken.delete(id)
    }
  }

  private forget(): void {
    this.spoken.clear()
    this.speaking = []
  }
}
